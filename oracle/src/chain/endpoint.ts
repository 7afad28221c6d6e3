import { channel } from "node:diagnostics_channel"
import { registerUrl } from "../key/redact"
import { publicUrl } from "./cluster_url"

/** One RPC endpoint: asks it, takes nothing for an answer that is none, and remembers how it fares. */

/** More than the largest answer that is ever asked for, twenty member pages in base64, has. */
const MOST_ANSWER_BYTES = 16 * 1024 * 1024
/** JSON-RPC's codes for a request that is wrong in itself: another try at the same endpoint cannot work. */
const FINAL_CODES = new Set([-32600, -32601, -32602])
const FIRST_REST_MS = 200
const LONGEST_REST_MS = { alone: 8_000, besideOthers: 60_000 }
const REST_GROWTH = { alone: 2, besideOthers: 4 }
const MS_OF_A_SLOT = 400
/** Weight of the newest request in the average latency. */
const LATENCY_WEIGHT = 0.2

/** Every request of this process, for whoever counts them. */
export const RPC_REQUESTS = channel("stk-oracle:rpc")
/** What is published there. */
export interface RequestRecord {
  /** Name of the endpoint. */
  endpoint: string
  seconds: number
  isFailed: boolean
}

/** A request as web3.js makes it. */
export interface Call {
  body: string
  method: string
  id: unknown
  /** The slot that the answer must have reached; 0 when any will do. */
  minContextSlot: number
}

export function parseCall(body: string): Call {
  const { method, id, params } = JSON.parse(body) as { method?: string; id?: unknown; params?: unknown }
  const options: unknown = Array.isArray(params) ? params.at(-1) : undefined
  const least = (options as { minContextSlot?: unknown } | null | undefined)?.minContextSlot
  return { body, method: method ?? "?", id, minContextSlot: typeof least === "number" ? least : 0 }
}

/** An endpoint gave no answer, or one that cannot be used. */
export class EndpointFailure extends Error {
  constructor(
    readonly reason: string,
    readonly p: {
      /** How long the endpoint asks to be left alone. */
      retryAfterMs?: number
      /** Whether asking the same endpoint the same again is useless. */
      isFinal?: boolean
      /** The JSON-RPC error that it answered. */
      answer?: string
    } = {},
  ) {
    super(reason)
  }
}

export class Endpoint {
  /** Without what may be a secret in the URL. */
  readonly name: string
  /** The cluster that it was found to serve; asked again after each failure. */
  genesisHash: string | null = null
  /** Serves another cluster: never asked again. */
  isWrong = false
  /** Slots that it was behind the others when all were asked at once. */
  lag = 0
  private latencyMs = 0
  private failures = 0
  private restUntil = 0

  constructor(
    readonly url: string,
    private readonly p: { requestMs: number; isAlone: boolean },
  ) {
    registerUrl(url)
    this.name = publicUrl(url)
  }

  /** Milliseconds until it may be asked again. */
  get rest(): number {
    return Math.max(0, this.restUntil - Date.now())
  }

  /** What asking it costs in time: by this the endpoints are ordered. */
  get cost(): number {
    return this.latencyMs + this.lag * MS_OF_A_SLOT
  }

  /** Leaves it alone for a while. */
  avoid(milliseconds: number): void {
    this.restUntil = Math.max(this.restUntil, Date.now() + milliseconds)
  }

  /** The text of a sound answer. @throws {EndpointFailure} */
  async ask(call: Call): Promise<string> {
    const started = Date.now()
    const record = (isFailed: boolean): void =>
      RPC_REQUESTS.publish({ endpoint: this.name, seconds: (Date.now() - started) / 1000, isFailed })
    try {
      const text = await this.request(call)
      record(false)
      this.failures = 0
      const took = Date.now() - started
      this.latencyMs = this.latencyMs === 0 ? took : this.latencyMs + LATENCY_WEIGHT * (took - this.latencyMs)
      return text
    } catch (error) {
      const failure = error instanceof EndpointFailure ? error : new EndpointFailure(String(error))
      // An error that belongs to the transaction says nothing about the endpoint.
      const isAnswer = failure.p.answer !== undefined && call.method === "sendTransaction"
      record(!isAnswer)
      if (!isAnswer) this.fail(failure)
      throw failure
    }
  }

  private fail(failure: EndpointFailure): void {
    const kind = this.p.isAlone ? "alone" : "besideOthers"
    const pause = Math.min(FIRST_REST_MS * REST_GROWTH[kind] ** this.failures, LONGEST_REST_MS[kind])
    this.failures++
    // Whoever answers at this address next need not be who did before.
    this.genesisHash = null
    this.avoid(Math.max(pause * (0.5 + Math.random() / 2), failure.p.retryAfterMs ?? 0))
  }

  private async request(call: Call): Promise<string> {
    let response: Response
    let text: string
    try {
      response = await fetch(this.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: call.body,
        redirect: "error",
        signal: AbortSignal.timeout(this.p.requestMs),
      })
      text = await readLimited(response)
    } catch (error) {
      if (error instanceof EndpointFailure) throw error
      const { message, cause } = error as { message: string; cause?: { code?: string } }
      throw new EndpointFailure(cause?.code === undefined ? message : `${message} (${cause.code})`)
    }
    const retryAfterMs = retryAfter(response.headers.get("retry-after"))
    const { status } = response
    if (status === 401 || status === 403)
      throw new EndpointFailure(`refuses access (HTTP ${status})`, { isFinal: true })
    if (status === 429 || status >= 500) throw new EndpointFailure(`answers HTTP ${status}`, { retryAfterMs })
    let answer: { id?: unknown; result?: unknown; error?: { code?: unknown; message?: unknown } } | null
    try {
      answer = JSON.parse(text) as typeof answer
    } catch {
      throw new EndpointFailure(`answers something else than JSON (HTTP ${status})`, { retryAfterMs })
    }
    if (answer === null || typeof answer !== "object" || answer.id !== call.id)
      throw new EndpointFailure("answers another request than it was asked")
    if (answer.error !== undefined) {
      const { code, message } = answer.error
      throw new EndpointFailure(`answers ${call.method} with error ${String(code)}: ${String(message)}`, {
        retryAfterMs,
        isFinal: FINAL_CODES.has(Number(code)),
        answer: text,
      })
    }
    if (!("result" in answer)) throw new EndpointFailure("answers with neither result nor error")
    const slot = (answer.result as { context?: { slot?: unknown } } | null)?.context?.slot
    if (typeof slot === "number" && slot < call.minContextSlot)
      throw new EndpointFailure(`is behind: at slot ${slot}, and ${call.minContextSlot} is known`)
    return text
  }
}

/** Reads a body that may be endless. @throws {EndpointFailure} */
async function readLimited(response: Response): Promise<string> {
  const tooLarge = new EndpointFailure(`answers with more than ${MOST_ANSWER_BYTES} bytes`)
  if (Number(response.headers.get("content-length") ?? 0) > MOST_ANSWER_BYTES) {
    await response.body?.cancel()
    throw tooLarge
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > MOST_ANSWER_BYTES) throw tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString("utf8")
}

/** Milliseconds of a `Retry-After` header: seconds, or a date. */
function retryAfter(header: string | null): number {
  if (header === null) return 0
  const seconds = Number(header)
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : 0
}
