import { weekStart } from "@stk/sdk"
import { scoreWeek, STK_RULES, type ScoreResult } from "stk-oracle"
import { DEFAULT_FRAUD_RULES, type FraudRules } from "../../../oracle/src/config/checks"
import type { CappedEvent, HeldEvent } from "../../../oracle/src/score/held"
import type { DifferenceList } from "../../../oracle/src/verify/compare"
import { recountDirectory } from "../../../oracle/src/verify/again"
import {
  event,
  type Folder,
  jsonLines,
  lines,
  membersCsv,
  pointsOf,
  WEEK_INDEX,
} from "../../oracle/utils/fixtures"

/** Weeks with frauds that a test has put there. */

const MONDAY = weekStart(WEEK_INDEX) * 1000

/** A time of the week, in milliseconds after its begin. */
export function at(milliseconds: number): string {
  return new Date(MONDAY + milliseconds).toISOString()
}

/** Noon of a day, 0 for Monday, and some milliseconds: never at a whole second unless asked for. */
export function noon(day: number, milliseconds = 123): number {
  return (day * 24 + 12) * 3_600_000 + milliseconds
}

let posts = 1000

/** Likes of one member for posts of another, two hours and a bit apart: nothing but the pair is unusual. */
export function likes(from: string, to: string, count: number, spacing = 2 * 3_600_000 + 61_007): string[] {
  return Array.from({ length: count }, (_, n) =>
    JSON.stringify({
      action_type: 1,
      created_at: at(((posts * 977) % 3_600_000) + n * spacing),
      topic_id: 7,
      post_number: 1,
      post_id: ++posts,
      username: to,
      acting_username: from,
      target_username: from,
    }),
  )
}

export interface PlantedWeek {
  posthog: string[]
  discourse?: string[]
  members: readonly string[]
  rules?: FraudRules | null
  released?: readonly string[]
  /** Files in another order, and their lines too. */
  reversed?: boolean
}

export interface PlantedResult {
  directory: string
  result: ScoreResult
  points: Record<string, string>
  held: HeldEvent[]
  capped: CappedEvent[]
  /** What the second count sees otherwise. */
  differences: DifferenceList
}

let runs = 0

/** Scores a week with fraud rules, and counts it again by the other program. */
export async function scorePlanted(folder: Folder, p: PlantedWeek): Promise<PlantedResult> {
  const name = `planted-${++runs}`
  const order = (text: readonly string[]): string[] => (p.reversed === true ? [...text].reverse() : [...text])
  const half = p.posthog.length >> 1
  const files = [
    folder.file(`${name}/a.jsonl`, lines(order(p.posthog.slice(0, half)))),
    folder.file(`${name}/b.jsonl`, lines(order(p.posthog.slice(half)))),
    ...(p.discourse === undefined || p.discourse.length === 0
      ? []
      : [folder.file(`${name}/likes.jsonl`, lines(order(p.discourse)))]),
  ]
  const members = folder.file(
    `${name}/members.csv`,
    membersCsv(p.members.map((user) => ({ user, level: 1 }))),
  )
  const directory = folder.at(`${name}/out`)
  const rules = p.rules === undefined ? DEFAULT_FRAUD_RULES : p.rules
  const events = order(files)
  const result = await scoreWeek({
    week: WEEK_INDEX,
    events,
    members,
    out: directory,
    skipMalformed: true,
    ...(rules === null ? {} : { fraud: { rules, released: p.released ?? [] } }),
  })
  return {
    directory,
    result,
    points: pointsOf(folder.read(`${name}/out/points.csv`)),
    held: rules === null ? [] : jsonLines<HeldEvent>(folder.read(`${name}/out/held.jsonl`)),
    capped: jsonLines<CappedEvent>(folder.read(`${name}/out/capped.jsonl`)),
    differences: await recountDirectory(directory, STK_RULES, { week: WEEK_INDEX, events, members }),
  }
}

/** Events of one member at given times, each with an id of its own. */
export function acts(
  user: string,
  times: readonly number[],
  types: readonly string[] = ["SectionCompleted"],
): string[] {
  return times.map((time, n) =>
    event({
      uuid: `${user}-${n}-${time}`,
      distinct_id: user,
      event: types[n % types.length],
      timestamp: at(time),
    }),
  )
}
