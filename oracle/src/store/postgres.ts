import { sql } from "drizzle-orm"
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres"
import { migrate } from "drizzle-orm/node-postgres/migrator"
import type { PgTable } from "drizzle-orm/pg-core"
import { randomBytes } from "node:crypto"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { Pool, type PoolClient } from "pg"
import { from as copyFrom } from "pg-copy-streams"
import { copyText, planCopy, type CopiedRows, type CopyOptions } from "./copy"
import { StoreNotReady, StoreUnreachable } from "./failures"
import { FENCE_SETTING, fenceValue } from "./fence"
import { MIGRATION_LOCK, migrateSchema } from "./migrate"
import * as schema from "./schema"
import type { Fence, Store, StoreTransaction } from "./store"

const OLDEST_VERSION = 15
const CONNECTIONS = 8
const CONNECT_MS = 10_000
/** No statement but a bulk load takes this long. */
const STATEMENT_MS = 120_000
const LOCK_MS = 60_000
/** A process that hangs in the middle of a transaction holds nobody up longer than this. */
const IDLE_IN_TRANSACTION_MS = 60_000
/** Another process may bring a large store up to date first. */
const MIGRATION_WAIT_MS = 300_000

/** Opens a PostgreSQL server's database; what is not in the URL comes from `PGPASSWORD`, `PGPASSFILE` and so on. */
export async function openPostgres(url: string): Promise<Store> {
  const where = withoutPassword(url)
  const session = `stk-oracle ${randomBytes(8).toString("hex")}`
  const pool = createPool(url, session, [])
  try {
    await prepare(pool, where)
    return new PostgresStore(pool, url, where, session)
  } catch (error) {
    await pool.end()
    throw error
  }
}

/** `postgres://host:port/database`. */
function withoutPassword(url: string): string {
  try {
    const { host, pathname, searchParams } = new URL(url)
    return `postgres://${host || (searchParams.get("host") ?? "")}${pathname}`
  } catch {
    throw new StoreNotReady("database", "is not a URL such as postgres://user@host:5432/name")
  }
}

function createPool(url: string, session: string, settings: readonly string[]): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: session,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    ...(settings.length === 0 ? {} : { options: settings.map((setting) => `-c ${setting}`).join(" ") }),
  })
  // A connection that breaks while nobody uses it is replaced; the next query says so if the server is gone.
  pool.on("error", () => undefined)
  // So does the next query on one that breaks in the middle of a transaction.
  pool.on("connect", (client) => client.on("error", () => undefined))
  return pool
}

async function prepare(pool: Pool, where: string): Promise<void> {
  const client = await pool.connect().catch((cause: unknown) => {
    throw explain(cause, where)
  })
  try {
    const version = await client.query<{ number: string }>(
      "SELECT current_setting('server_version_num') AS number",
    )
    const major = Math.floor(Number(version.rows[0]?.number) / 10_000)
    if (major < OLDEST_VERSION)
      throw new StoreNotReady(where, `is PostgreSQL ${major}; ${OLDEST_VERSION} or later is needed`)
    await client.query(`SET lock_timeout = ${MIGRATION_WAIT_MS}; SET statement_timeout = 0`)
    await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK])
    const database = drizzle(client, { schema })
    await migrateSchema(database, where, (config) => migrate(database, config))
  } catch (cause) {
    throw explain(cause, where)
  } finally {
    // With its settings and its lock.
    client.release(true)
  }
}

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "57P01",
  "57P02",
  "57P03",
  "53300",
])
const NOT_READY: Record<string, string> = {
  "28P01": "refuses the user or the password",
  "28000": "refuses this user from here",
  "3D000": "has no such database",
  "42501": "does not let this user create the schema",
  "55P03": "another process is bringing the schema up to date and does not finish",
}

/** What a failed connection means; never repeats the URL, which may hold a password. */
function explain(error: unknown, where: string): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const cause = error.cause instanceof Error ? error.cause : error
  const { code } = cause as { code?: string }
  if (code !== undefined && UNREACHABLE.has(code))
    return new StoreUnreachable(where, `does not answer (${code})`, { cause })
  if (code !== undefined && code in NOT_READY)
    return new StoreNotReady(where, NOT_READY[code] ?? code, { cause })
  if (/timeout|terminated unexpectedly/i.test(cause.message))
    return new StoreUnreachable(where, "does not answer in time", { cause })
  if (/SASL|SCRAM|password must be/i.test(cause.message))
    return new StoreNotReady(where, "needs a password: put it into the URL, PGPASSWORD or PGPASSFILE", {
      cause,
    })
  if (/SSL|certificate|TLS/i.test(cause.message) || code?.startsWith("ERR_TLS") === true)
    return new StoreNotReady(where, `TLS cannot be agreed on (${cause.message})`, { cause })
  return error
}

class PostgresStore implements Store {
  readonly kind = "postgres"
  readonly isShared = false
  readonly database: NodePgDatabase<typeof schema>

  constructor(
    private readonly pool: Pool,
    private readonly url: string,
    readonly where: string,
    readonly session: string,
  ) {
    this.database = drizzle(pool, { schema })
  }

  async transaction<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    const client = await this.pool.connect().catch((cause: unknown) => {
      throw explain(cause, this.where)
    })
    let broken = false
    try {
      await client.query("BEGIN")
      const result = await work({
        database: drizzle(client, { schema }),
        copyRows: (table, columns, rows, options = {}) => copyRows(client, table, columns, rows, options),
      })
      await client.query("COMMIT")
      return result
    } catch (error) {
      await client.query("ROLLBACK").catch(() => {
        broken = true
      })
      throw error
    } finally {
      client.release(broken)
    }
  }

  async fenced(fence: Fence): Promise<Store> {
    const pool = createPool(this.url, this.session, [`${FENCE_SETTING}=${fenceValue(fence)}`])
    const store = new PostgresStore(pool, this.url, this.where, this.session)
    await store.database.execute(sql`SELECT 1`).catch((cause: unknown) => {
      throw explain(cause, this.where)
    })
    return store
  }

  async serve(): Promise<void> {}

  async close(): Promise<void> {
    await this.pool.end()
  }
}

async function copyRows(
  client: PoolClient,
  table: PgTable,
  names: readonly string[],
  rows: CopiedRows,
  options: CopyOptions,
): Promise<number> {
  const plan = planCopy(table, names, options)
  await client.query("SET LOCAL statement_timeout = 0")
  for (const text of plan.before) await client.query(text)
  let copied = 0
  const blocks = copyText(plan.columns, rows, (count) => {
    copied += count
  })
  await pipeline(Readable.from(blocks, { objectMode: false }), client.query(copyFrom(`${plan.copy} STDIN`)))
  let inserted = copied
  for (const text of plan.after) inserted = (await client.query(text)).rowCount ?? 0
  await client.query(`SET LOCAL statement_timeout = ${STATEMENT_MS}`)
  return inserted
}
