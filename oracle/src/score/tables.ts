import { SECONDS_PER_DAY, weekEnd, weekStart } from "@stk/sdk/math"
import { discourseTables } from "../source/discourse"
import { sourceFunctions } from "../source/posthog"
import { countsTables } from "../source/counts"
import { xapiTables } from "../source/xapi"
import type { Dialect } from "./dialect"
import { HELD_DETAIL } from "./fraud"
import { scoredEvents, type EconomyRules } from "./rules"
import { aggregationEnd } from "./weeks"

/**
 * The counting as SQL: incoming → without duplicates → judged → counts per member, type and UTC day → weighted sums → results.
 * Integers only; times are microseconds since 1970. One text for every engine: what differs is in `Dialect`.
 */

const MICROSECONDS = 1_000_000n

/** Why an event does not count; `malformed` comes from the line itself. */
export type RejectionReason =
  | "malformed"
  | "unknown_type"
  | "outside_week"
  | "late"
  | "unknown_member"
  | "unknown_recipient"
  | "self"
  | "deleted"
  | "conflicting_duplicate"
  | "held"

/** Names of all event types that are known: those of the rules first, then those only ingested. */
export function knownTypes(rules: EconomyRules): string[] {
  return [...rules.events.map((event) => event.name), ...rules.ingested]
}

/** First arrival, in microseconds, that is too late for a week. */
export function lateFrom(week: number): bigint {
  return microseconds(aggregationEnd(week))
}

export function createTables(d: Dialect, rules: EconomyRules): string[] {
  const names = knownTypes(rules)
  const cases = [
    ...names.map((name, type) => [name, type] as const),
    ...Object.entries(rules.aliases).map(([alias, name]) => [alias, names.indexOf(name)] as const),
  ].map(([name, type]) => `WHEN ${d.text(name)} THEN ${type}`)
  const filled = (name: string, columns: string, rows: readonly (readonly (string | number)[])[]): string[] =>
    d.constants(name, columns, rows.map((row) => `(${row.join(", ")})`).join(", "))
  return [
    ...sourceFunctions(d),
    d.createFunction("event_type", "name STRING", "SMALLINT", `CASE name ${cases.join(" ")} END`),
    d.createTable("members_read", "line INT, user_id STRING, wallet STRING, level TINYINT"),
    d.createTable(
      "previous",
      "member_index INT, user_id STRING, wallet STRING, streak TINYINT, last_active_week INT",
    ),
    // label: how the file is named in reports. base: number of rows of incoming before the file's first line.
    d.createTable("files", "file INT, label STRING, base BIGINT"),
    d.createTable("line_numbers", "file INT, page_row BIGINT, line INT"),
    d.createTable("unreadable", "file INT, line BIGINT, rule STRING"),
    // One row an event. page_row: line from 0 in files of Discourse and xAPI, null in PostHog files, where the row id gives it.
    // counterpart: the other side of a like or a comment, where the source tells.
    // problem: '' for an empty line, otherwise why the line is malformed. reason: why the source itself excludes the event.
    d.createTable(
      d.incoming,
      `file INT, page_row BIGINT, item INT, source_id STRING, type SMALLINT, type_name STRING,
       user_id STRING, counterpart STRING, moment BIGINT, late BOOLEAN, problem STRING, reason STRING${d.place.types}`,
    ),
    ...discourseTables(d),
    ...xapiTables(d),
    ...countsTables(d),
    ...filled(
      "type_names",
      "type SMALLINT, name STRING",
      names.map((name, type) => [type, d.text(name)]),
    ),
    ...filled(
      "scored",
      "type SMALLINT, position SMALLINT, weight BIGINT, daily_limit INT",
      scoredEvents(rules).map((event, position) => [
        names.indexOf(event.name),
        position,
        event.weight,
        event.dailyLimit,
      ]),
    ),
    ...filled(
      "levels",
      "level TINYINT, tenths INT",
      rules.levelTenths.map((tenths, index) => [index + 1, tenths]),
    ),
    ...filled(
      "streaks",
      "streak TINYINT, hundredths INT",
      rules.streakHundredths.map((hundredths, index) => [index + 1, hundredths]),
    ),
  ]
}

/** Members in the order of their ids (bytes of UTF-8), each with its global index: kept from before, new ones appended. */
export function arrangeMembers(d: Dialect): string[] {
  return [
    d.createTableAs(
      "members",
      `SELECT (row_number() OVER (ORDER BY user_id) - 1)::INT AS ordinal, user_id, wallet, level
       FROM members_read ORDER BY user_id`,
    ),
    d.createTableAs(
      "standings",
      `SELECT m.ordinal, coalesce(p.member_index,
           (SELECT coalesce(max(member_index) + 1, 0) FROM previous)
             + row_number() OVER (PARTITION BY p.member_index IS NULL ORDER BY m.ordinal) - 1)::INT AS member_index,
         coalesce(p.streak, 0)::TINYINT AS streak, coalesce(p.last_active_week, 0)::INT AS last_active_week
       FROM members m LEFT JOIN previous p USING (wallet) ORDER BY m.ordinal`,
    ),
  ]
}

