import { isoWeek } from "@stk/sdk"
import { dateOfDay, SECONDS_PER_DAY, weekStart } from "@stk/sdk/math"
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { Difference } from "../chain/failures"
import { InputRefused } from "../failure"
import { itemAt } from "../item"
import { readHeld, type CappedEvent } from "../score/held"
import { CAPPED_FILE, pointsText, readSummary, type Summary } from "../score/report"
import { rulesHash, scoredEvents, type EconomyRules } from "../score/rules"
import { DifferenceList } from "../verify/compare"
import { readAddresses, readUsers } from "../verify/recount"
import { linesOf } from "../verify/records"
import { judgeMemberEvents, readMemberEvents, type MemberEvent } from "./member_events"
import { proofOf, readLeaves, type DetailLine, type DetailProof } from "./proof"

/** Why a member has exactly what the member has: every event, every limit, every coefficient, and the proof. */

export interface ExplainParameters {
  userId: string
  /** Output of `score`. */
  directory: string
  rules: EconomyRules
  events: readonly string[]
  discourseUsers?: string
  xapiUsers?: string
}

/** One day's events of one type. */
export interface DayAndType {
  date: string
  type: string
  events: number
  daily_limit: number
  counted: number
  weight: number
  points: number
}

export interface Explanation {
  week: string
  user_id: string
  wallet: string
  member_index: number
  level: number
  streak: number
  events: MemberEvent[]
  /** Events by outcome. */
  outcomes: Record<string, number>
  days: DayAndType[]
  /** The way from points to the reward. */
  score: {
    weight_sum: number
    level_coefficient: string
    streak_coefficient: string
    /** Points with coefficients, plain decimal text. */
    points: string
    /** Base units. */
    reward: string
    symbol: string
  }
  proof: DetailProof
  /** Raw files whose content is not what the week was scored from. */
  other_files: string[]
  /** Where the events do not give what was scored: empty, or something is wrong. */
  differences: Difference[]
}

/** @throws {InputRefused} there is no such member, or no such week */
export async function explainMember(p: ExplainParameters): Promise<Explanation> {
  const summary = readSummary(p.directory)
  const refuse = (field: string, rule: string): InputRefused =>
    new InputRefused([{ file: p.directory, field, rule }])
  if (summary === null) throw refuse("directory", "is not an output of stk-oracle score")
  if (rulesHash(p.rules) !== summary.economy.rules_sha256)
    throw refuse("economy", "was scored by other rules: name them with --rules")
  const detail = await detailOf(p.directory, p.userId)
  if (detail === null) throw refuse("member", `${p.userId} is not in the members of ${summary.week.name}`)
  const week = summary.week.index
  const { rules, directory } = p
  const users = p.discourseUsers === undefined ? null : await readUsers(p.discourseUsers)
  const addresses = p.xapiUsers === undefined ? null : await readAddresses(p.xapiUsers)
  const read = await readMemberEvents({ userId: p.userId, week, rules, events: p.events, users, addresses })
  const events = judgeMemberEvents(read.events, {
    week,
    rules,
    held: readHeld(directory).filter((event) => !event.released && event.user_id === p.userId),
    conflicting: await conflictsOf(directory, p.userId),
  })
  const outcomes: Record<string, number> = {}
  for (const { outcome } of events) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  const days = daysOf(events, week, rules)
  const differences = new DifferenceList()
  compareWithDetail(events, detail, rules, differences)
  await compareCapped(directory, p.userId, events, differences)
  const inputs = new Set(summary.inputs.events.map((file) => file.sha256))
  const leaves = await readLeaves(directory, week, scoredEvents(rules).length)
  const proof = proofOf(leaves, detail, week)
  differences.compare("Merkle root", "of detail.jsonl", summary.merkle.root, proof.root)
  return {
    week: isoWeek(week),
    user_id: detail.user_id,
    wallet: detail.wallet,
    member_index: detail.index,
    level: detail.level,
    streak: detail.streak,
    events,
    outcomes,
    days,
    score: scoreOf(days, detail, rules, summary, differences),
    proof,
    other_files: read.files.filter((file) => !inputs.has(file.sha256)).map((file) => file.path),
    differences: differences.kept,
  }
}

/** A member's line of `detail.jsonl`; only lines with the id in them are parsed. */
async function detailOf(directory: string, userId: string): Promise<DetailLine | null> {
  for await (const { text } of linesOf(join(directory, "detail.jsonl"), [
    Buffer.from(JSON.stringify(userId)),
  ])) {
    const detail = JSON.parse(text) as DetailLine
    if (detail.user_id === userId) return detail
  }
  return null
}

