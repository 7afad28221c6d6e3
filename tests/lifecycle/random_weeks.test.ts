import {
  countWidths,
  highestPoints,
  highestReward,
  pointsOf,
  rewardOf,
  scoredTypes,
  setLevelsInstruction,
  shareFloor,
  STK_PRESET,
  streakAfter,
  weeklyCap,
  economyParameters,
  Fund,
  type EconomyPreset,
  type MemberCounts,
  type ScoringRules,
} from "@stk/sdk"
import { expect } from "chai"
import {
  addMembers,
  createEconomy,
  openWeek,
  readEconomy,
  readPage,
  readWeek,
  releaseEmission,
  seal,
  settle,
  submitAll,
  type TestEconomy,
} from "../utils/economy"
import { expectLedgerInvariant } from "../utils/expect"
import { Random } from "../utils/random"
import { Chain } from "../utils/svm"

const ECONOMIES = 40
const WEEKS = 25
const MEMBERS = 24
const HIGHEST_U64 = 2n ** 64n - 1n

/** What a member has by the SDK's mathematics. */
interface Expected {
  balance: bigint
  pending: bigint
  points: number
  level: number
  streak: number
  lastActiveWeek: number
}

function fits(rules: ScoringRules): boolean {
  try {
    countWidths(rules)
  } catch {
    return false
  }
  return highestPoints(rules) < 2 ** 32 && highestReward(rules) * 1_024n <= HIGHEST_U64
}

function bitsOf(rules: Pick<ScoringRules, "eventTypes">): number {
  return countWidths(rules).reduce((sum, width) => sum + width, 0)
}

/** Random rules that the program takes: 1 to 14 types of any width and weight, of at least so many bits in all. */
function randomPreset(random: Random, leastBits: number): EconomyPreset {
  for (;;) {
    const largest = 10 ** random.between(0, 4)
    const eventTypes = Array.from({ length: random.between(1, 14) }, (_, index) => ({
      name: `Type${index}`,
      weight: index > 0 && random.chance(20) ? 0 : random.between(1, 10 ** random.between(0, 6)),
      dailyLimit: random.between(1, largest),
    }))
    const levels = Array.from({ length: random.between(1, 8) }, () => ({
      name: "Level",
      tenths: random.between(1, 60),
      requirement: "none",
    }))
    const streakHundredths: EconomyPreset["streakHundredths"] = [100, 102, 105, 110, random.between(111, 999)]
    const preset = { ...STK_PRESET, decimals: random.between(3, 9), eventTypes, levels, streakHundredths }
    if (fits(rulesOf(preset)) && bitsOf(preset) >= leastBits) return withEmission(random, preset)
  }
}

/** Emission at which some weeks are short of pool and some are not. */
function withEmission(random: Random, preset: EconomyPreset): EconomyPreset {
  const usual = (highestReward(rulesOf(preset)) * BigInt(MEMBERS * 52)) / BigInt(random.between(2, 12))
  const most = HIGHEST_U64 / 400n
  const emissionFirstYear = usual > most ? most : usual < 365n ? 365n : usual
  return { ...preset, emissionFirstYear, halvingYears: 1, emissionCap: 2n * emissionFirstYear }
}

function rulesOf(preset: EconomyPreset): ScoringRules {
  return { ...economyParameters(preset), decimals: preset.decimals }
}

function randomCounts(random: Random, preset: EconomyPreset): MemberCounts {
  if (random.chance(25)) return null
  const full = random.chance(10)
  const counts = scoredTypes(preset).map((eventType) =>
    full ? weeklyCap(eventType) : random.chance(40) ? 0 : random.below(weeklyCap(eventType) + 1),
  )
  return counts.some((count) => count > 0) ? counts : null
}

function setRandomLevels(chain: Chain, economy: TestEconomy, random: Random, expected: Expected[]): void {
  const { registrar } = economy.actors
  const changes = Array.from({ length: 4 }, () => ({
    slot: random.below(MEMBERS),
    level: random.between(1, economy.preset.levels.length),
  }))
  for (const { slot, level } of changes) {
    const member = expected[slot]
    if (member !== undefined) member.level = level
  }
  const evidence = new Uint8Array(32)
  const at = { registrar: registrar.publicKey, economy: economy.address, page: 0 }
  chain.send(setLevelsInstruction({ ...at, changes, evidence }), [registrar])
}

/** What the SDK says that the week pays, from what it finds in the pool; changes `expected`. */
function payWeek(
  preset: EconomyPreset,
  week: number,
  pool: bigint,
  scores: readonly MemberCounts[],
  expected: readonly Expected[],
): { due: bigint; paid: bigint } {
  const rules = rulesOf(preset)
  let due = 0n
  const rewards = expected.map((member, index) => {
    const counts = scores[index]
    if (!counts) return 0n
    member.points = pointsOf(rules, counts)
    member.streak = streakAfter(member.streak, member.lastActiveWeek, week)
    member.lastActiveWeek = week
    const reward = rewardOf(rules, member.points, member.level, member.streak)
    due += reward
    return reward
  })
  const payable = due < pool ? due : pool
  let paid = 0n
  expected.forEach((member, index) => {
    const share = shareFloor(rewards[index] ?? 0n, payable, due)
    member.balance += share
    paid += share
  })
  return { due, paid }
}

describe("random weeks", () => {
  it(`[STK-22, STK-43, STK-45, STK-46] pay to the unit what the SDK computes, ${ECONOMIES * WEEKS} weeks of ${MEMBERS} members under ${ECONOMIES} sets of rules`, () => {
    const random = new Random(1_584)
    const seen = { short: 0, full: 0, many: 0, wide: 0 }
    for (let round = 0; round < ECONOMIES; round++) {
      const chain = new Chain()
      const preset =
        round % 8 === 0 ? withEmission(random, STK_PRESET) : randomPreset(random, round % 4 === 1 ? 57 : 1)
      const economy = createEconomy(chain, { preset })
      addMembers(chain, economy, MEMBERS)
      if (scoredTypes(preset).length > 7) seen.many++
      if (bitsOf(preset) > 56) seen.wide++
      const expected = Array.from(
        { length: MEMBERS },
        (): Expected => ({ balance: 0n, pending: 0n, points: 0, level: 1, streak: 0, lastActiveWeek: 0 }),
      )

      for (let turn = 0; turn < WEEKS; turn++) {
        setRandomLevels(chain, economy, random, expected)
        const week = openWeek(chain, economy)
        releaseEmission(chain, economy)
        const scores = expected.map(() => randomCounts(random, preset))
        submitAll(chain, economy, scores)
        const pool = readEconomy(chain, economy).funds[Fund.RewardsPool]
        seal(chain, economy)
        settle(chain, economy)

        const { due, paid } = payWeek(preset, week, pool, scores, expected)

        if (paid < due) seen.short++
        else seen.full++
        expect(readWeek(chain, economy, week)).to.include({ due, paid })
        expect(readEconomy(chain, economy).funds[Fund.RewardsPool]).to.equal(pool - paid)
        const members = readPage(chain, economy).members.map(
          ({ balance, pending, points, level, streak, lastActiveWeek }): Expected => ({
            balance,
            pending,
            points,
            level,
            streak,
            lastActiveWeek,
          }),
        )
        expect(members).to.deep.equal(expected)
      }
      expectLedgerInvariant(chain, economy)
    }
    expect(seen.short).to.be.at.least(100)
    expect(seen.full).to.be.at.least(100)
    expect(seen.many).to.be.at.least(5)
    expect(seen.wide).to.be.at.least(5)
  }).timeout(180_000)
})
