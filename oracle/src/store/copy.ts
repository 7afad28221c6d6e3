import { getTableConfig, type PgColumn, type PgTable } from "drizzle-orm/pg-core"

/** Rows in the order of the named columns; null and undefined are NULL. */
export type CopiedRows = Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>

export interface CopyOptions {
  /** Rows whose key is in the table, or came before, are left out. */
  ignoreConflicts?: boolean
}

/** Text of about this size goes to the database in one piece. */
const BLOCK = 1 << 20

/** The columns of a table by their names in the schema. */
function columnsOf(table: PgTable, names: readonly string[]): PgColumn[] {
  const all = table as unknown as Record<string, PgColumn | undefined>
  return names.map((name) => {
    const column = all[name]
    if (column === undefined) throw new Error(`${getTableConfig(table).name} has no column ${name}`)
    return column
  })
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** `"schema"."table"`. */
function tableName(table: PgTable): string {
  const { schema, name } = getTableConfig(table)
  return schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
}

/** What a load runs: statements before, the COPY without its source, and a statement after that says how many rows are new. */
export interface CopyPlan {
  columns: readonly PgColumn[]
  before: string[]
  copy: string
  after: string[]
  /** The last of `after` inserts what is new. */
  countsInserted: boolean
}

export function planCopy(table: PgTable, names: readonly string[], options: CopyOptions): CopyPlan {
  const columns = columnsOf(table, names)
  const list = columns.map((column) => quoted(column.name)).join(", ")
  const target = tableName(table)
  if (options.ignoreConflicts !== true)
    return { columns, before: [], copy: `COPY ${target} (${list}) FROM`, after: [], countsInserted: false }
  const staging = quoted(`copied_${getTableConfig(table).name}`)
  return {
    columns,
    before: [
      `DROP TABLE IF EXISTS pg_temp.${staging}`,
      `CREATE TEMPORARY TABLE ${staging} ON COMMIT DROP AS SELECT ${list} FROM ${target} WITH NO DATA`,
    ],
    copy: `COPY pg_temp.${staging} (${list}) FROM`,
    after: [`INSERT INTO ${target} (${list}) SELECT ${list} FROM pg_temp.${staging} ON CONFLICT DO NOTHING`],
    countsInserted: true,
  }
}

const SPECIAL = /[\\\n\r\t\0]/
const ESCAPES: Record<string, string> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  // PostgreSQL's text has no place for it.
  "\0": "\ufffd",
}

function field(column: PgColumn, value: unknown): string {
  if (value === null || value === undefined) return "\\N"
  const text = String(column.mapToDriverValue(value))
  return SPECIAL.test(text)
    ? text.replace(/[\\\n\r\t\0]/g, (character) => ESCAPES[character] ?? character)
    : text
}

/** Rows as blocks of PostgreSQL's text format; `onRows` is told how many each block holds. */
export async function* copyText(
  columns: readonly PgColumn[],
  rows: CopiedRows,
  onRows: (rows: number) => void,
): AsyncGenerator<Buffer> {
  let text = ""
  let count = 0
  for await (const row of rows) {
    if (row.length !== columns.length) throw new Error(`a row has ${row.length} of ${columns.length} values`)
    text += columns.map((column, index) => field(column, row[index])).join("\t") + "\n"
    count++
    if (text.length < BLOCK) continue
    onRows(count)
    yield Buffer.from(text)
    text = ""
    count = 0
  }
  if (count === 0) return
  onRows(count)
  yield Buffer.from(text)
}
