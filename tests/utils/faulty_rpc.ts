import { once } from "node:events"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

/** A real HTTP server in front of a chain's RPC that fails, delays, repeats and lies as it is told. */

/** What is done to a request. Faults of transport fit every method; the others are lies of certain methods. */
export const TRANSPORT_FAULTS = [
  "refuse",
  "reset",
  "reset-after",
  "timeout-before",
  "timeout-after",
  "429",
  "503",
  "html",
  "empty",
  "truncated",
  "wrong-id",
  "huge",
  "slow-drip",
  "internal-error",
  "duplicated",
  "delayed",
  "reordered",
] as const
export const LIES = {
  "dropped-send": ["sendTransaction"],
  "wrong-error": ["sendTransaction", "simulateTransaction", "getSignatureStatuses"],
  "null-status": ["getSignatureStatuses"],
  "false-finalized": ["getSignatureStatuses"],
  stale: ["getLatestBlockhash", "getMultipleAccounts", "getBlockHeight", "getBalance"],
  future: ["getLatestBlockhash", "getBlockHeight", "getSignatureStatuses"],
  "wrong-genesis": ["getGenesisHash"],
} as const
export type Fault = (typeof TRANSPORT_FAULTS)[number] | keyof typeof LIES

/** A request as it came. */
export interface RpcRequest {
  method: string
  /** How many of this method there were, this one counted. */
  count: number
  /** How many requests there were, this one counted. */
  total: number
}

export interface Decision {
  fault: Fault | null
  /** Told when the request has been forwarded and answered, before the answer is passed on. */
  onForwarded?: (answer: string) => void
  /** Answered in place of what the chain would say. */
  result?: unknown
}

interface Json {
  id?: unknown
  params?: unknown[]
  result?: unknown
  error?: unknown
  method?: string
}

const HUGE_BYTES = 17 * 1024 * 1024
const CHUNK = Buffer.alloc(1024 * 1024, 0x20)
const DRIP_MS = 100
const DELAY_MS = 700
const REORDER_MS = 60
const REFUSE_MS = 250
const FAR = 1_000_000

export class FaultyRpc {
  /** Asked for each request; by default nothing goes wrong. */
  decide: (request: RpcRequest) => Decision = () => ({ fault: null })
  readonly counts = new Map<string, number>()
  /** How often each fault happened. */
  readonly happened = new Map<Fault, number>()
  private total = 0
  private readonly firstAnswers = new Map<string, Json>()
  private readonly sockets = new Set<Socket>()

