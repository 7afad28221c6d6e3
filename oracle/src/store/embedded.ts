import { sql } from "drizzle-orm"
import { drizzle, type PgliteDatabase } from "drizzle-orm/pglite"
import { migrate } from "drizzle-orm/pglite/migrator"
import type { PgTable } from "drizzle-orm/pg-core"
import type { PGlite, Transaction } from "@electric-sql/pglite"
import { randomBytes } from "node:crypto"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { DirectoryLock } from "../chain/lock"
import { Locked } from "../chain/failures"
import { copyText, planCopy, type CopiedRows, type CopyOptions } from "./copy"
import { FENCE_SETTING, fenceValue } from "./fence"
import { migrateSchema } from "./migrate"
import * as schema from "./schema"
import type { Fence, OpenOptions, Store, StoreTransaction } from "./store"

/** In the store's folder: the files of the database, and who uses them. Two processes on them would destroy them. */
const FILES = "files"
const LOCK = "store.lock"
const RETRY_MS = 100
/** PGlite takes a COPY's text as one blob in memory. */
const BLOB = 8 << 20

export async function openEmbedded(folder: string, options: OpenOptions): Promise<Store> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = await takeLock(folder, options.patience ?? 0)
  try {
    // WebAssembly of 15 MB: only who needs it loads it.
    const { PGlite } = await import("@electric-sql/pglite")
    const client = await PGlite.create(join(folder, FILES))
    const database = drizzle(client, { schema })
    await migrateSchema(database, folder, (config) => migrate(database, config))
    return new EmbeddedStore(client, database, folder, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function takeLock(folder: string, patience: number): Promise<DirectoryLock> {
  const deadline = Date.now() + patience
  for (;;) {
    try {
      return DirectoryLock.take(folder, LOCK)
    } catch (error) {
      if (!(error instanceof Locked) || Date.now() >= deadline) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

class EmbeddedStore implements Store {
  readonly kind = "pglite"
  readonly session = `stk-oracle ${randomBytes(8).toString("hex")}`

  constructor(
    private readonly client: PGlite,
    readonly database: PgliteDatabase<typeof schema>,
    readonly where: string,
    private readonly lock: DirectoryLock,
  ) {}

  async transaction<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    return this.client.transaction(async (transaction) =>
      work({
        database: drizzle(transaction as unknown as PGlite, { schema }),
        copyRows: (table, columns, rows, options = {}) =>
          copyRows(transaction, table, columns, rows, options),
      }),
    )
  }

  async fenced(fence: Fence): Promise<Store> {
    // One session for everything: only this process writes here, and only under this lease.
    await this.database.execute(sql`SELECT set_config(${FENCE_SETTING}, ${fenceValue(fence)}, false)`)
    return {
      kind: this.kind,
      where: this.where,
      session: this.session,
      database: this.database,
      transaction: (work) => this.transaction(work),
      fenced: (next) => this.fenced(next),
      serve: () => this.serve(),
      close: async () => {
        await this.database.execute(sql`SELECT set_config(${FENCE_SETTING}, '', false)`)
      },
    }
  }

  async serve(): Promise<void> {}

  async close(): Promise<void> {
    try {
      await this.client.close()
    } finally {
      this.lock.release()
    }
  }
}

async function copyRows(
  transaction: Transaction,
  table: PgTable,
  names: readonly string[],
  rows: CopiedRows,
  options: CopyOptions,
): Promise<number> {
  const plan = planCopy(table, names, options)
  for (const text of plan.before) await transaction.query(text)
  let copied = 0
  let blocks: Buffer[] = []
  let bytes = 0
  const load = async (): Promise<void> => {
    if (bytes > 0) await transaction.query(`${plan.copy} '/dev/blob'`, [], { blob: new Blob(blocks) })
    blocks = []
    bytes = 0
  }
  for await (const block of copyText(plan.columns, rows, (count) => {
    copied += count
  })) {
    blocks.push(block)
    bytes += block.length
    if (bytes >= BLOB) await load()
  }
  await load()
  let inserted = copied
  for (const text of plan.after) inserted = (await transaction.query(text)).affectedRows ?? 0
  return inserted
}
