import { SECONDS_PER_DAY, weekEnd, weekStart } from "@stk/sdk/math"
import { SOURCE_MACROS } from "../source/posthog"
import { DISCOURSE_TABLES } from "../source/discourse"
import { literal } from "./database"
import { scoredEvents, type EconomyRules } from "./rules"
import { aggregationEnd } from "./weeks"

/**
 * The counting as SQL: incoming → without duplicates → judged → counts per member, type and UTC day → weighted sums → results.
 * Integers only; times are microseconds since 1970.
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

/** Names of all event types that are known: those of the rules first, then those only ingested. */
export function knownTypes(rules: EconomyRules): string[] {
  return [...rules.events.map((event) => event.name), ...rules.ingested]
}

export function createTables(rules: EconomyRules, week: number): string[] {
  const names = knownTypes(rules)
  const cases = [
    ...names.map((name, type) => [name, type] as const),
    ...Object.entries(rules.aliases).map(([alias, name]) => [alias, names.indexOf(name)] as const),
  ].map(([name, type]) => `WHEN ${literal(name)} THEN ${type}`)
  return [
    ...SOURCE_MACROS,
    `CREATE MACRO event_type(name) AS (CASE name ${cases.join(" ")} END)::UTINYINT`,
    `CREATE MACRO late_from() AS ${microseconds(aggregationEnd(week))}::BIGINT`,
    `CREATE TABLE members_read (line UINTEGER, user_id VARCHAR, wallet VARCHAR, level UTINYINT)`,
    `CREATE TABLE previous (member_index UINTEGER, user_id VARCHAR, wallet VARCHAR, streak UTINYINT, last_active_week UINTEGER)`,
    // label: how the file is named in reports. base: number of rows of incoming before the file's first line.
    `CREATE TABLE files (file USMALLINT, label VARCHAR, base UBIGINT)`,
    `CREATE TABLE line_numbers (file USMALLINT, page_row UBIGINT, line UINTEGER)`,
    `CREATE TABLE unreadable (file USMALLINT, line UBIGINT, rule VARCHAR)`,
    // One row an event. page_row: line from 0 in Discourse files, null in PostHog files, where the row id gives it.
    // problem: '' for an empty line, otherwise why the line is malformed. reason: why the source itself excludes the event.
    `CREATE TABLE incoming (file USMALLINT, page_row UBIGINT, item UINTEGER, source_id VARCHAR, type UTINYINT, type_name VARCHAR,
       user_id VARCHAR, moment BIGINT, late BOOLEAN, problem VARCHAR, reason VARCHAR)`,
    ...DISCOURSE_TABLES,
    `CREATE TABLE scored (type UTINYINT, position UTINYINT, weight UBIGINT, daily_limit UINTEGER)`,
    `INSERT INTO scored VALUES ${scoredEvents(rules)
      .map(
        (event, position) =>
          `(${names.indexOf(event.name)}, ${position}, ${event.weight}, ${event.dailyLimit})`,
      )
      .join(", ")}`,
    `CREATE TABLE levels AS SELECT unnest(range(1, ${rules.levelTenths.length + 1}))::UTINYINT AS level,
       unnest([${rules.levelTenths.join(", ")}])::UINTEGER AS tenths`,
    `CREATE TABLE streaks AS SELECT unnest(range(1, ${rules.streakHundredths.length + 1}))::UTINYINT AS streak,
       unnest([${rules.streakHundredths.join(", ")}])::UINTEGER AS hundredths`,
  ]
}

/** Members in the order of their ids (bytes of UTF-8), each with its global index: kept from before, new ones appended. */
export const ARRANGE_MEMBERS = [
  `CREATE TABLE members AS
   SELECT (row_number() OVER (ORDER BY user_id) - 1)::UINTEGER AS ordinal, user_id, wallet, level
   FROM members_read ORDER BY user_id`,
  `CREATE TABLE standings AS
   SELECT m.ordinal, coalesce(p.member_index,
       (SELECT coalesce(max(member_index) + 1, 0) FROM previous)
         + row_number() OVER (PARTITION BY p.member_index IS NULL ORDER BY m.ordinal) - 1)::UINTEGER AS member_index,
     coalesce(p.streak, 0)::UTINYINT AS streak, coalesce(p.last_active_week, 0)::UINTEGER AS last_active_week
   FROM members m LEFT JOIN previous p USING (wallet) ORDER BY m.ordinal`,
]

/** Where an event of `incoming i` stands, as file number and line; joins `files f`. */
const LINE = `coalesce((SELECT n.line FROM line_numbers n
  WHERE n.file = i.file AND n.page_row = coalesce(i.page_row, i.rowid - f.base)), coalesce(i.page_row, i.rowid - f.base) + 1)`

/** Malformed lines with their place, in the order of the files. */
export const LIST_MALFORMED = `CREATE TABLE malformed AS
  SELECT f.file, f.label, ${LINE}::UBIGINT AS line, i.item, i.problem
  FROM incoming i JOIN files f ON f.file = i.file WHERE i.problem <> ''
  UNION ALL SELECT f.file, f.label, u.line, 0, 'line: ' || u.rule FROM unreadable u JOIN files f ON f.file = u.file`

