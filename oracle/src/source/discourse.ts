import { literal } from "../score/database"
import { linesOf } from "./posthog"

/**
 * SQL that turns what Discourse's API returns into rows of the table `incoming` (STK-50):
 * pages of `/posts.json` and `/t/{id}.json` (posts), pages of `/user_actions.json` (likes, topics, replies), or single records.
 *
 * In a user action `acting_username` is who acted and `username` who wrote the post, in the stream of either side;
 * `target_username` owns the stream. So a like that arrives as given (1) and as received (2) is one like.
 */

const POST_TYPE_SMALL_ACTION = 3
const POST_TYPE_WHISPER = 4

const FIELDS = {
  id: "$.id",
  post_id: "$.post_id",
  action_type: "$.action_type",
  post_number: "$.post_number",
  topic_id: "$.topic_id",
  username: "$.username",
  created_at: "$.created_at",
  acting_username: "$.acting_username",
  target_username: "$.target_username",
  reply_to_post_number: "$.reply_to_post_number",
  reply_to_username: "$.reply_to_user.username",
  post_type: "$.post_type",
  deleted_at: "$.deleted_at",
  user_deleted: "$.user_deleted",
  deleted: "$.deleted",
} as const
type Field = keyof typeof FIELDS
const NAMES = Object.keys(FIELDS) as Field[]

const field = (name: Field): string => `f[${NAMES.indexOf(name) + 1}]`
const text = (name: Field): string => `json_text(${field(name)})`
const integer = (name: Field): string => `json_integer(${field(name)})`
const isTrue = (name: Field): string => `coalesce(${field(name)} = 'true', false)`

export const DISCOURSE_TABLES = [
  // kind: 'post', 'action' or null for anything else; texts are null where a field is missing or of another type.
  `CREATE TABLE discourse_items (file USMALLINT, page_row UBIGINT, item UINTEGER, kind VARCHAR, id BIGINT, post_id BIGINT,
     action_type BIGINT, post_number BIGINT, topic_id BIGINT, username VARCHAR, moment BIGINT, acting_username VARCHAR,
     target_username VARCHAR, reply_to_post_number BIGINT, reply_to_username VARCHAR, post_type BIGINT, deleted BOOLEAN,
     problem VARCHAR)`,
  `CREATE TABLE discourse_users (line UINTEGER, username VARCHAR, user_id VARCHAR)`,
]

