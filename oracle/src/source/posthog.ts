import type { Dialect, JsonFields, LinesFile } from "../score/dialect"
import { MAX_USER_ID_CHARACTERS } from "./members"

/** SQL that turns PostHog's exported JSON lines into rows of the table `incoming`. */

/** Functions of the session that every source uses. */
export function sourceFunctions(d: Dialect): string[] {
  return [
    ...d.functions,
    d.createFunction(
      "user_id_rule",
      "u STRING",
      "STRING",
      `CASE
         WHEN u IS NULL OR u = '' THEN 'must be a text that is not empty'
         WHEN length(u) > ${MAX_USER_ID_CHARACTERS} THEN 'must be at most ${MAX_USER_ID_CHARACTERS} characters'
         WHEN ${d.matches("u", "[\\x00-\\x1f\\x7f]")} THEN 'must not contain control characters' END`,
    ),
  ]
}

const FIELDS: JsonFields = Object.fromEntries(
  ["uuid", "event", "distinct_id", "timestamp", "created_at"].map((name) => [name, `$.${name}`]),
)

/** Reads files of events; `lateFrom` is the first arrival, in microseconds, that is too late. */
export function insertPosthogFiles(
  d: Dialect,
  files: readonly LinesFile[],
  lateFrom: bigint,
  parallel: boolean,
): string {
  const text = (name: string): string => d.textField("f", FIELDS, name)
  const place = d.place.columns
  return `INSERT INTO ${d.incoming} (file, item, source_id, type, type_name, user_id, moment, late, problem${place})
    WITH read AS (SELECT file, line, ${d.json("line")} AS json${place} FROM ${d.lines(files, parallel)} AS lines),
    extracted AS (SELECT file, line, json IS NULL AS invalid, ${d.fields("json", FIELDS)} AS f${place} FROM read),
    texts AS (
      SELECT file, line, invalid, ${text("uuid")} AS uuid, ${text("event")} AS event, ${text("distinct_id")} AS user_id,
        ${d.microseconds(text("timestamp"))} AS moment, ${d.microseconds(text("created_at"))} AS arrived${place}
      FROM extracted)
    SELECT file, 0, uuid, event_type(event), CASE WHEN event_type(event) IS NULL THEN event END, user_id, moment,
      coalesce(arrived >= ${lateFrom}, false),
      CASE
        WHEN line IS NULL OR invalid THEN CASE WHEN line IS NULL OR ${d.isBlank("line")} THEN '' ELSE 'line: is not valid JSON' END
        WHEN NOT ltrim(line) LIKE '{%' THEN 'line: is not a JSON object'
        WHEN user_id_rule(uuid) IS NOT NULL THEN 'uuid: ' || user_id_rule(uuid)
        WHEN user_id_rule(event) IS NOT NULL THEN 'event: ' || user_id_rule(event)
        WHEN user_id_rule(user_id) IS NOT NULL THEN 'distinct_id: ' || user_id_rule(user_id)
        WHEN moment IS NULL THEN 'timestamp: must be an ISO 8601 time'
      END${place}
    FROM texts`
}