/**
 * Of events with the same source id the earliest counts; ties are broken by content, so the order of files and lines is
 * indifferent. A 64-bit hash finds the few candidates without sorting everything; they are compared in full.
 */
export const FIND_DUPLICATES = [
  `CREATE TABLE repeated AS SELECT hash(page_row IS NULL, source_id) AS h FROM incoming WHERE problem IS NULL
   GROUP BY h HAVING count(*) > 1`,
  `CREATE TABLE duplicates AS
   SELECT row, conflicting FROM (
     SELECT rowid AS row, row_number() OVER source AS position,
       (moment, type, type_name, user_id) IS DISTINCT FROM first_value((moment, type, type_name, user_id)) OVER source AS conflicting
     FROM incoming
     WHERE problem IS NULL AND hash(page_row IS NULL, source_id) IN (SELECT h FROM repeated)
     WINDOW source AS (PARTITION BY page_row IS NULL, source_id
       ORDER BY moment, late, reason NULLS FIRST, type NULLS LAST, type_name, user_id, file, page_row, rowid, item))
   WHERE position > 1`,
]

export function judgeEvents(week: number): string[] {
  const start = microseconds(weekStart(week))
  const end = microseconds(weekEnd(week))
  const day = MICROSECONDS * BigInt(SECONDS_PER_DAY)
  return [
    `CREATE TABLE judged AS
     SELECT i.rowid AS row, m.ordinal, i.type,
       CASE WHEN i.moment >= ${start} AND i.moment < ${end} THEN ((i.moment - ${start}) // ${day})::UTINYINT END AS day,
       CASE
         WHEN d.row IS NOT NULL THEN CASE WHEN d.conflicting THEN 'conflicting_duplicate' ELSE 'duplicate' END
         WHEN i.reason IS NOT NULL THEN i.reason
         WHEN i.type IS NULL THEN 'unknown_type'
         WHEN i.moment < ${start} OR i.moment >= ${end} THEN 'outside_week'
         WHEN i.late THEN 'late'
         WHEN m.ordinal IS NULL THEN 'unknown_member'
       END AS reason
     FROM incoming i LEFT JOIN members m ON m.user_id = i.user_id LEFT JOIN duplicates d ON d.row = i.rowid
     WHERE i.problem IS NULL`,
    `CREATE TABLE rejected AS
     SELECT file, line, item, label, 'malformed' AS reason, problem AS detail, NULL AS source_id, NULL AS event, NULL AS user_id,
       NULL AS moment FROM malformed
     UNION ALL
     SELECT f.file, ${LINE}, i.item, f.label, j.reason, NULL, i.source_id, coalesce(i.type_name, t.name), i.user_id, i.moment
     FROM judged j JOIN incoming i ON i.rowid = j.row JOIN files f ON f.file = i.file LEFT JOIN type_names t ON t.type = i.type
     WHERE j.reason IS NOT NULL AND j.reason <> 'duplicate'`,
  ]
}

export function countEvents(week: number, rules: EconomyRules): string[] {
  return [
    `CREATE TABLE counts AS SELECT ordinal, type, day, count(*)::UINTEGER AS n FROM judged WHERE reason IS NULL GROUP BY ALL`,
    `CREATE TABLE sums AS SELECT c.ordinal, sum(least(c.n, s.daily_limit) * s.weight)::UBIGINT AS weight_sum
     FROM counts c JOIN scored s USING (type) GROUP BY c.ordinal`,
    // STK-44: a counted event makes the week active; a missed week starts again at 1.
    `CREATE TABLE results AS
     WITH weeks AS (
       SELECT m.ordinal, s.member_index, m.user_id, m.wallet, m.level, coalesce(w.weight_sum, 0) AS weight_sum,
         CASE WHEN w.weight_sum IS NULL THEN 0 WHEN s.last_active_week > 0 AND s.last_active_week = ${week - 1}
           THEN least(s.streak + 1, ${rules.streakHundredths.length}) ELSE 1 END::UTINYINT AS streak,
         CASE WHEN w.weight_sum IS NULL THEN s.streak END AS kept_streak, s.last_active_week
       FROM members m JOIN standings s USING (ordinal) LEFT JOIN sums w USING (ordinal))
     SELECT w.*, w.weight_sum::HUGEINT * l.tenths * coalesce(k.hundredths, 0) AS thousandths
     FROM weeks w JOIN levels l USING (level) LEFT JOIN streaks k ON k.streak = w.streak ORDER BY w.ordinal`,
  ]
}

/** Points as plain decimal text without trailing zeros: 61.2, 1584, 0. */
export const POINTS_TEXT = `CASE WHEN thousandths % 1000 = 0 THEN (thousandths // 1000)::VARCHAR
  ELSE (thousandths // 1000)::VARCHAR || '.' || rtrim(lpad((thousandths % 1000)::VARCHAR, 3, '0'), '0') END`

function microseconds(seconds: number): bigint {
  return BigInt(seconds) * MICROSECONDS
}
