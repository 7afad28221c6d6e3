import { rm } from "node:fs/promises"
import { join } from "node:path"
import {
  DuckDBInstance,
  version as duckdbVersion,
  type DuckDBConnection,
  type DuckDBResult,
} from "@duckdb/node-api"
import { DUCKDB } from "./duckdb"
import type { ColumnType, Engine, Row, TableWriter } from "./engine"
import { literal } from "./literal"

export { literal } from "./literal"

/** Memory DuckDB may use before it spills; the rest of the process needs about as much again as Node does. */
export const DEFAULT_MEMORY = "2GB"
export const DEFAULT_THREADS = 2

/** Written lines are the only column: what separates columns must not be in them. */
const DELIMITER = "\u0001"

/** A scratch database on disk: tables are compressed there and sorts spill beside it. */
export class ScratchDatabase implements Engine {
  readonly dialect = DUCKDB
  readonly identity = { duckdb: duckdbVersion() }
  readonly readsTogether = false
  readonly unsupported = []

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  /** @param directory an existing directory that the caller removes afterwards */
  static async open(
    directory: string,
    options: { memory: string; threads: number },
  ): Promise<ScratchDatabase> {
    const path = join(directory, "scratch.duckdb")
    await rm(path, { force: true })
    return ScratchDatabase.create(path, {
      memory_limit: options.memory,
      threads: String(options.threads),
      temp_directory: join(directory, "spill"),
    })
  }

  /** A database without a file: for so little that opening one would take longer than the work. */
  static async inMemory(): Promise<ScratchDatabase> {
    return ScratchDatabase.create(":memory:", { threads: "1" })
  }

  private static async create(path: string, options: Record<string, string>): Promise<ScratchDatabase> {
    const instance = await DuckDBInstance.create(path, {
      ...options,
      // Row ids are line numbers, and equal inputs must give equal bytes.
      preserve_insertion_order: "true",
      // Nothing is fetched from a network: all that is needed is linked in.
      autoinstall_known_extensions: "false",
    })
    const connection = await instance.connect()
    await connection.run("SET TimeZone = 'UTC'")
    return new ScratchDatabase(instance, connection)
  }

  async run(sql: string): Promise<void> {
    await this.connection.run(sql)
  }

  async rows(sql: string): Promise<Row[]> {
    return (await this.connection.runAndReadAll(sql)).getRowObjects() as Row[]
  }

  async number(sql: string): Promise<number> {
    const rows = await this.rows(sql)
    return Number(Object.values(rows[0] ?? {})[0] ?? 0)
  }

  async writer(table: string, columns: Record<string, ColumnType>): Promise<TableWriter> {
    const appender = await this.connection.createAppender(table)
    const types = Object.values(columns)
    return {
      append: (...values) => {
        values.forEach((value, column) => {
          const type = types[column]
          if (typeof value === "string") appender.appendVarchar(value)
          else if (type === "BIGINT") appender.appendBigInt(BigInt(value))
          else if (type === "TINYINT") appender.appendTinyInt(value)
          else appender.appendInteger(value)
        })
        appender.endRow()
      },
      close: () => Promise.resolve(appender.closeSync()),
    }
  }

  async writeLines(sql: string, path: string, header?: string): Promise<void> {
    const query = header === undefined ? sql : `SELECT * FROM (${sql}) AS lines(${identifier(header)})`
    await this.run(
      `COPY (${query}) TO ${literal(path)} (FORMAT csv, DELIMITER '${DELIMITER}', QUOTE '', ESCAPE '',
         HEADER ${header !== undefined})`,
    )
  }

  async *lines(sql: string): AsyncGenerator<readonly string[]> {
    // A connection streams one result at a time.
    const connection = await this.instance.connect()
    try {
      const result: DuckDBResult = await connection.stream(sql)
      for (;;) {
        const chunk = await result.fetchChunk()
        if (chunk === null || chunk.rowCount === 0) return
        yield (chunk.getColumns()[0] ?? []) as unknown as readonly string[]
      }
    } finally {
      connection.closeSync()
    }
  }

  close(): Promise<void> {
    this.connection.closeSync()
    this.instance.closeSync()
    return Promise.resolve()
  }
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
