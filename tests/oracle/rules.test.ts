import { expect } from "chai"
import fc from "fast-check"
import bs58 from "bs58"
import { STK_PRESET } from "@stk/sdk"
import { decodeAddress, encodeAddress, pointsText, ruleProblems, rulesHash, STK_RULES } from "stk-oracle"

describe("rules of the economy", () => {
  it("are the SDK's preset for STK, with the hash that scored weeks name", () => {
    expect(STK_RULES.levelTenths).to.deep.equal(STK_PRESET.levels.map((level) => level.tenths))
    expect(
      STK_RULES.events.map(({ name, weight, dailyLimit }) => ({ name, weight, dailyLimit })),
    ).to.deep.equal(STK_PRESET.eventTypes)
    expect(STK_RULES.events.filter((event) => event.explicit).map((event) => event.name)).to.deep.equal([
      "ProjectMilestoneCompleted",
      "PeerReviewCompleted",
    ])
    expect(ruleProblems(STK_RULES)).to.deep.equal([])
    // Another hash would cut every community off from the weeks that it has scored.
    expect(rulesHash(STK_RULES)).to.equal("d8e078dc94d181124f5a245d367161b15dca70485014cb7ec4a73677c24dc872")
  })

  it("may lack levels, but not the first", () => {
    const problems = (levelTenths: number[]): string[] =>
      ruleProblems({ ...STK_RULES, levelTenths }).map((problem) => `${problem.field}: ${problem.rule}`)
    expect(problems([10, 12, 0, 0, 0, 0, 0, 0])).to.deep.equal([])
    expect(problems([0, 12, 15, 18, 22, 26, 30, 36])).to.deep.equal([
      "levelTenths.0: must be at least 1: every member starts at level 1",
    ])
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
    const generous = { ...STK_RULES, levelTenths: [...STK_RULES.levelTenths.slice(1), 0xffff] }
    const rule = "a member's highest weekly reward does not fit a u64 of base units"
    const streakHundredths = STK_RULES.streakHundredths.map(() => 0xffff)
    expect(ruleProblems({ ...generous, decimals: 9, streakHundredths })).to.deep.include({
      field: "events",
      rule,
    })
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
