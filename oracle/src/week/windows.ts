import { weekEnd } from "@stk/sdk/math"
import { aggregationEnd } from "../score/weeks"
import { STEPS, type StepName } from "./step"

const HOUR = 3_600

/**
 * The Monday that ends a week, in UTC (STK-55 to STK-60). Sunday 23:59 names the week's last minute: it is over at
 * 00:00:00. Each step's window begins so many seconds later, and the step before must be done.
 */
const OPENS: Record<StepName, number> = {
  aggregate: 0,
  score: 2 * HOUR,
  report: 4 * HOUR,
  post: 6 * HOUR,
  notify: 8 * HOUR,
}

/** First second at which a step may run. */
export function windowStart(step: StepName, week: number): number {
  return weekEnd(week) + OPENS[step]
}

/** Seconds after which a step is late: the next one's window has opened; for the last one an hour. */
export function windowEnd(step: StepName, week: number): number {
  const next = STEPS[STEPS.indexOf(step) + 1]
  return next === undefined ? windowStart(step, week) + HOUR : windowStart(next, week)
}

/** Aggregation takes in what arrives until its window ends (STK-56): only then are a week's inputs complete. */
export function intakeEnd(week: number): number {
  return aggregationEnd(week)
}
