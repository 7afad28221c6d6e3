import { spawn } from "node:child_process"
import { connect } from "node:net"
import { VersionedTransaction, PublicKey, type Transaction } from "@solana/web3.js"
import type { StkSigner } from "@stk/sdk"
import { decodeAddress } from "../base58"
import { Interrupted, NotReady } from "../chain/failures"
import { printable } from "../output"
import { isSignedBy } from "./ed25519"
import { lineReader, MOST_LINE_BYTES, replySchema, type SignerReply } from "./protocol"
import { childEnvironment, redact } from "./redact"

/** A key that this process never has: a program behind a socket, or one that is started, signs with it. */

/** One connection to a signer; it ends once. */
interface Link {
  send(line: string): void
  /** Whether the process may end while the link is open. */
  hold(isHeld: boolean): void
  close(): void
}

/** Opens a link; `onEnd` is called once, also when it could not be opened at all. */
export type OpenLink = (onLine: (line: string) => void, onEnd: (reason: string) => void) => Link

/** A signer's answer takes at most this long, a person's touch included: after a minute the blockhash is gone. */
const ANSWER_MS = 45_000
/** Who is not there at the beginning is soon said to be missing. */
const OPEN_MS = 5_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000

/** A link over a Unix socket. */
export function socketLink(path: string): OpenLink {
  return (onLine, onEnd) => {
    const socket = connect(path)
    let reason = "closed the connection"
    socket.on("error", (error) => (reason = (error as NodeJS.ErrnoException).code ?? error.message))
    socket.once("close", () => onEnd(reason))
    socket.on(
      "data",
      lineReader(onLine, () => socket.destroy()),
    )
    return {
      send: (line) => void socket.write(line),
      hold: (isHeld) => void (isHeld ? socket.ref() : socket.unref()),
      close: () => void socket.destroy(),
    }
  }
}

/** A link to a program that is started for it: arguments are separated by spaces, and no shell reads them. */
export function commandLink(command: string): OpenLink {
  const [file = "", ...parameters] = command.trim().split(/\s+/)
  return (onLine, onEnd) => {
    // What it asks or says to a person stays on the terminal; it gets nothing of this process's environment.
    const child = spawn(file, parameters, { stdio: ["pipe", "pipe", "inherit"], env: childEnvironment() })
    let reason: string | null = null
    let isOver = false
    const end = (why: string): void => {
      if (isOver) return
      isOver = true
      onEnd(reason ?? why)
    }
    child.once("error", (error) => end((error as NodeJS.ErrnoException).code ?? error.message))
    child.once("close", (code, signal) => end(`ended (${signal ?? code})`))
    child.stdin.on("error", () => undefined)
    const stdout = child.stdout as typeof child.stdout & { ref(): void; unref(): void }
    const stdin = child.stdin as typeof child.stdin & { ref(): void; unref(): void }
    const tooLong = (): void => {
      reason = `sent a line of more than ${MOST_LINE_BYTES} bytes`
      child.kill()
    }
    child.stdout.on("data", lineReader(onLine, tooLong))
    return {
      send: (line) => void child.stdin.write(line),
      hold(isHeld) {
        for (const each of [child, stdin, stdout]) void (isHeld ? each.ref() : each.unref())
      },
      close: () => void child.kill(),
    }
  }
}

interface Waiting {
  resolve: (reply: SignerReply) => void
  /** The link has ended. */
  lost: (reason: string) => void
}

export interface ExternalSignerOptions {
  /** What the signer is called in messages: an option or a field of the configuration. */
  field: string
  /** Its reference, without what may be secret. */
  where: string
  answerMs?: number
}

type Request = { method: "publicKey" } | { method: "sign"; message: string }

/**
 * The client of an external signer. It sends the message and nothing else, uses no signature that it has not verified
 * over the exact bytes, and accepts no other key than the first one. A signer that is started anew is found again.
 */
export class ExternalSigner implements StkSigner {
  private link: Link | null = null
  private readonly waiting = new Map<number, Waiting>()
  private lastId = 0
  /** Resolved when the link of the moment has shown the right key. */
  private checked: Promise<void> | null = null
  private key: PublicKey | null = null

  private constructor(
    private readonly open: OpenLink,
    private readonly p: ExternalSignerOptions,
  ) {}

  /** @throws {NotReady} when nobody answers, or something else than a signer */
  static async open(open: OpenLink, options: ExternalSignerOptions): Promise<ExternalSigner> {
    const signer = new ExternalSigner(open, options)
    try {
      await signer.patiently(() => signer.connected(), Math.min(OPEN_MS, signer.answerMs))
    } catch (error) {
      signer.close()
      throw error instanceof Interrupted ? new NotReady(error.lines, { cause: error }) : error
    }
    return signer
  }

