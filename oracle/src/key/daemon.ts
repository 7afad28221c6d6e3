import { createHash } from "node:crypto"
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from "node:fs"
import { connect, createServer, type Server, type Socket } from "node:net"
import { dirname } from "node:path"
import { isoWeek, weekOf } from "@stk/sdk"
import type { Keypair } from "@solana/web3.js"
import { Locked } from "../chain/failures"
import { InputRefused, UsageError } from "../failure"
import type { Logger } from "../log"
import { encodeAddress } from "../base58"
import { signBytes } from "./ed25519"
import { readMessage, UnreadableMessage, type ReadMessage } from "./message"
import { objection, type Policy } from "./policy"
import { lineReader, requestSchema, type SignerReply, type SignerRequest } from "./protocol"

/** Signs what its policy allows for whoever may open its socket, and writes down each signature before it gives it. */

export interface SignerDaemonOptions {
  keypair: Keypair
  socket: string
  policy: Policy
  /** Where signatures are written down; the limit of a week is counted from it. */
  journal: string
  log: Logger
  /** Unix seconds. */
  now?: () => number
}

/** One signature, as it was given. */
interface Signed {
  at: string
  /** ISO name of the calendar week. */
  week: string
  message_sha256: string
  signature: string
  /** Names of the instructions. */
  what: string[]
  fee: string
}

const MOST_CONNECTIONS = 16
/** Nobody but the user who runs the signer. */
const OTHERS_NOTHING = 0o177

export class SignerDaemon {
  private readonly server: Server
  private readonly sockets = new Set<Socket>()
  private journal: number | null = null
  /** Messages of the week of the moment that were signed. */
  private week = ""
  private signed = new Set<string>()

  constructor(private readonly p: SignerDaemonOptions) {
    this.server = createServer((socket) => this.accept(socket))
    this.server.maxConnections = MOST_CONNECTIONS
  }

