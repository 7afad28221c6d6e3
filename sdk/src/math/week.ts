import { InvalidArgumentError } from "../errors/base.js"

/** Seconds of a day. */
export const SECONDS_PER_DAY = 86_400
/** Seconds of a week. */
export const SECONDS_PER_WEEK = 604_800
/** 1970-01-05T00:00:00Z, the Monday that starts week 0. */
export const FIRST_MONDAY = 345_600
const HIGHEST_WEEK = 2 ** 32 - 1
const DAYS_PER_WEEK = 7
/** Weeks are numbered by the year of their Thursday (ISO 8601). */
const THURSDAY = 3

function checkWeek(week: number): number {
  if (!Number.isInteger(week) || week < 0 || week > HIGHEST_WEEK) {
    throw new InvalidArgumentError("week", "an integer from 0 to 2^32 - 1", { details: [`it is ${week}`] })
  }
  return week
}

/** Index of the week, Monday 00:00:00 UTC to the next, that holds `unixSeconds`; null before week 0 (STK-54). */
export function weekOf(unixSeconds: number): number | null {
  const week = Math.floor((unixSeconds - FIRST_MONDAY) / SECONDS_PER_WEEK)
  return week < 0 || week > HIGHEST_WEEK ? null : week
}

/** The second at which `week` begins. */
export function weekStart(week: number): number {
  return checkWeek(week) * SECONDS_PER_WEEK + FIRST_MONDAY
}

/** The first second after `week`: it can be opened from here on (STK-55). */
export function weekEnd(week: number): number {
  return weekStart(week) + SECONDS_PER_WEEK
}

/** Days since 1970-01-01 of `unixSeconds`; null before it. */
export function unixDay(unixSeconds: number): number | null {
  const day = Math.floor(unixSeconds / SECONDS_PER_DAY)
  return day < 0 || day > HIGHEST_WEEK ? null : day
}

/** `YYYY-MM-DD` of a unix day, in UTC. */
export function dateOfDay(day: number): string {
  return new Date(day * SECONDS_PER_DAY * 1000).toISOString().slice(0, 10)
}

/** `YYYY-MM-DD` of the Sunday that ends `week`. */
export function closingSunday(week: number): string {
  return dateOfDay(weekEnd(week) / SECONDS_PER_DAY - 1)
}

/** Name of `week` in ISO 8601, such as `2025-W51`. */
export function isoWeek(week: number): string {
  const thursday = weekStart(week) / SECONDS_PER_DAY + THURSDAY
  const year = new Date(thursday * SECONDS_PER_DAY * 1000).getUTCFullYear()
  const firstDay = Date.UTC(year, 0, 1) / 1000 / SECONDS_PER_DAY
  const number = Math.floor((thursday - firstDay) / DAYS_PER_WEEK) + 1
  return `${String(year).padStart(4, "0")}-W${String(number).padStart(2, "0")}`
}

/** Index of the week that ISO 8601 calls `name`. @throws {InvalidArgumentError} for a week that the year does not have. */
export function weekOfIso(name: string): number {
  const [, year, number] = /^(\d{4})-W(\d{2})$/.exec(name) ?? []
  const rule = "an ISO week such as 2025-W51"
  if (year === undefined || number === undefined) {
    throw new InvalidArgumentError("week", rule, { details: [`it is ${name}`] })
  }
  // The week with 4 January is the first of every year.
  const fourth = Date.UTC(Number(year), 0, 4) / 1000
  // The first of 1970 lies before week 0.
  const first = Math.floor((fourth - FIRST_MONDAY) / SECONDS_PER_WEEK)
  const week = first + Number(number) - 1
  if (week < 0 || isoWeek(week) !== name) {
    throw new InvalidArgumentError("week", rule, { details: [`there is no ${name}`] })
  }
  return week
}
