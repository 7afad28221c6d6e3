import { mkdir, rename, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { SanityRules } from "../config/checks"
import type { Difference } from "../chain/failures"
import { InputRefused } from "../failure"
import { readSummary, type Summary } from "../score/report"
import { canonicalJson, rulesHash, type EconomyRules } from "../score/rules"
import { canBeRecounted, recountDirectory } from "../verify/again"
import type { RecountParameters } from "../verify/recount"
import { figuresOf, type WeekFigures } from "./figures"
import { judgeWeek, type Finding, type SourceActivity } from "./findings"

/** Looks at a scored week before it is posted: is it like the weeks before, and does a second count agree? */

const FORMAT = "stk-oracle/check/1"
const DIFFERENCES_KEPT = 10

export interface CheckParameters {
  /** Output of `score`. */
  directory: string
  rules: EconomyRules
  sanity: SanityRules
  /** Outputs of the weeks before, in any order. */
  previous: readonly string[]
  /** What the week is counted again from; without it there is no second count. */
  recount: Omit<RecountParameters, "week" | "rules" | "fraud"> | null
  sources?: readonly SourceActivity[]
}

/** Content of `checks.json`: nothing in it depends on the clock or the machine. */
export interface CheckReport {
  format: typeof FORMAT
  week: string
  summary_sha256: string
  hold_at: number
  /** Highest score of all findings. */
  highest: number
  /** Why the week must not be posted; null when it may. */
  held_because: string | null
  findings: Finding[]
  /** Weeks that this one was compared with, the latest first. */
  compared_with: string[]
  recount: { outcome: "agrees" | "differs" | "skipped"; why: string | null; differences: Difference[] }
  figures: WeekFigures
}

/** @throws {InputRefused} the directory is no output of `score`, or of another economy */
export async function checkWeek(p: CheckParameters): Promise<CheckReport> {
  const summary = readSummary(p.directory)
  if (summary === null)
    throw new InputRefused([
      { file: p.directory, field: "directory", rule: "is not an output of stk-oracle score" },
    ])
  if (summary.economy.rules_sha256 !== rulesHash(p.rules))
    throw new InputRefused([
      { file: p.directory, field: "economy", rule: "was scored by other rules: name them with --rules" },
    ])
  const figures = await figuresOf(p.directory, p.rules)
  const history: { index: number; figures: WeekFigures }[] = []
  for (const directory of new Set(p.previous)) {
    const before = readSummary(directory)
    if (before === null || before.economy.rules_sha256 !== summary.economy.rules_sha256)
      throw new InputRefused([
        {
          file: directory,
          field: "previous",
          rule: "is not an output of stk-oracle score by the same rules",
        },
      ])
    if (before.week.index < summary.week.index)
      history.push({ index: before.week.index, figures: await figuresOf(directory, p.rules) })
  }
  history.sort((a, b) => b.index - a.index)
  const weeks = history.slice(0, p.sanity.history).map((each) => each.figures)
  const recount = await countAgain(p, summary)
  const findings = judgeWeek(
    { figures, history: weeks, fraud: summary.fraud ?? null, sources: p.sources ?? [] },
    p.sanity,
  )
  if (recount.outcome === "differs")
    findings.unshift({
      rule: "recount",
      subject: "week",
      score: 100,
      text: `a second program counts something else: ${recount.why ?? ""}`,
      figures: Object.fromEntries(
        recount.differences.map((d) => [
          `${d.subject} ${d.field}`,
          `${d.actual}, counted again ${d.expected}`,
        ]),
      ),
    })
  const highest = findings.reduce((most, finding) => Math.max(most, finding.score), 0)
  const worst = findings.filter((finding) => finding.score >= p.sanity.holdAt)
  return {
    format: FORMAT,
    week: summary.week.name,
    summary_sha256: figures.summary_sha256,
    hold_at: p.sanity.holdAt,
    highest,
    held_because: worst.length === 0 ? null : worst.map((finding) => finding.text).join("; "),
    findings,
    compared_with: weeks.map((week) => week.week),
    recount,
    figures,
  }
}

async function countAgain(p: CheckParameters, summary: Summary): Promise<CheckReport["recount"]> {
  const events = summary.events.read
  if (p.recount === null) return { outcome: "skipped", why: "no events were given", differences: [] }
  if (!canBeRecounted(summary))
    return { outcome: "skipped", why: "a source has counted the events itself", differences: [] }
  if (events > p.sanity.recountUpTo)
    return {
      outcome: "skipped",
      why: `${events} events are more than recountUpTo, ${p.sanity.recountUpTo}`,
      differences: [],
    }
  const out = await recountDirectory(p.directory, p.rules, { ...p.recount, week: summary.week.index })
  if (out.count === 0) return { outcome: "agrees", why: null, differences: [] }
  const [first] = out.kept
  return {
    outcome: "differs",
    why: `${out.count} differences, the first: ${first?.subject ?? ""}: ${first?.field ?? ""}`,
    differences: out.kept.slice(0, DIFFERENCES_KEPT),
  }
}

/** Writes `checks.json` as a whole or not at all. */
export async function writeChecks(path: string, report: CheckReport): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const beside = join(dirname(path), `.checks-${process.pid}`)
  await writeFile(beside, JSON.stringify(JSON.parse(canonicalJson(report)), null, 2) + "\n")
  await rename(beside, path)
}
