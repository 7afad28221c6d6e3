import { isoWeek } from "@stk/sdk/math"
import { createReadStream, existsSync } from "node:fs"
import { mkdir, readdir, rm, stat } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { encodeAddress } from "../base58"
import { readScoredWeek, type ScoredMember, type ScoredWeek } from "../chain/scored_week"
import { InputRefused, OutputRefused } from "../failure"
import { itemAt } from "../item"
import { readSummary, type Summary } from "../score/report"
import { scoredEvents, type EconomyRules } from "../score/rules"
import {
  isUnfinished,
  MANIFEST_FILE,
  WEEK_FILE,
  weekOfFile,
  writeIfChanged,
  type FileRecord,
  type StatementRecord,
  type StatementTask,
} from "./files"
import type { Language } from "./language"
import type { MemberName } from "./names"
import { writeStatements } from "./pool"
import type { MemberWeek, WeekFacts } from "./statement"
import { weekPage } from "./week_page"

/** The reports of a scored week (STK-58): a statement for every member, a page for the week, and the manifest of both. */

export const MANIFEST_FORMAT = "stk-oracle/reports/1"
/** More threads than this wait for the disk. */
const MOST_WORKERS = 16
const TOP_MEMBERS = 10

export interface ReportParameters {
  /** Output of scoring, or the week's folder with it in `score`. */
  scored: string
  /** The same of weeks before; the latest is what members are compared with. */
  previous: readonly string[]
  out: string
  rules: EconomyRules
  /** How the community is called; the economy's name by default. */
  community?: string | undefined
  /** Language of the week's page, and of members without one of their own. */
  language: Language
  names: ReadonlyMap<string, MemberName>
  /** Address of the economy. */
  economy: string | null
  /** Base units that the chain pays for the week, as far as it is known. */
  payable: bigint | null
  /** Base units that the chain has credited, by user id. */
  credited?: ReadonlyMap<string, bigint>
  /** Only this member's statement, without page and manifest. */
  member?: string
  workers?: number
  signal?: AbortSignal
  onProgress?: (stage: string, done: number, total: number) => void
}

export interface ReportResult {
  week: number
  statements: readonly StatementRecord[]
  /** Null when only one member's statement was wanted. */
  page: FileRecord | null
  manifest: FileRecord | null
  written: number
  unchanged: number
  removed: number
}

/** Content of `manifest.json`. */
export interface ReportManifest {
  format: typeof MANIFEST_FORMAT
  week: string
  summary_sha256: string
  page: FileRecord
  /** By file, which is by global index. */
  statements: readonly StatementRecord[]
}

/** The folder with the output of scoring: the one named, or `score` in it. */
export function scoredDirectory(directory: string): string {
  const inner = join(directory, "score")
  return readSummary(directory) === null && readSummary(inner) !== null ? inner : directory
}

/**
 * Writes the reports of a week. Equal input gives equal bytes with any number of workers; files that are right already
 * are not touched, so a run that was ended is simply repeated.
 *
 * @throws {InputRefused} the scored files do not fit together
 * @throws {OutputRefused} `out` holds something else
 */
export async function writeReports(p: ReportParameters): Promise<ReportResult> {
  p.onProgress?.("read", 0, 1)
  const scored = await readScoredWeek(scoredDirectory(p.scored), p.rules)
  const { earlier, previous } = await readEarlier(p, scored.week)
  const facts: WeekFacts = {
    week: scored.week,
    name: isoWeek(scored.week),
    rules: p.rules,
    due: scored.reward,
    payable: payableOf(p.payable, scored.reward),
    merkleRoot: scored.summary.merkle.root,
    economy: p.economy,
    previous: previous === null ? null : isoWeek(previous.week),
  }
  const community = p.community ?? p.rules.name
  const indexes = await readIndexes(scored)
  const rejected = await readRejected(scored)
  const wanted =
    p.member === undefined
      ? scored.members.map((_, place) => place)
      : [scored.members.findIndex((member) => member.userId === p.member)]
  if (wanted[0] === -1)
    throw new InputRefused([
      { file: scored.directory, field: "member", rule: `${p.member} is not a member of ${facts.name}` },
    ])
  const out = resolve(p.out)
  if (p.member === undefined) await checkReplaceable(out, facts.name)
  await mkdir(out, { recursive: true })

  const before = new Map(previous?.members.map((member) => [member.userId, member]))
  function* memberWeeks(): Generator<MemberWeek> {
    for (const place of wanted) {
      const member = itemAt(scored.members, place)
      yield memberWeek(member, indexes[place] ?? 0, p, before.get(member.userId), rejected.get(member.userId))
    }
  }
  const task: StatementTask = { facts, community, directory: out }
  const statements: StatementRecord[] = []
  let written = 0
  await writeStatements(wanted.length, memberWeeks(), task, {
    workers: p.workers ?? Math.min(availableParallelism(), MOST_WORKERS),
    signal: p.signal,
    onWritten: (done) => {
      for (const { record, isWritten } of done) {
        statements.push(record)
        if (isWritten) written++
      }
      p.onProgress?.("statements", statements.length, wanted.length)
    },
  })
  statements.sort((a, b) => (a.file < b.file ? -1 : 1))
  const counts = { written, unchanged: statements.length - written }
  if (p.member !== undefined)
    return { week: scored.week, statements, page: null, manifest: null, removed: 0, ...counts }

  const html = weekPage({
    facts,
    summary: scored.summary,
    summarySha256: scored.summarySha256,
    community,
    language: p.language,
    rewards: scored.members.map((member) => member.reward),
    top: topMembers(scored.members).map((member) => ({
      name: p.names.get(member.userId)?.name ?? member.userId,
      level: member.level,
      streak: member.streak,
      reward: member.reward,
    })),
    earlier,
  })
  const page = writeIfChanged(out, WEEK_FILE, Buffer.from(html)).record
  // Last: a manifest is there only with everything that it names.
  const manifest: ReportManifest = {
    format: MANIFEST_FORMAT,
    week: facts.name,
    summary_sha256: scored.summarySha256,
    page,
    statements,
  }
  const record = writeIfChanged(out, MANIFEST_FILE, Buffer.from(manifestText(manifest))).record
  const removed = await removeOthers(out, new Set(statements.map((statement) => statement.file)))
  return { week: scored.week, statements, page, manifest: record, removed, ...counts }
}

