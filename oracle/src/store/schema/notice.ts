import { index, integer, jsonb, text } from "drizzle-orm/pg-core"
import { moment, oracleSchema, weekIndex } from "./columns"

/** Messages to members: written in the transaction that makes them due, delivered at least once with their id. */
export const outbox = oracleSchema.table(
  "outbox",
  {
    /** Follows from week, member, channel and kind: the same message is never queued twice. */
    id: text().primaryKey(),
    /** `weekly-result`, `inactivity` … */
    kind: text().notNull(),
    week: weekIndex("week").notNull(),
    userId: text("user_id").notNull(),
    /** `email`, `telegram`, `webhook` or `posthog`. */
    channel: text().notNull(),
    address: text().notNull(),
    payload: jsonb().notNull(),
    /** pending, sent or failed (given up). */
    state: text().notNull().default("pending"),
    attempts: integer().notNull().default(0),
    dueAt: moment("due_at").notNull().defaultNow(),
    sentAt: moment("sent_at"),
    error: text(),
  },
  (table) => [index("outbox_due").on(table.state, table.dueAt)],
)
