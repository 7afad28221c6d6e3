import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api"
import { literal } from "../score/database"
import { InputRefused } from "../failure"

/**
 * Files that PostHog's batch exports write besides JSON lines: Parquet (whatever it is compressed with inside) and CSV with
 * a header. They are rewritten as JSON lines of the columns that are read, so that everything after is one way.
 */

export type TableFormat = "parquet" | "csv"

/** The columns of an export that are kept; the others, above all `properties`, are not looked at. */
const COLUMNS = ["uuid", "event", "distinct_id", "timestamp", "created_at"]
const PARQUET_MAGIC = Buffer.from("PAR1")
/** How the header of an events table in CSV begins, in any order of columns. */
const CSV_HEADER = /^(?:\ufeff)?(?:"?[\w$.]+"?,)+"?[\w$.]+"?\r?$/

/** The format of a file by its first bytes; null when it is no table. */
export function tableFormat(head: Buffer): TableFormat | null {
  if (head.subarray(0, PARQUET_MAGIC.length).equals(PARQUET_MAGIC)) return "parquet"
  const [firstLine = ""] = head.toString("utf8").split("\n", 1)
  const names = firstLine
    .replace(/^\ufeff/, "")
    .replaceAll('"', "")
    .trim()
    .split(",")
  return CSV_HEADER.test(firstLine) && COLUMNS.slice(0, 4).every((name) => names.includes(name))
    ? "csv"
    : null
}

/**
 * Rewrites a table as JSON lines.
 *
 * @returns the line, or for Parquet the row from 1, at which each record stands
 * @throws {InputRefused} it is broken, or has not the columns of events
 */
export async function rewriteTable(
  path: string,
  format: TableFormat,
  to: string,
  named: string,
): Promise<Uint32Array> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    preserve_insertion_order: "true",
    autoinstall_known_extensions: "false",
  })
  const connection = await instance.connect()
  try {
    await connection.run("SET TimeZone = 'UTC'")
    return await rewrite(connection, path, format, to, named)
  } catch (error) {
    if (error instanceof InputRefused) throw error
    const [message = ""] = (error as Error).message.split("\n")
    throw new InputRefused([
      {
        file: named,
        field: "file",
        rule: `cannot be read as ${format} (${message.replaceAll(path, named)})`,
      },
    ])
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function rewrite(
  connection: DuckDBConnection,
  path: string,
  format: TableFormat,
  to: string,
  named: string,
): Promise<Uint32Array> {
  const source =
    format === "parquet"
      ? `read_parquet(${literal(path)})`
      : `read_csv(${literal(path)}, auto_detect = false, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"',
          new_line = '\\n', parallel = false, columns = {${(await csvColumns(connection, path)).join(", ")}})`
  const described = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`)).getRowObjects()
  const types = new Map(described.map((row) => [String(row.column_name), String(row.column_type)]))
  const missing = COLUMNS.slice(0, 4).filter((name) => !types.has(name))
  if (missing.length > 0)
    throw new InputRefused([
      { file: named, field: "columns", rule: `${missing.join(", ")} missing: not an export of events` },
    ])
  const fields = COLUMNS.filter((name) => types.has(name)).map(
    (name) => `"${name}" := ${textOf(`"${name}"`, types.get(name) ?? "")}`,
  )
  // Where a record stands: a field may hold line breaks, and each moves all that follows.
  const breaks = [...types]
    .filter(([, type]) => type === "VARCHAR")
    .map(([name]) => {
      const column = `coalesce("${name.replaceAll('"', '""')}", '')`
      return `length(${column}) - length(replace(${column}, chr(10), ''))`
    })
  await connection.run(
    `CREATE TABLE records AS SELECT to_json(struct_pack(${fields.join(", ")}))::VARCHAR AS record,
       ${format === "csv" ? breaks.join(" + ") : "0"} AS breaks FROM ${source}`,
  )
  await connection.run(
    `COPY (SELECT record FROM records ORDER BY rowid) TO ${literal(to)}
     (FORMAT csv, HEADER false, DELIMITER '\u0001', QUOTE '', ESCAPE '')`,
  )
  const rows = await connection.runAndReadAll(
    `SELECT (rowid + ${format === "csv" ? 2 : 1}
       + coalesce(sum(breaks) OVER (ORDER BY rowid ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::INTEGER AS line
     FROM records ORDER BY rowid`,
  )
  return Uint32Array.from(rows.getColumns()[0] as number[])
}

/** The names in the header, as columns of text. */
async function csvColumns(connection: DuckDBConnection, path: string): Promise<string[]> {
  const head = await connection.runAndReadAll(
    `SELECT * FROM read_csv(${literal(path)}, auto_detect = false, header = false, all_varchar = true, delim = '\u0001', quote = '',
       escape = '', columns = {'line': 'VARCHAR'}, strict_mode = false) LIMIT 1`,
  )
  const line = String(head.getRows()[0]?.[0] ?? "")
    .replace(/^\ufeff/, "")
    .trim()
  return line.split(",").map((name) => `${literal(name.replaceAll('"', ""))}: 'VARCHAR'`)
}

/** A column as the text that PostHog's JSON lines have; times are UTC whatever the file calls them. */
function textOf(column: string, type: string): string {
  if (type.startsWith("TIMESTAMP")) return `strftime(${column}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%fZ')`
  return type === "VARCHAR" ? column : `${column}::VARCHAR`
}
