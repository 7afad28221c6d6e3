import { expect } from "chai"
import fc from "fast-check"
import bs58 from "bs58"
import {
  closingSunday,
  decodeAddress,
  encodeAddress,
  maximumWeightSum,
  packedWidths,
  parseWeekName,
  pointsText,
  rewardBaseUnits,
  ruleProblems,
  scoredEvents,
  STK_RULES,
  streakAfter,
  weekEnd,
  weekIndexOf,
  weekName,
  weekStart,
} from "stk-oracle"

describe("rules of the economy", () => {
  it("[STK-45] rewards exactly, without rounding", () => {
    const vectors: [number, number, number, bigint][] = [
      [960, 3, 4, 1_584_000_000n],
      [50, 1, 1, 50_000_000n],
      [50, 2, 2, 61_200_000n],
      [10, 4, 3, 18_900_000n],
      [100, 5, 2, 224_400_000n],
      [960, 8, 5, 4_147_200_000n],
      [960, 8, 52, 4_147_200_000n],
      [1700, 7, 4, 5_610_000_000n],
      [11_900, 8, 5, 51_408_000_000n],
    ]
    for (const [sum, level, streak, reward] of vectors)
      expect(rewardBaseUnits(STK_RULES, sum, level, streak)).to.equal(reward)
    expect(() => rewardBaseUnits(STK_RULES, 1, 9, 1)).to.throw(RangeError, "level")
  })

  it("packs STK's weekly counts into 40 bits and a week into 11900 points", () => {
    expect(packedWidths(STK_RULES)).to.deep.equal([6, 6, 3, 6, 7, 6, 6])
    expect(maximumWeightSum(STK_RULES)).to.equal(11_900)
    expect(scoredEvents(STK_RULES)).to.have.length(7)
    expect(ruleProblems(STK_RULES)).to.deep.equal([])
  })

  it("counts weeks in a row up to five and starts again after a gap", () => {
    expect(streakAfter({ streak: 4, lastActiveWeek: 9 }, 10, 5)).to.equal(5)
    expect(streakAfter({ streak: 5, lastActiveWeek: 9 }, 10, 5)).to.equal(5)
    expect(streakAfter({ streak: 5, lastActiveWeek: 8 }, 10, 5)).to.equal(1)
    expect(streakAfter({ streak: 0, lastActiveWeek: 0 }, 10, 5)).to.equal(1)
  })

  it("names what does not fit between fields", () => {
    const problems = ruleProblems({
      ...STK_RULES,
      events: [
        { name: "A", weight: 0xffff_ffff, dailyLimit: 5 },
        { name: "A", weight: 1, dailyLimit: 0 },
        { name: "B", weight: 2, dailyLimit: 1, explicit: true },
      ],
    }).map((problem) => `${problem.field}: ${problem.rule}`)
    expect(problems).to.include("events: name A appears twice")
    expect(problems).to.include("events.1.dailyLimit: must be at least 1 for an event with a weight")
    expect(problems).to.include("events.2.explicit: an event with a weight cannot be explicit")
    expect(problems.join()).to.include("points, at most 4294967295 fit")
  })
})

describe("weeks", () => {
  it("[STK-54] indexes weeks from Monday to Monday, UTC", () => {
    const at = (text: string): number => weekIndexOf(Date.parse(text) / 1000)
    expect(at("1970-01-05T00:00:00Z")).to.equal(0)
    expect(at("2025-12-15T00:00:00Z")).to.equal(2919)
    expect(at("2025-12-21T23:59:59Z")).to.equal(2919)
    expect(at("2025-12-22T00:00:00Z")).to.equal(2920)
  })

  it("[STK-55] closes a week with its Sunday, a second before Monday 00:00", () => {
    expect(closingSunday(2919)).to.equal("2025-12-21")
    expect(new Date((weekEnd(2919) - 1) * 1000).toISOString()).to.equal("2025-12-21T23:59:59.000Z")
    expect(weekEnd(2919)).to.equal(weekStart(2920))
  })

  it("reads and writes ISO week names, and only those that exist", () => {
    for (let week = 0; week < 6000; week++) expect(parseWeekName(weekName(week))).to.equal(week)
    expect(weekName(2919)).to.equal("2025-W51")
    expect(parseWeekName("2020-W53")).to.equal(weekIndexOf(Date.UTC(2021, 0, 3) / 1000))
    for (const text of ["2025-W53", "2025-W00", "2025-51", "2025-W5", " 2025-W51", "1969-W40"])
      expect(parseWeekName(text)).to.equal(null)
  })
})

describe("texts", () => {
  it("writes thousandths as plain decimals", () => {
    const vectors: [bigint, string][] = [
      [0n, "0"],
      [61_200n, "61.2"],
      [1_584_000n, "1584"],
      [18_900n, "18.9"],
      [1n, "0.001"],
      [10n, "0.01"],
    ]
    for (const [value, text] of vectors) expect(pointsText(value)).to.equal(text)
  })

  it("reads and writes addresses as bs58 does", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(33), (bytes, zeros) => {
        bytes.fill(0, 0, zeros)
        const text = bs58.encode(bytes)
        expect(encodeAddress(bytes)).to.equal(text)
        expect(decodeAddress(text)).to.deep.equal(bytes)
      }),
    )
  })

  it("refuses every text that is not 32 bytes in base58", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 40 }), (bytes) => {
        fc.pre(bytes.length !== 32)
        expect(decodeAddress(bs58.encode(bytes))).to.equal(null)
      }),
    )
    const ones = "1".repeat(32)
    expect(decodeAddress(ones)).to.deep.equal(new Uint8Array(32))
    for (const text of [
      "",
      ones.slice(1),
      `${ones}1`,
      ones.replace("1", "0"),
      `${ones.slice(1)}я`,
      "z".repeat(44),
    ])
      expect(decodeAddress(text)).to.equal(null)
  })
})
