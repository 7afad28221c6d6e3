import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { HELD_FILE, readSummary } from "./report"
import type { FraudParameters } from "./fraud"

/** An event that a fraud rule holds, or would hold if nobody had released it; one line a rule. */
export interface HeldEvent {
  file: string
  line: number
  item: number | null
  source_id: string
  event: string
  user_id: string
  counterpart: string | null
  timestamp: string
  rule: string
  score: number
  /** What the rule counted. */
  count: number
  /** The other member of a pair. */
  other: string | null
  released: boolean
}

/** An event over a daily limit. */
export interface CappedEvent {
  file: string
  line: number
  item: number | null
  source_id: string
  event: string
  user_id: string
  timestamp: string
  /** Which one of the day it is, and how many of a day count. */
  nth: number
  daily_limit: number
}

export function readHeld(directory: string): HeldEvent[] {
  const path = join(directory, HELD_FILE)
  if (!existsSync(path)) return []
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as HeldEvent)
}

/** Rules and releases that a week was scored by, as its own output tells them; undefined when nothing could be held. */
export function fraudOf(directory: string): FraudParameters | undefined {
  const fraud = readSummary(directory)?.fraud
  if (fraud === undefined) return undefined
  const released = readHeld(directory).flatMap((event) => (event.released ? [event.source_id] : []))
  return { rules: fraud.rules, released: [...new Set(released)].sort() }
}
