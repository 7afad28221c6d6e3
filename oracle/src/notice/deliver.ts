import { and, eq, inArray, sql, type SQL } from "drizzle-orm"
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { OracleConfig } from "../config/config"
import type { NoticesConfig } from "../config/notices"
import type { Logger } from "../log"
import { languageOf } from "../report/language"
import { fileHash } from "../score/hash"
import { members, outbox, weeks } from "../store/schema"
import type { Store } from "../store/store"
import type { Channel, Delivery } from "./channel"
import { emailChannel } from "./email"
import type { ChannelName, Message, Notice } from "./notice"
import { posthogChannel } from "./posthog"
import { telegramChannel } from "./telegram"
import { webhookChannel } from "./webhook"

/**
 * Delivers what is due, at least once: a message is claimed before it is sent, and a claim that was not finished, because
 * the process was killed, is due again after `CLAIM_SECONDS`. Several processes may deliver at once.
 */

const CLAIM_SECONDS = 300
const FIRST_PAUSE_SECONDS = 30
const LONGEST_PAUSE_SECONDS = 6 * 3600
const CLAIMED_AT_ONCE = 64

export interface DeliveryReport {
  sent: number
  /** Due again later. */
  postponed: number
  /** Given up: the address refuses, or there were too many attempts. */
  failed: number
}

export interface DeliveryContext {
  config: Pick<OracleConfig, "notices" | "chain" | "data">
  store: Store
  log: Logger
  signal: AbortSignal
  /** Unix seconds. */
  now: () => number
  onProgress?: (stage: string, done: number, total: number) => void
}

type Row = typeof outbox.$inferSelect

/** Channels of the configuration. @throws {UsageError} a secret is missing */
function openChannels(config: NoticesConfig, now: () => number): Map<ChannelName, Channel> {
  const { email, telegram, webhook, posthog, link } = config
  const channels = [
    ...(email === undefined ? [] : [emailChannel(email, link)]),
    ...(telegram === undefined ? [] : [telegramChannel(telegram, link)]),
    ...(webhook === undefined ? [] : [webhookChannel(webhook, now)]),
    ...(posthog === undefined ? [] : [posthogChannel(posthog)]),
  ]
  return new Map(channels.map((channel) => [channel.name, channel]))
}

/** Delivers until nothing is due any more. */
export async function deliverNotices(context: DeliveryContext): Promise<DeliveryReport> {
  const { config, store, signal } = context
  const report: DeliveryReport = { sent: 0, postponed: 0, failed: 0 }
  const channels = openChannels(config.notices, context.now)
  if (channels.size === 0) return report
  try {
    while (!signal.aborted) {
      const rows = await claim(store, [...channels.keys()])
      if (rows.length === 0) break
      const waiting = (await withMessages(context, rows)).values()
      /** Milliseconds: a channel that asked for a pause gets nothing until then. */
      const resting = new Map<ChannelName, number>()
      // Workers over one list: a slow receiver holds up one of them.
      const worker = async (): Promise<void> => {
        for (const { row, message } of waiting) {
          const channel = channels.get(message.channel)
          if (channel === undefined || signal.aborted) return
          const pause = Math.ceil(((resting.get(message.channel) ?? 0) - Date.now()) / 1000)
          if (pause > 0) {
            await giveBack(store, row, pause)
            report.postponed++
            continue
          }
          const delivery = await channel.deliver(message, signal)
          if (delivery.outcome === "later" && delivery.seconds !== undefined)
            resting.set(message.channel, Date.now() + delivery.seconds * 1000)
          await finish(context, row, delivery, report)
          context.onProgress?.(
            "sending notices",
            report.sent + report.failed,
            report.sent + report.failed + rows.length,
          )
        }
      }
      await Promise.all(Array.from({ length: config.notices.concurrency }, worker))
    }
    return report
  } finally {
    for (const channel of channels.values()) channel.close()
  }
}

