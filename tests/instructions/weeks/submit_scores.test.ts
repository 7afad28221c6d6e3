import {
  buildScoreBatch,
  bytesPerMember,
  countWidths,
  encodeScoreBatch,
  pagePda,
  scoredTypes,
  STK_PRESET,
  submitScoresInstruction,
  type EconomyPreset,
  type MemberCounts,
  type ScoreBatch,
} from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import {
  addMembers,
  balances,
  createEconomy,
  openWeek,
  readEconomy,
  readMember,
  readPage,
  releaseDays,
  runWeek,
  seal,
  settle,
  submitAll,
  submitScores,
  type TestEconomy,
} from "../../utils/economy"
import { eventOf, expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount, withData } from "../../utils/instructions"
import { FORGE_PRESET, PLAIN_PRESET } from "../../utils/presets"
import { Chain, type Sent } from "../../utils/svm"

/** 2025-12-15 to 2025-12-21. */
const FIRST = 2_919

// Counts in the order of the rules: section, task, post, like given, like received, comment written and received.
const ONE_LIKE = [0, 0, 0, 1, 0, 0, 0]
const ONE_SECTION = [1, 0, 0, 0, 0, 0, 0]
const ONE_TASK = [0, 1, 0, 0, 0, 0, 0]
/** 5 × 50 + 3 × 100 + 200 + 5 × 10 + 3 × 20 + 2 × 50 = 960 points, the example of the specification. */
const EXAMPLE = [5, 3, 1, 5, 3, 2, 0]
const FULL_DAY = [5, 5, 1, 5, 10, 5, 5]
const FULL_WEEK = FULL_DAY.map((count) => 7 * count)

/** Packs counts without the checks of the SDK, as far as they fit their widths. */
function pack(rules: EconomyPreset, counts: readonly number[]): Uint8Array {
  let packed = 0n
  let shift = 0n
  countWidths(rules).forEach((width, index) => {
    packed |= BigInt(counts[index] ?? 0) << shift
    shift += BigInt(width)
  })
  return Uint8Array.from({ length: bytesPerMember(rules) }, (_, byte) =>
    Number((packed >> BigInt(8 * byte)) & 0xffn),
  )
}

