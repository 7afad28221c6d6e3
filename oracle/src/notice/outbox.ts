import { isoWeek } from "@stk/sdk"
import { and, eq, gt, sql } from "drizzle-orm"
import type { NoticesConfig } from "../config/notices"
import { statementFile } from "../report/files"
import type { EconomyRules } from "../score/rules"
import { members, outbox, results } from "../store/schema"
import type { Store, StoreTransaction } from "../store/store"
import { CHANNELS, noticeId, type ChannelName, type Notice } from "./notice"

/** Writes what members are to be told; a notice that is there already is left as it is. */

/** Whom a notice is for, and how they are reached. */
export interface Recipient {
  userId: string
  email: string | null
  telegram: string | null
}

/** Columns of a row, in the order that `rowsOf` gives them. */
export const OUTBOX_COLUMNS = [
  "id",
  "kind",
  "week",
  "userId",
  "channel",
  "address",
  "payload",
  "state",
] as const

/** One row for each channel that reaches the recipient. `subject` tells notices of one kind apart: week or quarter. */
export function rowsOf(
  p: { economy: string; config: NoticesConfig; week: number; subject: string; state: "pending" | "planned" },
  recipient: Recipient,
  notice: Notice,
): unknown[][] {
  return CHANNELS.flatMap((channel) => {
    const address = addressOf(p.config, channel, recipient)
    if (address === null) return []
    const id = noticeId(p.economy, `${notice.kind} ${p.subject}`, recipient.userId, channel)
    return [[id, notice.kind, p.week, recipient.userId, channel, address, notice, p.state]]
  })
}

function addressOf(
  config: NoticesConfig,
  channel: ChannelName,
  { email, telegram }: Recipient,
): string | null {
  if (config[channel] === undefined) return null
  if (channel === "webhook") return config.webhook?.url ?? null
  if (channel === "posthog") return config.posthog?.host ?? null
  return channel === "email" ? email : telegram
}

/** Members read at once. */
const PART = 10_000

/**
 * Queues the results of a week that is final for every member who has one (STK-60): who earned something.
 * @returns how many messages were not there before
 */
export async function queueResults(
  store: Store,
  p: { economy: string; rules: EconomyRules; config: NoticesConfig; week: number },
): Promise<{ members: number; queued: number }> {
  const total = { members: 0, queued: 0 }
  await store.transaction(async (transaction) => {
    for (let after = ""; ; ) {
      const rows = await transaction.database
        .select({ result: results, email: members.email, telegram: members.telegram })
        .from(results)
        .leftJoin(members, eq(members.userId, results.userId))
        .where(and(eq(results.week, p.week), gt(results.weightSum, 0), sql`${results.userId} > ${after}`))
        .orderBy(results.userId)
        .limit(PART)
      const last = rows.at(-1)
      if (last === undefined) return
      total.members += rows.length
      total.queued += await insert(
        transaction,
        rows.flatMap(({ result, email, telegram }) =>
          rowsOf(
            { ...p, subject: isoWeek(p.week), state: "pending" },
            { userId: result.userId, email, telegram },
            resultOf(result, p.rules),
          ),
        ),
      )
      after = last.result.userId
    }
  })
  return total
}

function resultOf(row: typeof results.$inferSelect, { symbol, decimals }: EconomyRules): Notice {
  return {
    kind: "weekly-result",
    week: isoWeek(row.week),
    points: row.points,
    symbol,
    decimals,
    credited: String(row.credited ?? row.reward),
    earned: String(row.reward),
    level: row.level,
    streak: row.streak,
    report_sha256: row.reportSha256,
    report_file: row.reportSha256 === null ? null : statementFile(row.week, row.memberIndex, row.userId),
  }
}

/** @returns rows that were not there before */
export async function insert(transaction: StoreTransaction, rows: readonly unknown[][]): Promise<number> {
  return rows.length === 0 ? 0 : transaction.copyRows(outbox, OUTBOX_COLUMNS, rows, { ignoreConflicts: true })
}

export interface OutboxCounts {
  pending: number
  sent: number
  failed: number
}

/** Messages by state, of one week or of all. */
export async function outboxCounts(store: Store, week?: number): Promise<OutboxCounts> {
  const rows = await store.database
    .select({ state: outbox.state, count: sql<number>`count(*)::int` })
    .from(outbox)
    .where(week === undefined ? undefined : eq(outbox.week, week))
    .groupBy(outbox.state)
  const of = (state: string): number => rows.find((row) => row.state === state)?.count ?? 0
  return { pending: of("pending"), sent: of("sent"), failed: of("failed") }
}
