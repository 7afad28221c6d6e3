import { sql } from "drizzle-orm"
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core"
import { readMigrationFiles } from "drizzle-orm/migrator"
import { join } from "node:path"
import { createFences } from "./fence"
import { StoreNotReady } from "./failures"
import type * as schema from "./schema"

type AnyDatabase = PgDatabase<PgQueryResultHKT, typeof schema>

// Two folders up from both src/store and dist/store.
export const MIGRATIONS = join(__dirname, "..", "..", "migrations")
/** Where the migrations that ran are listed; apart, since the first one creates the schema itself. */
export const MIGRATIONS_SCHEMA = "stk_oracle_migrations"
const MIGRATIONS_TABLE = "__drizzle_migrations"

/** One key for all oracles of a database: only one brings the schema up to date. */
export const MIGRATION_LOCK = 5_394_811

/**
 * Brings the schema up to date. What is missing runs in one transaction, so that a process killed midway leaves the
 * schema as it was; the caller sees to it that only one runs at a time.
 *
 * @throws {StoreNotReady} a newer program has been here
 */
export async function migrateSchema(
  database: AnyDatabase,
  where: string,
  migrate: (config: { migrationsFolder: string; migrationsSchema: string }) => Promise<void>,
): Promise<void> {
  await refuseNewer(database, where)
  await migrate({ migrationsFolder: MIGRATIONS, migrationsSchema: MIGRATIONS_SCHEMA })
  await createFences(database)
}

async function refuseNewer(database: AnyDatabase, where: string): Promise<void> {
  const list = `${MIGRATIONS_SCHEMA}.${MIGRATIONS_TABLE}`
  const [present] = await rowsOf<{ list: string | null }>(
    database,
    sql`SELECT to_regclass(${list})::text AS list`,
  )
  if (present?.list === null || present === undefined) return
  const [last] = await rowsOf<{ at: string | null }>(
    database,
    sql`SELECT max(created_at)::text AS at FROM ${sql.raw(list)}`,
  )
  const newest = Math.max(...readMigrationFiles({ migrationsFolder: MIGRATIONS }).map((m) => m.folderMillis))
  if (Number(last?.at ?? 0) > newest)
    throw new StoreNotReady(where, "has the schema of a newer stk-oracle; use that version or a later one")
}

/** Rows of a statement: both drivers answer with an object that has them. */
export async function rowsOf<Row>(database: AnyDatabase, statement: ReturnType<typeof sql>): Promise<Row[]> {
  return ((await database.execute(statement)) as unknown as { rows: Row[] }).rows
}
