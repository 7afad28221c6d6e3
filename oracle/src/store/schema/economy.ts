import { jsonb, text } from "drizzle-orm/pg-core"
import { moment, oracleSchema } from "./columns"

/**
 * What this store belongs to: one row a fact (`economy`, `genesis_hash`, `rules_sha256`), written once. A store is
 * never used for another economy or cluster.
 */
export const facts = oracleSchema.table("facts", {
  name: text().primaryKey(),
  value: text().notNull(),
  writtenAt: moment("written_at").notNull().defaultNow(),
})

/** Decisions of people: overrides, releases, anything with a reason. Only ever appended. */
export const decisions = oracleSchema.table("decisions", {
  id: text().primaryKey(),
  at: moment("at").notNull().defaultNow(),
  /** Operating system's user and host. */
  who: text().notNull(),
  /** Such as `override-hold`, `release-event`. */
  action: text().notNull(),
  reason: text().notNull(),
  detail: jsonb().notNull(),
})
