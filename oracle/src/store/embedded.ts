import { sql } from "drizzle-orm"
import { drizzle, type PgliteDatabase } from "drizzle-orm/pglite"
import { migrate } from "drizzle-orm/pglite/migrator"
import type { PgTable } from "drizzle-orm/pg-core"
import type { PGlite, Transaction } from "@electric-sql/pglite"
import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { DirectoryLock } from "../chain/lock"
import { Locked } from "../chain/failures"
import { copyText, planCopy, type CopiedRows, type CopyOptions } from "./copy"
import { FENCE_SETTING, fenceValue } from "./fence"
import { migrateSchema } from "./migrate"
import * as schema from "./schema"
import { shareDatabase, type SharedDatabase } from "./share"
import { openShared, SharedStore } from "./shared"
import type { Fence, OpenOptions, Store, StoreTransaction } from "./store"

/** In the store's folder: the files of the database, and who uses them. Two processes on them would destroy them. */
const FILES = "files"
const LOCK = "store.lock"
const RETRY_MS = 100
/** Commands that use the database for a moment follow one another. */
const DEFAULT_PATIENCE_MS = 5_000
/** PGlite takes a COPY's text as one blob in memory. */
const BLOB = 8 << 20

export async function openEmbedded(folder: string, options: OpenOptions): Promise<Store> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = await takeLock(folder, options)
  if (lock instanceof SharedStore) return lock
  try {
    const files = join(folder, FILES)
    if (!existsSync(files)) await create(folder, files)
    const { client, database } = await openFiles(files, folder)
    return new EmbeddedStore(client, database, folder, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Of a database that was being created when its process was killed, nothing can be used. */
async function create(folder: string, files: string): Promise<void> {
  const unfinished = `${files}.new`
  rmSync(unfinished, { recursive: true, force: true })
  const { client } = await openFiles(unfinished, folder)
  await client.close()
  renameSync(unfinished, files)
}

async function openFiles(
  files: string,
  where: string,
): Promise<{ client: PGlite; database: PgliteDatabase<typeof schema> }> {
  // WebAssembly of 15 MB: only who needs it loads it.
  const { PGlite } = await import("@electric-sql/pglite")
  const client = await PGlite.create(files)
  const database = drizzle(client, { schema })
  await migrateSchema(database, where, (config) => migrate(database, config))
  return { client, database }
}

/** The lock; or where its holder shares the database, that. */
async function takeLock(folder: string, options: OpenOptions): Promise<DirectoryLock | SharedStore> {
  const deadline = Date.now() + (options.patience ?? DEFAULT_PATIENCE_MS)
  for (;;) {
    try {
      return DirectoryLock.take(folder, LOCK)
    } catch (error) {
      if (!(error instanceof Locked)) throw error
      const shared = options.alone === true ? null : await openShared(folder)
      if (shared !== null) return shared
      if (Date.now() >= deadline)
        throw new Locked(
          folder,
          `${error.lines.join(" ")} and does not share it: wait for it to end, or use PostgreSQL (\`database\` in the configuration)`,
        )
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

class EmbeddedStore implements Store {
  readonly kind = "pglite"
  readonly isShared = false
  readonly session = `stk-oracle ${randomBytes(8).toString("hex")}`
  private shared: SharedDatabase | null = null

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
      isShared: false,
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

  async serve(): Promise<void> {
    this.shared ??= await shareDatabase(this.client, this.where)
  }

  async close(): Promise<void> {
    try {
      await this.shared?.close()
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
