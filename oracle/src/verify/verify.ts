import { existsSync, readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { InputRefused } from "../failure"
import { fraudOf } from "../score/held"
import { fileHash } from "../score/hash"
import { readSummary, type Summary } from "../score/report"
import { canonicalJson, rulesHash, type EconomyRules } from "../score/rules"
import { scoreWeek } from "../score/score"
import { canBeRecounted, recountDirectory } from "./again"
import type { DifferenceList } from "./compare"

/** Recomputes a scored week from its raw files, by the program that scored it and by a second one. */

export interface VerifyParameters {
  /** Output of `score`. */
  directory: string
  rules: EconomyRules
  events: readonly string[]
  members: string
  discourseUsers?: string
  xapiUsers?: string
  /** Output of the week before; needed when the week was scored with one. */
  previous?: string
  memory?: string
  threads?: number
  /** Whether the program without SQL counts too. */
  secondCount: boolean
}

/** What the verdict rests on. */
export interface FilesVerdict {
  week: string
  events: number
  members: number
  files_compared: number
  /** Whether a second program has counted too; what a source counted itself cannot be counted again. */
  counted_twice: boolean
  root: string
}

/** @throws {InputRefused} the directory is no output of `score`, or a file that it names is not given */
export async function verifyFiles(p: VerifyParameters, out: DifferenceList): Promise<FilesVerdict> {
  const summary = readSummary(p.directory)
  const refuse = (field: string, rule: string): InputRefused =>
    new InputRefused([{ file: p.directory, field, rule }])
  if (summary === null) throw refuse("directory", "is not an output of stk-oracle score")
  if (rulesHash(p.rules) !== summary.economy.rules_sha256)
    throw refuse("economy", "was scored by other rules: name them with --rules")
  if (summary.inputs.previous !== null && p.previous === undefined)
    throw refuse(
      "previous",
      `is missing: the week was scored with --previous of ${summary.inputs.previous.week}`,
    )

  let filesCompared = 0
  for (const [name, sha256] of Object.entries(summary.outputs)) {
    const path = join(p.directory, name)
    filesCompared++
    out.compare(name, "SHA-256", sha256, existsSync(path) ? await fileHash(path) : "missing")
  }
  filesCompared += await compareInputs(p, summary, out)
  const work = await mkdtemp(join(tmpdir(), "stk-verify-"))
  try {
    await compareAgain(p, summary, work, out)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  const countedTwice = p.secondCount && canBeRecounted(summary)
  if (countedTwice) await compareSecondCount(p, summary, out)
  return {
    week: summary.week.name,
    events: summary.events.read,
    members: summary.members.total,
    files_compared: filesCompared,
    counted_twice: countedTwice,
    root: summary.merkle.root,
  }
}

async function compareSecondCount(p: VerifyParameters, summary: Summary, out: DifferenceList): Promise<void> {
  try {
    const recount = await recountDirectory(p.directory, p.rules, {
      week: summary.week.index,
      events: p.events,
      members: p.members,
      ...(p.discourseUsers === undefined ? {} : { discourseUsers: p.discourseUsers }),
      ...(p.xapiUsers === undefined ? {} : { xapiUsers: p.xapiUsers }),
      ...(p.previous === undefined ? {} : { previousState: join(p.previous, "state.csv") }),
    })
    for (const difference of recount.kept)
      out.add({ ...difference, field: `${difference.field}, counted by a second program` })
  } catch (error) {
    if (!(error instanceof InputRefused)) throw error
    out.compare("second count", "inputs", "readable", error.lines[0])
  }
}

async function compareInputs(p: VerifyParameters, summary: Summary, out: DifferenceList): Promise<number> {
  const { inputs } = summary
  out.compare("members file", "SHA-256", inputs.members.sha256, await hashOf(p.members))
  out.compare(
    "Discourse users",
    "SHA-256",
    inputs.discourse_users?.sha256 ?? "none",
    p.discourseUsers === undefined ? "none" : await hashOf(p.discourseUsers),
  )
  out.compare(
    "xAPI users",
    "SHA-256",
    inputs.xapi_users?.sha256 ?? "none",
    p.xapiUsers === undefined ? "none" : await hashOf(p.xapiUsers),
  )
  const given: string[] = []
  for (const path of p.events) given.push(await hashOf(path))
  const left = [...given]
  for (const file of inputs.events) {
    const at = left.indexOf(file.sha256)
    if (at === -1) out.compare(file.name, "SHA-256", file.sha256, "none of the files given")
    else left.splice(at, 1)
  }
  for (const sha256 of left)
    out.compare(
      basename(p.events[given.indexOf(sha256)] ?? ""),
      "SHA-256",
      "not an input of the week",
      sha256,
    )
  if (p.previous !== undefined)
    out.compare(
      "state.csv of the week before",
      "SHA-256",
      inputs.previous?.state_sha256 ?? "none",
      await hashOf(join(p.previous, "state.csv")),
    )
  return given.length + 4
}

async function hashOf(path: string): Promise<string> {
  return existsSync(path) ? fileHash(path) : "missing"
}

/** Scores the week again, beside the directory, and compares every file. */
async function compareAgain(
  p: VerifyParameters,
  summary: Summary,
  work: string,
  out: DifferenceList,
): Promise<void> {
  const fraud = fraudOf(p.directory)
  const again = join(work, "again")
  try {
    await scoreWeek({
      week: summary.week.index,
      rules: p.rules,
      events: p.events,
      members: p.members,
      out: again,
      skipMalformed: true,
      allowGap: true,
      ...(p.discourseUsers === undefined ? {} : { discourseUsers: p.discourseUsers }),
      ...(p.xapiUsers === undefined ? {} : { xapiUsers: p.xapiUsers }),
      ...(p.previous === undefined ? {} : { previous: p.previous }),
      ...(fraud === undefined ? {} : { fraud }),
      ...(p.memory === undefined ? {} : { memory: p.memory }),
      ...(p.threads === undefined ? {} : { threads: p.threads }),
    })
  } catch (error) {
    if (!(error instanceof InputRefused)) throw error
    out.compare("scoring again", "inputs", "as they were", error.lines[0])
    return
  }
  const content = (directory: string): string => {
    // The versions that computed it may be others; what they computed may not.
    const {
      engine: _,
      outputs: __,
      ...rest
    } = JSON.parse(readFileSync(join(directory, "summary.json"), "utf8")) as Summary
    return canonicalJson(rest)
  }
  for (const name of Object.keys(summary.outputs)) {
    const [before, now] = [join(p.directory, name), join(again, name)]
    if (!existsSync(before) || (await fileHash(before)) !== (await hashOf(now)))
      out.compare(
        name,
        "scored again",
        firstDifference(now, before).expected,
        firstDifference(now, before).actual,
      )
  }
  if (content(p.directory) !== content(again)) {
    const [was, is] = [JSON.parse(content(p.directory)), JSON.parse(content(again))] as Record<
      string,
      unknown
    >[]
    for (const field of new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})]))
      out.compare("summary.json", field, canonicalJson(is?.[field]), canonicalJson(was?.[field]))
  }
}

const TEXT_SHOWN = 120

/** The first line in which two files differ. */
function firstDifference(expected: string, actual: string): { expected: string; actual: string } {
  const linesOf = (path: string): string[] => (existsSync(path) ? readFileSync(path, "utf8").split("\n") : [])
  const [right, wrong] = [linesOf(expected), linesOf(actual)]
  const at = Array.from({ length: Math.max(right.length, wrong.length) }, (_, line) => line).find(
    (line) => right[line] !== wrong[line],
  )
  const show = (lines: readonly string[]): string =>
    at === undefined ? "the same text" : `line ${at + 1}: ${(lines[at] ?? "nothing").slice(0, TEXT_SHOWN)}`
  return { expected: show(right), actual: show(wrong) }
}