  get publicKey(): PublicKey {
    if (this.key === null) throw new Error("the signer was not opened")
    return this.key
  }

  /** @throws {NotReady} it refuses, or does not do what a signer does @throws {Interrupted} it does not answer */
  async signTransaction<T extends Transaction | VersionedTransaction>(transaction: T): Promise<T> {
    const bytes =
      transaction instanceof VersionedTransaction
        ? transaction.message.serialize()
        : transaction.serializeMessage()
    const signature = Buffer.from(await this.sign(bytes))
    transaction.addSignature(this.publicKey, signature)
    return transaction
  }

  /** The signature over the bytes of a message. Asking again for the same bytes is harmless: it is the same signature. */
  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    const message = Buffer.from(bytes).toString("base64")
    const reply = await this.patiently(async (deadline) => {
      await this.connected()
      return this.ask({ method: "sign", message }, deadline)
    })
    if ("refused" in reply) throw this.broken(`refused to sign: ${printable(redact(reply.refused))}`)
    if (!("signature" in reply)) throw this.broken("answered something else than a signature")
    const signature = Buffer.from(reply.signature, "base64")
    if (!isSignedBy(this.publicKey, bytes, signature))
      throw this.broken("gave a signature that is not its key's over this message")
    return signature
  }

  private get answerMs(): number {
    return this.p.answerMs ?? ANSWER_MS
  }

  close(): void {
    this.link?.close()
    this.link = null
  }

  /** Tries until it succeeds, fails for good, or nobody has answered for too long. */
  private async patiently<T>(
    attempt: (deadline: number) => Promise<T>,
    patienceMs: number = this.answerMs,
  ): Promise<T> {
    const deadline = Date.now() + patienceMs
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        return await attempt(deadline)
      } catch (error) {
        if (!(error instanceof LinkLost)) throw error
        if (error.isFinal || Date.now() + pause > deadline)
          throw new Interrupted(`${this.p.field}: the signer ${this.p.where} ${error.message}`)
      }
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }

  /** A link whose key is known to be the right one. */
  private connected(): Promise<void> {
    if (this.link === null || this.checked === null) {
      this.link = this.start()
      this.checked = this.check()
      // Who waits for it handles it; nobody may be waiting any more.
      this.checked.catch(() => undefined)
    }
    return this.checked
  }

  private async check(): Promise<void> {
    const reply = await this.ask({ method: "publicKey" }, Date.now() + Math.min(OPEN_MS, this.answerMs))
    const bytes = "publicKey" in reply ? decodeAddress(reply.publicKey) : null
    if (bytes === null) {
      const reason =
        "refused" in reply ? `refused: ${printable(redact(reply.refused))}` : "did not say its key"
      throw this.broken(reason)
    }
    const key = new PublicKey(bytes)
    if (this.key !== null && !this.key.equals(key))
      throw this.broken(`has another key now, ${key.toBase58()}, not ${this.key.toBase58()}`)
    this.key = key
  }

  private start(): Link {
    const link = this.open(
      (line) => {
        if (this.link === link) this.receive(line)
      },
      (reason) => {
        if (this.link === link) this.lose(reason)
      },
    )
    link.hold(false)
    return link
  }

  private ask(request: Request, deadline: number): Promise<SignerReply> {
    const id = ++this.lastId
    return new Promise<SignerReply>((resolve, reject) => {
      const timer = setTimeout(() => this.lose("did not answer in time"), Math.max(deadline - Date.now(), 1))
      const done = (): void => {
        clearTimeout(timer)
        this.waiting.delete(id)
        if (this.waiting.size === 0) this.link?.hold(false)
      }
      this.waiting.set(id, {
        resolve(reply) {
          done()
          resolve(reply)
        },
        lost(reason) {
          done()
          reject(new LinkLost(reason, Date.now() >= deadline))
        },
      })
      this.link?.hold(true)
      this.link?.send(JSON.stringify({ id, ...request }) + "\n")
    })
  }

  private receive(line: string): void {
    const reply = readReply(line)
    if (reply === null) {
      this.lose("answered something that is not of its protocol")
      return
    }
    // Without a request of this id: the answer to one that nobody waits for any more.
    this.waiting.get(reply.id)?.resolve(reply)
  }

  private lose(reason: string): void {
    const { link } = this
    this.link = null
    this.checked = null
    link?.close()
    for (const each of [...this.waiting.values()]) each.lost(reason)
  }

  private broken(what: string): NotReady {
    return new NotReady([`${this.p.field}: the signer ${this.p.where} ${what}`])
  }
}

/** A link ended before its answer came. */
class LinkLost extends Error {
  constructor(
    reason: string,
    readonly isFinal: boolean,
  ) {
    super(reason)
  }
}

function readReply(line: string): SignerReply | null {
  try {
    return replySchema.parse(JSON.parse(line))
  } catch {
    return null
  }
}
