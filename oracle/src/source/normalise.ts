import { weekOf } from "@stk/sdk/math"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ScratchDatabase } from "../score/database"
import { DUCKDB } from "../score/duckdb"
import type { EconomyRules } from "../score/rules"
import { createTables, findDuplicates, knownTypes, lateFrom } from "../score/tables"
import { countProblem, dayOfCount, type CountLine } from "./counts"
import { DISCOURSE_USERS, insertDiscourseEvents, insertDiscourseFiles } from "./discourse"
import { kindOf, type RecordKind } from "./kind"
import { insertPosthogFiles } from "./posthog"
import { insertXapiFiles, XAPI_USERS } from "./xapi"

/**
 * Turns raw lines into events with the very SQL that scoring uses, so that nothing is interpreted twice: what the store
 * lists is what the week is scored from.
 */

export interface NormalisedEvent {
  sourceId: string
  type: string
  userId: string
  /** The other side of a like or a comment, where the source tells. */
  counterpart: string | null
  /** Unix microseconds. */
  moment: bigint
  /** When it reached the source, where the source tells. */
  arrived: bigint | null
  week: number
  /** From 1. */
  line: number
}

export interface Rejection {
  reason: string
  detail: string | null
  sourceId: string | null
  type: string | null
  userId: string | null
  moment: bigint | null
  week: number | null
  line: number
  item: number | null
}

export interface Normalised {
  events: NormalisedEvent[]
  counts: NormalisedCount[]
  rejections: Rejection[]
  /** Equal records with the same source id within these lines. */
  duplicates: number
  firstAt: bigint | null
  lastAt: bigint | null
}

/** How many events of a type somebody has on a day, counted at the source. */
export interface NormalisedCount {
  userId: string
  type: string
  week: number
  /** 0 is Monday. */
  day: number
  count: bigint
}

/** Which platform user a Discourse user is, and who opened a topic: what lines alone do not say. */
export interface NormaliseContext {
  rules: EconomyRules
  discourseUsers: ReadonlyMap<string, string>
  /** SHA-1 of `mailto:` and the address → user id. */
  xapiUsers: ReadonlyMap<string, string>
}

/** Lateness is about the week of each event, so nothing is late for the tables, which know only one week. */
const NEVER = 2n ** 62n
/** Where a record says when it reached its source. */
const ARRIVAL = { posthog: { arrival: "$.created_at" }, xapi: { arrival: "$.stored" } }
const MICROSECONDS = 1_000_000n

