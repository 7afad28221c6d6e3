import type { OracleConfig } from "../config/config"
import type { Logger } from "../log"
import type { Store } from "../store/store"
import type { EconomyRules } from "../score/rules"

/** The weekly process (STK-55 to STK-61): five steps, each after the one before and not before its window. */
export const STEPS = ["aggregate", "score", "report", "post", "notify"] as const
export type StepName = (typeof STEPS)[number]

/** What a step has at hand. */
export interface WeekContext {
  /** Index of the week. */
  week: number
  /** The first week that is scored at all: it has none before it. */
  firstWeek: number
  config: OracleConfig
  rules: EconomyRules
  store: Store
  /** Folder of the week below the data directory: `score`, `reports`, `checks` … */
  directory: string
  /** Unix seconds; a test's clock is another one. */
  now: () => number
  log: Logger
  signal: AbortSignal
  /** Reads and computes, and neither writes to the store nor sends. */
  dryRun: boolean
  /** Does everything but send: posting is rehearsed against the chain, notices stay in the outbox. */
  shadow: boolean
  onProgress: (stage: string, done: number, total: number) => void
}

/**
 * One step's work: the same call again after success changes nothing, and after a crash goes on. What it returns is kept
 * with the step.
 *
 * @throws {OracleError} the week stays at this step
 */
export type StepRun = (context: WeekContext) => Promise<Record<string, unknown>>
