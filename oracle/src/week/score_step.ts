import { DAYS_PER_WEEK, isoWeek, weekStart } from "@stk/sdk/math"
import { and, eq, inArray } from "drizzle-orm"
import { createReadStream } from "node:fs"
import { readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { Disagreement } from "../chain/failures"
import { fraudParameters } from "../check/decisions"
import { checkScoredWeek } from "../check/step"
import { EXIT, OracleError } from "../failure"
import { fileHash } from "../score/hash"
import type { CappedEvent } from "../score/held"
import { CAPPED_FILE, readSummary, type Summary } from "../score/report"
import { scoredEvents, type EconomyRules } from "../score/rules"
import { scoreWeek, type ScoreParameters } from "../score/score"
import { compareStreaks } from "../source/roster"
import { rejections, results, weeks } from "../store/schema"
import type { StoreTransaction } from "../store/store"
import { checkInputs, inputFiles, readInputs, type WeekInputs } from "./inputs"
import { scoreDirectory, weekDirectory } from "./layout"
import type { StepRun, WeekContext } from "./step"

/** What only scoring knows of an event; the other reasons are listed as soon as an event is collected. */
const JUDGED_BY_SCORE = ["unknown_member", "held"]
/** Of the folders in which `scoreWeek` puts together what it then moves to `score`. */
const WORK_PREFIX = ".score-"
/** Events of a member, a type and a day beyond the limit. */
const CAPPED = "capped"

/**
 * Scores a week from its fixed inputs, writes what everybody earned into the store, all at once, and looks whether the week
 * may be posted as it is: if not, it is held until somebody decides.
 */
export const scoreStep: StepRun = async (context) => {
  const { week, config, store, directory } = context
  const [row] = await store.database.select().from(weeks).where(eq(weeks.week, week))
  const inputs = readInputs(directory)
  if (inputs === null || row === undefined || row.inputs === null)
    throw new OracleError(EXIT.notReady, [`${isoWeek(week)}: its inputs are not fixed yet`])
  await checkInputs(config.data, directory, inputs)
  const out = scoreDirectory(directory)
  await removeUnfinished(directory)
  const { summary, notes } = await scoreWeek(await scoreParameters(context, inputs, out))
  for (const note of notes) context.log.warn({ week: isoWeek(week) }, note)
  const summarySha256 = await fileHash(join(out, "summary.json"))
  if (
    row.summarySha256 !== null &&
    row.summarySha256 !== summarySha256 &&
    (row.isFinal || row.chain !== null)
  )
    throw new Disagreement(`${isoWeek(week)} is on chain, and counts differently now; nothing was changed`, [
      {
        subject: "week",
        field: "sha256 of summary.json",
        expected: summarySha256,
        actual: row.summarySha256,
      },
    ])
  if (row.summarySha256 !== summarySha256)
    await store.transaction(async (transaction) => {
      await writeResults(transaction, week, out)
      await writeRejections(transaction, context, inputs, summary, out)
      await transaction.database.update(weeks).set({ summary, summarySha256 }).where(eq(weeks.week, week))
    })
  await checkScoredWeek(context, inputFiles(config.data, directory, inputs))
  const differences = await compareStreaks(store, week, context.rules)
  if (differences.length > 0)
    context.log.info(
      { week: isoWeek(week), members: differences.length },
      "the platform counts other weeks in a row; the oracle's are used",
    )
  return resultOf(summary)
}

/** What runs that were killed while they scored have left: only one at a time scores a week into its directory. */
async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (name.startsWith(WORK_PREFIX)) await rm(join(directory, name), { recursive: true, force: true })
}

/** How a week is scored from its fixed inputs; verification scores the same way into another folder. */
export async function scoreParameters(
  context: Pick<
    WeekContext,
    "week" | "firstWeek" | "config" | "rules" | "store" | "directory" | "onProgress"
  >,
  inputs: WeekInputs,
  out: string,
): Promise<ScoreParameters> {
  const { week, config, rules, store, directory } = context
  const { events, ...people } = inputFiles(config.data, directory, inputs)
  const fraud = await fraudParameters(config.checks, store.database, week)
  const before = scoreDirectory(weekDirectory(config.data, week - 1))
  if (week > context.firstWeek && readSummary(before) === null)
    throw new OracleError(EXIT.notReady, [
      `${before}: ${isoWeek(week - 1)} is not scored, and weeks are never skipped`,
    ])
  return {
    week,
    events: events.map((file) => file.path),
    ...people,
    out,
    ...(fraud === undefined ? {} : { fraud }),
    ...(week > context.firstWeek ? { previous: before } : {}),
    skipMalformed: true,
    rules,
    memory: config.run.memory,
    threads: config.run.threads,
    onStage: (stage, done, total) => context.onProgress(stage, done, total),
  }
}

interface DetailLine {
  index: number
  user_id: string
  wallet: string
  level: number
  streak: number
  /** Counts of each day, by type, before the limits. */
  daily: number[][]
  weight_sum: number
  points: string
  reward: string
}

