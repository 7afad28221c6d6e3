import { isoWeek } from "@stk/sdk/math"
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { InputRefused } from "../failure"
import type { Engine } from "./engine"
import { readSummary, type Summary } from "./report"

/** What a week takes from the week before: streaks and global member indexes, checked against that week's summary. */
export interface PreviousWeek {
  week: string
  /** SHA-256 of its state.csv. */
  state_sha256: string
}

/**
 * Loads `state.csv` of an earlier output into the table `previous`.
 *
 * @throws {InputRefused} another economy, a changed file, not the week before (a gap needs `allowGap`)
 */
export async function loadPrevious(
  engine: Engine,
  p: { week: number; previous?: string; allowGap?: boolean },
  rulesSha256: string,
  notes: string[],
): Promise<PreviousWeek | null> {
  if (p.previous === undefined) {
    notes.push(
      "no --previous: this is taken for the first week, every active member starts at one week in a row",
    )
    return null
  }
  const directory = p.previous
  const refuse = (field: string, rule: string): InputRefused =>
    new InputRefused([{ file: directory, field, rule }])
  const summary: Summary | null = readSummary(directory)
  if (summary === null) throw refuse("previous", "is not an output of stk-oracle score")
  const before = summary.week.index
  if (summary.economy.rules_sha256 !== rulesSha256)
    throw refuse(
      "economy",
      `was scored by other rules (${summary.economy.name}, ${summary.economy.rules_sha256.slice(0, 12)})`,
    )
  if (before >= p.week) throw refuse("week", `is ${isoWeek(before)}, not the week before ${isoWeek(p.week)}`)
  if (before < p.week - 1) {
    const gap = `is ${isoWeek(before)}, not ${isoWeek(p.week - 1)}, the week before ${isoWeek(p.week)}: a missed week resets every streak`
    if (p.allowGap !== true)
      throw refuse("week", `${gap}; score the weeks between, or repeat with --allow-gap`)
    notes.push(`--previous ${gap}`)
  }
  const path = join(directory, "state.csv")
  if (!existsSync(path)) throw refuse("state.csv", "is missing")
  const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex")
  if (sha256 !== summary.outputs["state.csv"]) throw refuse("state.csv", "was changed after it was written")
  await engine.run(`INSERT INTO previous ${engine.dialect.state(path)}`)
  return { week: isoWeek(before), state_sha256: sha256 }
}
