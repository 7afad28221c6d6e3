/** Calendar of the economy: weeks are [Monday 00:00:00, next Monday 00:00:00) UTC (A-STK-13, STK-54). */

export const SECONDS_PER_DAY = 86_400
export const SECONDS_PER_WEEK = 604_800
export const DAYS_PER_WEEK = 7
/** 1970-01-05T00:00:00Z, the first Monday of unix time, where week 0 starts. */
const FIRST_MONDAY_SECONDS = 345_600
/** Events that arrive later than this after the week closed are refused (STK-56: Monday 02:00 UTC). */
const AGGREGATION_WINDOW_SECONDS = 7_200

/** Index of the week that a unix time in seconds falls into. */
export function weekIndexOf(unixSeconds: number): number {
  return Math.floor((unixSeconds - FIRST_MONDAY_SECONDS) / SECONDS_PER_WEEK)
}

/** Unix seconds of the week's Monday 00:00:00 UTC. */
export function weekStart(week: number): number {
  return FIRST_MONDAY_SECONDS + week * SECONDS_PER_WEEK
}

/** Unix seconds of the Monday after, the first instant outside the week. */
export function weekEnd(week: number): number {
  return weekStart(week + 1)
}

/** First instant at which an arriving event of the week is late. */
export function aggregationEnd(week: number): number {
  return weekEnd(week) + AGGREGATION_WINDOW_SECONDS
}

/** The closing Sunday as YYYY-MM-DD: the date of the week's CSV rows. */
export function closingSunday(week: number): string {
  return new Date((weekEnd(week) - SECONDS_PER_DAY) * 1000).toISOString().slice(0, 10)
}

/** ISO 8601 name of a week, such as `2025-W51`. */
export function weekName(week: number): string {
  // ISO gives a week the year of its Thursday.
  const thursday = new Date((weekStart(week) + 3 * SECONDS_PER_DAY) * 1000)
  const year = thursday.getUTCFullYear()
  const dayOfYear = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (SECONDS_PER_DAY * 1000))
  const number = Math.floor(dayOfYear / DAYS_PER_WEEK) + 1
  return `${String(year).padStart(4, "0")}-W${String(number).padStart(2, "0")}`
}

/** Index of an ISO week name, or null when the text names no week (`2025-W53`, `2025-51`). */
export function parseWeekName(text: string): number | null {
  const match = /^(\d{4})-W(\d{2})$/.exec(text)
  if (match === null) return null
  const year = Number(match[1])
  const number = Number(match[2])
  // January 4th is always in week 1.
  const week = weekIndexOf(Date.UTC(year, 0, 4) / 1000) + number - 1
  return week >= 0 && weekName(week) === text ? week : null
}
