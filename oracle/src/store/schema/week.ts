import { boolean, index, integer, jsonb, primaryKey, text } from "drizzle-orm/pg-core"
import { amount, count, moment, oracleSchema, weekIndex } from "./columns"

/** A week on its way from events to notices. */
export const weeks = oracleSchema.table("weeks", {
  week: weekIndex("week").primaryKey(),
  /** ISO name, such as 2025-W51. */
  name: text().notNull(),
  /** Raw files that the week is scored from, with their hashes; set when intake closes and never changed. */
  inputs: jsonb(),
  /** SHA-256 of summary.json of the scored week. */
  summarySha256: text("summary_sha256"),
  summary: jsonb(),
  /** SHA-256 of the manifest of all reports. */
  reportsSha256: text("reports_sha256"),
  /** Why the week is held back, null when it is not. */
  heldBecause: text("held_because"),
  /** The decision that lets a held week pass. */
  overriddenBy: text("overridden_by"),
  /** Everything of the week is final on chain. */
  isFinal: boolean("is_final").notNull().default(false),
  /** Totals read back from the chain at `finalized`. */
  chain: jsonb(),
})

/** Each step of a week: rerunning a done one changes nothing (STK-61). */
export const steps = oracleSchema.table(
  "steps",
  {
    week: weekIndex("week").notNull(),
    step: text().notNull(),
    /** running, done, failed or held; a step without a row is pending. */
    state: text().notNull(),
    attempts: integer().notNull().default(0),
    startedAt: moment("started_at"),
    endedAt: moment("ended_at"),
    result: jsonb(),
    error: text(),
  },
  (table) => [primaryKey({ columns: [table.week, table.step] })],
)

/** What each member earned in a week. */
export const results = oracleSchema.table(
  "results",
  {
    week: weekIndex("week").notNull(),
    userId: text("user_id").notNull(),
    wallet: text().notNull(),
    /** Global index on chain. */
    memberIndex: integer("member_index").notNull(),
    level: integer().notNull(),
    streak: integer().notNull(),
    weightSum: count("weight_sum").notNull(),
    /** Plain decimal text. */
    points: text().notNull(),
    /** Base units, before pool scaling. */
    reward: amount("reward").notNull(),
    /** Base units credited on chain; null until settled. */
    credited: amount("credited"),
    reportSha256: text("report_sha256"),
  },
  (table) => [
    primaryKey({ columns: [table.week, table.userId] }),
    index("results_of_member").on(table.userId, table.week),
  ],
)

/** Findings of the sanity checks of a week. */
export const findings = oracleSchema.table(
  "findings",
  {
    week: weekIndex("week").notNull(),
    rule: text().notNull(),
    /** What the finding is about: a user id, a pair, or `week`. */
    subject: text().notNull(),
    /** 0 to 100; a week whose highest score reaches the threshold is held. */
    score: integer().notNull(),
    detail: jsonb().notNull(),
  },
  (table) => [primaryKey({ columns: [table.week, table.rule, table.subject] })],
)
