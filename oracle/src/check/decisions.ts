import { isoWeek } from "@stk/sdk/math"
import { and, asc, eq, gte, inArray, isNull, or, sql } from "drizzle-orm"
import { randomUUID } from "node:crypto"
import { hostname, userInfo } from "node:os"
import type { ChecksConfig } from "../config/checks"
import { Locked, NotReady } from "../chain/failures"
import { UsageError } from "../failure"
import type { Logger } from "../log"
import type { FraudParameters } from "../score/fraud"
import { decisions, findings, heldEvents, steps, transactions, weeks } from "../store/schema"
import type { Store, StoreDatabase } from "../store/store"
import { TooLate } from "./failures"

/** What people decide about held weeks and held events. Decisions are only ever added. */

const OVERRIDE = "override-hold"
const RELEASE = "release-event"
/** Steps that work with what was counted. */
const AFTER_INTAKE = ["score", "report", "post"]

type Decider = Pick<Store, "database" | "transaction">

/** Operating system's user and host. */
function whoDecides(): string {
  return `${userInfo().username}@${hostname()}`
}

function requireReason(reason: string): string {
  const text = reason.trim()
  if (text === "") throw new UsageError("--reason", "must say why")
  return text
}

/**
 * Lets a held week pass as it was scored: the decision names the hash of its summary, so that a week that is scored
 * again needs a new one. @throws {NotReady} the week is not held
 */
export async function overrideHold(
  store: Decider,
  p: { week: number; reason: string; log: Logger },
): Promise<{ id: string; summarySha256: string }> {
  const reason = requireReason(p.reason)
  const id = randomUUID()
  const who = whoDecides()
  const summarySha256 = await store.transaction(async ({ database }) => {
    const [row] = await database.select().from(weeks).where(eq(weeks.week, p.week)).for("update")
    if (row?.summarySha256 === undefined || row.summarySha256 === null)
      throw new NotReady([`week: ${isoWeek(p.week)} is not scored`])
    if (row.heldBecause === null) throw new NotReady([`week: ${isoWeek(p.week)} is not held`])
    const known = await database
      .select({ rule: findings.rule, subject: findings.subject, score: findings.score })
      .from(findings)
      .where(eq(findings.week, p.week))
      .orderBy(asc(findings.rule), asc(findings.subject))
    await database.insert(decisions).values({
      id,
      who,
      action: OVERRIDE,
      reason,
      detail: { week: p.week, summary_sha256: row.summarySha256, held_because: row.heldBecause, known },
    })
    await database.update(weeks).set({ overriddenBy: id }).where(eq(weeks.week, p.week))
    return row.summarySha256
  })
  p.log.warn({ week: isoWeek(p.week), decision: id, who, reason }, "a held week may be posted")
  return { id, summarySha256 }
}

/** The decision by which a week passes as it is scored now; null when there is none. */
export async function validOverride(
  database: StoreDatabase,
  week: number,
  summarySha256: string,
): Promise<string | null> {
  const [row] = await database
    .select({ id: decisions.id })
    .from(decisions)
    .where(
      and(
        eq(decisions.action, OVERRIDE),
        sql`${decisions.detail}->>'week' = ${String(week)}`,
        sql`${decisions.detail}->>'summary_sha256' = ${summarySha256}`,
      ),
    )
    .limit(1)
  return row?.id ?? null
}

export type HeldRow = typeof heldEvents.$inferSelect

/** Events of a week that the fraud rules hold, or held until somebody released them. */
export async function listHolds(database: StoreDatabase, week: number): Promise<HeldRow[]> {
  return database
    .select()
    .from(heldEvents)
    .where(eq(heldEvents.week, week))
    .orderBy(asc(heldEvents.userId), asc(heldEvents.sourceId), asc(heldEvents.rule))
}

/** Which held events are released: one, or all of a member or of a rule. */
export interface ReleaseChoice {
  sourceId?: string
  userId?: string
  rule?: string
}

/** What a release changes: these weeks are scored again, with the events that count now. */
export interface Release {
  id: string
  /** Source ids. */
  released: string[]
  weeks: number[]
}

