import {
  buildScoreBatch,
  bytesPerMember,
  checkBands,
  checkEmission,
  closingSunday,
  countWidths,
  dateOfDay,
  dayAmount,
  economyParameters,
  encodeDailyCounts,
  formatAmount,
  highestDailyPoints,
  highestPoints,
  highestReward,
  InvalidArgumentError,
  isIncluded,
  isoWeek,
  leafData,
  leafHash,
  merkleRoot,
  packCounts,
  parseAmount,
  presetRules,
  quarterOf,
  quarterStart,
  redistribution,
  rewardOf,
  scoredTypes,
  shareFloor,
  splitByBps,
  STK_POLICY,
  STK_PRESET,
  unitOf,
  weekEnd,
  weekOf,
  weekOfIso,
  weekStart,
  yearAmount,
} from "@stk/sdk"
import { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import fc from "fast-check"
import { FORGE_PRESET } from "../utils/presets"

const RULES = presetRules(STK_PRESET)
const STK = 1_000_000n

/** What the specification prints: base units of a day, rounded to whole tokens. */
const rounded = (baseUnits: bigint): bigint => (baseUnits + STK / 2n) / STK

describe("Mathematics of the SDK", () => {
  it("emits a thousand million in a year, halved every four [STK-05] [STK-06]", () => {
    const whole = [0n, 3n, 4n, 7n, 8n, 11n, 12n, 15n, 16n, 20n].map(
      (year) => yearAmount(STK_PRESET, year) / STK,
    )
    const expected = [10n ** 9n, 10n ** 9n, 500_000_000n, 500_000_000n, 250_000_000n, 250_000_000n]
    expect(whole).to.deep.equal([...expected, 125_000_000n, 125_000_000n, 62_500_000n, 31_250_000n])
  })

  it("emits each day what the specification prints [STK-07]", () => {
    const days = [0n, 4n, 8n, 12n].map((year) => rounded(dayAmount(STK_PRESET, year * 365n)))
    expect(days).to.deep.equal([2_739_726n, 1_369_863n, 684_932n, 342_466n])
  })

  it("splits a year 50/20/15/10/5 [STK-12] [STK-13] [STK-14] [STK-15] [STK-16]", () => {
    const millions = splitByBps(10n ** 9n * STK, STK_PRESET.fundBps).map((share) => share / STK / 1_000_000n)
    expect(millions).to.deep.equal([500n, 200n, 150n, 100n, 50n])
  })

  it("is called SysTok and STK, with six decimals [STK-02]", () => {
    expect(STK_PRESET).to.include({ name: "SysTok", symbol: "STK", decimals: 6 })
  })

  it("knows ten event types, seven of them with a weight [STK-32] [STK-33]", () => {
    expect(STK_PRESET.eventTypes).to.have.length(10)
    expect(scoredTypes(STK_PRESET)).to.have.length(7)
    expect(countWidths(STK_PRESET)).to.deep.equal([6, 6, 3, 6, 7, 6, 6])
    expect(bytesPerMember(STK_PRESET)).to.equal(5)
  })

  it("rewards as the specification's examples [STK-22] [STK-45]", () => {
    const reward = (points: number, level: number, weeks: number): string =>
      formatAmount(rewardOf(RULES, points, level, weeks), 6)
    expect(reward(960, 3, 4)).to.equal("1584")
    expect([reward(50, 1, 1), reward(50, 2, 2)]).to.deep.equal(["50", "61.2"])
    expect([reward(10, 4, 3), reward(100, 5, 2)]).to.deep.equal(["18.9", "224.4"])
    expect([reward(960, 8, 5), reward(1_700, 7, 4)]).to.deep.equal(["4147.2", "5610"])
  })

  it("knows the most of a day, a week and a reward [STK-31]", () => {
    expect([highestDailyPoints(RULES), highestPoints(RULES)]).to.deep.equal([1_700, 11_900])
    expect(formatAmount(highestReward(RULES), 6)).to.equal("51408")
    expect(highestReward(presetRules(FORGE_PRESET)) > 0n).to.equal(true)
  })

  it("names weeks as ISO 8601 does and back [STK-54]", () => {
    const second = (text: string): number => Date.parse(text) / 1000
    expect(weekOf(second("2025-12-21T23:59:59Z"))).to.equal(2_919)
    expect(weekOf(second("2025-12-22T00:00:00Z"))).to.equal(2_920)
    expect(isoWeek(2_919)).to.equal("2025-W51")
    expect(closingSunday(2_919)).to.equal("2025-12-21")
    expect(weekOfIso("2025-W51")).to.equal(2_919)
    // Years begin in the last week of the year before, and some have 53 weeks.
    expect(isoWeek(weekOf(second("2021-01-03T12:00:00Z")) ?? 0)).to.equal("2020-W53")
    expect(isoWeek(weekOf(second("2024-12-30T00:00:00Z")) ?? 0)).to.equal("2025-W01")
    expect(weekStart(weekOfIso("2026-W53"))).to.equal(second("2026-12-28T00:00:00Z"))
    expect(dateOfDay(20_437)).to.equal("2025-12-15")
    for (const wrong of ["2025-W00", "2025-W53", "2025-W54", "2025-51", "25-W51", ""]) {
      expect(() => weekOfIso(wrong), wrong).to.throw(InvalidArgumentError)
    }
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (week) => {
        expect(weekOfIso(isoWeek(week))).to.equal(week)
        expect(weekOf(weekEnd(week) - 1)).to.equal(week)
        expect(new Date(weekStart(week) * 1000).getUTCDay()).to.equal(1)
      }),
    )
    for (const wrong of [-1, 0.5, 2 ** 32]) expect(() => weekStart(wrong)).to.throw(InvalidArgumentError)
  })

  it("writes amounts as text and reads them back exactly", () => {
    expect(formatAmount(61_200_000n, 6)).to.equal("61.2")
    expect(formatAmount(1n, 6)).to.equal("0.000001")
    expect(formatAmount(-1_500_000n, 6)).to.equal("-1.5")
    expect(formatAmount(0n, 6)).to.equal("0")
    expect(formatAmount(5n, 0)).to.equal("5")
    expect(parseAmount("1584", 6)).to.equal(1_584_000_000n)
    expect(parseAmount("18446744073709.551615", 6)).to.equal(2n ** 64n - 1n)
    for (const wrong of ["", "1.", ".5", "1e3", "1,5", " 1", "0x10", "1.2345678", "+1", "--1"]) {
      expect(() => parseAmount(wrong, 6), wrong).to.throw(InvalidArgumentError)
    }
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
        fc.integer({ min: 0, max: 12 }),
        (units, decimals) => {
          expect(parseAmount(formatAmount(units, decimals), decimals)).to.equal(units)
        },
      ),
    )
  })

  it("leaves out of a batch who has nothing counted [STK-44]", () => {
    const batch = buildScoreBatch(STK_PRESET, 2_919, 8, [
      null,
      [1, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0],
      null,
    ])
    expect([...batch.bitmap]).to.deep.equal([0b10])
    expect([...batch.counts]).to.deep.equal([1, 0, 0, 0, 0])
    expect(batch).to.include({ week: 2_919, firstSlot: 8, bytesPerMember: 5 })
  })

  it("lays out a leaf as wallet, week and daily counts", () => {
    const days = [[70_000, 1], ...Array<number[]>(6).fill([0, 2])]
    const counts = encodeDailyCounts(days)
    expect([...counts.subarray(0, 8)]).to.deep.equal([255, 255, 1, 0, 0, 0, 2, 0])
    const leaf = leafData(new PublicKey(new Uint8Array(32).fill(7)), 2_919, counts)
    expect(leaf).to.have.length(32 + 4 + 28)
    expect([...leaf.subarray(31, 38)]).to.deep.equal([7, 0x67, 0x0b, 0, 0, 255, 255])
    expect(leafData(new Uint8Array(32).fill(7), 2_919, counts)).to.deep.equal(leaf)
    expect(() => leafData(new Uint8Array(31), 2_919, counts)).to.throw(InvalidArgumentError, "wallet")
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    expect(Buffer.from(merkleRoot([])).toString("hex")).to.equal(empty)
  })

  it("takes only whole hashes and whole indexes for a proof", () => {
    const [left, right] = [leafHash(Uint8Array.of(1)), leafHash(Uint8Array.of(2))]
    const root = merkleRoot([left, right])
    expect(isIncluded(left, 0, 2, [right], root)).to.equal(true)
    expect(isIncluded(left, 0.5, 2, [right], root)).to.equal(false)
    // The same bytes under the root, cut elsewhere.
    const long = Uint8Array.of(...left, ...right.subarray(0, 1))
    expect(isIncluded(long, 0, 2, [right.subarray(1)], root)).to.equal(false)
  })

  it("takes 0, 5, 10 and 15% of 1,000 STK by the days without activity [STK-86] [STK-87] [STK-88] [STK-89]", () => {
    const { bands } = STK_POLICY
    // The Sunday that closes week 2919 is 2025-12-21.
    const sunday = 20_443
    const member = { balance: 1_000n * STK, lastActiveWeek: 2_919, lastRewardDay: 0 }
    const taken = [89, 90, 179, 180, 364, 365, 366].map((days) =>
      redistribution(member, bands, sunday + days),
    )
    expect(taken.map(({ amount }) => amount / STK)).to.deep.equal([0n, 50n, 50n, 100n, 100n, 150n, 150n])
    expect(taken.map(({ band }) => band)).to.deep.equal([null, 0, 0, 1, 1, 2, 2])
  })

  it("leaves 654.075 of 1,000 STK after four quarters of 5, 10, 10 and 15% [STK-90]", () => {
    const left: string[] = []
    let balance = 1_000n * STK
    for (const days of [106, 197, 289, 381]) {
      const member = { balance, lastActiveWeek: 0, lastRewardDay: 20_437 }
      balance -= redistribution(member, STK_POLICY.bands, 20_437 + days).amount
      left.push(formatAmount(balance, 6))
    }
    expect(left).to.deep.equal(["950", "855", "769.5", "654.075"])
  })

  it("refuses what breaks the rules, naming the argument", () => {
    expect(() => packCounts(STK_PRESET, [36, 0, 0, 0, 0, 0, 0])).to.throw(InvalidArgumentError, "counts[0]")
    expect(() => packCounts(STK_PRESET, [1])).to.throw(InvalidArgumentError, "counts")
    expect(() => countWidths({ eventTypes: [] })).to.throw(InvalidArgumentError, "eventTypes")
    const wide = Array.from({ length: 13 }, () => ({ weight: 1, dailyLimit: 4 }))
    expect(() => countWidths({ eventTypes: wide })).to.throw(InvalidArgumentError, "64 bits")
    expect(() => unitOf(RULES, 9, 1)).to.throw(InvalidArgumentError, "level")
    expect(() => unitOf(RULES, 1, 6)).to.throw(InvalidArgumentError, "streak")
    expect(() => shareFloor(1n, 2n, 1n)).to.throw(InvalidArgumentError, "payable")
    expect(() => checkEmission({ ...STK_PRESET, emissionCap: 1n })).to.throw(
      InvalidArgumentError,
      "emissionCap",
    )
    for (const wrong of [-1, 65_536, 0.5])
      expect(() => quarterStart(wrong)).to.throw(InvalidArgumentError, "quarter")
    expect(() => quarterOf(-1)).to.throw(InvalidArgumentError, "quarter")
    expect(() => checkBands([{ days: 90, bps: 500 }])).to.throw(InvalidArgumentError, "bands")
    const levels = Array.from({ length: 9 }, () => ({ name: "", tenths: 1, requirement: "" }))
    expect(() => economyParameters({ ...STK_PRESET, levels })).to.throw(InvalidArgumentError, "levels")
  })
})
