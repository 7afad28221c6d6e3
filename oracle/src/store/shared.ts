import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres"
import type { PgInsertValue, PgTable } from "drizzle-orm/pg-core"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { Pool } from "pg"
import { Locked } from "../chain/failures"
import type { CopiedRows, CopyOptions } from "./copy"
import * as schema from "./schema"
import { socketFolder, SOCKET_PORT } from "./share"
import type { Store, StoreDatabase, StoreTransaction } from "./store"

/** Sessions take turns anyway. */
const CONNECTIONS = 2
const CONNECT_MS = 5_000
const ROWS_A_STATEMENT = 500

/** The embedded database through the process that has it; null when that does not share it. */
export async function openShared(folder: string): Promise<SharedStore | null> {
  const host = socketFolder(folder)
  if (!existsSync(join(host, `.s.PGSQL.${SOCKET_PORT}`))) return null
  const pool = new Pool({
    host,
    port: SOCKET_PORT,
    user: "stk",
    database: "stk",
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
  })
  // A connection that breaks is told by the next query on it.
  pool.on("error", () => undefined)
  pool.on("connect", (client) => client.on("error", () => undefined))
  try {
    await pool.query("SELECT 1")
    return new SharedStore(pool, folder)
  } catch {
    // Its process has ended, or is about to share.
    await pool.end()
    return null
  }
}

export class SharedStore implements Store {
  readonly kind = "pglite"
  readonly isShared = true
  readonly session = "stk-oracle shared"
  readonly database: NodePgDatabase<typeof schema>

  constructor(
    private readonly pool: Pool,
    readonly where: string,
  ) {
    this.database = drizzle(pool, { schema })
  }

  async transaction<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    return this.database.transaction(async (database) =>
      work({
        database,
        copyRows: (table, columns, rows, options = {}) => insertRows(database, table, columns, rows, options),
      }),
    )
  }

  async fenced(): Promise<Store> {
    return Promise.reject(this.refusal())
  }

  async serve(): Promise<void> {
    return Promise.reject(this.refusal())
  }

  private refusal(): Locked {
    return new Locked(
      this.where,
      "another process works with this database and shares it for reading and decisions only",
    )
  }

  async close(): Promise<void> {
    await this.pool.end()
  }
}

/** COPY does not go over the socket. */
async function insertRows(
  database: StoreDatabase,
  table: PgTable,
  columns: readonly string[],
  rows: CopiedRows,
  options: CopyOptions,
): Promise<number> {
  let inserted = 0
  let batch: PgInsertValue<PgTable>[] = []
  const insert = async (): Promise<void> => {
    if (batch.length === 0) return
    const query = database.insert(table).values(batch)
    const result = await (options.ignoreConflicts === true ? query.onConflictDoNothing() : query)
    inserted += (result as { rowCount: number | null }).rowCount ?? 0
    batch = []
  }
  for await (const row of rows) {
    batch.push(Object.fromEntries(columns.map((column, index) => [column, row[index]])))
    if (batch.length === ROWS_A_STATEMENT) await insert()
  }
  await insert()
  return inserted
}
