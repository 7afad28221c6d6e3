import { SECONDS_PER_DAY, weekOf, weekStart } from "@stk/sdk/math"
import { userIdRule } from "./members"

/** One line of a counts file: how many events of a type somebody has on a UTC day, counted at the source. */
export interface CountLine {
  distinct_id: string
  event: string
  /** YYYY-MM-DD. */
  day: string
  count: number
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Why a parsed line is no count, as `field: rule`; null when it is one. */
export function countProblem(value: unknown): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "line: is not a JSON object"
  const { distinct_id: user, event, day, count } = value as Record<string, unknown>
  const userProblem = typeof user === "string" ? userIdRule(user) : "must be a text that is not empty"
  if (userProblem !== null) return `distinct_id: ${userProblem}`
  if (typeof event !== "string" || event === "") return "event: must be a text that is not empty"
  if (typeof day !== "string" || dayOfCount(day) === null) return "day: must be a date, YYYY-MM-DD"
  if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 1)
    return "count: must be a whole number from 1"
  return null
}

/** Week and day of a date, 0 for Monday; null for what is no date. */
export function dayOfCount(day: string): { week: number; day: number } | null {
  const seconds = DAY.test(day) ? Date.parse(`${day}T00:00:00Z`) / 1000 : Number.NaN
  if (Number.isNaN(seconds) || new Date(seconds * 1000).toISOString().slice(0, 10) !== day) return null
  const week = weekOf(seconds)
  return week === null ? null : { week, day: (seconds - weekStart(week)) / SECONDS_PER_DAY }
}
