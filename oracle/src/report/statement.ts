import { DAYS_PER_WEEK, rewardOf, shareFloor, weeklyCap } from "@stk/sdk/math"
import { decodeAddress } from "../base58"
import { itemAt } from "../item"
import { leafData, leafHash } from "../score/merkle"
import { scoredEvents, scoringRules, type EconomyRules } from "../score/rules"
import type { Language } from "./language"

/** The figures of one member's week, all whole numbers: what the page shows, without how it looks. */

/** What the whole week's pages share. */
export interface WeekFacts {
  /** Index of the week. */
  week: number
  name: string
  rules: EconomyRules
  /** Base units of all members together, before the pool's limit. */
  due: bigint
  /** Base units that the chain pays for the week; null while it is not known. */
  payable: bigint | null
  /** Hex. */
  merkleRoot: string
  /** Address of the economy; null when it is not known. */
  economy: string | null
  /** Name of the week compared with; null when there is none. */
  previous: string | null
}

/** A member's week as the score's files tell it. */
export interface MemberWeek {
  /** Global index. */
  index: number
  userId: string
  /** Name to show; null when only the id is known. */
  name: string | null
  language: Language
  wallet: string
  level: number
  streak: number
  weightSum: number
  reward: bigint
  /** Base units that the chain has credited; null while it has not. */
  credited: bigint | null
  /** By scored type, with the daily limits applied. */
  counted: readonly number[]
  /** Raw counts, day by day; null when there are none. */
  daily: Uint32Array | null
  /** The same member in the week before. */
  previous: { weightSum: number; reward: bigint; counted: readonly number[] } | null
  /** Events of the member that were rejected, by reason. */
  rejected: readonly (readonly [reason: string, count: number])[]
}

export interface TypeLine {
  name: string
  weight: number
  dailyLimit: number
  /** Events that were taken, before the limit. */
  accepted: number
  counted: number
  /** Over the daily limit. */
  over: number
  /** Before coefficients. */
  points: number
  pointsBefore: number
  /** Events that the week's limits still had room for. */
  unused: number
  unusedPoints: number
}

/** A step that the member has not reached, and what it would have brought this week. */
export interface NextStep {
  /** Level, or weeks in a row. */
  step: number
  /** In tenths for a level, in hundredths for consistency. */
  coefficient: number
  /** Base units more for this week's points. */
  more: bigint
}

export interface Statement {
  lines: readonly TypeLine[]
  accepted: number
  counted: number
  over: number
  /** Points before coefficients, by day from Monday. */
  days: readonly number[]
  levelTenths: number
  /** Null for a week without counted activity. */
  streakHundredths: number | null
  /** Tenths of a point: points with the level's coefficient. */
  withLevel: bigint
  /** Base units: what will be credited by the pool's state that is known, or what was; null when neither is known. */
  credit: bigint | null
  /** By unused points, the most first. */
  unused: readonly TypeLine[]
  nextStreak: NextStep | null
  nextLevel: NextStep | null
  /** Hash of the member's leaf in the week's Merkle tree, hex. */
  leaf: string
}

/** Computes a member's figures, and checks that they are those of the score. */
export function statementOf(member: MemberWeek, facts: WeekFacts): Statement {
  const events = scoredEvents(facts.rules)
  const daily = member.daily ?? new Uint32Array(DAYS_PER_WEEK * events.length)
  const countOf = (day: number, type: number): number => itemAt(daily, day * events.length + type)
  const days = Array.from({ length: DAYS_PER_WEEK }, (_, day) =>
    events.reduce(
      (sum, event, type) => sum + Math.min(countOf(day, type), event.dailyLimit) * event.weight,
      0,
    ),
  )
  const lines = events.map((event, type): TypeLine => {
    let accepted = 0
    for (let day = 0; day < DAYS_PER_WEEK; day++) accepted += countOf(day, type)
    const counted = itemAt(member.counted, type)
    const unused = weeklyCap(event) - counted
    return {
      name: event.name,
      weight: event.weight,
      dailyLimit: event.dailyLimit,
      accepted,
      counted,
      over: accepted - counted,
      points: counted * event.weight,
      pointsBefore: (member.previous?.counted[type] ?? 0) * event.weight,
      unused,
      unusedPoints: unused * event.weight,
    }
  })
  const sumOf = (pick: (line: TypeLine) => number): number => lines.reduce((sum, line) => sum + pick(line), 0)
  const points = sumOf((line) => line.points)
  const rules = scoringRules(facts.rules)
  const isActive = member.streak > 0
  const reward = isActive ? rewardOf(rules, points, member.level, member.streak) : 0n
  // Three ways to one number; a page that contradicts the chain must not exist.
  if (
    points !== member.weightSum ||
    points !== days.reduce((sum, n) => sum + n, 0) ||
    reward !== member.reward
  )
    throw new Error(
      `member ${member.index}: ${points} points and ${reward} do not agree with ${member.weightSum} and ${member.reward}`,
    )
  const levelTenths = itemAt(facts.rules.levelTenths, member.level - 1)
  const streakHundredths = isActive ? itemAt(facts.rules.streakHundredths, member.streak - 1) : null
  const nextStreak = member.streak + 1
  const nextHundredths = facts.rules.streakHundredths[nextStreak - 1]
  const nextLevel =
    facts.rules.levelTenths.findIndex((tenths, place) => place >= member.level && tenths > 0) + 1
  return {
    lines,
    accepted: sumOf((line) => line.accepted),
    counted: sumOf((line) => line.counted),
    over: sumOf((line) => line.over),
    days,
    levelTenths,
    streakHundredths,
    withLevel: BigInt(points) * BigInt(levelTenths),
    credit:
      member.credited ??
      (facts.payable === null ? null : shareFloor(member.reward, facts.payable, facts.due)),
    unused: lines.filter((line) => line.unused > 0).sort((a, b) => b.unusedPoints - a.unusedPoints),
    nextStreak:
      nextHundredths === undefined
        ? null
        : {
            step: nextStreak,
            coefficient: nextHundredths,
            more: isActive ? rewardOf(rules, points, member.level, nextStreak) - reward : 0n,
          },
    nextLevel:
      nextLevel === 0
        ? null
        : {
            step: nextLevel,
            coefficient: itemAt(facts.rules.levelTenths, nextLevel - 1),
            more: isActive ? rewardOf(rules, points, nextLevel, member.streak) - reward : 0n,
          },
    leaf: leafOf(member.wallet, facts.week, daily, events.length),
  }
}

function leafOf(wallet: string, week: number, daily: Uint32Array, types: number): string {
  const address = decodeAddress(wallet)
  if (address === null) throw new Error(`wallet: ${wallet} is not an address`)
  return Buffer.from(leafHash(leafData(address, week, daily, types))).toString("hex")
}
