import { isoWeek } from "@stk/sdk/math"
import { existsSync } from "node:fs"
import { readdir, rename, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { OutputRefused } from "../failure"
import { fileHash } from "./hash"
import { OUTPUT_FILES, readSummary } from "./report"

/** `unchanged`: the directory already held exactly these bytes and was not touched. */
export type Publication = "written" | "replaced" | "unchanged"

/** Refuses to replace anything but an earlier output of the same week. @throws {OutputRefused} */
export async function checkReplaceable(directory: string, week: number): Promise<void> {
  if (!existsSync(directory)) return
  if (!(await stat(directory)).isDirectory()) throw new OutputRefused(directory, "is not a directory")
  const entries = await readdir(directory)
  if (entries.length === 0) return
  const summary = readSummary(directory)
  if (summary === null)
    throw new OutputRefused(directory, "is not empty and not an output of stk-oracle score")
  if (summary.week.index !== week)
    throw new OutputRefused(directory, `holds ${summary.week.name}, not ${isoWeek(week)}`)
  const foreign = entries.filter((entry) => !OUTPUT_FILES.includes(entry))
  if (foreign.length > 0)
    throw new OutputRefused(directory, `holds files that scoring did not write: ${foreign.join(", ")}`)
}

/** Moves a finished directory to its place; the place never shows a half-written week. */
export async function publish(finished: string, directory: string): Promise<Publication> {
  if (!existsSync(directory)) {
    await rename(finished, directory)
    return "written"
  }
  if (await sameFiles(finished, directory)) return "unchanged"
  const wasEmpty = (await readdir(directory)).length === 0
  const aside = `${finished}-replaced`
  await rename(directory, aside)
  await rename(finished, directory)
  await rm(aside, { recursive: true })
  return wasEmpty ? "written" : "replaced"
}

async function sameFiles(a: string, b: string): Promise<boolean> {
  const names = (await readdir(a)).sort()
  if (names.join("/") !== (await readdir(b)).sort().join("/")) return false
  for (const name of names)
    if ((await fileHash(join(a, name))) !== (await fileHash(join(b, name)))) return false
  return true
}
