import { isoWeek, weekEnd, weekStart } from "@stk/sdk/math"
import { and, asc, eq, gte, lt, sql } from "drizzle-orm"
import { basename } from "node:path"
import { EXIT, OracleError } from "../failure"
import { collect, type CollectReport } from "../source/collect"
import { syncMembers, writeRoster } from "../source/roster"
import { pulls, weeks } from "../store/schema"
import { checkInputs, publishInputs, readInputs, startInputs, type WeekInputs } from "./inputs"
import type { StepRun, WeekContext } from "./step"
import { intakeEnd } from "./windows"

/** A source did not give what it has: the week waits, since without it members would lose points. */
class SourcesFailed extends OracleError {
  override readonly name = "SourcesFailed"
}

/**
 * Takes what arrived until the end of the week's intake, then fixes what the week is scored from. What comes
 * afterwards is late for this week.
 */
export const aggregateStep: StepRun = async (context) => {
  const { week, config, store, directory } = context
  const [row] = await store.database.select().from(weeks).where(eq(weeks.week, week))
  const published = readInputs(directory)
  if (published !== null) {
    await checkInputs(config.data, directory, published)
    // A process that was killed in between, or a lost database.
    if ((row?.inputs ?? null) === null) await writeDown(context, published)
    return resultOf(published)
  }
  if ((row?.inputs ?? null) !== null)
    throw new OracleError(EXIT.inputRefused, [
      `${directory}/inputs: is gone, but the inputs of ${isoWeek(week)} were fixed: bring it back from a backup`,
    ])
  await gather(context, intakeEnd(week))
  if (config.members !== undefined)
    await syncMembers({ config, store, rules: context.rules, signal: context.signal, log: context.log })
  return resultOf(await fixInputs(context))
}

/** Takes what the sources have until an instant. @throws {SourcesFailed} */
export async function gather(
  context: Pick<WeekContext, "config" | "store" | "log" | "signal" | "onProgress">,
  until: number,
): Promise<CollectReport> {
  const { config, store, log, signal, onProgress } = context
  const report = await collect({ config, store, until, log, signal, onProgress })
  const failed = report.sources.filter((source) => source.error !== null)
  if (failed.length > 0)
    throw new SourcesFailed(
      EXIT.interrupted,
      failed.map(({ source, error }) => `source ${source}: ${error ?? ""}`),
    )
  return report
}

/** Nothing can be collected between the listing of the files and its commit: what comes later finds the week fixed. */
async function fixInputs(context: WeekContext): Promise<WeekInputs> {
  const { week, store, directory } = context
  const roster = await writeRoster(store, await startInputs(directory), week)
  const members = Object.values(roster).flatMap((path: string | null) =>
    path === null ? [] : [basename(path)],
  )
  return store.transaction(async ({ database }) => {
    await database.execute(sql`LOCK TABLE stk_oracle.pulls IN SHARE MODE`)
    const files = await database
      .select({ source: pulls.source, path: pulls.path, sha256: pulls.sha256 })
      .from(pulls)
      .where(and(lt(pulls.firstAt, instant(weekEnd(week))), gte(pulls.lastAt, instant(weekStart(week)))))
      .orderBy(asc(pulls.path))
    const inputs = await publishInputs(directory, isoWeek(week), files, members)
    await database
      .insert(weeks)
      .values({ week, name: isoWeek(week), inputs })
      .onConflictDoUpdate({ target: weeks.week, set: { inputs } })
    return inputs
  })
}

async function writeDown({ store, week }: WeekContext, inputs: WeekInputs): Promise<void> {
  await store.database
    .insert(weeks)
    .values({ week, name: isoWeek(week), inputs })
    .onConflictDoUpdate({ target: weeks.week, set: { inputs } })
}

function resultOf(inputs: WeekInputs): Record<string, unknown> {
  return { files: inputs.events.length, members: inputs.members.map((file) => file.name) }
}

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString()
