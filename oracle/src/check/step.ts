import { isoWeek, weekEnd } from "@stk/sdk/math"
import { and, count, eq, gte, lte, max } from "drizzle-orm"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { readHeld } from "../score/held"
import { readSummary } from "../score/report"
import { events, findings, heldEvents, sources, weeks } from "../store/schema"
import type { StoreDatabase } from "../store/store"
import type { InputFiles } from "../week/inputs"
import { scoreDirectory } from "../week/layout"
import type { WeekContext } from "../week/step"
import { checkWeek, writeChecks, type CheckParameters, type CheckReport } from "./check"
import { releasesOf, validOverride } from "./decisions"
import type { SourceActivity } from "./findings"

type CheckContext = Pick<WeekContext, "week" | "config" | "rules" | "store" | "directory" | "log" | "dryRun">

const HOUR = 3600

/**
 * Checks a week that was scored into `<directory>/score`: writes `checks/checks.json`, the findings and the held events,
 * and holds the week when a finding reaches the threshold. An override stays only while the week is the one it was made
 * for.
 */
export async function checkScoredWeek(
  context: CheckContext,
  inputs: InputFiles | null,
): Promise<CheckReport> {
  const { week, config, rules, store, directory } = context
  const score = scoreDirectory(directory)
  const { sanity } = config.checks
  const before = Array.from({ length: sanity.history }, (_, n) => scoreOf(directory, week - 1 - n))
  const previous = before.filter((each) => readSummary(each) !== null)
  const report = await checkWeek({
    directory: score,
    rules,
    sanity,
    previous,
    recount: recountOf(inputs, readSummary(score)?.inputs.previous?.week ?? null, previous),
    sources: await activityOf(store.database, week, sanity.history),
  })
  if (context.dryRun) return report
  await writeChecks(join(directory, "checks", "checks.json"), report)
  await store.transaction(async ({ database, copyRows }) => {
    const overriddenBy = await validOverride(database, week, report.summary_sha256)
    await database.delete(findings).where(eq(findings.week, week))
    await copyRows(
      findings,
      ["week", "rule", "subject", "score", "detail"],
      report.findings.map(({ rule, subject, score: points, text, figures }) => [
        week,
        rule,
        subject,
        points,
        { text, ...figures },
      ]),
    )
    const released = await releasesOf(database, week)
    const sourceOf = new Map(inputs?.events.map((file) => [file.path.split("/").at(-1) ?? "", file.source]))
    await database.delete(heldEvents).where(eq(heldEvents.week, week))
    await copyRows(
      heldEvents,
      ["week", "source", "sourceId", "rule", "score", "userId", "detail", "releasedBy"],
      readHeld(score).map((event) => [
        week,
        sourceOf.get(event.file.split("#")[0] ?? "") ?? event.file,
        event.source_id,
        event.rule,
        event.score,
        event.user_id,
        {
          type: event.event,
          timestamp: event.timestamp,
          count: event.count,
          counterpart: event.counterpart,
          file: event.file,
          line: event.line,
        },
        released.get(event.source_id) ?? null,
      ]),
    )
    await database
      .update(weeks)
      .set({
        heldBecause: report.held_because,
        overriddenBy: report.held_because === null ? null : overriddenBy,
      })
      .where(eq(weeks.week, week))
  })
  if (report.held_because !== null)
    context.log.error({ week: isoWeek(week), because: report.held_because }, "the week is held")
  return report
}

/** Output of another week beside this one. */
function scoreOf(directory: string, week: number): string {
  return scoreDirectory(join(directory, "..", isoWeek(week)))
}

function recountOf(
  inputs: InputFiles | null,
  before: string | null,
  previous: readonly string[],
): CheckParameters["recount"] {
  if (inputs === null) return null
  const state = previous.find((each) => readSummary(each)?.week.name === before)
  return {
    events: inputs.events.map((file) => file.path),
    members: inputs.members,
    ...(inputs.discourseUsers === undefined ? {} : { discourseUsers: inputs.discourseUsers }),
    ...(inputs.xapiUsers === undefined ? {} : { xapiUsers: inputs.xapiUsers }),
    ...(state === undefined || !existsSync(join(state, "state.csv"))
      ? {}
      : { previousState: join(state, "state.csv") }),
  }
}

/** What each source gave in the week and in those before. */
async function activityOf(database: StoreDatabase, week: number, history: number): Promise<SourceActivity[]> {
  const known = await database.select().from(sources)
  const rows = await database
    .select({ source: events.source, week: events.week, events: count(), last: max(events.occurredAt) })
    .from(events)
    .where(and(gte(events.week, week - history), lte(events.week, week)))
    .groupBy(events.source, events.week)
  return known.map(({ name, error }) => {
    const own = rows.filter((row) => row.source === name)
    const now = own.find((row) => row.week === week)
    // Weeks before the source was there say nothing.
    const first = Math.min(week, ...own.map((row) => row.week))
    const before = Array.from(
      { length: week - first },
      (_, n) => own.find((row) => row.week === week - 1 - n)?.events ?? 0,
    )
    const last = now?.last === undefined || now.last === null ? null : Date.parse(now.last) / 1000
    return {
      name,
      events: now?.events ?? 0,
      before,
      silentHours: last === null ? null : Math.floor((weekEnd(week) - last) / HOUR),
      error,
    }
  })
}
