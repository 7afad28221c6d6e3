import { bigint, index, integer, primaryKey, text } from "drizzle-orm/pg-core"
import { count, moment, oracleSchema, weekIndex } from "./columns"

/**
 * Every transaction, committed before it is sent (STK-53). After a crash these bytes and no others are sent again, until
 * they have landed or can no longer land.
 */
export const transactions = oracleSchema.table(
  "transactions",
  {
    /** Base58. */
    signature: text().primaryKey(),
    week: weekIndex("week").notNull(),
    economy: text().notNull(),
    genesisHash: text("genesis_hash").notNull(),
    /** Kind of step, such as `submit_scores`. */
    kind: text().notNull(),
    what: text().notNull(),
    blockhash: text().notNull(),
    lastValidBlockHeight: count("last_valid_block_height").notNull(),
    /** Lamports. */
    fee: count("fee").notNull(),
    computeUnits: integer("compute_units").notNull(),
    /** Canonical JSON of what an evidence hash stands for. */
    evidence: text(),
    /** The signed bytes, base64. */
    bytes: text().notNull(),
    /** Null while it is not known: confirmed, failed, expired; finalized at the end. */
    outcome: text(),
    slot: bigint({ mode: "number" }),
    error: text(),
    preparedAt: moment("prepared_at").notNull().defaultNow(),
    endedAt: moment("ended_at"),
  },
  (table) => [index("transactions_of_week").on(table.week, table.kind)],
)

/** Members that a transaction scores or credits, by their global indexes: several ranges where it is about several pages. */
export const transactionMembers = oracleSchema.table(
  "transaction_members",
  {
    signature: text()
      .notNull()
      .references(() => transactions.signature),
    week: weekIndex("week").notNull(),
    firstMember: integer("first_member").notNull(),
    lastMember: integer("last_member").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.signature, table.firstMember] }),
    index("transaction_members_of_week").on(table.week, table.firstMember),
  ],
)

/** Who works: of several oracles one holds the lease, and writes only while its token is the latest. */
export const leases = oracleSchema.table("leases", {
  name: text().primaryKey(),
  holder: text().notNull(),
  /** Counts up with every new holder (fencing). */
  token: count("token").notNull(),
  expiresAt: moment("expires_at").notNull(),
})
