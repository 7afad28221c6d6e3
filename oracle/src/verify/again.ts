import { fraudOf } from "../score/held"
import { readSummary, type Summary } from "../score/report"
import type { EconomyRules } from "../score/rules"
import { compareRecount, DifferenceList } from "./compare"
import { recountWeek, type RecountParameters } from "./recount"

/** Whether a second program can count the week: what a source counted itself cannot be counted again. */
export function canBeRecounted(summary: Summary): boolean {
  return summary.inputs.events.every((file) => file.kind !== "counts")
}

/** Counts a scored week again, by the fraud rules and releases that its own output names. */
export async function recountDirectory(
  directory: string,
  rules: EconomyRules,
  p: Omit<RecountParameters, "rules" | "fraud">,
): Promise<DifferenceList> {
  const summary = readSummary(directory)
  const out = new DifferenceList()
  if (summary === null || !canBeRecounted(summary)) return out
  const fraud = fraudOf(directory)
  const recount = await recountWeek({ ...p, rules, ...(fraud === undefined ? {} : { fraud }) })
  await compareRecount(directory, summary, rules, recount, out)
  return out
}