export async function normalise(lines: readonly string[], context: NormaliseContext): Promise<Normalised> {
  const kind = kindOfLines(lines)
  if (kind === null || kind === "counts") return readCounts(lines, context.rules)
  const scratch = await mkdtemp(join(tmpdir(), "stk-oracle-collect-"))
  try {
    const path = join(scratch, "lines.jsonl")
    await writeFile(path, lines.map((line) => line.replaceAll(/[\0\u0001\r]/g, " ") + "\n").join(""))
    const database = await ScratchDatabase.inMemory()
    try {
      for (const sql of createTables(DUCKDB, context.rules)) await database.run(sql)
      return await read(database, path, kind, context)
    } finally {
      database.close()
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function kindOfLines(lines: readonly string[]): RecordKind | null {
  for (const line of lines) {
    const kind = kindOf(parse(line))
    if (kind !== null) return kind
  }
  return null
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Counts need no SQL: they are few, and whole. A line of no known kind is malformed here as elsewhere. */
function readCounts(lines: readonly string[], rules: EconomyRules): Normalised {
  const types = knownTypes(rules)
  const result = emptyResult()
  const seen = new Set<string>()
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue
    const value = parse(line)
    const problem = countProblem(value)
    const count = value as CountLine
    const type = problem === null ? (rules.aliases[count.event] ?? count.event) : null
    const place = problem === null ? dayOfCount(count.day) : null
    const key = problem === null ? JSON.stringify([count.distinct_id, type, count.day]) : ""
    const isRepeated = problem === null && seen.has(key)
    seen.add(key)
    if (place === null || type === null || !types.includes(type) || isRepeated) {
      result.rejections.push({
        reason: problem !== null ? "malformed" : isRepeated ? "conflicting_duplicate" : "unknown_type",
        detail: problem,
        sourceId: null,
        type,
        userId: problem === null ? count.distinct_id : null,
        moment: null,
        week: place?.week ?? null,
        line: index + 1,
        item: null,
      })
    } else {
      result.counts.push({ userId: count.distinct_id, type, ...place, count: BigInt(count.count) })
    }
  }
  return result
}

function emptyResult(): Normalised {
  return { events: [], counts: [], rejections: [], duplicates: 0, firstAt: null, lastAt: null }
}

async function read(
  database: ScratchDatabase,
  path: string,
  kind: Exclude<RecordKind, "counts">,
  context: NormaliseContext,
): Promise<Normalised> {
  const { rules } = context
  const isMapped = context.discourseUsers.size > 0
  const files = [{ path, number: 0 }]
  if (kind === "posthog") await database.run(insertPosthogFiles(DUCKDB, files, NEVER, false))
  else if (kind === "xapi") {
    const users = await database.writer("xapi_users", XAPI_USERS)
    for (const [mboxSha1sum, userId] of context.xapiUsers) users.append(0, mboxSha1sum, userId)
    await users.close()
    for (const sql of insertXapiFiles(DUCKDB, rules.xapi, files, NEVER, context.xapiUsers.size > 0, false))
      await database.run(sql)
  } else {
    const users = await database.writer("discourse_users", DISCOURSE_USERS)
    for (const [username, userId] of context.discourseUsers) users.append(0, username, userId)
    await users.close()
    for (const sql of [
      ...insertDiscourseFiles(DUCKDB, files, false),
      ...insertDiscourseEvents(DUCKDB, rules.discourse, isMapped),
    ])
      await database.run(sql)
  }
  // Discourse does not say when: its moments are that themselves.
  const fields = kind === "discourse" ? null : ARRIVAL[kind]
  await database.run(
    fields === null
      ? "CREATE TABLE arrivals AS SELECT NULL::BIGINT AS arrived WHERE false"
      : `CREATE TABLE arrivals AS
         SELECT ${DUCKDB.microseconds(DUCKDB.textField("f", fields, "arrival"))} AS arrived
         FROM (SELECT ${DUCKDB.fields("json", fields)} AS f
           FROM (SELECT ${DUCKDB.json("line")} AS json FROM ${DUCKDB.lines(files, false)} AS lines))`,
  )
  for (const sql of findDuplicates(DUCKDB)) await database.run(sql)
  const names = knownTypes(rules)
  const rows = await database.rows(
    `SELECT coalesce(i.page_row, i.rowid) + 1 AS line, i.item, i.source_id, i.type, i.type_name, i.user_id, i.counterpart, i.moment, a.arrived,
       i.problem, i.reason, d.conflicting
     FROM incoming i LEFT JOIN arrivals a ON a.rowid = coalesce(i.page_row, i.rowid) LEFT JOIN duplicates d ON d.event = i.rowid
     WHERE i.problem IS DISTINCT FROM '' ORDER BY i.rowid`,
  )
  const result: Normalised = {
    events: [],
    counts: [],
    rejections: [],
    duplicates: 0,
    firstAt: null,
    lastAt: null,
  }
  for (const row of rows) {
    const moment = row.moment as bigint | null
    const week = moment === null ? null : weekOf(Number(moment / MICROSECONDS))
    const type = row.type === null ? (row.type_name as string | null) : (names[Number(row.type)] ?? null)
    const line = Number(row.line)
    if (row.problem === null && moment !== null) {
      if (result.firstAt === null || moment < result.firstAt) result.firstAt = moment
      if (result.lastAt === null || moment > result.lastAt) result.lastAt = moment
    }
    if (row.conflicting === false) {
      result.duplicates++
      continue
    }
    const arrived = row.arrived as bigint | null
    const reason = reasonOf(row, week, arrived)
    if (reason === null && week !== null && type !== null && moment !== null)
      result.events.push({
        sourceId: String(row.source_id),
        type,
        userId: String(row.user_id),
        counterpart: row.counterpart as string | null,
        moment,
        arrived,
        week,
        line,
      })
    else
      result.rejections.push({
        reason: reason ?? "malformed",
        detail: row.problem as string | null,
        sourceId: row.source_id as string | null,
        type,
        userId: row.user_id as string | null,
        moment: week === null ? null : moment,
        week,
        line,
        item: Number(row.item) > 0 ? Number(row.item) : null,
      })
  }
  return result
}

/** In the order in which scoring judges. */
function reasonOf(row: Record<string, unknown>, week: number | null, arrived: bigint | null): string | null {
  if (row.problem !== null) return "malformed"
  if (row.conflicting === true) return "conflicting_duplicate"
  if (row.reason !== null) return String(row.reason)
  if (row.type === null) return "unknown_type"
  if (week === null) return "outside_week"
  return isLate(week, arrived) ? "late" : null
}

/** STK-56: what arrives after the aggregation of its week does not count. */
function isLate(week: number, arrived: bigint | null): boolean {
  return arrived !== null && arrived >= lateFrom(week)
}

/** Names of a rule set's events as a source may spell them. */
export function spelledTypes(rules: EconomyRules): string[] {
  return [...knownTypes(rules), ...Object.keys(rules.aliases)]
}

/** Unix microseconds as ISO 8601. */
export function isoMicroseconds(moment: bigint): string {
  const seconds = moment / MICROSECONDS
  const fraction = (moment % MICROSECONDS).toString().padStart(6, "0")
  return new Date(Number(seconds) * 1000).toISOString().replace(".000Z", `.${fraction}Z`)
}