/** Source ids of a member's events that `score` refused since another one had them first. */
async function conflictsOf(directory: string, userId: string): Promise<Set<string>> {
  const ids = new Set<string>()
  for await (const { text } of linesOf(join(directory, "rejected.jsonl"), [
    Buffer.from(JSON.stringify(userId).slice(1, -1)),
  ])) {
    const line = JSON.parse(text) as { reason: string; user_id: string | null; source_id: string | null }
    if (line.reason === "conflicting_duplicate" && line.user_id === userId) ids.add(line.source_id ?? "")
  }
  return ids
}

function daysOf(events: readonly MemberEvent[], week: number, rules: EconomyRules): DayAndType[] {
  const monday = weekStart(week) / SECONDS_PER_DAY
  const days: DayAndType[] = []
  for (let day = 0; day < 7; day++) {
    for (const { name, weight, dailyLimit } of scoredEvents(rules)) {
      const own = events.filter(
        (event) =>
          event.day === day && event.type === name && ["counted", "over_limit"].includes(event.outcome),
      )
      if (own.length === 0) continue
      const counted = own.filter((event) => event.outcome === "counted").length
      days.push({
        date: dateOfDay(monday + day),
        type: name,
        events: own.length,
        daily_limit: dailyLimit,
        counted,
        weight,
        points: counted * weight,
      })
    }
  }
  return days
}

function scoreOf(
  days: readonly DayAndType[],
  detail: DetailLine,
  rules: EconomyRules,
  summary: Summary,
  differences: DifferenceList,
): Explanation["score"] {
  const weightSum = days.reduce((sum, day) => sum + day.points, 0)
  const tenths = itemAt(rules.levelTenths, detail.level - 1)
  const hundredths = detail.streak === 0 ? 0 : itemAt(rules.streakHundredths, detail.streak - 1)
  const thousandths = BigInt(weightSum) * BigInt(tenths) * BigInt(hundredths)
  const reward = thousandths * 10n ** BigInt(rules.decimals - 3)
  differences.compare(detail.user_id, "points before coefficients", weightSum, detail.weight_sum)
  differences.compare(detail.user_id, "points", pointsText(thousandths), detail.points)
  differences.compare(detail.user_id, "reward", reward, detail.reward)
  return {
    weight_sum: weightSum,
    level_coefficient: (tenths / 10).toFixed(1),
    streak_coefficient: (hundredths / 100).toFixed(2),
    points: pointsText(thousandths),
    reward: reward.toString(),
    symbol: summary.economy.symbol,
  }
}

/** The events must give exactly the daily counts that were scored. */
function compareWithDetail(
  events: readonly MemberEvent[],
  detail: DetailLine,
  rules: EconomyRules,
  differences: DifferenceList,
): void {
  scoredEvents(rules).forEach(({ name }, type) => {
    for (let day = 0; day < 7; day++) {
      const own = events.filter((event) => event.day === day && event.type === name)
      const accepted = own.filter(
        (event) => event.outcome === "counted" || event.outcome === "over_limit",
      ).length
      differences.compare(`${detail.user_id}, day ${day + 1}`, name, accepted, detail.daily[day]?.[type])
    }
    const counted = events.filter((event) => event.type === name && event.outcome === "counted").length
    differences.compare(detail.user_id, `${name} counted`, counted, detail.counted[type])
  })
}

async function compareCapped(
  directory: string,
  userId: string,
  events: readonly MemberEvent[],
  differences: DifferenceList,
): Promise<void> {
  const path = join(directory, CAPPED_FILE)
  // Weeks that were scored before such events were listed have no such file.
  if (!existsSync(path)) return
  const listed = new Set<string>()
  for await (const { text } of linesOf(path, [Buffer.from(JSON.stringify(userId).slice(1, -1))])) {
    const line = JSON.parse(text) as CappedEvent
    if (line.user_id === userId) listed.add(`${line.source_id} ${line.nth}`)
  }
  const own = events.filter((event) => event.outcome === "over_limit")
  for (const { source_id, why } of own) {
    const nth = /number (\d+)/.exec(why)?.[1] ?? ""
    if (!listed.delete(`${source_id} ${nth}`))
      differences.compare(source_id, CAPPED_FILE, "listed", "not listed")
  }
  for (const line of listed) differences.compare(line, CAPPED_FILE, "not listed", "listed")
}