/** JSON with a line a statement, so that two manifests can be compared by eye. */
function manifestText({ statements, ...head }: ReportManifest): string {
  const rows = statements.map((statement) => `    ${JSON.stringify(statement)}`)
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "statements": [\n${rows.join(",\n")}\n  ]\n}\n`
}

function memberWeek(
  member: ScoredMember,
  index: number,
  p: ReportParameters,
  before: ScoredMember | undefined,
  rejected: ReadonlyMap<string, number> | undefined,
): MemberWeek {
  const none = scoredEvents(p.rules).map(() => 0)
  const named = p.names.get(member.userId)
  return {
    index,
    userId: member.userId,
    name: named?.name ?? null,
    language: named?.language ?? p.language,
    wallet: encodeAddress(member.wallet),
    level: member.level,
    streak: member.streak,
    weightSum: member.weightSum,
    reward: member.reward,
    credited: p.credited?.get(member.userId) ?? null,
    counted: member.counted ?? none,
    daily: member.daily,
    previous:
      before === undefined
        ? null
        : { weightSum: before.weightSum, reward: before.reward, counted: before.counted ?? none },
    // The most first, then by name: never in the order of the files.
    rejected: [...(rejected ?? [])].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)),
  }
}

/** What is known of the pool; more than what is due cannot be paid. */
function payableOf(payable: bigint | null, due: bigint): bigint | null {
  return payable === null || payable < due ? payable : due
}

async function readEarlier(
  p: ReportParameters,
  week: number,
): Promise<{ earlier: Summary[]; previous: ScoredWeek | null }> {
  const found = p.previous.map((named) => {
    const directory = scoredDirectory(named)
    const summary = readSummary(directory)
    const refuse = (rule: string): InputRefused =>
      new InputRefused([{ file: named, field: "previous", rule }])
    if (summary === null) throw refuse("is not an output of stk-oracle score")
    if (summary.week.index >= week)
      throw refuse(`is ${summary.week.name}, not a week before ${isoWeek(week)}`)
    return { directory, summary }
  })
  found.sort((a, b) => a.summary.week.index - b.summary.week.index)
  const twice = found.find(
    ({ summary }, place) => found[place - 1]?.summary.week.index === summary.week.index,
  )
  if (twice !== undefined)
    throw new InputRefused([
      { file: twice.directory, field: "previous", rule: `${twice.summary.week.name} is given twice` },
    ])
  const last = found.at(-1)
  return {
    earlier: found.map(({ summary }) => summary),
    previous: last === undefined ? null : await readScoredWeek(last.directory, p.rules),
  }
}

/** Global indexes in the order of the members. */
async function readIndexes(scored: ScoredWeek): Promise<number[]> {
  const indexes: number[] = []
  for await (const line of createInterface({
    input: createReadStream(join(scored.directory, "detail.jsonl")),
  }))
    indexes.push((JSON.parse(line.slice(0, line.indexOf(",")) + "}") as { index: number }).index)
  return indexes
}

/** Rejected events of each user id by reason. */
async function readRejected(scored: ScoredWeek): Promise<Map<string, Map<string, number>>> {
  const rejected = new Map<string, Map<string, number>>()
  for await (const line of createInterface({
    input: createReadStream(join(scored.directory, "rejected.jsonl")),
  })) {
    const { user_id: user, reason } = JSON.parse(line) as { user_id: string | null; reason: string }
    if (user === null) continue
    const reasons = rejected.get(user) ?? new Map<string, number>()
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    rejected.set(user, reasons)
  }
  return rejected
}

/** Those who earned most; of equal ones the first in the order of ids. */
function topMembers(members: readonly ScoredMember[]): ScoredMember[] {
  const top: ScoredMember[] = []
  for (const member of members) {
    const lowest = top[TOP_MEMBERS - 1]
    if (member.reward === 0n || (lowest !== undefined && member.reward <= lowest.reward)) continue
    const place = top.findIndex((other) => other.reward < member.reward)
    top.splice(place === -1 ? top.length : place, 0, member)
    top.length = Math.min(top.length, TOP_MEMBERS)
  }
  return top
}

/** Refuses a folder with anything but reports of this week. @throws {OutputRefused} */
async function checkReplaceable(directory: string, week: string): Promise<void> {
  if (!existsSync(directory)) return
  if (!(await stat(directory)).isDirectory()) throw new OutputRefused(directory, "is not a directory")
  for (const name of await readdir(directory)) {
    if (name === MANIFEST_FILE || name === WEEK_FILE || isUnfinished(name)) continue
    const other = weekOfFile(name)
    if (other === null) throw new OutputRefused(directory, `holds a file that is no report: ${name}`)
    if (other !== week) throw new OutputRefused(directory, `holds reports of ${other}, not ${week}`)
  }
}

/** Removes statements that do not belong to the week any more, and what an ended run left. */
async function removeOthers(directory: string, kept: ReadonlySet<string>): Promise<number> {
  let removed = 0
  for (const name of await readdir(directory)) {
    if (!isUnfinished(name) && (weekOfFile(name) === null || kept.has(name))) continue
    await rm(join(directory, name))
    removed++
  }
  return removed
}
