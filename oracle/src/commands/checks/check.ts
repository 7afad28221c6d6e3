import { readFileSync } from "node:fs"
import { join } from "node:path"
import { sanityRulesSchema, type SanityRules } from "../../config/checks"
import { checkWeek, type CheckReport } from "../../check/check"
import { HeldBack } from "../../check/failures"
import { checkScoredWeek } from "../../check/step"
import { InputRefused, UsageError } from "../../failure"
import { createLogger } from "../../log"
import { grouped, printable, table } from "../../output"
import { readSummary } from "../../score/report"
import { readRules, STK_RULES } from "../../score/rules"
import { openStore } from "../../store/store"
import type { CheckOptions } from "../check"
import { printJson } from "../chain/output"
import { configuredWeek } from "./configured"

export async function runCheck(directory: string | undefined, options: CheckOptions): Promise<void> {
  if (directory === undefined) {
    showCheck(await checkConfigured(options), options.json === true)
    return
  }
  if (options.week !== undefined)
    throw new UsageError("--week", "goes with --config; the directory is a week already")
  const rules = options.rules === undefined ? STK_RULES : readRules(options.rules)
  const previous = options.previous ?? []
  const report = await checkWeek({
    directory,
    rules,
    sanity: readThresholds(options.thresholds),
    previous,
    recount: recountOf(directory, previous, options),
  })
  showCheck(report, options.json === true)
}

/** Looks at a week as the oracle does, and keeps nothing. */
async function checkConfigured(options: CheckOptions): Promise<CheckReport> {
  const { files, ...week } = await configuredWeek(options)
  const store = await openStore(week.config.database)
  try {
    return await checkScoredWeek({ ...week, store, log: createLogger(), dryRun: true }, files)
  } finally {
    await store.close()
  }
}

/** Prints a report. @throws {HeldBack} when the week is held */
export function showCheck(report: CheckReport, json: boolean): void {
  if (json) printJson(report)
  else process.stdout.write(describe(report))
  if (report.held_because !== null) throw new HeldBack(report.week, report.held_because)
}

function recountOf(directory: string, previous: readonly string[], options: CheckOptions) {
  if (options.events === undefined) return null
  if (options.members === undefined) throw new UsageError("--members", "is needed with --events")
  const before = readSummary(directory)?.inputs.previous?.week
  const found = previous.find((each) => readSummary(each)?.week.name === before)
  if (before !== undefined && found === undefined)
    throw new UsageError("--previous", `must name the output of ${before}, which the week was scored with`)
  return {
    events: options.events,
    members: options.members,
    ...(options.discourseUsers === undefined ? {} : { discourseUsers: options.discourseUsers }),
    ...(options.xapiUsers === undefined ? {} : { xapiUsers: options.xapiUsers }),
    ...(found === undefined ? {} : { previousState: join(found, "state.csv") }),
  }
}

function readThresholds(path: string | undefined): SanityRules {
  if (path === undefined) return sanityRulesSchema.parse({})
  const refuse = (field: string, rule: string): InputRefused =>
    new InputRefused([{ file: path, field, rule }])
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, "utf8"))
  } catch (cause) {
    throw refuse("thresholds", `cannot be read as JSON (${(cause as Error).message})`)
  }
  const parsed = sanityRulesSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [first] = parsed.error.issues
  throw refuse(first?.path.join(".") ?? "thresholds", first?.message ?? "is not as expected")
}

function describe(report: CheckReport): string {
  const { figures, findings, recount } = report
  const parts = [
    `Week ${report.week}: ${grouped(figures.accepted)} events accepted, ${grouped(figures.active)} of ` +
      `${grouped(figures.members)} members active, ${grouped(figures.points)} points`,
    `compared with ${report.compared_with.length === 0 ? "no other week" : report.compared_with.join(", ")}; second count: ` +
      `${recount.outcome}${recount.why === null ? "" : ` (${printable(recount.why)})`}`,
  ]
  if (findings.length > 0)
    parts.push(
      table(
        ["score", "rule", "about", "finding"],
        findings.map((finding) => [String(finding.score), finding.rule, finding.subject, finding.text]),
      ),
    )
  parts.push(
    report.held_because === null
      ? `nothing reaches ${report.hold_at}: the week may be posted`
      : `HELD: a finding reaches ${report.hold_at}`,
  )
  return parts.join("\n\n") + "\n"
}
