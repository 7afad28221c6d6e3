import { bigint, integer, numeric, pgSchema, timestamp } from "drizzle-orm/pg-core"

/** Everything of the oracle lives in a schema of its own, so that an API or another tool may share the database. */
export const oracleSchema = pgSchema("stk_oracle")

/** An instant in UTC to the microsecond, as ISO 8601 text. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 6, mode: "string" })
/** Base units, lamports or thousandths of a point: wider than a u64, so that sums fit too. */
export const amount = (name: string) => numeric(name, { precision: 39, scale: 0, mode: "bigint" })
/** A counter or a size that fits a JavaScript number. */
export const count = (name: string) => bigint(name, { mode: "number" })
/** Index of a week. */
export const weekIndex = (name: string) => integer(name)
