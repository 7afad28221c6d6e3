import type { RecordKind } from "../source/kind"
import type { Dialect } from "./dialect"

export type ColumnType = "INT" | "BIGINT" | "TINYINT" | "STRING"
export type Row = Record<string, unknown>

/** Fills a table row by row, values in the order of its columns. */
export interface TableWriter {
  append(...values: (string | number)[]): void
  close(): Promise<void>
}

/** What runs the statements of one week, on tables of its own. */
export interface Engine {
  readonly dialect: Dialect
  /** Name and version, as the summary states them. */
  readonly identity: Record<string, string>
  /** Whether files of one kind are read by one statement, and gzip by the engine itself. */
  readonly readsTogether: boolean
  /** Kinds of files that it does not read: a week that has one is refused. */
  readonly unsupported: readonly RecordKind[]
  run(sql: string): Promise<void>
  /** All rows; for results that are small. */
  rows(sql: string): Promise<Row[]>
  /** The only value of a one-row result, as a number. */
  number(sql: string): Promise<number>
  writer(table: string, columns: Record<string, ColumnType>): Promise<TableWriter>
  /** Writes the only column of a query, a line a row, in its order and without holding the result. */
  writeLines(sql: string, path: string, header?: string): Promise<void>
  /** The only column of a query in parts, in its order and without holding the result. */
  lines(sql: string): AsyncGenerator<readonly string[]>
  close(): Promise<void>
}

/** Opens an engine that may use the folder `scratch` until it is closed. */
export type OpenEngine = (scratch: string, options: { memory: string; threads: number }) => Promise<Engine>