  /** @throws {Locked} another signer listens there @throws {InputRefused} the journal is not one */
  async start(): Promise<void> {
    const { socket, journal } = this.p
    await makeFree(socket)
    this.week = this.weekNow()
    this.signed = readSigned(journal, this.week)
    this.journal = openJournal(journal)
    // The mode is there from the beginning: no moment in which others could connect.
    const before = process.umask(OTHERS_NOTHING)
    try {
      await new Promise<void>((resolve, reject) => {
        this.server.once("error", (error) =>
          reject(new UsageError("--socket", `${socket}: ${(error as NodeJS.ErrnoException).code}`)),
        )
        this.server.listen(socket, resolve)
      })
    } finally {
      process.umask(before)
    }
    const { policy, keypair } = this.p
    this.p.log.info(
      { socket, key: keypair.publicKey.toBase58(), policy, signed_this_week: this.signed.size },
      "signing",
    )
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise<void>((resolve) => this.server.close(() => resolve()))
    if (this.journal !== null) closeSync(this.journal)
    this.journal = null
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket)
    socket.once("close", () => this.sockets.delete(socket))
    socket.on("error", () => socket.destroy())
    const drop = (): void => {
      this.p.log.warn("dropped a connection that does not speak the protocol")
      socket.destroy()
    }
    socket.on(
      "data",
      lineReader((line) => {
        const request = readRequest(line)
        if (request === null) drop()
        else if (!socket.destroyed) socket.write(JSON.stringify(this.answer(request)) + "\n")
      }, drop),
    )
  }

  private answer(request: SignerRequest): SignerReply {
    const { id } = request
    if (request.method === "publicKey") return { id, publicKey: this.p.keypair.publicKey.toBase58() }
    const bytes = Buffer.from(request.message, "base64")
    try {
      const read = readMessage(bytes)
      const refused = this.objectionTo(read)
      if (refused === null) return { id, signature: Buffer.from(this.sign(read)).toString("base64") }
      this.p.log.warn({ refused, message: request.message }, "refused")
      return { id, refused }
    } catch (error) {
      if (!(error instanceof UnreadableMessage)) {
        // A full disk, most likely: no signature without its line.
        this.p.log.error({ error: (error as Error).message }, "cannot sign")
        return { id, refused: "the signer cannot write down what it signs" }
      }
      this.p.log.warn({ refused: error.message, message: request.message }, "refused")
      return { id, refused: error.message }
    }
  }

  private objectionTo(read: ReadMessage): string | null {
    const { policy, keypair } = this.p
    // A durable nonce would let a thief keep signatures for any later day.
    if (read.nonce !== null) return "uses a durable nonce"
    const refused = objection(read, policy, keypair.publicKey)
    if (refused !== null) return refused
    const week = this.weekNow()
    if (week !== this.week) {
      this.week = week
      this.signed.clear()
    }
    if (!this.signed.has(hashOf(read.bytes)) && this.signed.size >= policy.mostPerWeek)
      return `${policy.mostPerWeek} transactions of ${week} were signed already`
    return null
  }

  private sign(read: ReadMessage): Uint8Array {
    const signature = signBytes(this.p.keypair, read.bytes)
    const hash = hashOf(read.bytes)
    // The same message again, after a lost answer, has the same signature: it is neither counted nor written twice.
    if (this.signed.has(hash)) return signature
    const entry: Signed = {
      at: new Date(this.now() * 1000).toISOString(),
      week: this.week,
      message_sha256: hash,
      signature: Buffer.from(signature).toString("base64"),
      what: read.actions.map((action) => (action.program === "stk" ? action.instruction.name : "transfer")),
      fee: read.fee.toString(),
    }
    this.write(entry)
    this.signed.add(hash)
    this.p.log.info({ ...entry, signature: encodeAddress(signature) }, "signed")
    return signature
  }

  private write(entry: Signed): void {
    if (this.journal === null) throw new Error("the signer is not running")
    writeSync(this.journal, JSON.stringify(entry) + "\n")
    fsyncSync(this.journal)
  }

  private now(): number {
    return this.p.now === undefined ? Math.floor(Date.now() / 1000) : this.p.now()
  }

  private weekNow(): string {
    return isoWeek(weekOf(this.now()) ?? 0)
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}

function readRequest(line: string): SignerRequest | null {
  try {
    return requestSchema.parse(JSON.parse(line))
  } catch {
    return null
  }
}

/** Takes away the socket that a signer which died has left. @throws {Locked} */
async function makeFree(path: string): Promise<void> {
  if (!existsSync(path)) return
  const isTaken = await new Promise<boolean>((resolve) => {
    const socket = connect(path)
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", (error) => resolve((error as NodeJS.ErrnoException).code !== "ECONNREFUSED"))
  })
  if (isTaken) throw new Locked(path, "another signer listens there, or it is no socket")
  unlinkSync(path)
}

/** Hashes of the messages that were signed in a week; a last line that a crash cut off gave no signature. */
function readSigned(path: string, week: string): Set<string> {
  if (!existsSync(path)) return new Set()
  const text = readFileSync(path, "utf8")
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n")
  const hashes = lines.slice(0, -1).flatMap((line, index) => {
    try {
      const entry = JSON.parse(line) as Partial<Signed>
      if (typeof entry.message_sha256 === "string" && typeof entry.week === "string")
        return entry.week === week ? [entry.message_sha256] : []
    } catch {
      // Falls through: not a line of this file.
    }
    const rule = "is not a signature that this signer has written down"
    throw new InputRefused([{ file: path, line: index + 1, field: "journal", rule }])
  })
  return new Set(hashes)
}

function openJournal(path: string): number {
  const isNew = !existsSync(path)
  const descriptor = openSync(path, "a", 0o600)
  if (!isNew) {
    // A line that a crash cut off goes, so that the next one begins on its own.
    ftruncateSync(descriptor, readFileSync(path).lastIndexOf("\n") + 1)
    return descriptor
  }
  const folder = openSync(dirname(path), "r")
  fsyncSync(folder)
  closeSync(folder)
  return descriptor
}
