import {
  PAGE_SLOTS,
  pointsOf,
  rewardOf,
  scoredTypes,
  shareFloor,
  streakAfter,
  weeklyCounts,
  WeekStatus,
  type Economy,
  type Member,
  type Week,
} from "@stk/sdk"
import { encodeAddress } from "../base58"
import { leafData, leafHash, StreamingRoot } from "../score/merkle"
import { scoredEvents, type EconomyRules } from "../score/rules"
import type { Difference } from "./failures"
import { walletKey, type ScoredMember, type ScoredWeek } from "./scored_week"
import type { ChainState } from "./state"

/**
 * What the chain will compute, or has computed, beside what a scored week says. Predictions use the SDK's mathematics over
 * the chain's own rules and members; the oracle's scoring is not involved.
 */

/** Where the economy stands with a week. */
export type WeekPhase = "before" | "open" | "sealed" | "settled"

/** Phase of week `index`; `before` when it is not opened yet. An older week than the current one is settled. */
export function phaseOf(chain: Pick<ChainState, "economy">, index: number): WeekPhase {
  const { week, weekStatus } = chain.economy
  if (week < index) return "before"
  if (week > index || weekStatus === WeekStatus.Settled) return "settled"
  return weekStatus === WeekStatus.Open ? "open" : "sealed"
}

/** Differences between rules in a file and the economy on chain; empty when both score alike. */
export function compareRules(
  rules: EconomyRules,
  economy: Economy,
  levels: ReadonlySet<number>,
): Difference[] {
  const differences: Difference[] = []
  const compare = (field: string, expected: unknown, actual: unknown): void => {
    if (String(expected) !== String(actual))
      differences.push({ subject: "rules", field, expected: String(expected), actual: String(actual) })
  }
  compare("decimals", rules.decimals, economy.decimals)
  const describe = (events: readonly { name: string; weight: number; dailyLimit: number }[]): string =>
    events.map((event) => `${event.name} ${event.weight}/${event.dailyLimit}`).join(", ")
  compare("events", describe(scoredEvents(rules)), describe(scoredTypes(economy)))
  economy.levelTenths.forEach((tenths, index) => {
    // A level that the economy does not have matters only if somebody has it.
    if (tenths > 0 || levels.has(index + 1))
      compare(`level ${index + 1} in tenths`, rules.levelTenths[index], tenths)
  })
  economy.streakHundredths.forEach((hundredths, index) =>
    compare(`${index + 1} weeks in a row in hundredths`, rules.streakHundredths[index], hundredths),
  )
  return differences
}

/** Where members are: by global index the place in the scored week, or -1 for a member that it does not name. */
export function placesOf(week: ScoredWeek, chain: ChainState): Int32Array {
  const places = new Int32Array(chain.economy.members).fill(-1)
  for (const page of chain.pages) {
    const first = page.header.index * PAGE_SLOTS
    for (let slot = 0; slot < page.length && first + slot < places.length; slot++)
      places[first + slot] = week.byWallet.get(walletKey(page.wallet(slot))) ?? -1
  }
  return places
}

/** Scored members that are not on chain, in the order of their user ids. */
export function unregistered(week: ScoredWeek, places: Int32Array): ScoredMember[] {
  const known = new Uint8Array(week.members.length)
  for (const place of places) if (place >= 0) known[place] = 1
  return week.members.filter((_, place) => known[place] === 0)
}

/** Root of the daily detail in the chain's order, members without a score as zeros. */
export function detailRoot(
  week: ScoredWeek,
  wallets: Iterable<Uint8Array>,
): { root: Buffer; leaves: number } {
  const types = scoredEvents(week.rules).length
  const none = new Uint32Array(7 * types)
  const tree = new StreamingRoot()
  for (const wallet of wallets) {
    const place = week.byWallet.get(walletKey(wallet))
    const daily = place === undefined ? null : week.members[place]?.daily
    tree.push(leafHash(leafData(wallet, week.week, daily ?? none, types)))
  }
  return { root: tree.root(), leaves: tree.size }
}

/** Wallets by global index, the first `count` of them. */
export function* walletsOf(chain: ChainState, count: number): Generator<Uint8Array> {
  for (const page of chain.pages) {
    const first = page.header.index * PAGE_SLOTS
    for (let slot = 0; slot < page.length && first + slot < count; slot++) yield page.wallet(slot)
  }
}

type State = Pick<Member, "level" | "streak" | "lastActiveWeek">

/** A member that is registered in this run. */
const NEWCOMER: State = { level: 1, streak: 0, lastActiveWeek: 0 }

class Differences {
  readonly list: Difference[] = []

  add(member: ScoredMember, field: string, expected: unknown, actual: unknown): void {
    if (String(expected) === String(actual)) return
    this.list.push({ subject: member.userId, field, expected: String(expected), actual: String(actual) })
  }
}

