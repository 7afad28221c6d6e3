import type { Dialect, JsonFields, LinesFile } from "../score/dialect"
import type { EconomyRules } from "../score/rules"

/**
 * SQL that turns xAPI statements (1.0.3 and 2.0), one a line, into rows of the table `incoming`.
 *
 * What a statement counts as follows from its verb and its activity's type. Its moment is `timestamp`, when the thing
 * happened, and `stored` is when it arrived. A statement that voids another one is a row about that other one: deleted.
 */

const ADL_VERB = "http://adlnet.gov/expapi/verbs/"
const ADL_ACTIVITY = "http://adlnet.gov/expapi/activities/"
const TINCAN_ACTIVITY = "http://id.tincanapi.com/activitytype/"
export const VOIDED = `${ADL_VERB}voided`

/** Verb and activity type as ADL's vocabulary and the registry of Tin Can name them; null stands for every other type. */
export const XAPI_EVENTS: NonNullable<EconomyRules["xapi"]> = {
  accountHomePages: [],
  events: [
    ...["answered", "attempted"].map((verb) => ({
      verb: ADL_VERB + verb,
      activityType: `${ADL_ACTIVITY}cmi.interaction`,
      event: "ExerciseSave",
    })),
    { verb: `${ADL_VERB}answered`, activityType: null, event: "ExerciseSave" },
    { verb: "http://activitystrea.ms/schema/1.0/submit", activityType: null, event: "ExerciseSave" },
    { verb: `${ADL_VERB}experienced`, activityType: null, event: "PageView" },
    ...["completed", "passed"].flatMap((verb) =>
      ["assessment", "question", "performance"].map((type) => ({
        verb: ADL_VERB + verb,
        activityType: ADL_ACTIVITY + type,
        event: "ExerciseSave",
      })),
    ),
    ...["lesson", "module"].map((type) => ({
      verb: `${ADL_VERB}completed`,
      activityType: ADL_ACTIVITY + type,
      event: "SectionCompleted",
    })),
    ...["section", "chapter"].map((type) => ({
      verb: `${ADL_VERB}completed`,
      activityType: TINCAN_ACTIVITY + type,
      event: "SectionCompleted",
    })),
    { verb: `${ADL_VERB}completed`, activityType: `${ADL_ACTIVITY}course`, event: "CourseCompleted" },
  ],
}

/** Columns of `xapi_users`. */
export const XAPI_USERS = { line: "INT", mbox_sha1sum: "STRING", user_id: "STRING" } as const

const FIELDS: JsonFields = {
  id: "$.id",
  actorType: "$.actor.objectType",
  account: "$.actor.account.name",
  homePage: "$.actor.account.homePage",
  mbox: "$.actor.mbox",
  sha1: "$.actor.mbox_sha1sum",
  openid: "$.actor.openid",
  verb: "$.verb.id",
  activityType: "$.object.definition.type",
  objectType: "$.object.objectType",
  object: "$.object.id",
  timestamp: "$.timestamp",
  stored: "$.stored",
}

export function xapiTables(d: Dialect): string[] {
  return [d.createTable("xapi_users", "line INT, mbox_sha1sum STRING, user_id STRING")]
}

/**
 * Reads files of statements; `lateFrom` is the first arrival, in microseconds, that is too late.
 *
 * @param mapped whether `xapi_users` says whose an address is; otherwise the address is the user id. The name of an account
 *   is the user id always.
 */
