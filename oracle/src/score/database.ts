import { rm } from "node:fs/promises"
import { join } from "node:path"
import { DuckDBInstance, type DuckDBConnection, type DuckDBResult } from "@duckdb/node-api"

/** Memory DuckDB may use before it spills; the rest of the process needs about as much again as Node does. */
export const DEFAULT_MEMORY = "2GB"
export const DEFAULT_THREADS = 2

/** A scratch database on disk: tables are compressed there and sorts spill beside it. */
export class ScratchDatabase {
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

  /** All rows; for results that are small. */
  async rows(sql: string): Promise<Record<string, unknown>[]> {
    return (await this.connection.runAndReadAll(sql)).getRowObjects() as Record<string, unknown>[]
  }

  /** The only value of a one-row result, as a number. */
  async number(sql: string): Promise<number> {
    const rows = await this.rows(sql)
    return Number(Object.values(rows[0] ?? {})[0] ?? 0)
  }

  /** Rows in chunks of columns, without holding the whole result. */
  async *chunks(sql: string): AsyncGenerator<{ columns: unknown[][]; rowCount: number }> {
    // A connection streams one result at a time, and callers merge several.
    const connection = await this.instance.connect()
    try {
      const result: DuckDBResult = await connection.stream(sql)
      for (;;) {
        const chunk = await result.fetchChunk()
        if (chunk === null || chunk.rowCount === 0) return
        yield { columns: chunk.getColumns() as unknown[][], rowCount: chunk.rowCount }
      }
    } finally {
      connection.closeSync()
    }
  }

  async appender(table: string): ReturnType<DuckDBConnection["createAppender"]> {
    return this.connection.createAppender(table)
  }

  close(): void {
    this.connection.closeSync()
    this.instance.closeSync()
  }
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
