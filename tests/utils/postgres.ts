import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chownSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Client } from "pg"
import { openStore, type Store } from "../../oracle/src/store/store"

const PASSWORD = "only for tests"
const START_MS = 60_000
const ATTEMPT_MS = 50

/** A PostgreSQL server of its own: real, empty, gone with the test file, or with this process if that is killed. */
export interface PostgresServer {
  readonly port: number
  /** `postgres://…` of a database. */
  url(database: string): string
  /** A new database: empty, or a copy of another one. @returns its URL */
  createDatabase(template?: string): Promise<string>
  stop(): Promise<void>
}

interface User {
  uid: number
  gid: number
}

/** The server does not run as root. */
function unprivileged(): User | null {
  if (process.getuid?.() !== 0) return null
  const id = (flag: string): number => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }))
  return { uid: id("-u"), gid: id("-g") }
}

/** A command as the user that the server runs as, ended by the kernel when this process is gone. */
function commandOf(program: string, args: readonly string[], user: User | null): string[] {
  const flags = user === null ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"]
  // Part of util-linux; elsewhere the server just runs.
  const hasSetpriv = spawnSync("setpriv", ["--version"], { stdio: "ignore" }).status === 0
  return hasSetpriv ? ["setpriv", "--pdeathsig=INT", ...flags, program, ...args] : [program, ...args]
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}

/** Starts a server; where none is installed its programs are fetched. */
export async function startPostgres(
  settings: Record<string, string> = {},
  /** Called with the user that the server runs as, when it is not this one. */
  onUser: (user: User) => void = () => undefined,
): Promise<PostgresServer> {
  const bin = execFileSync(join(__dirname, "..", "..", "toolchain", "services", "postgres.sh"), {
    encoding: "utf8",
  }).trim()
  // Fetched programs have their libraries beside them.
  const libraries = join(bin, "..", "..", "..")
  const env = {
    ...process.env,
    LC_ALL: "C.UTF-8",
    LD_LIBRARY_PATH: readdirSync(libraries)
      .filter((name) => name.endsWith("-linux-gnu"))
      .map((name) => join(libraries, name))
      .join(":"),
  }
  const user = unprivileged()
  if (user !== null) onUser(user)
  const folder = mkdtempSync(join(tmpdir(), "stk-postgres-"))
  const passwordFile = join(folder, "password")
  writeFileSync(passwordFile, PASSWORD)
  if (user !== null) for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid)
  const run = (name: string, args: readonly string[]): [string, string[]] => {
    const [program = "", ...rest] = commandOf(join(bin, name), args, user)
    return [program, rest]
  }
  const data = join(folder, "data")
  execFileSync(
    ...run("initdb", [
      ...["--pgdata", data, "--username=stk", `--pwfile=${passwordFile}`, "--auth=scram-sha-256"],
      ...["--encoding=UTF8", "--no-sync", "--no-instructions"],
    ]),
    { env, cwd: folder, stdio: "pipe" },
  )
  const port = await freePort()
  const options = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    fsync: "off",
    max_connections: "60",
    ...settings,
  }
  const flags = Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`])
  const child = spawn(...run("postgres", ["-D", data, ...flags]), {
    env,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  })
  const log: Buffer[] = []
  child.stderr?.on("data", (chunk: Buffer) => log.push(chunk))
  const ended = once(child, "exit")

  const url = (database: string): string =>
    `postgres://stk:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`
  const ask = async (text: string): Promise<void> => {
    const client = new Client({ connectionString: url("postgres") })
    try {
      await client.connect()
      await client.query(text)
    } finally {
      await client.end()
    }
  }
  const deadline = Date.now() + START_MS
  for (;;) {
    try {
      await ask("SELECT 1")
      break
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`PostgreSQL did not start: ${Buffer.concat(log).toString()}`, { cause: error })
      await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS))
    }
  }
  let databases = 0
  return {
    port,
    url,
    createDatabase: async (template) => {
      const name = `test_${process.pid}_${databases++}`
      await ask(`CREATE DATABASE ${name}${template === undefined ? "" : ` TEMPLATE ${template}`}`)
      return url(name)
    },
    stop: async () => {
      // Ends sessions that a test left open, too.
      child.kill("SIGINT")
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Stores of one kind for the tests of a file. */
export interface Stores {
  readonly kind: Store["kind"]
  /** Where a new store can be: nothing is there yet. */
  location(): Promise<string>
  /** Where a new store is whose schema is up to date; quicker than `location`. */
  prepared(): Promise<string>
  /** A new store; closed after the test file unless the test did. */
  open(): Promise<Store>
}

/** Runs a suite on both databases: for what the store itself could do differently. */
export function eachStore(suite: (stores: Stores) => void): void {
  onPglite(suite)
  onPostgres(suite)
}

/** Runs a suite on PGlite in a folder. */
function onPglite(suite: (stores: Stores) => void): void {
  describe("on PGlite", function () {
    this.timeout(120_000)
    const root = mkdtempSync(join(tmpdir(), "stk-pglite-"))
    let folders = 0
    const template = join(root, "template")
    const location = (): Promise<string> => Promise.resolve(join(root, `store-${folders++}`))
    const prepared = async (): Promise<string> => {
      const folder = await location()
      cpSync(template, folder, { recursive: true })
      return folder
    }
    const opened = tracked(prepared)
    before(async () => (await openStore(template)).close())
    after(async () => {
      await opened.closeAll()
      rmSync(root, { recursive: true, force: true })
    })
    suite({ kind: "pglite", location, prepared, open: opened.open })
  })
}

/** Runs a suite on a PostgreSQL server, where opening a store costs a tenth of what it does on PGlite. */
export function onPostgres(suite: (stores: Stores) => void): void {
  describe("on PostgreSQL", function () {
    this.timeout(120_000)
    const TEMPLATE = "prepared"
    let server: PostgresServer
    const location = (): Promise<string> => server.createDatabase()
    const prepared = (): Promise<string> => server.createDatabase(TEMPLATE)
    const opened = tracked(prepared)
    before(async () => {
      server = await startPostgres()
      const empty = await server.createDatabase()
      await (await openStore(empty)).close()
      const admin = new Client({ connectionString: server.url("postgres") })
      await admin.connect()
      await admin.query(`ALTER DATABASE ${new URL(empty).pathname.slice(1)} RENAME TO ${TEMPLATE}`)
      await admin.end()
    })
    after(async () => {
      await opened.closeAll()
      await server.stop()
    })
    suite({ kind: "postgres", location, prepared, open: opened.open })
  })
}

function tracked(prepared: () => Promise<string>): { open(): Promise<Store>; closeAll(): Promise<void> } {
  const stores = new Set<Store>()
  return {
    open: async () => {
      const store = await openStore(await prepared())
      const close = store.close.bind(store)
      stores.add(store)
      store.close = async () => {
        stores.delete(store)
        await close()
      }
      return store
    },
    closeAll: async () => {
      for (const store of stores) await store.close()
    },
  }
}