export function insertXapiFiles(
  d: Dialect,
  xapi: EconomyRules["xapi"],
  files: readonly LinesFile[],
  lateFrom: bigint,
  mapped: boolean,
  parallel: boolean,
): string[] {
  const { events, accountHomePages } = xapi ?? XAPI_EVENTS
  const text = (name: string): string => d.textField("f", FIELDS, name)
  const place = d.place.columns
  // What names an activity type goes before what stands for all others.
  const ordered = [...events].sort(
    (a, b) => Number(a.activityType === null) - Number(b.activityType === null),
  )
  const cases = ordered.map(
    ({ verb, activityType, event }) =>
      `WHEN verb = ${d.text(verb)}${activityType === null ? "" : ` AND activity_type = ${d.text(activityType)}`} THEN ${d.text(event)}`,
  )
  const isForeign =
    accountHomePages.length === 0
      ? "false"
      : `account IS NOT NULL AND coalesce(home_page, '') NOT IN (${accountHomePages.map(d.text).join(", ")})`
  return [
    "DROP TABLE IF EXISTS xapi_lines",
    d.createTableAs(
      "xapi_lines",
      `WITH read AS (SELECT file, line, ${d.json("line")} AS json${place} FROM ${d.lines(files, parallel)} AS lines),
       extracted AS (SELECT file, line, json IS NULL AS invalid, ${d.fields("json", FIELDS)} AS f${place} FROM read),
       texts AS (
         SELECT file, line, invalid, ${text("id")} AS id, ${text("actorType")} AS actor_type, ${text("account")} AS account,
           ${text("homePage")} AS home_page,
           CASE WHEN ${d.lower(text("mbox"))} LIKE 'mailto:%' THEN ${d.lower(text("mbox"))} END AS mbox,
           ${d.lower(text("sha1"))} AS mbox_sha1, ${text("openid")} AS openid, ${text("verb")} AS verb,
           ${text("activityType")} AS activity_type, ${text("objectType")} AS object_type, ${text("object")} AS object,
           ${d.microseconds(`coalesce(${text("timestamp")}, ${text("stored")})`)} AS moment,
           coalesce(${d.microseconds(text("stored"))} >= ${lateFrom}, false) AS late${place}
         FROM extracted),
       judged AS (
         SELECT *, coalesce(account, substring(mbox, 8), mbox_sha1, openid) AS actor,
           CASE WHEN account IS NULL THEN coalesce(mbox_sha1, sha1(mbox)) END AS address,
           coalesce(actor_type, '') = 'Group' OR ${isForeign} AS is_stranger,
           coalesce(verb = ${d.text(VOIDED)} AND object_type = 'StatementRef' AND NOT late, false) AS voids,
           ${cases.length === 0 ? "verb" : `CASE ${cases.join(" ")} ELSE verb END`} AS event
         FROM texts)
       SELECT file, CASE WHEN voids THEN object ELSE id END AS id, CASE WHEN NOT voids THEN event_type(event) END AS type,
         CASE WHEN voids OR event_type(event) IS NULL THEN event END AS type_name, actor, address, is_stranger, voids, moment, late,
         CASE
           WHEN line IS NULL OR invalid THEN CASE WHEN line IS NULL OR ${d.isBlank("line")} THEN '' ELSE 'line: is not valid JSON' END
           WHEN NOT ltrim(line) LIKE '{%' THEN 'line: is not a JSON object'
           WHEN user_id_rule(id) IS NOT NULL THEN 'id: ' || user_id_rule(id)
           WHEN user_id_rule(actor) IS NOT NULL THEN 'actor: must have an account, mbox, mbox_sha1sum or openid'
           WHEN user_id_rule(verb) IS NOT NULL THEN 'verb.id: ' || user_id_rule(verb)
           WHEN voids AND user_id_rule(object) IS NOT NULL THEN 'object.id: ' || user_id_rule(object)
           WHEN moment IS NULL THEN 'timestamp: must be an ISO 8601 time'
         END AS problem${place}
       FROM judged`,
    ),
    `INSERT INTO ${d.incoming} (file, page_row, item, source_id, type, type_name, user_id, moment, late, problem, reason${place})
     SELECT l.file, l.rowid, 0, 'xapi:' || l.id, l.type, l.type_name, ${mapped ? "coalesce(u.user_id, l.actor)" : "l.actor"},
       l.moment, l.late, l.problem,
       CASE WHEN l.voids THEN 'deleted' WHEN l.is_stranger${mapped ? " OR (l.address IS NOT NULL AND u.user_id IS NULL)" : ""}
         THEN 'unknown_member' END${d.place.ofEvents(2)}
     FROM ${d.numbered("xapi_lines")} l ${mapped ? "LEFT JOIN xapi_users u ON u.mbox_sha1sum = l.address" : ""}`,
  ]
}
