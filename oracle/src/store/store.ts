import type { PgDatabase, PgQueryResultHKT, PgTable } from "drizzle-orm/pg-core"
import type { CopiedRows, CopyOptions } from "./copy"
import { openEmbedded } from "./embedded"
import { isPostgresUrl, locationOf, type StoreLocation } from "./location"
import { openPostgres } from "./postgres"
import type * as schema from "./schema"

/** Typed queries over the store; inside a transaction the same type. */
export type StoreDatabase = PgDatabase<PgQueryResultHKT, typeof schema>

/** Inside `Store.transaction`: all of it is written, or nothing. */
export interface StoreTransaction {
  readonly database: StoreDatabase
  /**
   * Loads many rows at once by COPY. `columns` are names of the schema, each row has their values in that order.
   * A zero byte, for which PostgreSQL's text has no place, becomes U+FFFD.
   *
   * @returns rows that were inserted: with `ignoreConflicts` those whose key was not there
   */
  copyRows(
    table: PgTable,
    columns: readonly string[],
    rows: CopiedRows,
    options?: CopyOptions,
  ): Promise<number>
}

/** Which lease a store's writes depend on: they are refused as soon as somebody else has it. */
export interface Fence {
  lease: string
  token: number
}

/**
 * The oracle's database: PostgreSQL from 15, or PGlite, which is PostgreSQL in this process over a folder and needs
 * nothing. Both have one schema and one migration history.
 */
export interface Store {
  readonly kind: "postgres" | "pglite"
  /** Whether it is an embedded database that another process has and lets this one use: not under a lease. */
  readonly isShared: boolean
  /** Where it is, without a password. */
  readonly where: string
  /** Name of this process's sessions; no two are equal. */
  readonly session: string
  readonly database: StoreDatabase
  transaction<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T>
  /** The same database through sessions whose every write fails once the lease has another token. */
  fenced(fence: Fence): Promise<Store>
  /** Lets other processes of this user use an embedded database meanwhile; PostgreSQL does by itself. */
  serve(): Promise<void>
  close(): Promise<void>
}

export interface OpenOptions {
  /** Milliseconds to wait for an embedded database that another process uses without sharing it. */
  patience?: number
  /** Never through another process: for work that keeps the database for long. */
  alone?: boolean
}

/**
 * Opens the store at a `postgres://` URL, or the embedded one in a folder, and brings its schema up to date.
 *
 * @throws {StoreUnreachable} nothing answers there
 * @throws {StoreNotReady} it is too old, refuses the credentials, or has a newer schema than this program
 * @throws {Locked} another process is using the embedded database and does not share it
 */
export async function openStore(location: StoreLocation, options: OpenOptions = {}): Promise<Store> {
  const where = locationOf(location)
  return isPostgresUrl(where) ? openPostgres(where) : openEmbedded(where, options)
}