/** Reads one file into `discourse_items`; `page_row` is the line, counted from 0. */
export function insertDiscourseFile(path: string, file: number, parallel: boolean): string[] {
  return [
    `CREATE OR REPLACE TEMP TABLE discourse_pages AS
     WITH valid AS (
       SELECT line, CASE WHEN json_valid(line) THEN line END AS page FROM ${linesOf(path, parallel)}),
     listed AS (
       SELECT line, page, list_concat(
         CASE WHEN NOT starts_with(ltrim(page), '[') THEN []
           WHEN json_exists(page, '$[0].latest_posts') OR json_exists(page, '$[0].user_actions') OR json_exists(page, '$[0].post_stream')
             THEN list_concat(json_extract(page, '$[*].latest_posts[*]'), json_extract(page, '$[*].user_actions[*]'),
               json_extract(page, '$[*].post_stream.posts[*]'))
           ELSE json_extract(page, '$[*]') END,
         coalesce(json_extract(page, '$.latest_posts[*]'), []), coalesce(json_extract(page, '$.user_actions[*]'), []),
         coalesce(json_extract(page, '$.post_stream.posts[*]'), [])) AS items,
         coalesce(len(json_extract(page, ['$.latest_posts', '$.user_actions', '$.post_stream.posts'])
           .list_filter(x -> x IS NOT NULL)), 0) > 0 AS is_page
       FROM valid)
     SELECT CASE WHEN page IS NULL THEN NULL
         WHEN is_page OR starts_with(ltrim(page), '[') THEN list_transform(items, x -> ${fieldsOf("x")})
         ELSE [${fieldsOf("page")}] END AS items,
       CASE WHEN line IS NULL OR trim(line) = '' THEN '' WHEN page IS NULL THEN 'line: is not valid JSON' END AS problem,
       is_page OR starts_with(ltrim(page), '[') AS numbered
     FROM listed`,
    `INSERT INTO discourse_items (file, page_row, item, problem)
     SELECT ${file}, rowid, 0, problem FROM discourse_pages WHERE problem IS NOT NULL`,
    `INSERT INTO discourse_items
     WITH items AS (
       SELECT rowid AS page_row, CASE WHEN numbered THEN generate_subscripts(items, 1) ELSE 0 END AS item, unnest(items) AS f
       FROM discourse_pages WHERE problem IS NULL),
     fields AS (
       SELECT page_row, item,
         CASE WHEN ${field("action_type")} IS NOT NULL THEN 'action' WHEN ${field("post_number")} IS NOT NULL THEN 'post' END AS kind,
         ${integer("id")} AS id, ${integer("post_id")} AS post_id, ${integer("action_type")} AS action_type,
         ${integer("post_number")} AS post_number, ${integer("topic_id")} AS topic_id, ${text("username")} AS username,
         time_us(${text("created_at")}) AS moment, ${text("acting_username")} AS acting_username,
         ${text("target_username")} AS target_username, ${integer("reply_to_post_number")} AS reply_to_post_number,
         ${text("reply_to_username")} AS reply_to_username, ${integer("post_type")} AS post_type,
         coalesce(${field("deleted_at")} <> 'null', false) OR ${isTrue("user_deleted")} OR ${isTrue("deleted")} AS deleted
       FROM items)
     SELECT ${file}, page_row, item, kind, id, post_id, action_type, post_number, topic_id, username, moment, acting_username,
       target_username, reply_to_post_number, reply_to_username, post_type, deleted,
       CASE
         WHEN kind IS NULL THEN 'line: is neither a post nor a user action'
         WHEN moment IS NULL THEN 'created_at: must be an ISO 8601 time'
         WHEN topic_id IS NULL THEN 'topic_id: must be a whole number'
         WHEN username IS NULL OR user_id_rule(username) IS NOT NULL THEN 'username: ' || user_id_rule(username)
         WHEN kind = 'post' AND id IS NULL THEN 'id: must be a whole number'
         WHEN kind = 'post' AND coalesce(post_number < 1, true) THEN 'post_number: must be a whole number from 1'
         WHEN kind = 'action' AND action_type IS NULL THEN 'action_type: must be a whole number'
         WHEN kind = 'action' AND user_id_rule(acting_username) IS NOT NULL
           THEN 'acting_username: ' || user_id_rule(acting_username)
         WHEN kind = 'action' AND action_type IN (1, 2, 5, 6) AND post_id IS NULL THEN 'post_id: must be a whole number'
         WHEN kind = 'action' AND action_type = 6 AND user_id_rule(target_username) IS NOT NULL
           THEN 'target_username: ' || user_id_rule(target_username)
       END
     FROM fields`,
  ]
}

function fieldsOf(json: string): string {
  return `json_extract(${json}, [${NAMES.map((name) => literal(FIELDS[name])).join(", ")}])::VARCHAR[]`
}

/**
 * Moves all items to `incoming`, once every file is read: who a comment answers may stand in another file.
 * Source ids: topic and comment by what Discourse numbers, a like by post and liker.
 *
 * @param mapped whether `discourse_users` says who is who; otherwise a username is the user id
 */
