import { isoWeek, weekEnd, weekOf } from "@stk/sdk/math"
import { and, gte, inArray, isNotNull, isNull, max, eq, sql, type SQL } from "drizzle-orm"
import type { PgColumn } from "drizzle-orm/pg-core"
import { lastCosts } from "../chain/sol_budget"
import type { OracleConfig } from "../config/config"
import { WEEKLY_LEASE } from "../store/lease"
import {
  events,
  leases,
  outbox,
  pulls,
  rejections,
  sources,
  steps,
  transactions,
  weeks,
} from "../store/schema"
import type { Store } from "../store/store"
import { firstWeekOf } from "../week/first_week"
import { STEPS, type StepName } from "../week/step"
import { windowEnd, windowStart } from "../week/windows"

/** What the store says of the work. Moments are unix seconds. */
export interface StoreState {
  /** Those that are over, of the last ones, oldest first. */
  weeks: WeekState[]
  /** Weeks that are over and not done to the last step, however old. */
  unfinished: number
  /** Weeks that wait for a decision, however old. */
  held: number
  lastFinal: number | null
  sources: SourceState[]
  outbox: { oldestDue: number | null }
  lease: LeaseState | null
  /** Lamports that the last weeks cost. */
  costs: bigint[]
}

export interface WeekState {
  week: number
  name: string
  end: number
  /** Why, while nobody has decided. */
  heldBecause: string | null
  isFinal: boolean
  steps: StepState[]
}

export const STEP_STATES = ["pending", "running", "done", "failed", "held"] as const

export interface StepState {
  step: StepName
  state: (typeof STEP_STATES)[number]
  attempts: number
  /** Its window: before, it does not run; afterwards, it is late. */
  opens: number
  closes: number
  startedAt: number | null
  endedAt: number | null
  error: string | null
}

export interface SourceState {
  name: string
  kind: string
  /** Null before the first attempt. */
  succeededAt: number | null
  /** When it last had something that was not known. */
  pulledAt: number | null
  error: string | null
}

export interface LeaseState {
  /** Host and process. */
  holder: string
  isOwn: boolean
  token: number
  expiresAt: number
}

const seconds = (column: PgColumn | SQL): SQL<number | null> =>
  sql<number | null>`extract(epoch from ${column})::float8`

/** Several small queries and no transaction: others take their turns in between. */
export async function readStoreState(store: Store, config: OracleConfig, now: number): Promise<StoreState> {
  const { database } = store
  const current = weekOf(now) ?? 0
  const first = (await firstWeekOf(config, store)) ?? current
  const shown = Math.max(first, current - config.watch.weeks)
  const rows = await database
    .select({
      week: weeks.week,
      heldBecause: weeks.heldBecause,
      overriddenBy: weeks.overriddenBy,
      isFinal: weeks.isFinal,
    })
    .from(weeks)
    .where(gte(weeks.week, shown))
  const stepRows = await database
    .select({
      week: steps.week,
      step: steps.step,
      state: steps.state,
      attempts: steps.attempts,
      startedAt: seconds(steps.startedAt),
      endedAt: seconds(steps.endedAt),
      error: steps.error,
    })
    .from(steps)
    .where(gte(steps.week, shown))
  const finished = await database.$count(
    steps,
    and(eq(steps.step, STEPS[STEPS.length - 1] ?? "notify"), eq(steps.state, "done"), gte(steps.week, first)),
  )
  const held = await database.$count(weeks, and(isNotNull(weeks.heldBecause), isNull(weeks.overriddenBy)))
  const [final] = await database
    .select({ week: max(weeks.week) })
    .from(weeks)
    .where(eq(weeks.isFinal, true))
  const weekStates = Array.from({ length: Math.max(0, current - shown) }, (_, index): WeekState => {
    const week = shown + index
    const row = rows.find((each) => each.week === week)
    return {
      week,
      name: isoWeek(week),
      end: weekEnd(week),
      heldBecause: row === undefined || row.overriddenBy !== null ? null : row.heldBecause,
      isFinal: row?.isFinal === true,
      steps: STEPS.map((step): StepState => {
        const known = stepRows.find((each) => each.week === week && each.step === step)
        return {
          step,
          state: STEP_STATES.find((state) => state === known?.state) ?? "pending",
          attempts: known?.attempts ?? 0,
          opens: windowStart(step, week),
          closes: windowEnd(step, week),
          startedAt: known?.startedAt ?? null,
          endedAt: known?.endedAt ?? null,
          error: known?.error ?? null,
        }
      }),
    }
  })
  return {
    weeks: weekStates,
    unfinished: Math.max(0, current - first - finished),
    held,
    lastFinal: final?.week ?? null,
    sources: await sourceStates(store, config),
    outbox: { oldestDue: await oldestDue(store) },
    lease: await leaseState(store),
    costs: await lastCosts(store),
  }
}