async function* linesOf<Line>(path: string): AsyncGenerator<Line> {
  for await (const line of createInterface({ input: createReadStream(path) })) yield JSON.parse(line) as Line
}

async function writeResults(
  { database, copyRows }: StoreTransaction,
  week: number,
  out: string,
): Promise<void> {
  await database.delete(results).where(eq(results.week, week))
  await copyRows(
    results,
    ["week", "userId", "wallet", "memberIndex", "level", "streak", "weightSum", "points", "reward"],
    (async function* () {
      for await (const line of linesOf<DetailLine>(join(out, "detail.jsonl")))
        yield [
          week,
          line.user_id,
          line.wallet,
          line.index,
          line.level,
          line.streak,
          line.weight_sum,
          line.points,
          BigInt(line.reward),
        ]
    })(),
  )
}

interface RejectedLine {
  file: string
  line: number
  item: number | null
  reason: string
  detail: string | null
  source_id: string | null
  event: string | null
  user_id: string | null
  timestamp: string | null
}

async function writeRejections(
  { database, copyRows }: StoreTransaction,
  { week, rules }: WeekContext,
  inputs: WeekInputs,
  summary: Summary,
  out: string,
): Promise<void> {
  await database
    .delete(rejections)
    .where(and(eq(rejections.week, week), inArray(rejections.reason, [...JUDGED_BY_SCORE, CAPPED])))
  const files = new Map(inputs.events.map((file) => [file.path.split("/").at(-1) ?? "", file]))
  const listed = new Map<string, number>()
  await copyRows(
    rejections,
    [
      "week",
      "source",
      "sourceId",
      "reason",
      "detail",
      "userId",
      "type",
      "occurredAt",
      "file",
      "line",
      "item",
    ],
    (async function* () {
      yield* rejectedEvents(week, files, join(out, "rejected.jsonl"))
      yield* cappedEvents(week, files, join(out, CAPPED_FILE), listed)
      // What was counted at the source has no single events.
      if (summary.events.from_counts !== undefined)
        yield* cappedDays(week, rules, join(out, "detail.jsonl"), listed)
    })(),
  )
}

/** Input files by their name. */
type InputsByName = ReadonlyMap<string, WeekInputs["events"][number]>

async function* rejectedEvents(week: number, files: InputsByName, path: string): AsyncGenerator<unknown[]> {
  for await (const line of linesOf<RejectedLine>(path)) {
    if (!JUDGED_BY_SCORE.includes(line.reason)) continue
    const file = files.get(line.file)
    yield [
      week,
      file?.source ?? "",
      line.source_id,
      line.reason,
      line.detail,
      line.user_id,
      line.event,
      line.timestamp,
      file?.path ?? line.file,
      line.line,
      line.item,
    ]
  }
}

const dayKey = (user: string, type: string, day: string): string => JSON.stringify([user, type, day])

/** Every event over the limit of its day; `listed` is filled with how many there are of a member, a type and a day. */
async function* cappedEvents(
  week: number,
  files: InputsByName,
  path: string,
  listed: Map<string, number>,
): AsyncGenerator<unknown[]> {
  for await (const line of linesOf<CappedEvent>(path)) {
    const file = files.get(line.file)
    const key = dayKey(line.user_id, line.event, line.timestamp.slice(0, 10))
    listed.set(key, (listed.get(key) ?? 0) + 1)
    yield [
      week,
      file?.source ?? "",
      line.source_id,
      CAPPED,
      `number ${line.nth} of its day: ${line.daily_limit} count`,
      line.user_id,
      line.event,
      line.timestamp,
      file?.path ?? line.file,
      line.line,
      line.item,
    ]
  }
}

/** Each day on which a source counted more of a type than counts: not one event is at fault, so the day is listed. */
async function* cappedDays(
  week: number,
  rules: EconomyRules,
  path: string,
  listed: ReadonlyMap<string, number>,
): AsyncGenerator<unknown[]> {
  const types = scoredEvents(rules)
  let number = 0
  for await (const line of linesOf<DetailLine>(path)) {
    number++
    for (let day = 0; day < DAYS_PER_WEEK; day++)
      for (const [position, type] of types.entries()) {
        const count = line.daily[day]?.[position] ?? 0
        const midnight = new Date((weekStart(week) + day * 86_400) * 1000).toISOString()
        const over =
          count - type.dailyLimit - (listed.get(dayKey(line.user_id, type.name, midnight.slice(0, 10))) ?? 0)
        if (over <= 0) continue
        yield [
          week,
          "score",
          null,
          CAPPED,
          `${over} of ${count} on that day`,
          line.user_id,
          type.name,
          midnight,
          `weeks/${isoWeek(week)}/score/detail.jsonl`,
          number,
          null,
        ]
      }
  }
}

function resultOf(summary: Summary): Record<string, unknown> {
  const { members, events, totals, merkle } = summary
  return {
    members: members.total,
    active: members.active,
    counted: events.counted,
    capped: events.capped,
    rejected: events.rejected,
    points: totals.points,
    merkle_root: merkle.root,
  }
}