/**
 * Records that held events count, and asks for the week to be scored again, with those after it that follow from it. No
 * step of them begins meanwhile: steps begin under the lock of their week's row.
 *
 * @throws {NotReady} none is held that was meant
 * @throws {TooLate} the week is on its way to the chain
 * @throws {Locked} the oracle works at one of these weeks just now
 */
export async function releaseHolds(
  store: Decider,
  p: { week: number; choice: ReleaseChoice; reason: string; log: Logger; isAlone?: boolean },
): Promise<Release> {
  const reason = requireReason(p.reason)
  const { sourceId, userId, rule } = p.choice
  if (sourceId === undefined && userId === undefined && rule === undefined)
    throw new UsageError("release", "needs a source id, --member or --rule")
  const id = randomUUID()
  const who = whoDecides()
  const { released, again } = await store.transaction(async ({ database }) => {
    const following = await database
      .select()
      .from(weeks)
      .where(gte(weeks.week, p.week))
      .orderBy(asc(weeks.week))
      .for("update")
    await requireUnposted(database, p.week, following)
    const running = await database
      .select()
      .from(steps)
      .where(and(gte(steps.week, p.week), eq(steps.state, "running"), inArray(steps.step, AFTER_INTAKE)))
    const [busy] = running
    if (busy !== undefined && p.isAlone !== true)
      throw new Locked(
        isoWeek(busy.week),
        `the oracle is at its step ${busy.step}: try again when that is done`,
      )
    const rows = (await listHolds(database, p.week)).filter(
      (row) =>
        row.releasedBy === null &&
        (sourceId === undefined || row.sourceId === sourceId) &&
        (userId === undefined || row.userId === userId) &&
        (rule === undefined || row.rule === rule),
    )
    if (rows.length === 0) throw new NotReady([`${isoWeek(p.week)}: no such event is held`])
    const ids = [...new Set(rows.map((row) => row.sourceId))].sort()
    await database
      .insert(decisions)
      .values({ id, who, action: RELEASE, reason, detail: { week: p.week, source_ids: ids } })
    await database
      .update(weeks)
      .set({ summarySha256: null, overriddenBy: null })
      .where(gte(weeks.week, p.week))
    await database.delete(steps).where(and(gte(steps.week, p.week), inArray(steps.step, ["score", "report"])))
    const scored = following.filter((row) => row.summarySha256 !== null)
    return { released: ids, again: scored.map((row) => row.week) }
  })
  p.log.warn(
    { week: isoWeek(p.week), decision: id, who, reason, events: released.length },
    "held events are released",
  )
  return { id, released, weeks: again }
}

/** @throws {TooLate} anything of the week may be on chain */
async function requireUnposted(
  database: StoreDatabase,
  week: number,
  rows: readonly (typeof weeks.$inferSelect)[],
): Promise<void> {
  const posted = rows.find((row) => row.isFinal || row.chain !== null)
  if (posted !== undefined) throw new TooLate(week)
  const opened = await database.$count(
    transactions,
    and(
      gte(transactions.week, week),
      eq(transactions.kind, "open_week"),
      or(isNull(transactions.outcome), inArray(transactions.outcome, ["confirmed", "finalized"])),
    ),
  )
  if (opened > 0) throw new TooLate(week)
}

/** Releases of a week by source id, with the decision that was first. */
export async function releasesOf(database: StoreDatabase, week: number): Promise<Map<string, string>> {
  const rows = await database
    .select()
    .from(decisions)
    .where(and(eq(decisions.action, RELEASE), sql`${decisions.detail}->>'week' = ${String(week)}`))
    .orderBy(asc(decisions.at), asc(decisions.id))
  const released = new Map<string, string>()
  for (const row of rows)
    for (const sourceId of (row.detail as { source_ids: string[] }).source_ids)
      if (!released.has(sourceId)) released.set(sourceId, row.id)
  return released
}

/** What a week is scored with: the configuration's rules, and what was released; undefined when they are off. */
export async function fraudParameters(
  checks: ChecksConfig,
  database: StoreDatabase,
  week: number,
): Promise<FraudParameters | undefined> {
  if (checks.fraud === false) return undefined
  return { rules: checks.fraud, released: [...(await releasesOf(database, week)).keys()].sort() }
}
