import { drizzle as drizzlePostgres } from "drizzle-orm/node-postgres"
import { migrate as migratePostgres } from "drizzle-orm/node-postgres/migrator"
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core"
import { drizzle as drizzlePglite } from "drizzle-orm/pglite"
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { Pool } from "pg"
import * as schema from "./schema"

/** Typed queries over the store; inside `transaction` the same type. */
export type StoreDatabase = PgDatabase<PgQueryResultHKT, typeof schema>

/**
 * The oracle's database: PostgreSQL from 15, or PGlite, which is PostgreSQL in this process over a folder and needs
 * nothing. Both have one schema and one migration history.
 */
export interface Store {
  readonly kind: "postgres" | "pglite"
  readonly database: StoreDatabase
  close(): Promise<void>
}

// Two folders up from both src/store and dist/store.
const MIGRATIONS = join(__dirname, "..", "..", "migrations")
/** Where the migrations that ran are listed; apart, since the first one creates the schema itself. */
const MIGRATIONS_SCHEMA = "stk_oracle_migrations"

/** Opens the store at a `postgres://` URL, or the embedded one in a folder, and brings its schema up to date. */
export async function openStore(location: string): Promise<Store> {
  return /^postgres(ql)?:\/\//.test(location) ? openPostgres(location) : openEmbedded(location)
}

async function openPostgres(url: string): Promise<Store> {
  const pool = new Pool({ connectionString: url })
  const database = drizzlePostgres(pool, { schema })
  await migratePostgres(database, { migrationsFolder: MIGRATIONS, migrationsSchema: MIGRATIONS_SCHEMA })
  return { kind: "postgres", database, close: () => pool.end() }
}

async function openEmbedded(folder: string): Promise<Store> {
  // WebAssembly of 15 MB: only who needs it loads it.
  const { PGlite } = await import("@electric-sql/pglite")
  mkdirSync(folder, { recursive: true })
  const client = await PGlite.create(folder)
  const database = drizzlePglite(client, { schema })
  await migratePglite(database, { migrationsFolder: MIGRATIONS, migrationsSchema: MIGRATIONS_SCHEMA })
  return { kind: "pglite", database, close: () => client.close() }
}