export function insertDiscourseEvents(
  types: {
    topicCreated: string
    commentCreated: string
    commentReceived: string
    likeGiven: string
    likeReceived: string
  },
  mapped: boolean,
): string[] {
  // A source id names one event; its row carries who, when and, where it cannot count, the reason.
  const event = (source: string, type: string, who: string, where: string, reason = "NULL"): string =>
    `SELECT file, page_row, item, ${source} AS source_id, ${literal(type)} AS type_name, ${who} AS who, moment,
       coalesce(${reason}, base_reason) AS reason FROM known WHERE ${where}`
  return [
    `CREATE TEMP TABLE topic_posts AS SELECT topic_id, post_number, min(username) AS username
     FROM discourse_items WHERE problem IS NULL AND kind = 'post' GROUP BY ALL`,
    `CREATE TEMP TABLE discourse_events AS
     WITH items AS (
       -- Keys of their own: a condition on one side only would turn the join into a nested loop.
       SELECT *, CASE WHEN kind = 'post' AND post_number > 1 THEN topic_id END AS answered_topic,
         coalesce(reply_to_post_number, 1) AS answered_number
       FROM discourse_items WHERE problem IS NULL),
     known AS (
       SELECT i.*, coalesce(i.reply_to_username, p.username) AS recipient,
         CASE WHEN i.deleted THEN 'deleted'
           WHEN i.post_type IN (${POST_TYPE_SMALL_ACTION}, ${POST_TYPE_WHISPER}) THEN 'unknown_type' END AS base_reason
       FROM items i LEFT JOIN topic_posts p ON p.topic_id = i.answered_topic AND p.post_number = i.answered_number)
     ${[
       event(
         `'discourse:topic:' || topic_id`,
         types.topicCreated,
         "username",
         "kind = 'post' AND post_number = 1",
       ),
       event(
         `'discourse:comment:' || id`,
         types.commentCreated,
         "username",
         "kind = 'post' AND post_number > 1",
       ),
       event(
         `'discourse:comment-received:' || id`,
         types.commentReceived,
         "recipient",
         "kind = 'post' AND post_number > 1",
         `CASE WHEN recipient IS NULL THEN 'unknown_recipient' WHEN lower(recipient) = lower(username) THEN 'self' END`,
       ),
       event(
         `'discourse:like:' || post_id || ':' || lower(acting_username)`,
         types.likeGiven,
         "acting_username",
         "kind = 'action' AND action_type IN (1, 2)",
         `CASE WHEN lower(acting_username) = lower(username) THEN 'self' END`,
       ),
       event(
         `'discourse:like-received:' || post_id || ':' || lower(acting_username)`,
         types.likeReceived,
         "username",
         "kind = 'action' AND action_type IN (1, 2)",
         `CASE WHEN lower(acting_username) = lower(username) THEN 'self' END`,
       ),
       event(
         `'discourse:topic:' || topic_id`,
         types.topicCreated,
         "acting_username",
         "kind = 'action' AND action_type = 4",
       ),
       event(
         `'discourse:comment:' || post_id`,
         types.commentCreated,
         "acting_username",
         "kind = 'action' AND action_type = 5",
       ),
       event(
         `'discourse:comment-received:' || post_id`,
         types.commentReceived,
         "target_username",
         "kind = 'action' AND action_type = 6",
         `CASE WHEN lower(acting_username) = lower(target_username) THEN 'self' END`,
       ),
       `SELECT file, page_row, item, 'discourse:action:' || action_type || ':' || coalesce(post_id, topic_id) || ':' || lower(acting_username),
          'discourse action ' || action_type, acting_username, moment, 'unknown_type' FROM known
        WHERE kind = 'action' AND action_type NOT IN (1, 2, 4, 5, 6)`,
     ].join("\n UNION ALL ")}`,
    `INSERT INTO incoming (file, page_row, item, source_id, type, type_name, user_id, moment, late, reason)
     SELECT file, page_row, item, source_id, event_type(type_name),
       CASE WHEN event_type(type_name) IS NULL THEN type_name END,
       ${mapped ? "coalesce(u.user_id, who)" : "who"}, moment, false,
       ${mapped ? "coalesce(reason, CASE WHEN u.user_id IS NULL THEN 'unknown_member' END)" : "reason"}
     FROM discourse_events ${mapped ? "LEFT JOIN discourse_users u ON lower(u.username) = lower(who)" : ""}`,
    `INSERT INTO incoming (file, page_row, item, problem)
     SELECT file, page_row, item, problem FROM discourse_items WHERE problem IS NOT NULL`,
    `DROP TABLE discourse_events`,
    `DROP TABLE topic_posts`,
    `DROP TABLE discourse_items`,
  ]
}