/** Of the sources that are configured; a store may know others from before. */
async function sourceStates(store: Store, config: OracleConfig): Promise<SourceState[]> {
  const known = await store.database
    .select({ name: sources.name, succeededAt: seconds(sources.updatedAt), error: sources.error })
    .from(sources)
  const pulled = await store.database
    .select({ source: pulls.source, at: seconds(sql`max(${pulls.pulledAt})`) })
    .from(pulls)
    .groupBy(pulls.source)
  return config.sources.map(({ name, kind }) => {
    const row = known.find((each) => each.name === name)
    return {
      name,
      kind,
      succeededAt: row?.succeededAt ?? null,
      pulledAt: pulled.find((each) => each.source === name)?.at ?? null,
      error: row?.error ?? null,
    }
  })
}

/** When the message became due that waits the longest; what is told of a week waits for the week's end on chain. */
async function oldestDue(store: Store): Promise<number | null> {
  const [row] = await store.database
    .select({ at: seconds(sql`min(${outbox.dueAt})`) })
    .from(outbox)
    .leftJoin(weeks, eq(weeks.week, outbox.week))
    .where(
      and(
        eq(outbox.state, "pending"),
        sql`${outbox.dueAt} <= now()`,
        sql`(${outbox.kind} <> 'weekly-result' OR ${weeks.isFinal})`,
      ),
    )
  return row?.at ?? null
}

async function leaseState(store: Store): Promise<LeaseState | null> {
  const [row] = await store.database
    .select({ holder: leases.holder, token: leases.token, expiresAt: seconds(leases.expiresAt) })
    .from(leases)
    .where(and(eq(leases.name, WEEKLY_LEASE), sql`${leases.expiresAt} > clock_timestamp()`))
  if (row === undefined) return null
  const [holder = ""] = row.holder.split(" ")
  return {
    holder,
    isOwn: row.holder.endsWith(` ${store.session}`),
    token: row.token,
    expiresAt: row.expiresAt ?? 0,
  }
}

/** What has to be counted, which takes the longer the more there is. */
export interface StoreCounts {
  events: { week: string; source: string; count: number }[]
  rejections: { week: string; reason: string; count: number }[]
  outbox: { state: string; count: number }[]
  transactions: { outcome: string; count: number; lamports: number }[]
}

/** Weeks whose records are counted: the last one that is over, and the one that is going on. */
const COUNTED_WEEKS = 2
const number = sql<number>`count(*)::float8`

export async function readCounts(store: Store, now: number): Promise<StoreCounts> {
  const { database } = store
  const current = weekOf(now) ?? 0
  const counted = Array.from({ length: COUNTED_WEEKS }, (_, index) => current - index)
  const byWeek = <Row extends { week: number | null }>(
    rows: Row[],
  ): (Omit<Row, "week"> & { week: string })[] =>
    rows.map((row) => ({ ...row, week: isoWeek(row.week ?? current) }))
  const eventRows = await database
    .select({ week: events.week, source: events.source, count: number })
    .from(events)
    .where(inArray(events.week, counted))
    .groupBy(events.week, events.source)
  const rejectionRows = await database
    .select({ week: rejections.week, reason: rejections.reason, count: number })
    .from(rejections)
    .where(inArray(rejections.week, counted))
    .groupBy(rejections.week, rejections.reason)
  const outboxRows = await database
    .select({ state: outbox.state, count: number })
    .from(outbox)
    .groupBy(outbox.state)
  const outcome = sql<string>`coalesce(${transactions.outcome}, 'open')`
  const transactionRows = await database
    .select({ outcome, count: number, lamports: sql<number>`sum(${transactions.fee})::float8` })
    .from(transactions)
    .groupBy(transactions.outcome)
  return {
    events: byWeek(eventRows),
    rejections: byWeek(rejectionRows),
    outbox: outboxRows,
    transactions: transactionRows,
  }
}
