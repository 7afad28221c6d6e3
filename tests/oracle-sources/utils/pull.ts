import pino from "pino"
import { STK_RULES } from "../../../oracle/src/score/rules"
import { createSource } from "../../../oracle/src/source/create"
import type { SourceConfig } from "../../../oracle/src/config/sources"
import type { Cursor, PulledRecords } from "../../../oracle/src/source/source"

export const SILENT = pino({ level: "silent" })

export interface Pulled {
  lines: string[]
  cursor: Cursor
  steps: PulledRecords[]
}

/** Pulls as the collector does: the cursor is JSON in between, and the pull may end after any step. */
export async function pull(
  config: SourceConfig,
  cursor: Cursor | null,
  until: number,
  mostSteps = Number.POSITIVE_INFINITY,
): Promise<Pulled> {
  const steps: PulledRecords[] = []
  const source = createSource(config, STK_RULES)
  const context = { until, signal: new AbortController().signal, log: SILENT }
  for await (const step of source.pull(cursor, context)) {
    steps.push(step)
    if (steps.length >= mostSteps) break
  }
  const last = steps[steps.length - 1]
  return {
    lines: steps.flatMap((step) => step.lines),
    cursor: last === undefined ? cursor : (JSON.parse(JSON.stringify(last.cursor)) as Cursor),
    steps,
  }
}
