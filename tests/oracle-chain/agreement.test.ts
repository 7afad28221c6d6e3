import { readFileSync } from "node:fs"
import { join } from "node:path"
import {
  closingSunday,
  isoWeek,
  PAGE_SLOTS,
  pointsOf,
  rewardOf,
  scoredTypes,
  shareFloor,
  streakAfter,
  weekEnd,
  weeklyCounts,
  weekOf,
  weekStart,
  type EconomyPreset,
  type MemberCounts,
} from "@stk/sdk"
import { type Keypair } from "@solana/web3.js"
import { expect } from "chai"
import { economySchema, type EconomyRules } from "../../oracle/src/score/rules"
import { scoreWeek } from "../../oracle/src/score/score"
import { event, Folder, jsonLines, membersCsv, type Detail } from "../oracle/utils/fixtures"
import {
  addMembers,
  createEconomy,
  openWeek,
  readEconomy,
  readPages,
  readWeek,
  releaseEmission,
  seal,
  setLevel,
  settle,
  submitAll,
  type TestEconomy,
} from "../utils/economy"
import { expectLedgerInvariant } from "../utils/expect"
import { stkPreset } from "../utils/presets"
import { Random } from "../utils/random"
import { Chain, START_UNIX_TIME } from "../utils/svm"
import { baseUnits } from "./utils/cluster"

/** Rules × economies with these rules × weeks of each: a thousand weeks of random members. */
const RULE_SETS = 4
const ECONOMIES = 20
const WEEKS = 13
const MEMBERS = 5
const LEVELS = 8
const SEED = 20_260_101

/** Rules that no community has: any types, limits, weights and coefficients that fit. */
function randomPreset(random: Random, number: number): EconomyPreset {
  if (number === 0) return stkPreset({ emissionFirstYear: 30_000_000_000_000n })
  const types = random.between(1, 6)
  return stkPreset({
    name: `Random ${number}`,
    decimals: random.between(3, 9),
    emissionFirstYear: BigInt(random.between(1, 1_000_000)) * 1_000_000n,
    levels: Array.from({ length: LEVELS }, (_, level) => ({
      name: `Level ${level + 1}`,
      tenths: random.between(1, 90),
      requirement: "none",
    })),
    streakHundredths: [
      100,
      random.between(1, 300),
      random.between(1, 300),
      random.between(1, 300),
      random.between(1, 300),
    ],
    eventTypes: Array.from({ length: types }, (_, type) => ({
      name: `Event ${type}`,
      weight: random.between(1, 500),
      dailyLimit: random.between(1, 12),
    })),
  })
}

function rulesOf(preset: EconomyPreset): EconomyRules {
  const [first = ""] = scoredTypes(preset).map((type) => type.name)
  return economySchema.parse({
    name: preset.name,
    symbol: preset.symbol,
    decimals: preset.decimals,
    levelTenths: preset.levels.map((level) => level.tenths),
    streakHundredths: [...preset.streakHundredths],
    events: preset.eventTypes.map(({ name, weight, dailyLimit }) => ({ name, weight, dailyLimit })),
    discourse: {
      topicCreated: first,
      commentCreated: first,
      commentReceived: first,
      likeGiven: first,
      likeReceived: first,
    },
  })
}

interface Person {
  user: string
  keypair: Keypair
  level: number
  /** As the SDK's mathematics leaves it, never read from the oracle or the chain. */
  streak: number
  lastActiveWeek: number
  balance: bigint
}

interface Community {
  chain: Chain
  economy: TestEconomy
  people: Person[]
}

/** Raw daily counts of a person's random week: nothing, a little, or far above the limits. */
function randomDays(random: Random, preset: EconomyPreset): number[][] {
  const types = scoredTypes(preset)
  const isActive = random.below(4) > 0
  return Array.from({ length: 7 }, () =>
    types.map((type) => {
      if (!isActive || random.below(3) > 0) return 0
      return random.below(5) === 0 ? type.dailyLimit + random.below(3) : random.below(type.dailyLimit + 1)
    }),
  )
}

function linesOf(
  random: Random,
  preset: EconomyPreset,
  week: number,
  user: string,
  days: number[][],
): string[] {
  const types = scoredTypes(preset)
  return days.flatMap((day, index) =>
    day.flatMap((count, type) =>
      Array.from({ length: count }, () => {
        const second = weekStart(week) + index * 86_400 + random.below(86_400)
        return event({
          event: types[type]?.name ?? "",
          distinct_id: user,
          timestamp: new Date(second * 1000).toISOString(),
        })
      }),
    ),
  )
}