/** Takes messages that are due, of finished weeks only, and puts them off for as long as sending may take. */
async function claim(store: Store, channels: readonly ChannelName[]): Promise<Row[]> {
  const claimed = await store.database
    .update(outbox)
    .set({
      attempts: sql`${outbox.attempts} + 1`,
      dueAt: dueIn(CLAIM_SECONDS),
    })
    .where(
      inArray(
        outbox.id,
        sql`(SELECT o.id FROM ${outbox} o
             WHERE o.state = 'pending' AND o.due_at <= now() AND o.channel IN ${[...channels]}
               AND (o.kind <> 'weekly-result' OR EXISTS (SELECT 1 FROM ${weeks} w WHERE w.week = o.week AND w.is_final))
             ORDER BY o.due_at, o.id LIMIT ${CLAIMED_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
      ),
    )
    .returning()
  return claimed.sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function withMessages(
  { config, store }: DeliveryContext,
  rows: readonly Row[],
): Promise<{ row: Row; message: Message }[]> {
  const people = await store.database
    .select({ userId: members.userId, name: members.displayName, language: members.language })
    .from(members)
    .where(inArray(members.userId, [...new Set(rows.map((row) => row.userId))]))
  const byId = new Map(people.map((person) => [person.userId, person]))
  return Promise.all(
    rows.map(async (row) => {
      const person = byId.get(row.userId)
      const notice = row.payload as Notice
      const message: Message = {
        id: row.id,
        channel: row.channel as ChannelName,
        economy: config.chain.economy,
        userId: row.userId,
        name: person?.name ?? null,
        address: row.address,
        language: languageOf(person?.language ?? "") ?? config.notices.language,
        notice,
        attachment: await attachmentOf(config.data, notice),
      }
      return { row, message }
    }),
  )
}

/** The member's PDF, when it is still the one whose hash was recorded. */
async function attachmentOf(data: string, notice: Notice): Promise<Message["attachment"]> {
  if (notice.kind !== "weekly-result" || notice.report_file === null) return null
  const path = join(data, "weeks", notice.week, "reports", notice.report_file)
  if (!existsSync(path) || (await fileHash(path)) !== notice.report_sha256) return null
  return { name: notice.report_file, path }
}

async function finish(
  { config, store, log, signal }: DeliveryContext,
  row: Row,
  delivery: Delivery,
  report: DeliveryReport,
): Promise<void> {
  const { id, channel, attempts } = row
  if (delivery.outcome === "sent") {
    await store.database
      .update(outbox)
      .set({ state: "sent", sentAt: sql`now()`, error: null })
      .where(eq(outbox.id, id))
    report.sent++
    return
  }
  if (signal.aborted && delivery.outcome === "later") return giveBack(store, row, 0)
  const isOver = delivery.outcome === "refused" || attempts >= config.notices.mostAttempts
  const pause =
    delivery.outcome === "later" && delivery.seconds !== undefined ? delivery.seconds : pauseAfter(attempts)
  await store.database
    .update(outbox)
    .set({
      error: delivery.reason,
      ...(isOver ? { state: "failed" } : { dueAt: dueIn(Math.min(pause, LONGEST_PAUSE_SECONDS)) }),
    })
    .where(eq(outbox.id, id))
  if (isOver) report.failed++
  else report.postponed++
  log.warn(
    { notice: id, channel, attempts, reason: delivery.reason },
    isOver ? "notice given up" : "notice postponed",
  )
}

/** Undoes a claim: nothing is known of the receiver, so it was no attempt. */
async function giveBack(store: Store, { id, attempts }: Row, seconds: number): Promise<void> {
  await store.database
    .update(outbox)
    .set({ attempts: attempts - 1, dueAt: dueIn(seconds) })
    .where(eq(outbox.id, id))
}

const dueIn = (seconds: number): SQL => sql`now() + make_interval(secs => ${seconds})`

/** Seconds until the next attempt: twice as long after each, with chance so that many do not come back together. */
function pauseAfter(attempts: number): number {
  const full = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** Math.min(attempts - 1, 20))
  return Math.ceil(full / 2 + (Math.random() * full) / 2)
}

/** Tries given-up messages again: the operator has mended what was wrong. @returns how many */
export async function retryFailed(store: Store, week?: number): Promise<number> {
  const rows = await store.database
    .update(outbox)
    .set({ state: "pending", attempts: 0, dueAt: sql`now()` })
    .where(and(eq(outbox.state, "failed"), week === undefined ? undefined : eq(outbox.week, week)))
    .returning({ id: outbox.id })
  return rows.length
}
