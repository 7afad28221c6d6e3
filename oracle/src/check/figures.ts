import { createHash } from "node:crypto"
import { createReadStream, readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { DAYS_PER_WEEK } from "@stk/sdk/math"
import { InputRefused } from "../failure"
import { readSummary, type Summary } from "../score/report"
import { scoredEvents, type EconomyRules } from "../score/rules"

/** What a scored week looks like from far away: the figures in which a wrong week differs from the right ones. */
export interface WeekFigures {
  week: string
  summary_sha256: string
  /** Plain decimal text. */
  points: string
  members: number
  active: number
  new_members: number
  is_first: boolean
  read: number
  accepted: number
  by_type: Record<string, number>
  duplicates: number
  /** Events that do not count, by reason. */
  rejected: Record<string, number>
  held: number
  /** Events by kind of source. */
  by_kind: Record<string, number>
  /** Active members who reach the limit of a type on each day. */
  at_limits: number
  /** Member with the most points, and base units of it. */
  largest: { user_id: string; reward: string } | null
  reward: string
  /** Gini coefficient of the active members' rewards, in thousandths. */
  gini: number
  /** Members above what the rules make possible. */
  impossible: { user_id: string; weight_sum: number; reward: string }[]
}

interface DetailLine {
  user_id: string
  counted: number[]
  weight_sum: number
  reward: string
}

/** Most points before coefficients, and most base units, that the rules give a member in a week. */
function mostOf(rules: EconomyRules): { weightSum: number; reward: bigint } {
  const perDay = scoredEvents(rules).reduce((sum, event) => sum + event.weight * event.dailyLimit, 0)
  const weightSum = perDay * DAYS_PER_WEEK
  const coefficient = Math.max(...rules.levelTenths) * Math.max(...rules.streakHundredths)
  return { weightSum, reward: BigInt(weightSum) * BigInt(coefficient) * 10n ** BigInt(rules.decimals - 3) }
}

/** @throws {InputRefused} when the directory is no output of `score` */
export async function figuresOf(directory: string, rules: EconomyRules): Promise<WeekFigures> {
  const summary = readSummary(directory)
  if (summary === null)
    throw new InputRefused([
      { file: directory, field: "directory", rule: "is not an output of stk-oracle score" },
    ])
  const caps = scoredEvents(rules).map((event) => event.dailyLimit * DAYS_PER_WEEK)
  const most = mostOf(rules)
  const rewards: bigint[] = []
  const impossible: WeekFigures["impossible"] = []
  let largest: { user_id: string; reward: bigint } | null = null
  let atLimits = 0
  for await (const text of createInterface({ input: createReadStream(join(directory, "detail.jsonl")) })) {
    // Most members of a large week did nothing.
    if (text.includes('"weight_sum":0,')) continue
    const { user_id, counted, weight_sum, reward } = JSON.parse(text) as DetailLine
    const amount = BigInt(reward)
    rewards.push(amount)
    if (counted.some((count, type) => count === caps[type])) atLimits++
    if (weight_sum > most.weightSum || amount > most.reward) impossible.push({ user_id, weight_sum, reward })
    if (largest === null || amount > largest.reward) largest = { user_id, reward: amount }
  }
  return {
    week: summary.week.name,
    summary_sha256: summaryHash(directory),
    points: summary.totals.points,
    members: summary.members.total,
    active: summary.members.active,
    new_members: summary.members.new,
    is_first: summary.inputs.previous === null,
    read: summary.events.read,
    accepted: summary.events.accepted,
    by_type: Object.fromEntries(
      Object.entries(summary.events.by_type).map(([name, n]) => [name, n.accepted]),
    ),
    duplicates: summary.events.duplicates,
    rejected: summary.events.rejected,
    held: summary.events.rejected.held ?? 0,
    by_kind: kindsOf(summary),
    at_limits: atLimits,
    largest: largest === null ? null : { user_id: largest.user_id, reward: largest.reward.toString() },
    reward: summary.totals.reward,
    gini: giniOf(rewards),
    impossible,
  }
}

/** SHA-256 of `summary.json`, which names the hashes of everything else of a scored week. */
export function summaryHash(directory: string): string {
  return createHash("sha256")
    .update(readFileSync(join(directory, "summary.json")))
    .digest("hex")
}

function kindsOf(summary: Summary): Record<string, number> {
  const kinds: Record<string, number> = {}
  for (const file of summary.inputs.events)
    if (file.events > 0) kinds[file.kind] = (kinds[file.kind] ?? 0) + file.events
  return kinds
}

/** 0 when all have the same, towards 1000 when one has everything; rounded down. */
export function giniOf(amounts: readonly bigint[]): number {
  const sorted = [...amounts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const n = BigInt(sorted.length)
  let sum = 0n
  let weighted = 0n
  sorted.forEach((amount, place) => {
    sum += amount
    weighted += BigInt(place + 1) * amount
  })
  // G = 2 Σ i·x_i ÷ (n Σ x_i) − (n + 1) ÷ n, with x ascending and i from 1.
  return sum === 0n ? 0 : Number(((2n * weighted - (n + 1n) * sum) * 1000n) / (n * sum))
}
