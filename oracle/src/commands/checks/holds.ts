import { isoWeek } from "@stk/sdk/math"
import { asc, eq, inArray, isNotNull } from "drizzle-orm"
import { HeldBack } from "../../check/failures"
import { listHolds, overrideHold, type HeldRow } from "../../check/decisions"
import { releaseAndScore } from "../../check/release"
import { configuredRules, readConfig } from "../../config/config"
import { createLogger } from "../../log"
import { createProgress, grouped, printable, table } from "../../output"
import { decisions, findings, heldEvents, weeks } from "../../store/schema"
import { openStore, type Store, type StoreDatabase } from "../../store/store"
import { printJson } from "../chain/output"
import type { HoldsOptions } from "../holds"
import type { OverrideOptions } from "../override"
import type { ReleaseOptions } from "../release"

/** `stk-oracle holds`, `release` and `override`: what people see of held weeks, and what they decide. */

type Decision = typeof decisions.$inferSelect

interface WeekHolds {
  week: string
  held_because: string | null
  /** The decision that lets it pass. */
  overridden_by: Decision | null
  findings: { rule: string; subject: string; score: number; text: string }[]
  events: (Pick<HeldRow, "source" | "rule" | "score" | "detail"> & {
    source_id: string
    user_id: string
    released_by: Decision | null
  })[]
}

/** Events shown before the rest is only counted. */
const EVENTS_SHOWN = 40

async function withStore<T>(path: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(readConfig(path).database)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

export async function runHolds(options: HoldsOptions): Promise<void> {
  const list = await withStore(options.config, async ({ database }) => {
    const chosen = options.week === undefined ? await weeksWithHolds(database) : [options.week]
    const read: WeekHolds[] = []
    for (const week of chosen) read.push(await readHolds(database, week))
    return read
  })
  if (options.json === true) printJson({ weeks: list })
  else process.stdout.write(list.length === 0 ? "nothing is held\n" : list.map(describe).join("\n\n") + "\n")
  const undecided = list.find((week) => week.held_because !== null && week.overridden_by === null)
  if (undecided !== undefined) throw new HeldBack(undecided.week, undecided.held_because ?? "")
}

async function weeksWithHolds(database: StoreDatabase): Promise<number[]> {
  const held = await database.select({ week: weeks.week }).from(weeks).where(isNotNull(weeks.heldBecause))
  const ofEvents = await database.selectDistinct({ week: heldEvents.week }).from(heldEvents)
  return [...new Set([...held, ...ofEvents].map((row) => row.week))].sort((a, b) => a - b)
}

async function readHolds(database: StoreDatabase, week: number): Promise<WeekHolds> {
  const [row] = await database.select().from(weeks).where(eq(weeks.week, week))
  const events = await listHolds(database, week)
  const found = await database
    .select()
    .from(findings)
    .where(eq(findings.week, week))
    .orderBy(asc(findings.rule), asc(findings.subject))
  const ids = [row?.overriddenBy, ...events.map((event) => event.releasedBy)].flatMap((id) => id ?? [])
  const rows =
    ids.length === 0 ? [] : await database.select().from(decisions).where(inArray(decisions.id, ids))
  const decisionOf = (id: string | null | undefined): Decision | null =>
    rows.find((decision) => decision.id === id) ?? null
  return {
    week: isoWeek(week),
    held_because: row?.heldBecause ?? null,
    overridden_by: decisionOf(row?.overriddenBy),
    findings: found.map(({ rule, subject, score, detail }) => ({
      rule,
      subject,
      score,
      text: (detail as { text: string }).text,
    })),
    events: events.map(({ source, sourceId, rule, score, userId, detail, releasedBy }) => ({
      source,
      source_id: sourceId,
      rule,
      score,
      user_id: userId,
      detail,
      released_by: decisionOf(releasedBy),
    })),
  }
}

function describe(week: WeekHolds): string {
  const { held_because: why, overridden_by: by, events } = week
  const parts = [
    why === null
      ? `Week ${week.week} is not held`
      : by === null
        ? `Week ${week.week} is HELD: ${printable(why)}`
        : `Week ${week.week} was held (${printable(why)}); ${decided(by)}`,
  ]
  const shown = week.findings.filter((finding) => finding.score > 0)
  if (shown.length > 0)
    parts.push(
      table(
        ["score", "rule", "about", "finding"],
        shown.map((finding) => [String(finding.score), finding.rule, finding.subject, finding.text]),
      ),
    )
  if (events.length > 0)
    parts.push(
      table(
        ["member", "rule", "score", "time", "event", "source id", "released"],
        events.slice(0, EVENTS_SHOWN).map(({ user_id, rule, score, detail, source_id, released_by }) => {
          const { timestamp, type } = detail as { timestamp: string; type: string }
          const time = timestamp.slice(0, 23).replace("T", " ")
          return [
            user_id,
            rule,
            String(score),
            time,
            type,
            source_id,
            released_by === null ? "" : decided(released_by),
          ]
        }),
      ),
    )
  if (events.length > EVENTS_SHOWN) parts.push(`… and ${grouped(events.length - EVENTS_SHOWN)} more: --json`)
  return parts.join("\n\n")
}

function decided({ who, at, reason }: Decision): string {
  return `by ${printable(who)} on ${at.slice(0, 16)}: ${printable(reason)}`
}

export async function runOverride(options: OverrideOptions): Promise<void> {
  const { week, reason } = options
  const { id, summarySha256 } = await withStore(options.config, (store) =>
    overrideHold(store, { week, reason, log: createLogger() }),
  )
  if (options.json === true) printJson({ week: isoWeek(week), decision: id, summary_sha256: summarySha256 })
  else
    process.stdout.write(
      `${isoWeek(week)} may be posted as it is scored (summary.json ${summarySha256.slice(0, 16)}…); decision ${id}\n`,
    )
}

export async function runRelease(sourceId: string | undefined, options: ReleaseOptions): Promise<void> {
  const { week, reason, member, rule } = options
  const config = readConfig(options.config)
  const progress = createProgress(options.json !== true)
  try {
    const { release, after } = await withStore(options.config, async (store) => {
      const done = await releaseAndScore({
        ...{ config, rules: configuredRules(config), store, week, reason, log: createLogger() },
        choice: {
          ...(sourceId === undefined ? {} : { sourceId }),
          ...(member === undefined ? {} : { userId: member }),
          ...(rule === undefined ? {} : { rule }),
        },
        onProgress: (stage, count, total) => progress.update(stage, count, total),
      })
      return { release: done, after: await readHolds(store.database, week) }
    })
    progress.stop()
    const still = after.events.filter((event) => event.released_by === null).length
    const heldBecause = release.scored ? after.held_because : null
    if (options.json === true)
      printJson({
        week: isoWeek(week),
        decision: release.id,
        released: release.released,
        scored: release.scored,
        ...(release.scored ? { still_held: still, held_because: heldBecause } : {}),
      })
    else
      process.stdout.write(
        `${grouped(release.released.length)} events of ${isoWeek(week)} count; decision ${release.id}\n` +
          (release.scored
            ? `the week is scored again: ${grouped(still)} events are still held, and the week ` +
              `${heldBecause === null ? "may be posted" : `is HELD: ${printable(heldBecause)}`}\n`
            : "the oracle that is at work scores the week again within a minute\n"),
      )
  } finally {
    progress.stop()
  }
}
