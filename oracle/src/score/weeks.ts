import { weekEnd } from "@stk/sdk/math"

export { closingSunday, DAYS_PER_WEEK } from "@stk/sdk/math"

/** Events that arrive later than this after the week closed are refused (STK-56: Monday 02:00 UTC). */
const AGGREGATION_WINDOW_SECONDS = 7_200

/** First instant at which an arriving event of the week is late. */
export function aggregationEnd(week: number): number {
  return weekEnd(week) + AGGREGATION_WINDOW_SECONDS
}
