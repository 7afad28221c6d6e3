import type { PGlite } from "@electric-sql/pglite"
import { createHash } from "node:crypto"
import { chmodSync, mkdirSync, rmSync } from "node:fs"
import { createServer, type Server, type Socket } from "node:net"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"

/**
 * An embedded database for other processes of the same user, over PostgreSQL's protocol on a Unix socket: as much of it
 * as the oracle's own commands speak. Sessions take turns: each request is answered as a whole, and a transaction keeps
 * the others, the serving process too, waiting until it ends.
 */

/** Name that clients of PostgreSQL look for in a folder; the port is only part of the name. */
export const SOCKET_PORT = 5432
const SOCKET_NAME = `.s.PGSQL.${SOCKET_PORT}`
/** Unix sockets have short paths: 108 bytes with the zero behind. */
const LONGEST_PATH = 107
/** A client that hangs in a transaction is put out. */
const IDLE_IN_TRANSACTION_MS = 30_000
const HIGHEST_MESSAGE = 64 << 20

const SSL_REQUEST = 80_877_103
const GSS_REQUEST = 80_877_104
const PROTOCOL_3 = 3

/** Folder of a store's socket: the store's own, or a private one of the user where that path is too long. */
export function socketFolder(folder: string): string {
  if (Buffer.byteLength(join(folder, SOCKET_NAME)) <= LONGEST_PATH) return folder
  const name = createHash("sha256").update(folder).digest("hex").slice(0, 16)
  return join(tmpdir(), `stk-oracle-${userInfo().uid}-${name}`)
}

export interface SharedDatabase {
  close(): Promise<void>
}

/** Begins to serve; who calls it holds the store's lock, so a socket that is there is left from a killed process. */
export async function shareDatabase(client: PGlite, folder: string): Promise<SharedDatabase> {
  const directory = socketFolder(folder)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  chmodSync(directory, 0o700)
  const path = join(directory, SOCKET_NAME)
  rmSync(path, { force: true })
  const sessions = new Set<Session>()
  const server = createServer((socket) => {
    const session = new Session(client, socket)
    sessions.add(session)
    socket.on("close", () => {
      void session.end().finally(() => sessions.delete(session))
    })
  })
  await listen(server, path)
  return {
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const session of sessions) await session.end()
      await closed
    },
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(path, () => {
      server.off("error", reject)
      resolve()
    })
  })
}

/** One client. */
class Session {
  private input = Buffer.alloc(0)
  private isStarted = false
  /** Requests are answered one after the other. */
  private work: Promise<void> = Promise.resolve()
  private request: Buffer[] = []
  /** Ends the turn of a transaction that is open. */
  private endTurn: (() => void) | null = null
  private idle: NodeJS.Timeout | null = null

  constructor(
    private readonly client: PGlite,
    private readonly socket: Socket,
  ) {
    socket.on("data", (data: Buffer) => {
      this.input = Buffer.concat([this.input, data])
      try {
        this.read()
      } catch {
        socket.destroy()
      }
    })
    // What follows is its "close".
    socket.on("error", () => undefined)
  }

  async end(): Promise<void> {
    this.socket.destroy()
    await this.work
    await this.giveUpTransaction()
  }

  private read(): void {
    for (;;) {
      const head = this.isStarted ? 1 : 0
      if (this.input.length < head + 4) return
      const length = head + this.input.readUInt32BE(head)
      if (length > HIGHEST_MESSAGE || length < head + 4) throw new RangeError("a message of that length")
      if (this.input.length < length) return
      const message = this.input.subarray(0, length)
      this.input = this.input.subarray(length)
      if (this.isStarted) this.take(message)
      else this.start(message)
    }
  }

  private start(message: Buffer): void {
    const code = message.readUInt32BE(4)
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      this.socket.write("N")
      return
    }
    if (code >>> 16 !== PROTOCOL_3) throw new RangeError("a protocol of another version")
    this.isStarted = true
    // The folder's rights decide who gets here.
    this.socket.write(
      Buffer.concat([
        framed("R", Buffer.alloc(4)),
        ...["server_encoding=UTF8", "client_encoding=UTF8", "DateStyle=ISO, MDY", "integer_datetimes=on"].map(
          (setting) => framed("S", Buffer.from(`${setting.replace("=", "\0")}\0`)),
        ),
        framed("K", Buffer.alloc(8)),
        framed("Z", Buffer.from("I")),
      ]),
    )
  }

  /** A request ends with a query or with Sync. */
  private take(message: Buffer): void {
    const type = String.fromCharCode(message.readUInt8(0))
    if (type === "X") {
      this.socket.end()
      return
    }
    this.request.push(message)
    if (type !== "Q" && type !== "S") return
    const request = this.request
    this.request = []
    this.work = this.work.then(async () => this.answer(request)).catch(() => void this.socket.destroy())
  }

  private async answer(request: readonly Buffer[]): Promise<void> {
    if (this.socket.destroyed) return
    if (this.idle !== null) clearTimeout(this.idle)
    if (this.endTurn === null) await this.takeTurn()
    const { output, status } = await this.run(request)
    if (status === "I") this.leaveTurn()
    else this.idle = setTimeout(() => this.socket.destroy(), IDLE_IN_TRANSACTION_MS).unref()
    this.socket.write(output)
  }

  private takeTurn(): Promise<void> {
    return new Promise((started, failed) => {
      this.client
        ._runExclusiveTransaction(
          () =>
            new Promise<void>((ended) => {
              this.endTurn = ended
              started()
            }),
        )
        .catch(failed)
    })
  }

  private leaveTurn(): void {
    this.endTurn?.()
    this.endTurn = null
  }

  private async run(request: readonly Buffer[]): Promise<{ output: Buffer; status: string }> {
    const answers: Buffer[] = []
    let failed = false
    let status = "I"
    for (const message of request) {
      const type = String.fromCharCode(message.readUInt8(0))
      // After an error nothing counts until Sync.
      if (failed && type !== "S") continue
      const answer = Buffer.from(await this.client.runExclusive(() => this.client.execProtocolRaw(message)))
      for (const part of messagesOf(answer)) {
        if (part.type === "E") failed = true
        if (part.type === "Z") status = part.body.toString("latin1", 0, 1)
      }
      answers.push(answer)
    }
    return { output: Buffer.concat(answers), status }
  }

  private async giveUpTransaction(): Promise<void> {
    if (this.idle !== null) clearTimeout(this.idle)
    if (this.endTurn === null) return
    try {
      await this.run([framed("Q", Buffer.from("ROLLBACK\0"))])
    } finally {
      this.leaveTurn()
    }
  }
}

function framed(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type)
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

function* messagesOf(data: Buffer): Generator<{ type: string; body: Buffer }> {
  for (let at = 0; at + 5 <= data.length; ) {
    const length = data.readUInt32BE(at + 1)
    yield { type: String.fromCharCode(data.readUInt8(at)), body: data.subarray(at + 5, at + 1 + length) }
    at += 1 + length
  }
}
