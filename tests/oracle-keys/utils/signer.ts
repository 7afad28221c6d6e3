import { spawn, type ChildProcess } from "node:child_process"
import { existsSync } from "node:fs"
import { createServer, type Server, type Socket } from "node:net"
import { join } from "node:path"
import { compileTransaction, planTransaction } from "@stk/sdk"
import { Keypair, TransactionMessage, type PublicKey, type TransactionInstruction } from "@solana/web3.js"

const CLI = join(__dirname, "..", "..", "..", "oracle", "bin", "stk-oracle.js")

/** A blockhash of nobody: whoever signs does not know which are recent. */
const SOME_BLOCKHASH = Keypair.generate().publicKey.toBase58()

/** The bytes of a message, as the oracle makes them. */
export function messageOf(
  payer: PublicKey,
  instructions: readonly TransactionInstruction[],
  options: { microLamportsPerUnit?: bigint; blockhash?: string } = {},
): Uint8Array {
  const planned = planTransaction("test", payer, instructions, 200_000, options)
  return compileTransaction(planned, options.blockhash ?? SOME_BLOCKHASH).message.serialize()
}

/** The bytes of a message with exactly these instructions. */
export function bareMessage(payer: PublicKey, instructions: TransactionInstruction[]): Uint8Array {
  return new TransactionMessage({ payerKey: payer, recentBlockhash: SOME_BLOCKHASH, instructions })
    .compileToLegacyMessage()
    .serialize()
}

export interface RunningSigner {
  child: ChildProcess
  socket: string
  /** What it logged so far. */
  log: () => string
  /** Its exit code, or the signal. */
  ended: Promise<number | string | null>
  stop: (signal?: NodeJS.Signals) => Promise<void>
}

/** Starts `stk-oracle signer` and waits until it listens, or has ended. */
export async function startSigner(
  file: string,
  socket: string,
  ...parameters: string[]
): Promise<RunningSigner> {
  const child = spawn(process.execPath, [CLI, "signer", "-k", file, "--socket", socket, ...parameters], {
    env: { ...process.env, STK_LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let log = ""
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (log += chunk.toString()))
  let isOver = false
  const ended = new Promise<number | string | null>((resolve) =>
    child.once("close", (code, signal) => {
      isOver = true
      resolve(signal ?? code)
    }),
  )
  while (!isOver && !log.includes('"msg":"signing"')) await new Promise((resolve) => setTimeout(resolve, 10))
  return {
    child,
    socket,
    log: () => log,
    ended,
    async stop(signal = "SIGTERM") {
      if (!isOver) child.kill(signal)
      await ended
    },
  }
}

/** A signer that a test writes itself: what it answers to each line, or null for nothing. */
export class FakeSigner {
  readonly lines: string[] = []
  private readonly sockets = new Set<Socket>()
  private server: Server | null = null

  constructor(
    readonly path: string,
    private answer: (request: { id: number; method: string; message?: string }) => unknown,
  ) {}

  async listen(): Promise<void> {
    const server = createServer((socket) => {
      this.sockets.add(socket)
      socket.on("error", () => socket.destroy())
      let rest = ""
      socket.on("data", (chunk: Buffer) => {
        rest += chunk.toString()
        for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
          const line = rest.slice(0, end)
          rest = rest.slice(end + 1)
          this.lines.push(line)
          const reply = this.answer(JSON.parse(line) as { id: number; method: string; message?: string })
          if (reply === "hang up") socket.destroy()
          else if (reply !== null)
            socket.write((typeof reply === "string" ? reply : JSON.stringify(reply)) + "\n")
        }
      })
    })
    this.server = server
    await new Promise<void>((resolve) => server.listen(this.path, resolve))
  }

  answers(answer: FakeSigner["answer"]): void {
    this.answer = answer
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    this.sockets.clear()
    await new Promise<void>((resolve) =>
      this.server === null ? resolve() : this.server.close(() => resolve()),
    )
    this.server = null
  }
}

/** Waits for a file to appear. */
export async function appears(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10))
}
