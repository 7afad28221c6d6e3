import { isoWeek } from "@stk/sdk/math"
import { join } from "node:path"

/** Where a week's files are below the data directory. */
export function weekDirectory(data: string, week: number): string {
  return join(data, "weeks", isoWeek(week))
}

export const inputsDirectory = (directory: string): string => join(directory, "inputs")
export const scoreDirectory = (directory: string): string => join(directory, "score")