/** Where an event of `incoming i` stands, with the tables that `PLACES` joins. */
const LINE = "coalesce(n.line, coalesce(i.page_row, i.rowid - f.base) + 1)"
const PLACES = `JOIN files f ON f.file = i.file
  LEFT JOIN line_numbers n ON n.file = i.file AND n.page_row = coalesce(i.page_row, i.rowid - f.base)`

/** Malformed lines with their place. */
export function listMalformed(d: Dialect): string {
  return d.createTableAs(
    "malformed",
    `SELECT f.file, f.label, (${LINE})::BIGINT AS line, i.item, i.problem FROM incoming i ${PLACES} WHERE i.problem <> ''
     UNION ALL SELECT f.file, f.label, u.line, 0, 'line: ' || u.rule FROM unreadable u JOIN files f ON f.file = u.file`,
  )
}

/**
 * Of events with the same source id the earliest counts, or none once the source says that it is deleted; ties are broken by
 * content, so the order of files and lines is indifferent. A 64-bit hash finds the few candidates without sorting everything;
 * they are compared in full.
 */
export function findDuplicates(d: Dialect): string[] {
  const hash = d.hash("page_row IS NULL", "source_id")
  return [
    d.createTableAs(
      "repeated",
      `SELECT ${hash} AS h FROM incoming WHERE problem IS NULL GROUP BY ${hash} HAVING count(*) > 1`,
    ),
    d.createTableAs(
      "duplicates",
      `SELECT event, conflicting FROM (
         SELECT rowid AS event, row_number() OVER source AS nth,
           coalesce(first_value(reason) OVER source, '') <> 'deleted' AND
             (moment, type, type_name, user_id) IS DISTINCT FROM first_value((moment, type, type_name, user_id)) OVER source AS conflicting
         FROM incoming
         WHERE problem IS NULL AND ${hash} IN (SELECT h FROM repeated)
         WINDOW source AS (PARTITION BY page_row IS NULL, source_id
           ORDER BY coalesce(reason, '') <> 'deleted', moment, late, reason NULLS FIRST, type NULLS LAST, type_name NULLS LAST, user_id NULLS LAST, file,
             page_row NULLS LAST, item, rowid)) AS ranked
       WHERE nth > 1`,
    ),
  ]
}

/** One row an event, with the reason why it does not count or null; `event` is the row id in `incoming`. */
export function judgeEvents(d: Dialect, week: number, table: "judged" | "considered" = "judged"): string {
  const start = microseconds(weekStart(week))
  const end = microseconds(weekEnd(week))
  const day = MICROSECONDS * BigInt(SECONDS_PER_DAY)
  return d.createTableAs(
    table,
    `SELECT i.rowid AS event, m.ordinal, i.type,
       CASE WHEN i.moment >= ${start} AND i.moment < ${end}
         THEN (${d.divide(`(i.moment - ${start})`, String(day))})::TINYINT END AS day,
       CASE
         WHEN d.event IS NOT NULL THEN CASE WHEN d.conflicting THEN 'conflicting_duplicate' ELSE 'duplicate' END
         WHEN i.reason IS NOT NULL THEN i.reason
         WHEN i.type IS NULL THEN 'unknown_type'
         WHEN i.moment < ${start} OR i.moment >= ${end} THEN 'outside_week'
         WHEN i.late THEN 'late'
         WHEN m.ordinal IS NULL THEN 'unknown_member'
       END AS reason
     FROM incoming i LEFT JOIN members m ON m.user_id = i.user_id LEFT JOIN duplicates d ON d.event = i.rowid
     WHERE i.problem IS NULL`,
  )
}

