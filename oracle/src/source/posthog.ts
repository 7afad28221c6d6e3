import { MAX_LINE_BYTES, SEPARATOR } from "./intake"
import { MAX_USER_ID_CHARACTERS } from "./members"
import { literal } from "../score/database"

/** SQL that turns PostHog's exported JSON lines into rows of the table `incoming`. */

/** A table function that yields every line of a file as one text, in order, empty lines as null. */
export function linesOf(path: string, parallel: boolean): string {
  return `read_csv(${literal(path)}, auto_detect = false, header = false, columns = {'line': 'VARCHAR'},
    delim = '${SEPARATOR}', quote = '', escape = '', new_line = '\\n', strict_mode = false, compression = 'none',
    max_line_size = ${2 * MAX_LINE_BYTES}, buffer_size = ${4 * MAX_LINE_BYTES}, parallel = ${parallel})`
}

/** Seconds, a fraction and an offset may be missing; a time without an offset is UTC, as both sources document. */
const TIME =
  "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]{1,12})?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?$"
const TIME_WITHOUT_SECONDS =
  "^([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2})([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?$"

/** Functions of the scratch database that every source uses. */
export const SOURCE_MACROS = [
  // Text of a JSON string; null for anything else. Unescaping costs a second parse, so only where there is an escape.
  `CREATE OR REPLACE MACRO json_text(j) AS CASE WHEN starts_with(j, '"')
     THEN CASE WHEN contains(j, '\\') THEN json_extract_string(j, '$') ELSE j[2:-2] END END`,
  `CREATE OR REPLACE MACRO json_integer(j) AS CASE WHEN regexp_full_match(j, '-?[0-9]{1,15}') THEN j::BIGINT END`,
  `CREATE OR REPLACE MACRO time_us(t) AS epoch_us(CASE
     WHEN regexp_matches(t, '${TIME}') THEN try_cast(replace(upper(t), ',', '.') AS TIMESTAMPTZ)
     WHEN regexp_matches(t, '${TIME_WITHOUT_SECONDS}')
       THEN try_cast(regexp_replace(upper(t), '${TIME_WITHOUT_SECONDS}', '\\1:00\\2') AS TIMESTAMPTZ) END)`,
  `CREATE OR REPLACE MACRO user_id_rule(u) AS CASE
     WHEN u IS NULL OR u = '' THEN 'must be a text that is not empty'
     WHEN length(u) > ${MAX_USER_ID_CHARACTERS} THEN 'must be at most ${MAX_USER_ID_CHARACTERS} characters'
     WHEN regexp_matches(u, '[\\x00-\\x1f\\x7f]') THEN 'must not contain control characters' END`,
]

const FIELDS = ["uuid", "event", "distinct_id", "timestamp", "created_at"]

export function insertPosthogFile(path: string, file: number, parallel: boolean): string {
  return `INSERT INTO incoming (file, item, source_id, type, type_name, user_id, moment, late, problem)
    WITH extracted AS (
      SELECT line, CASE WHEN json_valid(line)
        THEN json_extract(line, [${FIELDS.map((field) => literal(`$.${field}`)).join(", ")}])::VARCHAR[] END AS f
      FROM ${linesOf(path, parallel)}),
    texts AS (
      SELECT line, f, json_text(f[1]) AS uuid, json_text(f[2]) AS event, json_text(f[3]) AS user_id,
        time_us(json_text(f[4])) AS moment, time_us(json_text(f[5])) AS arrived
      FROM extracted)
    SELECT ${file}, 0, uuid, event_type(event), CASE WHEN event_type(event) IS NULL THEN event END, user_id, moment,
      coalesce(arrived >= late_from(), false),
      CASE
        WHEN line IS NULL OR trim(line) = '' THEN ''
        WHEN f IS NULL THEN 'line: is not valid JSON'
        WHEN NOT starts_with(ltrim(line), '{') THEN 'line: is not a JSON object'
        WHEN user_id_rule(uuid) IS NOT NULL THEN 'uuid: ' || user_id_rule(uuid)
        WHEN user_id_rule(event) IS NOT NULL THEN 'event: ' || user_id_rule(event)
        WHEN user_id_rule(user_id) IS NOT NULL THEN 'distinct_id: ' || user_id_rule(user_id)
        WHEN moment IS NULL THEN 'timestamp: must be an ISO 8601 time'
      END
    FROM texts`
}
