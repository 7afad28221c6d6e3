import { LEVELS } from "@stk/sdk/math"
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { decodeAddress } from "../base58"
import type { InputProblem } from "../failure"

/** Community data that names people comes as small CSV files; a record is one line, fields may be quoted. */

export const MEMBERS_HEADER = ["user_id", "wallet", "level"] as const
export const DISCOURSE_USERS_HEADER = ["username", "user_id"] as const
export const XAPI_USERS_HEADER = ["mbox_sha1sum", "user_id"] as const
/** PostHog's limit of a distinct_id. */
export const MAX_USER_ID_CHARACTERS = 400
const CONTROL = /[\u0000-\u001f\u007f]/
/**
 * What a spreadsheet takes for a formula when points.csv is opened, also where it splits at semicolons. Numbers with a sign,
 * such as telephone numbers, are none.
 */
const FORMULA = /(?:^|;)\s*(?:[=@\uff1d\uff20]|[+\-\uff0b\uff0d](?!\d+(?:;|$)))/

export interface MemberRow {
  line: number
  userId: string
  wallet: string
  level: number
}

export interface CsvReading {
  /** SHA-256 of the file as it lies on disk. */
  sha256: string
  bytes: number
  problems: InputProblem[]
  problemCount: number
}

/**
 * Reads `user_id,wallet,level` row by row; rows with a problem are left out and listed. `levelTenths` are the
 * economy's coefficients: a level with 0 does not exist, and nobody can have it.
 * Uniqueness over the whole file is checked later, where all rows are together.
 */
export async function readMembers(
  path: string,
  levelTenths: readonly number[],
  onRow: (row: MemberRow) => void,
  problemLimit: number,
): Promise<CsvReading> {
  return readCsv(
    path,
    MEMBERS_HEADER,
    problemLimit,
    ([userId = "", wallet = "", level = ""], line, refuse) => {
      const rule = userIdRule(userId)
      if (rule !== null) refuse("user_id", rule)
      else if (decodeAddress(wallet) === null) refuse("wallet", "must be the base58 address of 32 bytes")
      else if (!/^[1-8]$/.test(level)) refuse("level", `must be a whole number from 1 to ${LEVELS}`)
      else if (levelTenths[Number(level) - 1] === 0)
        refuse("level", `is ${level}, which the economy does not have`)
      else onRow({ line, userId, wallet, level: Number(level) })
    },
  )
}

/** Reads `username,user_id`: which platform user a Discourse user is. */
export async function readDiscourseUsers(
  path: string,
  onRow: (row: { line: number; username: string; userId: string }) => void,
  problemLimit: number,
): Promise<CsvReading> {
  return readCsv(path, DISCOURSE_USERS_HEADER, problemLimit, ([username = "", userId = ""], line, refuse) => {
    const rule = userIdRule(userId)
    if (username === "") refuse("username", "must not be empty")
    else if (rule !== null) refuse("user_id", rule)
    else onRow({ line, username, userId })
  })
}

/** Reads `mbox_sha1sum,user_id`: whose an address in xAPI statements is. */
export async function readXapiUsers(
  path: string,
  onRow: (row: { line: number; mboxSha1sum: string; userId: string }) => void,
  problemLimit: number,
): Promise<CsvReading> {
  return readCsv(path, XAPI_USERS_HEADER, problemLimit, ([mboxSha1sum = "", userId = ""], line, refuse) => {
    const rule = userIdRule(userId)
    if (!/^[0-9a-f]{40}$/.test(mboxSha1sum))
      refuse("mbox_sha1sum", "must be 40 hexadecimal digits in lower case")
    else if (rule !== null) refuse("user_id", rule)
    else onRow({ line, mboxSha1sum, userId })
  })
}

/** Why a text can be nobody's id; null when it can. */
export function userIdRule(userId: string): string | null {
  if (userId === "") return "must not be empty"
  if (userId.length > MAX_USER_ID_CHARACTERS) return `must be at most ${MAX_USER_ID_CHARACTERS} characters`
  if (CONTROL.test(userId)) return "must not contain control characters"
  return FORMULA.test(userId)
    ? "must not begin like a formula (=, @, + or -), which spreadsheets would run"
    : null
}

type RefuseField = (field: string, rule: string) => void

async function readCsv(
  path: string,
  header: readonly string[],
  problemLimit: number,
  onRecord: (fields: string[], line: number, refuse: RefuseField) => void,
): Promise<CsvReading> {
  const reading: CsvReading = { sha256: "", bytes: 0, problems: [], problemCount: 0 }
  const hash = createHash("sha256")
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  let line = 0
  let sawHeader = false

  const refuse = (field: string, rule: string): void => {
    reading.problemCount++
    if (reading.problems.length < problemLimit) reading.problems.push({ file: path, line, field, rule })
  }
  const take = (bytes: Buffer): void => {
    line++
    let text: string
    try {
      text = decoder.decode(bytes)
    } catch {
      refuse("line", "is not valid UTF-8")
      return
    }
    if (line === 1 && text.startsWith("\ufeff")) text = text.slice(1)
    if (text.endsWith("\r")) text = text.slice(0, -1)
    if (text === "") return
    const fields = splitRecord(text)
    if (typeof fields === "string") {
      refuse("line", fields)
    } else if (!sawHeader) {
      sawHeader = true
      if (fields.length !== header.length || fields.some((field, i) => field !== header[i]))
        refuse("header", `must be ${header.join(",")}`)
    } else if (fields.length !== header.length) {
      refuse("line", `has ${fields.length} fields, not ${header.length}`)
    } else {
      onRecord(fields, line, refuse)
    }
  }

  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    reading.bytes += chunk.length
    const block = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = block.indexOf(10); end !== -1; end = block.indexOf(10, start)) {
      take(block.subarray(start, end))
      start = end + 1
    }
    rest = Buffer.from(block.subarray(start))
  }
  if (rest.length > 0) take(rest)
  if (!sawHeader && reading.problemCount === 0) {
    line = 1
    refuse("header", `must be ${header.join(",")}`)
  }
  reading.sha256 = hash.digest("hex")
  return reading
}

/** Splits one CSV record (RFC 4180, without line breaks inside fields); a text is what is wrong with it. */
export function splitRecord(text: string): string[] | string {
  if (!text.includes('"')) return text.split(",")
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (text[at] !== '"') {
      const comma = text.indexOf(",", at)
      const field = comma === -1 ? text.slice(at) : text.slice(at, comma)
      if (field.includes('"')) return "a quote stands inside a field that is not quoted"
      fields.push(field)
      if (comma === -1) return fields
      at = comma + 1
      continue
    }
    let field = ""
    let from = at + 1
    for (;;) {
      const quote = text.indexOf('"', from)
      if (quote === -1) return "a quoted field is not closed"
      field += text.slice(from, quote)
      if (text[quote + 1] !== '"') {
        at = quote + 1
        break
      }
      field += '"'
      from = quote + 2
    }
    fields.push(field)
    if (at === text.length) return fields
    if (text[at] !== ",") return "text follows the closing quote of a field"
    at++
  }
}