/** `rejected`: what does not count with its place, but for plain duplicates. `held`: whether fraud rules have held events. */
export function listRejected(d: Dialect, held = false): string {
  return d.createTableAs(
    "rejected",
    `SELECT file, line, item, label, 'malformed' AS reason, problem AS detail, NULL::STRING AS source_id,
       NULL::STRING AS event, NULL::STRING AS user_id, NULL::BIGINT AS moment FROM malformed
     UNION ALL
     SELECT f.file, ${LINE}, i.item, f.label, j.reason, ${held ? "h.detail" : "NULL"}, i.source_id, coalesce(i.type_name, t.name), i.user_id,
       i.moment
     FROM judged j JOIN incoming i ON i.rowid = j.event ${PLACES} LEFT JOIN type_names t ON t.type = i.type
       ${held ? `LEFT JOIN ${HELD_DETAIL} h ON h.event = j.event` : ""}
     WHERE j.reason IS NOT NULL AND j.reason <> 'duplicate'
     UNION ALL
     SELECT p.file, p.line + 1, 0, f.label, p.reason, 'counted: ' || p.n::STRING, NULL, coalesce(p.type_name, t.name), p.user_id, NULL
     FROM pushed p JOIN files f ON f.file = p.file LEFT JOIN type_names t ON t.type = p.type WHERE p.reason IS NOT NULL`,
  )
}

/** `held_listed`: what fraud rules hold, or would hold had nobody released it, with its place. */
export function listHeld(d: Dialect): string {
  return d.createTableAs(
    "held_listed",
    `SELECT f.label, ${LINE} AS line, i.item, i.source_id, t.name AS event, i.user_id, i.counterpart, i.moment,
       h.rule, h.score, h.n, h.other, h.released
     FROM held h JOIN incoming i ON i.rowid = h.event ${PLACES} JOIN type_names t ON t.type = i.type`,
  )
}

/** `capped`: of the events of a day beyond its limit the later ones, by time and then source id; from `counts`. */
export function listCapped(d: Dialect): string {
  return d.createTableAs(
    "capped",
    `SELECT f.label, ${LINE} AS line, i.item, i.source_id, t.name AS event, i.user_id, i.moment, o.nth, o.daily_limit
     FROM (
       SELECT j.event, c.daily_limit, row_number() OVER (PARTITION BY j.ordinal, j.type, j.day
         ORDER BY i.moment, i.source_id, i.page_row IS NULL) AS nth
       FROM (SELECT c.ordinal, c.type, c.day, s.daily_limit FROM counts c JOIN scored s USING (type)
           WHERE c.n > s.daily_limit) AS c
         JOIN judged j ON j.ordinal = c.ordinal AND j.type = c.type AND j.day = c.day JOIN incoming i ON i.rowid = j.event
       WHERE j.reason IS NULL) AS o
       JOIN incoming i ON i.rowid = o.event ${PLACES} JOIN type_names t ON t.type = i.type
     WHERE o.nth > o.daily_limit`,
  )
}

export function countEvents(d: Dialect, week: number, rules: EconomyRules): string[] {
  return [
    d.createTableAs(
      "counts",
      `SELECT ordinal, type, day, sum(n)::INT AS n FROM (
         SELECT ordinal, type, day, count(*) AS n FROM judged WHERE reason IS NULL GROUP BY ordinal, type, day
         UNION ALL SELECT ordinal, type, day, n FROM pushed WHERE reason IS NULL) AS parts
       GROUP BY ordinal, type, day`,
    ),
    d.createTableAs(
      "sums",
      `SELECT c.ordinal, sum(least(c.n, s.daily_limit) * s.weight)::BIGINT AS weight_sum
       FROM counts c JOIN scored s USING (type) GROUP BY c.ordinal`,
    ),
    // STK-44: a counted event makes the week active; a missed week starts again at 1.
    d.createTableAs(
      "results",
      `WITH weeks AS (
         SELECT m.ordinal, s.member_index, m.user_id, m.wallet, m.level, coalesce(w.weight_sum, 0) AS weight_sum,
           (CASE WHEN w.weight_sum IS NULL THEN 0 WHEN s.last_active_week > 0 AND s.last_active_week = ${week - 1}
             THEN least(s.streak + 1, ${rules.streakHundredths.length}) ELSE 1 END)::TINYINT AS streak,
           CASE WHEN w.weight_sum IS NULL THEN s.streak END AS kept_streak, s.last_active_week
         FROM members m JOIN standings s USING (ordinal) LEFT JOIN sums w USING (ordinal))
       SELECT w.*, w.weight_sum::${d.huge} * l.tenths * coalesce(k.hundredths, 0) AS thousandths
       FROM weeks w JOIN levels l USING (level) LEFT JOIN streaks k ON k.streak = w.streak ORDER BY w.ordinal`,
    ),
  ]
}

/** Points as plain decimal text without trailing zeros: 61.2, 1584, 0. */
export function pointsSql(d: Dialect): string {
  const whole = `(${d.divide("thousandths", "1000")})::STRING`
  return `CASE WHEN thousandths % 1000 = 0 THEN ${whole}
    ELSE ${whole} || '.' || TRIM(TRAILING '0' FROM lpad((thousandths % 1000)::STRING, 3, '0')) END`
}

function microseconds(seconds: number): bigint {
  return BigInt(seconds) * MICROSECONDS
}
