import { weekOfIso } from "@stk/sdk/math"
import { InvalidArgumentError } from "commander"

/** Index of the ISO week that an option names. */
export function parseWeek(text: string): number {
  try {
    return weekOfIso(text)
  } catch {
    throw new InvalidArgumentError("must be an ISO week that exists, such as 2025-W51.")
  }
}
