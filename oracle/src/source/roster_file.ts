import { isUtf8 } from "node:buffer"
import { readFile } from "node:fs/promises"
import { InputRefused } from "../failure"
import { splitRecord } from "./members"

/** A community's members as a file: JSON lines as the platform's API has them, or CSV with one column a field. */

/** A record of the file in the form of the platform's API, not yet validated, or what is wrong with its line. */
export type FileRecord = { line: number; member: unknown } | { line: number; rule: string }

/** Columns in any order; the first three are needed. */
const COLUMNS = [
  "user_id",
  "wallet",
  "level",
  "level_evidence",
  "payment_status",
  "weeks_in_a_row",
  "display_name",
  "discourse_username",
  "email",
  "telegram",
  "language",
  "deleted",
] as const
type Column = (typeof COLUMNS)[number]
const NEEDED: readonly Column[] = ["user_id", "wallet", "level"]

/** @throws {InputRefused} the file cannot be read, or its header names no members */
export async function readRosterFile(path: string): Promise<FileRecord[]> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new InputRefused([{ file: path, field: "file", rule: `cannot be read (${cause.code})` }])
  })
  if (!isUtf8(bytes)) throw new InputRefused([{ file: path, field: "file", rule: "is not valid UTF-8" }])
  const lines = bytes
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
  const records = lines.flatMap((text, index) => (text.trim() === "" ? [] : [{ line: index + 1, text }]))
  const [first, ...rest] = records
  if (first === undefined) throw new InputRefused([{ file: path, field: "file", rule: "is empty" }])
  return first.text.trimStart().startsWith("{") ? records.map(jsonRecord) : csvRecords(path, first, rest)
}

function jsonRecord({ line, text }: { line: number; text: string }): FileRecord {
  try {
    return { line, member: JSON.parse(text) as unknown }
  } catch {
    return { line, rule: "is not valid JSON" }
  }
}

function csvRecords(
  path: string,
  header: { line: number; text: string },
  rest: { line: number; text: string }[],
): FileRecord[] {
  const names = splitRecord(header.text)
  const refuse = (rule: string): InputRefused =>
    new InputRefused([{ file: path, line: header.line, field: "header", rule }])
  if (typeof names === "string") throw refuse(names)
  const columns = names.map((name) => COLUMNS.find((column) => column === name))
  const unknown = names.find((_, index) => columns[index] === undefined)
  if (unknown !== undefined) throw refuse(`${unknown} is not one of ${COLUMNS.join(", ")}`)
  const missing = NEEDED.find((column) => !columns.includes(column))
  if (missing !== undefined) throw refuse(`has no ${missing}`)
  if (new Set(columns).size !== columns.length) throw refuse("names a column twice")
  return rest.map(({ line, text }) => {
    const fields = splitRecord(text)
    if (typeof fields === "string") return { line, rule: fields }
    if (fields.length !== columns.length)
      return { line, rule: `has ${fields.length} fields, not ${columns.length}` }
    const row = new Map(columns.map((column, index) => [column, fields[index] ?? ""]))
    return { line, member: memberOf((column) => row.get(column) ?? "") }
  })
}

/** What the API's form has nested; an empty field is none. Numbers that are none stay texts, which validation refuses. */
function memberOf(field: (column: Column) => string): unknown {
  const optional = (column: Column): string | null => (field(column) === "" ? null : field(column))
  const number = (column: Column): unknown =>
    /^\d{1,9}$/.test(field(column)) ? Number(field(column)) : field(column)
  const deleted = field("deleted")
  return {
    id: field("user_id"),
    wallet: optional("wallet"),
    qualification: { level: number("level"), evidence: optional("level_evidence") },
    payment: optional("payment_status") === null ? null : { status: field("payment_status") },
    consistency: optional("weeks_in_a_row") === null ? null : { weeks_in_a_row: number("weeks_in_a_row") },
    display_name: optional("display_name"),
    discourse_username: optional("discourse_username"),
    email: optional("email"),
    telegram: optional("telegram"),
    language: optional("language"),
    deleted: deleted === "" || deleted === "false" ? false : deleted === "true" ? true : deleted,
  }
}