  private constructor(
    private readonly target: string,
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(target: string): Promise<FaultyRpc> {
    const server = createServer()
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const proxy = new FaultyRpc(target, server, (server.address() as AddressInfo).port)
    server.on("connection", (socket: Socket) => {
      proxy.sockets.add(socket)
      socket.on("close", () => proxy.sockets.delete(socket))
      socket.on("error", () => undefined)
    })
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      proxy.handle(request, response).catch(() => response.destroy())
    })
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    if (!this.server.listening) return
    this.server.close()
    await once(this.server, "close")
  }

  /** Nobody listens for a while. */
  private refuse(): void {
    if (!this.server.listening) return
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
    setTimeout(() => this.server.listen(this.port, "127.0.0.1"), REFUSE_MS)
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const call = JSON.parse(body) as Json
    const method = call.method ?? "?"
    const count = (this.counts.get(method) ?? 0) + 1
    this.counts.set(method, count)
    this.total++
    const { fault, onForwarded, result } = this.decide({ method, count, total: this.total })
    if (fault !== null) this.happened.set(fault, (this.happened.get(fault) ?? 0) + 1)
    const forward = async (): Promise<string> => {
      const answer = await (await fetch(this.target, { method: "POST", headers: JSON_HEADERS, body })).text()
      const key = method + JSON.stringify(call.params)
      if (!this.firstAnswers.has(key)) this.firstAnswers.set(key, JSON.parse(answer) as Json)
      onForwarded?.(answer)
      return answer
    }
    const send = (text: string, status = 200, headers: Record<string, string> = JSON_HEADERS): void => {
      response.writeHead(status, headers)
      response.end(text)
    }
    const made = (result: unknown): string => JSON.stringify({ jsonrpc: "2.0", id: call.id, result })
    switch (fault) {
      case null:
        return send(result === undefined ? await forward() : made(result))
      case "refuse":
        return this.refuse()
      case "reset":
        request.socket.resetAndDestroy()
        return
      case "reset-after":
        await forward()
        request.socket.resetAndDestroy()
        return
      case "timeout-before":
        return
      case "timeout-after":
        await forward()
        return
      case "429":
        return send("slow down", 429, { "retry-after": "1" })
      case "503":
        return send("unavailable", 503)
      case "html":
        return send("<html><body>Bad gateway</body></html>", 200, { "content-type": "text/html" })
      case "empty":
        return send("")
      case "truncated": {
        const answer = await forward()
        return send(answer.slice(0, Math.floor(answer.length / 2)))
      }
      case "wrong-id":
        return send(JSON.stringify({ ...(JSON.parse(await forward()) as Json), id: "another" }))
      case "huge":
        response.writeHead(200, JSON_HEADERS)
        await pipeline(Readable.from(Array<Buffer>(HUGE_BYTES / CHUNK.length).fill(CHUNK)), response)
        return
      case "slow-drip": {
        const answer = await forward()
        response.writeHead(200, JSON_HEADERS)
        for (const character of answer) {
          if (response.destroyed) return
          response.write(character)
          await pause(DRIP_MS)
        }
        response.end()
        return
      }
      case "internal-error":
        return send(JSON.stringify({ jsonrpc: "2.0", id: call.id, error: { code: -32603, message: "oops" } }))
      case "duplicated":
        await forward()
        return send(await forward())
      case "delayed":
        if (method === "sendTransaction") {
          setTimeout(() => void forward().catch(() => undefined), DELAY_MS)
          return send(made(signatureOf(call)))
        }
        await pause(DELAY_MS / 2)
        return send(await forward())
      case "reordered": {
        const answer = await forward()
        await pause(REORDER_MS)
        return send(answer)
      }
      case "dropped-send":
        return send(made(signatureOf(call)))
      case "wrong-error":
        return send(await this.wrongError(method, call, forward))
      case "null-status": {
        const answer = JSON.parse(await forward()) as { result: { value: unknown[] } }
        answer.result.value = answer.result.value.map(() => null)
        return send(JSON.stringify(answer))
      }
      case "false-finalized": {
        const answer = JSON.parse(await forward()) as {
          result: { context: { slot: number }; value: unknown[] }
        }
        const { slot } = answer.result.context
        const status = { slot, confirmations: null, err: null, confirmationStatus: "finalized" }
        answer.result.value = answer.result.value.map(() => status)
        return send(JSON.stringify(answer))
      }
      case "stale": {
        const answer = await forward()
        const first = this.firstAnswers.get(method + JSON.stringify(call.params))
        return send(first === undefined ? answer : JSON.stringify({ ...first, id: call.id }))
      }
      case "future": {
        const answer = JSON.parse(await forward()) as {
          result: number | { context: { slot: number }; value: { lastValidBlockHeight?: number } }
        }
        if (typeof answer.result === "number") answer.result += FAR
        else {
          answer.result.context.slot += FAR
          // A horizon in the past: the transaction is called expired while it may land.
          if (answer.result.value.lastValidBlockHeight !== undefined)
            answer.result.value.lastValidBlockHeight = 0
        }
        return send(JSON.stringify(answer))
      }
      case "wrong-genesis":
        return send(made("5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"))
    }
  }

  private async wrongError(method: string, call: Json, forward: () => Promise<string>): Promise<string> {
    const answer = JSON.parse(await forward()) as Json & { result: { value: unknown } }
    const err = { InstructionError: [1, { Custom: 6000 }] }
    if (method === "sendTransaction") {
      const error = { code: -32002, message: "Transaction simulation failed", data: { err, logs: [] } }
      return JSON.stringify({ jsonrpc: "2.0", id: call.id, error })
    }
    if (method === "simulateTransaction") answer.result.value = { ...(answer.result.value as object), err }
    else
      answer.result.value = (answer.result.value as (object | null)[]).map((status) =>
        status === null ? null : { ...status, err },
      )
    return JSON.stringify(answer)
  }
}

const JSON_HEADERS = { "content-type": "application/json" }

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

/** The first signature of a legacy transaction that is sent: behind a count of one byte. */
function signatureOf(call: Json): string {
  const bytes = Buffer.from(String(call.params?.[0]), "base64").subarray(1, 65)
  let number = BigInt(`0x${bytes.toString("hex")}`)
  let text = ""
  for (; number > 0n; number /= 58n) text = (ALPHABET[Number(number % 58n)] ?? "") + text
  for (const byte of bytes) {
    if (byte !== 0) break
    text = "1" + text
  }
  return text
}