describe("a thousand random weeks", function () {
  this.timeout(150_000)
  const folder = new Folder()
  after(() => folder.remove())

  let checked = 0
  let shortWeeks = 0

  for (let set = 0; set < RULE_SETS; set++) {
    it(`[STK-52] are scored alike by oracle, SDK and program, to the unit: rules ${set + 1} of ${RULE_SETS}`, async () => {
      const random = new Random(SEED + set)
      const preset = randomPreset(random, set)
      const rules = rulesOf(preset)
      const scoring = { ...preset, levelTenths: preset.levels.map((level) => level.tenths) }
      // A chain's faucet has lamports for the keys of about a dozen economies.
      const chains = [new Chain({ unixTime: START_UNIX_TIME }), new Chain({ unixTime: START_UNIX_TIME })]
      const communities = Array.from({ length: ECONOMIES }, (_, place): Community => {
        const chain = chains[place % chains.length] ?? expect.fail("no chain")
        const economy = createEconomy(chain, { preset })
        const levels = Array.from({ length: MEMBERS }, () => random.between(1, LEVELS))
        const people = addMembers(chain, economy, MEMBERS, levels).map(
          (keypair, index): Person => ({
            user: `${place}-${index}`,
            keypair,
            level: levels[index] ?? 1,
            streak: 0,
            lastActiveWeek: 0,
            balance: 0n,
          }),
        )
        return { chain, economy, people }
      })
      const everybody = communities.flatMap((community) => community.people)
      const first = weekOf(START_UNIX_TIME) ?? 0
      let previous: string | undefined

      for (let week = first; week < first + WEEKS; week++) {
        for (const { chain, economy, people } of communities) {
          const index = random.below(MEMBERS)
          const person = people[index] ?? expect.fail("nobody")
          person.level = random.between(1, LEVELS)
          setLevel(chain, economy, index, person.level)
        }
        const days = new Map(everybody.map((person) => [person.user, randomDays(random, preset)]))

        // The oracle: from files to files.
        const out = folder.at(`${set}/${isoWeek(week)}`)
        const lines = everybody.flatMap(({ user }) =>
          linesOf(random, preset, week, user, days.get(user) ?? []),
        )
        await scoreWeek({
          week,
          rules,
          out,
          events: [folder.file(`${set}-${week}.jsonl`, lines.join("\n") + "\n")],
          members: folder.file(
            `${set}-${week}.csv`,
            membersCsv(
              everybody.map(({ user, level, keypair }) => ({
                user,
                level,
                wallet: keypair.publicKey.toBase58(),
              })),
            ),
          ),
          ...(previous === undefined ? {} : { previous }),
        })
        previous = out
        const details = new Map(
          jsonLines<Detail>(readFileSync(join(out, "detail.jsonl"), "utf8")).map((detail) => [
            detail.user_id,
            detail,
          ]),
        )
        const points = new Map(
          readFileSync(join(out, "points.csv"), "utf8")
            .trimEnd()
            .split("\n")
            .slice(1)
            .map((line) => line.split(",") as [string, string, string])
            .map(([date, user, value]) => {
              expect(date).to.equal(closingSunday(week))
              return [user, baseUnits(value, preset.decimals)] as const
            }),
        )

        // The SDK's mathematics: from the same counts, with a state of its own.
        const rewards = new Map(
          everybody.map((person) => {
            const counts = weeklyCounts(scoring, days.get(person.user) ?? [])
            if (counts.every((count) => count === 0)) return [person.user, 0n]
            person.streak = streakAfter(person.streak, person.lastActiveWeek, week)
            person.lastActiveWeek = week
            return [person.user, rewardOf(scoring, pointsOf(scoring, counts), person.level, person.streak)]
          }),
        )
        for (const { user } of everybody) {
          expect(BigInt(details.get(user)?.reward ?? -1), `detail of ${user}`).to.equal(rewards.get(user))
          expect(points.get(user), `points.csv of ${user}`).to.equal(rewards.get(user))
        }

        // The program: from the oracle's counts, in each economy.
        for (const chain of chains) chain.unixTime = weekEnd(week)
        for (const { chain, economy, people } of communities) {
          releaseEmission(chain, economy)
          openWeek(chain, economy, { week })
          const counts = people.map(({ user }): MemberCounts => details.get(user)?.counted ?? null)
          submitAll(chain, economy, counts)
          seal(chain, economy)
          const pending = readPages(chain, economy).flatMap((page) => page.members)
          const due = people.reduce((sum, { user }) => sum + (rewards.get(user) ?? 0n), 0n)
          const record = readWeek(chain, economy, week)
          expect(record.due, "Σ rewards").to.equal(due)
          people.forEach((person, index) => {
            const reward = rewards.get(person.user) ?? 0n
            expect(pending[index % PAGE_SLOTS]?.pending, `due to ${person.user}`).to.equal(reward)
            person.balance += shareFloor(reward, record.payable, due)
          })
          settle(chain, economy)
          const members = readPages(chain, economy).flatMap((page) => page.members)
          people.forEach((person, index) => {
            const member = members[index] ?? expect.fail("no member")
            expect(member.balance, `balance of ${person.user}`).to.equal(person.balance)
            expect(member.streak, `weeks in a row of ${person.user}`).to.equal(person.streak)
          })
          checked++
          shortWeeks += record.payable < due ? 1 : 0
        }
      }
      for (const { chain, economy } of communities) {
        expectLedgerInvariant(chain, economy)
        expect(readEconomy(chain, economy).week).to.equal(first + WEEKS - 1)
      }
    })
  }

  it("were a thousand, some of them short of pool and some not", () => {
    expect(checked).to.equal(RULE_SETS * ECONOMIES * WEEKS)
    expect(shortWeeks).to.be.greaterThan(50).and.lessThan(990)
  })
})
