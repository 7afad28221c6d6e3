import type { Dialect, JsonFields, LinesFile } from "../score/dialect"

/**
 * SQL that turns what Discourse's API returns into rows of the table `incoming` (STK-50):
 * pages of `/posts.json` and `/t/{id}.json` (posts), pages of `/user_actions.json` (likes, topics, replies), or single records.
 *
 * In a user action `acting_username` is who acted and `username` who wrote the post, in the stream of either side;
 * `target_username` owns the stream. So a like that arrives as given (1) and as received (2) is one like.
 */

/** Columns of `discourse_users`. */
export const DISCOURSE_USERS = { line: "INT", username: "STRING", user_id: "STRING" } as const

const POST_TYPE_SMALL_ACTION = 3
const POST_TYPE_WHISPER = 4

const FIELDS: JsonFields = {
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
}

/** Where a page keeps its records. */
const PAGES = ["$.latest_posts", "$.user_actions", "$.post_stream.posts"]

export function discourseTables(d: Dialect): string[] {
  return [
    // kind: 'post', 'action' or null for anything else; texts are null where a field is missing or of another type.
    d.createTable(
      "discourse_items",
      `file INT, page_row BIGINT, item INT, kind STRING, id BIGINT, post_id BIGINT, action_type BIGINT, post_number BIGINT,
       topic_id BIGINT, username STRING, moment BIGINT, acting_username STRING, target_username STRING,
       reply_to_post_number BIGINT, reply_to_username STRING, post_type BIGINT, deleted BOOLEAN, problem STRING`,
    ),
    d.createTable("discourse_users", "line INT, username STRING, user_id STRING"),
  ]
}

