import { dateOfDay, DAYS_PER_WEEK, SECONDS_PER_DAY, weekOf, weekStart } from "@stk/sdk/math"
import type { Dialect, LinesFile } from "../score/dialect"
import { userIdRule } from "./members"

/** Counts that were made at the source, as lines of a file. They stand beside single events, or instead of them. */

/** One line of a counts file: how many events of a type somebody has on a UTC day, counted at the source. */
export interface CountLine {
  distinct_id: string
  event: string
  /** YYYY-MM-DD. */
  day: string
  count: number
}

/** More than any member does on a day. */
const MOST = 1_000_000_000
const COUNT_RULE = "count: must be a whole number from 1 to 1,000,000,000"
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Why a parsed line is no count, as `field: rule`; null when it is one. */
export function countProblem(value: unknown): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "line: is not a JSON object"
  const { distinct_id: user, event, day, count } = value as Record<string, unknown>
  const userProblem = typeof user === "string" ? userIdRule(user) : "must be a text that is not empty"
  if (userProblem !== null) return `distinct_id: ${userProblem}`
  if (typeof event !== "string" || event === "") return "event: must be a text that is not empty"
  if (typeof day !== "string" || dayOfCount(day) === null) return "day: must be a date, YYYY-MM-DD"
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > MOST) return COUNT_RULE
  return null
}

/** Week and day of a date, 0 for Monday; null for what is no date. */
export function dayOfCount(day: string): { week: number; day: number } | null {
  const seconds = DAY.test(day) ? Date.parse(`${day}T00:00:00Z`) / 1000 : Number.NaN
  if (Number.isNaN(seconds) || new Date(seconds * 1000).toISOString().slice(0, 10) !== day) return null
  const week = weekOf(seconds)
  return week === null ? null : { week, day: (seconds - weekStart(week)) / SECONDS_PER_DAY }
}

const FIELDS = { user: "$.distinct_id", event: "$.event", day: "$.day", count: "$.count" }

export function countsTables(d: Dialect): string[] {
  return [
    // day: 0 is Monday, null outside the week. problem as in `incoming`. line: from 0.
    d.createTable(
      "pushed_lines",
      "file INT, line BIGINT, user_id STRING, type SMALLINT, type_name STRING, day TINYINT, n BIGINT, problem STRING",
    ),
  ]
}

/** Reads one file of counts; what is malformed goes to `incoming` with its line. */
export function insertCountsFile(d: Dialect, file: LinesFile, week: number): string[] {
  const monday = weekStart(week) / SECONDS_PER_DAY
  const days = Array.from(
    { length: DAYS_PER_WEEK },
    (_, day) => `WHEN ${d.text(dateOfDay(monday + day))} THEN ${day}`,
  )
  return [
    "DROP TABLE IF EXISTS counts_read",
    d.createTableAs(
      "counts_read",
      `WITH read AS (SELECT file, line, ${d.json("line")} AS json FROM ${d.lines([file], false)} AS lines)
       SELECT file, line, json IS NULL AS invalid, ${d.fields("json", FIELDS)} AS f FROM read`,
    ),
    `INSERT INTO pushed_lines
     WITH texts AS (
       SELECT file, rowid AS place, line, invalid, ${d.textField("f", FIELDS, "user")} AS user_id,
         ${d.textField("f", FIELDS, "event")} AS event, ${d.textField("f", FIELDS, "day")} AS day,
         ${d.integerField("f", FIELDS, "count")} AS n
       FROM ${d.numbered("counts_read")})
     SELECT file, place, user_id, event_type(event), CASE WHEN event_type(event) IS NULL THEN event END,
       (CASE day ${days.join(" ")} END)::TINYINT, n,
       CASE
         WHEN line IS NULL OR invalid THEN CASE WHEN line IS NULL OR ${d.isBlank("line")} THEN '' ELSE 'line: is not valid JSON' END
         WHEN NOT ltrim(line) LIKE '{%' THEN 'line: is not a JSON object'
         WHEN user_id_rule(user_id) IS NOT NULL THEN 'distinct_id: ' || user_id_rule(user_id)
         WHEN user_id_rule(event) IS NOT NULL THEN 'event: ' || user_id_rule(event)
         WHEN length(day) <> 10 OR ${d.microseconds("day || 'T00:00:00Z'")} IS NULL THEN 'day: must be a date, YYYY-MM-DD'
         WHEN coalesce(n < 1 OR n > ${MOST}, true) THEN ${d.text(COUNT_RULE)}
       END
     FROM texts`,
    `INSERT INTO ${d.incoming} (file, page_row, item, problem)
     SELECT file, line, 0, problem FROM pushed_lines WHERE file = ${file.number} AND problem IS NOT NULL`,
  ]
}

/** After all files: who is counted twice for the same would be paid twice, so only the first line stands. */
export function refuseRepeatedCounts(d: Dialect): string[] {
  return [
    d.createTableAs(
      "pushed_repeated",
      `SELECT file, line FROM (
         SELECT file, line, row_number() OVER (PARTITION BY user_id, type, type_name, day ORDER BY file, line) AS nth
         FROM pushed_lines WHERE problem IS NULL AND day IS NOT NULL) AS ranked WHERE nth > 1`,
    ),
    `INSERT INTO ${d.incoming} (file, page_row, item, problem)
     SELECT file, line, 0, 'line: counts a user, an event and a day again' FROM pushed_repeated`,
  ]
}

/** `pushed`: one row a line that is no broken one, with the reason why it does not count or null. */
export function judgeCounts(d: Dialect): string {
  return d.createTableAs(
    "pushed",
    `SELECT p.file, p.line, p.user_id, p.type, p.type_name, p.day, p.n, m.ordinal,
       CASE WHEN p.type IS NULL THEN 'unknown_type' WHEN p.day IS NULL THEN 'outside_week'
         WHEN m.ordinal IS NULL THEN 'unknown_member' END AS reason
     FROM pushed_lines p LEFT JOIN members m ON m.user_id = p.user_id
     LEFT JOIN pushed_repeated r ON r.file = p.file AND r.line = p.line
     WHERE p.problem IS NULL AND r.file IS NULL`,
  )
}
