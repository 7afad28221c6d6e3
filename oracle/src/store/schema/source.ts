import { bigserial, boolean, index, integer, jsonb, primaryKey, text, unique } from "drizzle-orm/pg-core"
import { amount, count, moment, oracleSchema, weekIndex } from "./columns"

/** How far each configured source has been read. */
export const sources = oracleSchema.table("sources", {
  name: text().primaryKey(),
  kind: text().notNull(),
  /** What the source needs to go on; its own form. */
  cursor: jsonb(),
  updatedAt: moment("updated_at").notNull().defaultNow(),
  /** Last failure, null when the last pull succeeded. */
  error: text(),
})

/** One file of raw records as a source gave them; the file is complete on disk before its row and the cursor are committed. */
export const pulls = oracleSchema.table(
  "pulls",
  {
    id: bigserial({ mode: "number" }).primaryKey(),
    source: text().notNull(),
    /** Below the data directory. */
    path: text().notNull(),
    sha256: text().notNull(),
    bytes: count("bytes").notNull(),
    records: count("records").notNull(),
    pulledAt: moment("pulled_at").notNull().defaultNow(),
    /** Moments of the first and last record; null when it has none. */
    firstAt: moment("first_at"),
    lastAt: moment("last_at"),
  },
  (table) => [unique("pulls_content").on(table.source, table.sha256)],
)

/** STK-51: every event once by source and source id. */
export const events = oracleSchema.table(
  "events",
  {
    source: text().notNull(),
    sourceId: text("source_id").notNull(),
    /** Name of the event type, as the rules know it; the source's own name where they do not. */
    type: text().notNull(),
    /** The member the event is about. */
    userId: text("user_id").notNull(),
    /** The other side of a like or a comment, when the source tells. */
    counterpart: text(),
    occurredAt: moment("occurred_at").notNull(),
    /** When it reached the source, where the source tells. */
    arrivedAt: moment("arrived_at"),
    /** Week of `occurred_at`. */
    week: weekIndex("week").notNull(),
    pull: count("pull").notNull(),
    line: count("line").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.source, table.sourceId] }),
    index("events_of_member").on(table.week, table.userId),
  ],
)

/** Records that are no event of the store or do not count: malformed, unknown, late, conflicting, over a limit, held … */
export const rejections = oracleSchema.table(
  "rejections",
  {
    id: bigserial({ mode: "number" }).primaryKey(),
    /** Null where the record does not say when it was. */
    week: weekIndex("week"),
    source: text().notNull(),
    sourceId: text("source_id"),
    reason: text().notNull(),
    detail: text(),
    userId: text("user_id"),
    type: text(),
    occurredAt: moment("occurred_at"),
    file: text().notNull(),
    line: count("line").notNull(),
    item: integer(),
  },
  (table) => [index("rejections_of_week").on(table.week, table.reason)],
)

/** The community's people as the LMS, or a file, knows them. */
export const members = oracleSchema.table("members", {
  userId: text("user_id").primaryKey(),
  wallet: text().notNull(),
  level: integer().notNull(),
  /** What the level rests on, such as a certificate's id. */
  levelEvidence: text("level_evidence"),
  /** Weeks in a row as the platform counts them: compared, never used (STK-49). */
  platformStreak: integer("platform_streak"),
  /** Stored, never used (A-STK-12). */
  paymentStatus: text("payment_status"),
  discourseUsername: text("discourse_username"),
  displayName: text("display_name"),
  email: text(),
  telegram: text(),
  /** `en` or `ru`. */
  language: text(),
  isDeleted: boolean("is_deleted").notNull().default(false),
  updatedAt: moment("updated_at").notNull().defaultNow(),
})

/** STK-140: events that a fraud rule holds back, until somebody releases them. */
export const heldEvents = oracleSchema.table(
  "held_events",
  {
    week: weekIndex("week").notNull(),
    source: text().notNull(),
    sourceId: text("source_id").notNull(),
    rule: text().notNull(),
    /** 0 to 100. */
    score: integer().notNull(),
    userId: text("user_id").notNull(),
    detail: jsonb().notNull(),
    /** The decision that released it. */
    releasedBy: text("released_by"),
  },
  (table) => [primaryKey({ columns: [table.source, table.sourceId, table.rule] })],
)

/** Weekly counts that were computed at the source (HogQL): only counts travelled. */
export const pushedCounts = oracleSchema.table(
  "pushed_counts",
  {
    source: text().notNull(),
    week: weekIndex("week").notNull(),
    userId: text("user_id").notNull(),
    type: text().notNull(),
    /** 0 is Monday. */
    day: integer().notNull(),
    count: amount("count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.source, table.week, table.userId, table.type, table.day] })],
)