/** Reads files into `discourse_items`; `page_row` is the line, counted from 0. */
export function insertDiscourseFiles(d: Dialect, files: readonly LinesFile[], parallel: boolean): string[] {
  const text = (name: string): string => d.textField("entry", FIELDS, name)
  const integer = (name: string): string => d.integerField("entry", FIELDS, name)
  const isTrue = (name: string): string => d.isTrueField("entry", FIELDS, name)
  const place = d.place.columns
  return [
    "DROP TABLE IF EXISTS discourse_pages",
    d.createTableAs(
      "discourse_pages",
      `WITH valid AS (
         SELECT file, line, ${d.json("line")} AS page${place} FROM ${d.lines(files, parallel)} AS lines),
       listed AS (
         SELECT file, line, page, ${d.join(
           `CASE WHEN page IS NULL OR NOT ltrim(line) LIKE '[%' THEN ${d.emptyList()}
             WHEN ${["$[0].latest_posts", "$[0].user_actions", "$[0].post_stream"].map((path) => d.jsonExists("page", path)).join(" OR ")}
               THEN ${d.join(...PAGES.map((path) => d.elementsOfEach("page", path)))}
             ELSE ${d.elements("page", "$")} END`,
           ...PAGES.map((path) => d.elements("page", path)),
         )} AS items,
           coalesce(${PAGES.map((path) => d.jsonExists("page", path)).join(" OR ")}, false) AS is_page${place}
         FROM valid)
       SELECT file, CASE WHEN page IS NULL THEN NULL
           WHEN is_page OR ltrim(line) LIKE '[%' THEN ${d.fieldsOfEach("items", FIELDS)}
           ELSE ${d.listOf(d.fields("page", FIELDS))} END AS items,
         CASE WHEN page IS NULL THEN CASE WHEN line IS NULL OR ${d.isBlank("line")} THEN ''
           ELSE 'line: is not valid JSON' END END AS problem,
         is_page OR ltrim(line) LIKE '[%' AS numbered${place}
       FROM listed`,
    ),
    `INSERT INTO discourse_items (file, page_row, item, problem)
     SELECT file, rowid, 0, problem FROM ${d.numbered("discourse_pages")} WHERE problem IS NOT NULL`,
    `INSERT INTO discourse_items
     WITH items AS (
       SELECT file, page_row, CASE WHEN numbered THEN position ELSE 0 END AS item, entry
       FROM ${d.unnest(
         `(SELECT file, rowid AS page_row, numbered, items FROM ${d.numbered("discourse_pages")} WHERE problem IS NULL)`,
         "file, page_row, numbered",
         "items",
       )}),
     fields AS (
       SELECT file, page_row, item,
         CASE WHEN ${d.hasField("entry", FIELDS, "action_type")} THEN 'action'
           WHEN ${d.hasField("entry", FIELDS, "post_number")} THEN 'post' END AS kind,
         ${integer("id")} AS id, ${integer("post_id")} AS post_id, ${integer("action_type")} AS action_type,
         ${integer("post_number")} AS post_number, ${integer("topic_id")} AS topic_id, ${text("username")} AS username,
         ${d.microseconds(text("created_at"))} AS moment, ${text("acting_username")} AS acting_username,
         ${text("target_username")} AS target_username, ${integer("reply_to_post_number")} AS reply_to_post_number,
         ${text("reply_to_username")} AS reply_to_username, ${integer("post_type")} AS post_type,
         ${d.hasValueField("entry", FIELDS, "deleted_at")} OR ${isTrue("user_deleted")} OR ${isTrue("deleted")} AS deleted
       FROM items)
     SELECT file, page_row, item, kind, id, post_id, action_type, post_number, topic_id, username, moment, acting_username,
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

/**
 * Moves all items to `incoming`, once every file is read: who a comment answers may stand in another file.
 * Source ids: topic and comment by what Discourse numbers, a like by post and liker.
 *
 * @param mapped whether `discourse_users` says who is who; otherwise a username is the user id
 */
export function insertDiscourseEvents(
  d: Dialect,
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
  const event = (
    source: string,
    type: string,
    who: string,
    other: string,
    where: string,
    reason = "NULL",
  ): string =>
    `SELECT file, page_row, item, ${source} AS source_id, ${d.text(type)} AS type_name, ${who} AS who, ${other} AS other, moment,
       coalesce(base_reason, ${reason}) AS reason FROM known WHERE ${where}`
  const place = d.place.columns
  const userOf = (alias: string, name: string): string =>
    `LEFT JOIN discourse_users ${alias} ON ${d.lower(`${alias}.username`)} = ${d.lower(name)}`
  return [
    d.createTableAs(
      "topic_posts",
      `SELECT topic_id, post_number, min(username) AS username
       FROM discourse_items WHERE problem IS NULL AND kind = 'post' GROUP BY ALL`,
    ),
    d.createTableAs(
      "discourse_events",
      `WITH items AS (
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
         "NULL::STRING",
         "kind = 'post' AND post_number = 1",
       ),
       event(
         `'discourse:comment:' || id`,
         types.commentCreated,
         "username",
         "recipient",
         "kind = 'post' AND post_number > 1",
       ),
       event(
         `'discourse:comment-received:' || id`,
         types.commentReceived,
         "recipient",
         "username",
         "kind = 'post' AND post_number > 1",
         `CASE WHEN recipient IS NULL THEN 'unknown_recipient' WHEN ${d.lower("recipient")} = ${d.lower("username")} THEN 'self' END`,
       ),
       event(
         `'discourse:like:' || post_id || ':' || ${d.lower("acting_username")}`,
         types.likeGiven,
         "acting_username",
         "username",
         "kind = 'action' AND action_type IN (1, 2)",
         `CASE WHEN ${d.lower("acting_username")} = ${d.lower("username")} THEN 'self' END`,
       ),
       event(
         `'discourse:like-received:' || post_id || ':' || ${d.lower("acting_username")}`,
         types.likeReceived,
         "username",
         "acting_username",
         "kind = 'action' AND action_type IN (1, 2)",
         `CASE WHEN ${d.lower("acting_username")} = ${d.lower("username")} THEN 'self' END`,
       ),
       event(
         `'discourse:topic:' || topic_id`,
         types.topicCreated,
         "acting_username",
         "NULL::STRING",
         "kind = 'action' AND action_type = 4",
       ),
       event(
         `'discourse:comment:' || post_id`,
         types.commentCreated,
         "acting_username",
         "NULL::STRING",
         "kind = 'action' AND action_type = 5",
       ),
       event(
         `'discourse:comment-received:' || post_id`,
         types.commentReceived,
         "target_username",
         "acting_username",
         "kind = 'action' AND action_type = 6",
         `CASE WHEN ${d.lower("acting_username")} = ${d.lower("target_username")} THEN 'self' END`,
       ),
       `SELECT file, page_row, item, 'discourse:action:' || action_type || ':' || coalesce(post_id, topic_id) || ':' || ${d.lower("acting_username")},
          'discourse action ' || action_type, acting_username, NULL::STRING, moment, 'unknown_type' FROM known
        WHERE kind = 'action' AND action_type NOT IN (1, 2, 4, 5, 6)`,
     ].join("\n UNION ALL ")}`,
    ),
    `INSERT INTO ${d.incoming} (file, page_row, item, source_id, type, type_name, user_id, counterpart, moment, late, reason${place})
     SELECT file, page_row, item, source_id, event_type(type_name),
       CASE WHEN event_type(type_name) IS NULL THEN type_name END,
       ${mapped ? "coalesce(u.user_id, who), v.user_id" : "who, other"}, moment, false,
       ${mapped ? "coalesce(reason, CASE WHEN u.user_id IS NULL THEN 'unknown_member' END)" : "reason"}${d.place.ofEvents(0)}
     FROM discourse_events ${mapped ? `${userOf("u", "who")} ${userOf("v", "other")}` : ""}`,
    `INSERT INTO ${d.incoming} (file, page_row, item, problem${place})
     SELECT file, page_row, item, problem${d.place.ofEvents(1)} FROM discourse_items WHERE problem IS NOT NULL`,
    `DROP TABLE discourse_events`,
    `DROP TABLE topic_posts`,
    `DROP TABLE discourse_items`,
  ]
}