describe("submit_scores", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = (batch: ScoreBatch, page = 0) =>
    submitScoresInstruction({
      oracle: economy.actors.oracle.publicKey,
      economy: economy.address,
      page,
      batch,
    })

  const submit = (batch: ScoreBatch, page = 0): Sent =>
    chain.send(instruction(batch, page), [economy.actors.oracle])

  const batchOf = (scores: readonly MemberCounts[], firstSlot = 0): ScoreBatch =>
    buildScoreBatch(economy.preset, readEconomy(chain, economy).week, firstSlot, scores)

  /** One member of slot 0 with counts that the SDK would not send. */
  const rawBatch = (counts: Uint8Array, week = FIRST): ScoreBatch => ({
    week,
    firstSlot: 0,
    bytesPerMember: counts.length,
    bitmap: Uint8Array.of(1),
    counts,
  })

  /** An open week of the STK rules for so many members. */
  function openFor(members: number): void {
    addMembers(chain, economy, members)
    openWeek(chain, economy)
  }

  it("books what each marked member is due, and what the week is due", () => {
    openFor(3)

    const sent = submitScores(chain, economy, [EXAMPLE, null, ONE_LIKE])

    expect(readMember(chain, economy, 0)).to.include({
      pending: 960_000_000n,
      points: 960,
      streak: 1,
      lastActiveWeek: FIRST,
      balance: 0n,
    })
    expect(readMember(chain, economy, 1)).to.include({ pending: 0n, points: 0, streak: 0, lastActiveWeek: 0 })
    expect(readMember(chain, economy, 2)).to.include({ pending: 10_000_000n, points: 10, streak: 1 })
    expect(readEconomy(chain, economy)).to.include({
      weekDue: 970_000_000n,
      weekActive: 2,
      weekPages: 1,
      memberBalances: 0n,
    })
    expect(readPage(chain, economy).header).to.include({ week: FIRST, cursor: 3, due: 970_000_000n })
    expectEvents(sent, {
      name: "ScoresSubmitted",
      data: {
        economy: economy.address,
        week: FIRST,
        page: 0,
        firstSlot: 0,
        due: 970_000_000n,
        bitmap: Uint8Array.of(0b101),
        counts: Buffer.concat([pack(STK_PRESET, EXAMPLE), pack(STK_PRESET, ONE_LIKE)]),
      },
    })
  })

  describe("the points formula", () => {
    /** The vectors of the specification: counts, level, weeks in a row, base units. */
    const vectors: readonly (readonly [string, readonly number[], number, number, bigint])[] = [
      ["STK-22", EXAMPLE, 3, 4, 1_584_000_000n],
      ["STK-45", ONE_SECTION, 1, 1, 50_000_000n],
      ["STK-45", ONE_SECTION, 2, 2, 61_200_000n],
      ["STK-45", ONE_LIKE, 4, 3, 18_900_000n],
      ["STK-22", ONE_TASK, 5, 2, 224_400_000n],
      ["STK-22", EXAMPLE, 8, 5, 4_147_200_000n],
      ["STK-31", FULL_DAY, 7, 4, 5_610_000_000n],
      ["STK-31", FULL_WEEK, 8, 5, 51_408_000_000n],
    ]

    for (const [row, counts, level, weeks, reward] of vectors) {
      const title = `[${row}] pays ${Number(reward) / 1_000_000} STK for ${counts.join(" ")} at level ${level} in week ${weeks} in a row`
      it(title, () => {
        addMembers(chain, economy, 1, [level])
        releaseDays(chain, economy, 7)
        for (let week = 1; week < weeks; week++) runWeek(chain, economy, [ONE_LIKE])
        const before = readMember(chain, economy, 0).balance

        runWeek(chain, economy, [counts])

        expect(readMember(chain, economy, 0).balance - before).to.equal(reward)
        expectLedgerInvariant(chain, economy)
      })
    }
  })

  describe("weights and limits", () => {
    for (const [row, name, weight, dailyLimit] of [
      ["STK-23", "SectionCompleted", 50, 5],
      ["STK-24", "ExerciseSave", 100, 5],
      ["STK-25", "ClubPostCreated", 200, 1],
      ["STK-26", "ClubLikeGiven", 10, 5],
      ["STK-27", "ClubLikeReceived", 20, 10],
      ["STK-28", "ClubCommentCreated", 50, 5],
      ["STK-29", "ClubCommentReceived", 50, 5],
    ] as const) {
      const place = scoredTypes(STK_PRESET).findIndex((eventType) => eventType.name === name)
      const only = (count: number) =>
        STK_PRESET.eventTypes.slice(0, 7).map((_, at) => (at === place ? count : 0))

      it(`[${row}, STK-30] counts up to ${7 * dailyLimit} of ${name} a week, ${weight} points each`, async () => {
        openFor(1)
        const width = countWidths(STK_PRESET)[place] ?? 0
        // Seven posts are the highest that three bits hold; of all other types one more can be written, and is refused.
        if (7 * dailyLimit + 1 < 2 ** width) {
          const above = pack(STK_PRESET, only(7 * dailyLimit + 1))
          await expectError(() => submit(rawBatch(above)), "CountAboveLimit")
          const highest = pack(STK_PRESET, only(2 ** width - 1))
          await expectError(() => submit(rawBatch(highest)), "CountAboveLimit")
        } else expect(7 * dailyLimit).to.equal(2 ** width - 1)

        submit(rawBatch(pack(STK_PRESET, only(7 * dailyLimit))))

        expect(readMember(chain, economy, 0).points).to.equal(7 * dailyLimit * weight)
      })
    }

    it("[STK-30] refuses each count above its limit also beside counts at their limits", async () => {
      openFor(1)
      for (const place of [0, 1, 3, 4, 5, 6]) {
        const counts = FULL_WEEK.map((count, at) => (at === place ? count + 1 : count))
        await expectError(() => submit(rawBatch(pack(STK_PRESET, counts))), "CountAboveLimit")
      }
      submit(rawBatch(pack(STK_PRESET, FULL_WEEK)))
    })

    it("[STK-31] gives at most 11,900 points and 51,408 STK for a week", () => {
      addMembers(chain, economy, 1, [8])
      releaseDays(chain, economy, 7)
      for (let week = 1; week <= 6; week++) runWeek(chain, economy, [FULL_WEEK])
      const before = readMember(chain, economy, 0).balance

      runWeek(chain, economy, [FULL_WEEK])

      expect(readMember(chain, economy, 0).points).to.equal(11_900)
      expect(readMember(chain, economy, 0).balance - before).to.equal(51_408_000_000n)
    })

    it("[STK-33] has no place for types without a weight: counts are those of the seven scored types", async () => {
      openFor(1)
      // 40 bits of seven types fill five bytes; a sixth byte would be the eighth type's.
      expect(bytesPerMember(STK_PRESET)).to.equal(5)
      const withCourse = Buffer.concat([pack(STK_PRESET, EXAMPLE), Buffer.of(1)])

      await expectError(() => submit(rawBatch(withCourse)), "BatchWidth")
    })
  })

  describe("consistency", () => {
    /** What one section a week pays, week by week; null for a week without an event. */
    function paid(weeks: readonly (readonly number[] | null)[]): bigint[] {
      addMembers(chain, economy, 1)
      releaseDays(chain, economy, 7)
      return weeks.map((counts) => {
        const before = readMember(chain, economy, 0).balance
        runWeek(chain, economy, [counts])
        return readMember(chain, economy, 0).balance - before
      })
    }

    it("[STK-43] pays 1.00, 1.02, 1.05, 1.10 and from the fifth week on 1.20 times", () => {
      const weeks = paid(Array.from({ length: 8 }, () => ONE_SECTION))

      const expected = [50_000_000n, 51_000_000n, 52_500_000n, 55_000_000n, 60_000_000n]
      expect(weeks).to.deep.equal([...expected, 60_000_000n, 60_000_000n, 60_000_000n])
      expect(readMember(chain, economy, 0).streak).to.equal(5)
    })

    it("[STK-44] starts again after a week without a counted event, the scored week included", () => {
      const weeks = paid([ONE_SECTION, ONE_SECTION, ONE_SECTION, null, ONE_SECTION, ONE_SECTION])

      expect(weeks).to.deep.equal([50_000_000n, 51_000_000n, 52_500_000n, 0n, 50_000_000n, 51_000_000n])
    })

    it("[STK-44] starts again after five weeks in a row, too", () => {
      const active = Array.from({ length: 6 }, () => ONE_SECTION)
      expect(paid([...active, null, ONE_SECTION]).slice(5)).to.deep.equal([60_000_000n, 0n, 50_000_000n])
    })

    it("[STK-44] counts any scored event as activity", () => {
      expect(paid([ONE_LIKE, ONE_SECTION])).to.deep.equal([10_000_000n, 51_000_000n])
    })
  })

  describe("one score for each member and week", () => {
    it("[STK-47] refuses a second submission for the same slots", async () => {
      openFor(3)
      submitScores(chain, economy, [ONE_LIKE, ONE_LIKE, ONE_LIKE])
      const before = readPage(chain, economy)

      await expectError(() => submitScores(chain, economy, [ONE_LIKE, ONE_LIKE, ONE_LIKE]), "BatchOutOfOrder")

      expect(readPage(chain, economy)).to.deep.equal(before)
      expect(readEconomy(chain, economy).weekDue).to.equal(30_000_000n)
    })

    it("[STK-47] refuses gaps and overlaps: a batch starts at the page's next slot", async () => {
      openFor(40)
      await expectError(() => submit(batchOf([ONE_LIKE], 8)), "BatchOutOfOrder")
      submit(batchOf(Array(16).fill(ONE_LIKE)))
      for (const first of [0, 8, 24, 32, 40]) {
        await expectError(() => submit(batchOf(Array(8).fill(ONE_LIKE), first)), "BatchOutOfOrder")
      }

      submit(batchOf(Array(8).fill(null), 16))

      expect(readPage(chain, economy).header.cursor).to.equal(24)
    })

    it("[STK-47] goes on where it stopped, in as many batches as it takes, to the same result", () => {
      const other = createEconomy(chain)
      const scores = Array.from({ length: 29 }, (_, member) => (member % 3 === 0 ? null : ONE_SECTION))
      addMembers(chain, other, 29)
      openWeek(chain, other)
      submitScores(chain, other, scores)
      openFor(29)

      for (const first of [0, 8, 24]) {
        const end = first === 8 ? 24 : first + 8
        submit(batchOf(scores.slice(first, end), first))
      }

      const stateOf = (of: TestEconomy) => {
        const { weekDue, weekActive, weekPages } = readEconomy(chain, of)
        return { weekDue, weekActive, weekPages, cursor: readPage(chain, of).header.cursor }
      }
      expect(stateOf(economy)).to.deep.equal(stateOf(other))
      expect(readEconomy(chain, economy).weekActive).to.equal(19)
    })

    it("[STK-47] refuses a batch that was made for another week", async () => {
      openFor(2)
      for (const week of [0, FIRST - 1, FIRST + 1, 32_767]) {
        await expectError(() => submit(rawBatch(pack(STK_PRESET, ONE_LIKE), week)), "BatchForAnotherWeek")
      }
    })

    it("leaves out members registered while the week is open", async () => {
      openFor(2)
      addMembers(chain, economy, 2)

      await expectError(() => submit(batchOf([ONE_LIKE, ONE_LIKE, ONE_LIKE])), "BatchBeyondMembers")
      submit(batchOf([ONE_LIKE, ONE_LIKE]))

      expect(readEconomy(chain, economy)).to.include({ members: 4, weekActive: 2, weekPages: 1 })
    })

    it("fills several pages, in any order of the pages", () => {
      addMembers(chain, economy, 1_026)
      releaseDays(chain, economy, 7)
      openWeek(chain, economy)

      submitScores(chain, economy, [ONE_TASK, ONE_TASK], { page: 1 })
      expect(readEconomy(chain, economy)).to.include({ weekPages: 1, weekActive: 2 })
      for (let first = 0; first < 1_024; first += 128) {
        submitScores(chain, economy, Array(128).fill(ONE_LIKE), { firstSlot: first })
      }

      expect(readEconomy(chain, economy)).to.include({
        weekPages: 2,
        weekActive: 1_026,
        weekDue: 1_024n * 10_000_000n + 2n * 100_000_000n,
      })
      seal(chain, economy)
      settle(chain, economy)
      expect(balances(chain, economy).at(-1)).to.equal(100_000_000n)
    })
  })

  describe("the shape of a batch", () => {
    it("refuses bits of slots without a member, at −1, 0 and +1", async () => {
      openFor(10)
      const beyond = { ...batchOf(Array(10).fill(ONE_LIKE)), bitmap: Uint8Array.of(0xff, 0b111) }
      const counts = Buffer.concat(Array<Uint8Array>(11).fill(pack(STK_PRESET, ONE_LIKE)))
      await expectError(() => submit({ ...beyond, counts }), "BatchBeyondMembers")
      const empty = { ...batchOf([null]), bitmap: new Uint8Array(3) }
      await expectError(() => submit(empty), "BatchBeyondMembers")
      const far = { ...batchOf([null]), bitmap: new Uint8Array(128) }
      await expectError(() => submit(far), "BatchBeyondMembers")

      submit({ ...beyond, bitmap: Uint8Array.of(0xff, 0b01), counts: counts.subarray(0, 45) })

      expect(readEconomy(chain, economy)).to.include({ weekActive: 9, weekPages: 1 })
    })

    it("takes exactly the bytes of each member that follow from the rules", async () => {
      openFor(1)
      for (const bytes of [1, 4, 6, 8]) {
        await expectError(() => submit(rawBatch(new Uint8Array(bytes).fill(1))), "BatchWidth")
      }
    })

    it("refuses a marked member without a counted event", async () => {
      openFor(2)
      await expectError(() => submit(rawBatch(new Uint8Array(5))), "NothingCounted")
    })

    it("refuses data that is cut short", async () => {
      openFor(2)
      const valid = instruction(batchOf([ONE_LIKE, ONE_LIKE]))
      const data = encodeScoreBatch(batchOf([ONE_LIKE, ONE_LIKE]))
      const signers = [economy.actors.oracle]
      for (let length = 0; length < data.length; length++) {
        const short = withData(valid, data.subarray(0, length))
        await expectError(() => chain.send(short, signers), "InvalidInstructionData")
      }

      chain.send(valid, signers)
    })

    it("refuses bytes behind the last count", async () => {
      openFor(2)
      const valid = instruction(batchOf([ONE_LIKE, ONE_LIKE]))
      const data = encodeScoreBatch(batchOf([ONE_LIKE, ONE_LIKE]))
      const signers = [economy.actors.oracle]
      for (const more of [1, 5, 100]) {
        const long = withData(valid, Buffer.concat([data, Buffer.alloc(more)]))
        await expectError(() => chain.send(long, signers), "InvalidInstructionData")
      }
    })
  })

  describe("other rules", () => {
    /** Runs a week of one member at level 1 for the first time and gives the points and the reward. */
    function score(preset: EconomyPreset, counts: readonly number[]): { points: number; reward: bigint } {
      economy = createEconomy(chain, { preset })
      addMembers(chain, economy, 1)
      openWeek(chain, economy)
      submitScores(chain, economy, [counts])
      const { points, pending } = readMember(chain, economy, 0)
      return { points, reward: pending }
    }

    it("scores another community: four scored types, a visit between them, nine decimals", () => {
      // 63 × 120 + 84 × 35 + 280 × 7 + 7 × 900 = 18,760 points × 1.0 × 1.00
      const { points, reward } = score(FORGE_PRESET, [63, 84, 280, 7])

      expect(points).to.equal(18_760)
      expect(reward).to.equal(18_760_000_000_000n)
    })

    it("scores counts that fill all 64 bits", () => {
      const wide = [65_535, 65_535, 65_535, 18].map((dailyLimit, index) => ({
        name: `Wide${index}`,
        weight: index + 1,
        dailyLimit,
      }))
      const preset = { ...PLAIN_PRESET, eventTypes: wide }
      expect(bytesPerMember(preset)).to.equal(8)

      // 458,745 × (1 + 2 + 3) + 126 × 4
      expect(score(preset, [458_745, 458_745, 458_745, 126]).points).to.equal(2_752_974)
      expect(score(preset, [0, 0, 1, 0]).points).to.equal(3)
    })

    it("refuses counts above their limits of rules that fill all 64 bits", async () => {
      const wide = [65_535, 65_535, 65_535, 17].map((dailyLimit, index) => ({
        name: `Wide${index}`,
        weight: 1,
        dailyLimit,
      }))
      const preset = { ...PLAIN_PRESET, eventTypes: wide }
      economy = createEconomy(chain, { preset })
      openFor(1)
      for (const counts of [
        [458_746, 0, 0, 0],
        [0, 458_746, 0, 0],
        [0, 0, 458_746, 0],
        [0, 0, 0, 120],
        [524_287, 524_287, 524_287, 127],
      ]) {
        await expectError(() => submit(rawBatch(pack(preset, counts))), "CountAboveLimit")
      }

      submit(rawBatch(pack(preset, [458_745, 458_745, 458_745, 119])))
    })

    it("scores sixteen types, and refuses each above its limit", async () => {
      const eventTypes = Array.from({ length: 16 }, (_, index) => ({
        name: `Type${index}`,
        weight: 3 ** index % 1_000,
        dailyLimit: index % 2 === 0 ? 1 : 2,
      }))
      const preset = { ...PLAIN_PRESET, eventTypes }
      const counts = eventTypes.map(({ dailyLimit }) => 7 * dailyLimit)
      // 7 × Σ 3^i of even i modulo 1,000, and 14 × that of odd i.
      const expected = eventTypes.reduce((sum, { weight, dailyLimit }) => sum + 7 * weight * dailyLimit, 0)

      expect(score(preset, counts).points).to.equal(expected)

      addMembers(chain, economy, 1)
      seal(chain, economy)
      settle(chain, economy)
      const week = openWeek(chain, economy)
      for (let place = 1; place < 16; place += 2) {
        const above = counts.map((count, at) => (at === place ? count + 1 : count))
        await expectError(() => submit(rawBatch(pack(preset, above), week)), "CountAboveLimit")
      }
    })

    it("scores weights so large that their products cannot be aligned", () => {
      const preset = {
        ...PLAIN_PRESET,
        eventTypes: [
          { name: "Common", weight: 1, dailyLimit: 5_000 },
          { name: "Seldom", weight: 100_000_000, dailyLimit: 1 },
          { name: "Rare", weight: 500_000_000, dailyLimit: 1 },
        ],
      }

      // 35,000 + 7 × 10^8 + 7 × 5 × 10^8 = 4,200,035,000, close to 2^32.
      expect(score(preset, [35_000, 7, 7]).points).to.equal(4_200_035_000)
      expect(score(preset, [1, 0, 0]).points).to.equal(1)
    })

    it("refuses bits above the counts in the last byte", async () => {
      const preset = { ...PLAIN_PRESET, eventTypes: [{ name: "Daily", weight: 1, dailyLimit: 1 }] }
      economy = createEconomy(chain, { preset })
      openFor(1)
      for (const byte of [0b1000, 0b1111, 0x80, 0x87, 0xff]) {
        await expectError(() => submit(rawBatch(Uint8Array.of(byte))), "CountAboveLimit")
      }

      submit(rawBatch(Uint8Array.of(0b111)))
    })
  })

  it("[STK-143] is the oracle's alone", async () => {
    openFor(1)
    const { admin, registrar, validator, treasurer, guardian, stranger } = economy.actors
    for (const signer of [admin, registrar, validator, treasurer, guardian, stranger]) {
      const wrong = withAccount(instruction(batchOf([ONE_LIKE])), "oracle", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotOracle")
    }
  })

  it("refuses before a week is opened and once it is sealed or settled", async () => {
    addMembers(chain, economy, 1)
    releaseDays(chain, economy, 7)
    const early = rawBatch(pack(STK_PRESET, ONE_LIKE), 1)
    await expectError(() => submit(early), "WeekNotOpen")
    openWeek(chain, economy)
    submitAll(chain, economy)
    seal(chain, economy)
    await expectError(() => submitScores(chain, economy, [ONE_LIKE]), "WeekNotOpen")
    settle(chain, economy)
    await expectError(() => submitScores(chain, economy, [ONE_LIKE]), "WeekNotOpen")
  })

  it("refuses while the economy is paused", async () => {
    openFor(1)
    pause(chain, economy)
    await expectError(() => submitScores(chain, economy, [ONE_LIKE]), "Paused")
  })

  it("refuses another economy's page and a page without members of the week", async () => {
    openFor(1)
    const other = createEconomy(chain)
    addMembers(chain, other, 1)
    const [page] = pagePda(other.address, 0)
    const wrong = withAccount(instruction(batchOf([ONE_LIKE])), "page", page)
    await expectError(() => chain.send(wrong, [economy.actors.oracle]), "WrongEconomy")
  })

  it("tells the page and the first slot of a later batch", () => {
    openFor(9)
    submit(batchOf(Array(8).fill(null)))

    const sent = submit(batchOf([ONE_TASK], 8))

    expect(eventOf(sent, "ScoresSubmitted")).to.include({ page: 0, firstSlot: 8, due: 100_000_000n })
  })
})