/** What the program will compute for a member, compared with what was scored. */
function predict(
  week: ScoredWeek,
  economy: Economy,
  member: ScoredMember,
  state: State,
  out: Differences,
): void {
  if (economy.levelTenths[member.level - 1] === 0) {
    out.add(member, "level", member.level, "no such level")
    return
  }
  const types = scoredTypes(economy).length
  const days = Array.from({ length: 7 }, (_, day) =>
    member.daily === null
      ? Array<number>(types).fill(0)
      : [...member.daily.subarray(day * types, (day + 1) * types)],
  )
  const counted = weeklyCounts(economy, days)
  const isActive = counted.some((count) => count > 0)
  out.add(member, "counts", member.counted ?? Array<number>(types).fill(0), counted)
  if (state.lastActiveWeek >= week.week)
    out.add(member, "last active week", `before ${week.week}`, state.lastActiveWeek)
  const streak = isActive ? streakAfter(state.streak, state.lastActiveWeek, week.week) : 0
  out.add(member, "weeks in a row", member.streak, streak)
  const points = isActive ? pointsOf(economy, counted) : 0
  out.add(member, "points before coefficients", member.weightSum, points)
  const reward = isActive ? rewardOf(economy, points, member.level, streak) : 0n
  out.add(member, "reward", member.reward, reward)
}

/** What the program has computed for a member, compared with what was scored. */
function compareScored(
  week: ScoredWeek,
  member: ScoredMember,
  slot: Member,
  isSettled: boolean,
  out: Differences,
): void {
  const isActive = slot.lastActiveWeek === week.week
  out.add(member, "points before coefficients", member.weightSum, isActive ? slot.points : 0)
  out.add(member, "weeks in a row", member.streak, isActive ? slot.streak : 0)
  if (!isSettled) out.add(member, "reward", member.reward, slot.pending)
}

/**
 * Everything in which the chain will end up, or has ended up, otherwise than the scored week says. Before the week is
 * opened that is a prediction; for pages that are scored already it is a comparison.
 */
export function disagreements(week: ScoredWeek, chain: ChainState, places: Int32Array): Difference[] {
  const out = new Differences()
  const { economy } = chain
  const phase = phaseOf(chain, week.week)
  const isCurrent = phase !== "before"
  const seen = new Uint8Array(week.members.length)
  for (const page of chain.pages) {
    const first = page.header.index * PAGE_SLOTS
    const isScored = isCurrent && page.header.week === week.week
    const isSettled = page.header.settledWeek === week.week
    for (let slot = 0; slot < page.length; slot++) {
      const place = places[first + slot] ?? -1
      const member = week.members[place]
      const state = page.member(slot)
      if (member === undefined) {
        // Not in the directory: must not have been scored.
        if (isScored && state.lastActiveWeek === week.week)
          out.list.push({
            subject: encodeAddress(page.wallet(slot)),
            field: "points",
            expected: "none",
            actual: String(state.points),
          })
        continue
      }
      seen[place] = 1
      if (isCurrent && first + slot >= economy.weekMembers) {
        if (member.counted !== null)
          out.add(member, "members of the week", "one of them", "registered too late")
      } else if (isScored && slot < page.header.cursor) {
        compareScored(week, member, state, isSettled, out)
      } else {
        // Levels are set before the week is opened and cannot be changed while it is.
        if (isCurrent && member.counted !== null) out.add(member, "level", member.level, state.level)
        predict(week, economy, member, state, out)
      }
    }
  }
  week.members.forEach((member, place) => {
    if (seen[place] === 1) return
    if (!isCurrent) predict(week, economy, member, NEWCOMER, out)
    else if (member.counted !== null) out.add(member, "members of the week", "one of them", "not registered")
  })
  return out.list
}

/** What a sealed or settled week's record must say. */
export function compareRecord(week: ScoredWeek, record: Week, chain: ChainState): Difference[] {
  const differences: Difference[] = []
  const compare = (field: string, expected: unknown, actual: unknown): void => {
    if (String(expected) !== String(actual))
      differences.push({ subject: "week", field, expected: String(expected), actual: String(actual) })
  }
  compare("due", week.reward, record.due)
  compare("active members", week.members.filter((member) => member.counted !== null).length, record.active)
  const { root } = detailRoot(week, walletsOf(chain, record.members))
  compare("root of the detail", root.toString("hex"), Buffer.from(record.detailRoot).toString("hex"))
  return differences
}

/** What each member of a page was or will be credited: from what is pending, by the SDK's mathematics. */
export function creditsOf(pending: readonly bigint[], payable: bigint, due: bigint): bigint[] {
  return pending.map((reward) => (reward === 0n ? 0n : shareFloor(reward, payable, due)))
}
