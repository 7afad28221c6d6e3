import {
  auditScoreInstruction,
  encodeDailyCounts,
  pagePda,
  scoredTypes,
  STK_PRESET,
  weeklyCounts,
  weekPda,
} from "@stk/sdk"
import { expect } from "chai"
import { auditOf, pause, publishDetail, type PublishedDetail, type WeekDetail } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  openWeek,
  readEconomy,
  readPage,
  readWeek,
  seal,
  settle,
  submitAll,
  submitScores,
  type TestEconomy,
} from "../../utils/economy"
import { eventOf, expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { Chain, type Sent } from "../../utils/svm"

const FIRST = 2_919
const NOTHING = [0, 0, 0, 0, 0, 0, 0]
const IDLE: WeekDetail = Array<number[]>(7).fill(NOTHING)

/** A week in which everything happened on these days, Monday being 0. */
function week(days: Readonly<Record<number, readonly number[]>>): WeekDetail {
  return Array.from({ length: 7 }, (_, day) => days[day] ?? NOTHING)
}

describe("audit_score", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  /** Opens a week for members with these daily counts and publishes them. */
  function publish(days: readonly WeekDetail[]): PublishedDetail {
    const missing = days.length - economy.members.length
    if (missing > 0) addMembers(chain, economy, missing)
    const next = readEconomy(chain, economy).week + 1
    const index = next === 1 ? FIRST : next
    const wallets = economy.members.map((member) => member.publicKey)
    const detail = publishDetail(wallets, index, days)
    openWeek(chain, economy, { detailRoot: detail.tree.root })
    return detail
  }

  /** Publishes, and submits what follows from the daily counts. */
  function publishAndSubmit(days: readonly WeekDetail[]): PublishedDetail {
    const detail = publish(days)
    submitAll(
      chain,
      economy,
      days.map((own) => weeklyCounts(STK_PRESET, own)),
    )
    return detail
  }

  const audit = (detail: PublishedDetail, index: number): Sent => chain.send(auditOf(economy, detail, index))

  const mismatches = () => readWeek(chain, economy, FIRST).mismatches
  const marks = () => Buffer.from(readPage(chain, economy).header.mismatched)

  it("confirms a score that follows from the published daily counts", () => {
    const detail = publishAndSubmit([
      week({ 0: [5, 3, 1, 5, 3, 2, 0] }),
      IDLE,
      week({ 6: [1, 0, 0, 0, 0, 0, 0] }),
    ])

    const sent = audit(detail, 0)

    expectEvents(sent, {
      name: "ScoreAudited",
      data: {
        economy: economy.address,
        week: FIRST,
        page: 0,
        slot: 0,
        submitted: 960,
        recomputed: 960,
        mismatches: 0,
      },
    })
    expect(eventOf(audit(detail, 2), "ScoreAudited")).to.include({ slot: 2, submitted: 50, recomputed: 50 })
    expect(mismatches()).to.equal(0)
  })

  for (const [row, name, happened, points] of [
    ["STK-23", "SectionCompleted", 7, 250],
    ["STK-24", "ExerciseSave", 6, 500],
    ["STK-25", "ClubPostCreated", 2, 200],
    ["STK-26", "ClubLikeGiven", 6, 50],
    ["STK-27", "ClubLikeReceived", 12, 200],
    ["STK-28", "ClubCommentCreated", 6, 250],
    ["STK-29", "ClubCommentReceived", 6, 250],
  ] as const) {
    it(`[${row}, STK-30] recomputes ${points} points from ${happened} of ${name} in a day`, () => {
      const types = scoredTypes(STK_PRESET)
      const day = types.map((eventType) => (eventType.name === name ? happened : 0))
      const limited = types.map((eventType) =>
        eventType.name === name ? Math.min(happened, eventType.dailyLimit) : 0,
      )
      const detail = publish([week({ 3: day })])
      submitAll(chain, economy, [limited])

      const sent = audit(detail, 0)

      expect(eventOf(sent, "ScoreAudited")).to.include({
        recomputed: points,
        submitted: points,
        mismatches: 0,
      })
    })
  }

  it("[STK-30] limits by the day: seven sections on two days are 500 points", () => {
    const seven = [7, 0, 0, 0, 0, 0, 0]
    const detail = publish([week({ 1: seven, 2: seven })])
    submitAll(chain, economy, [[10, 0, 0, 0, 0, 0, 0]])

    expect(eventOf(audit(detail, 0), "ScoreAudited")).to.include({
      recomputed: 500,
      submitted: 500,
      mismatches: 0,
    })
  })

  it("[STK-30] finds a score that ignored the daily limit", () => {
    // Ten sections in a day: within seven times the limit, so the submission is accepted, but only five count.
    const detail = publish([week({ 1: [10, 0, 0, 0, 0, 0, 0] })])
    submitAll(chain, economy, [[10, 0, 0, 0, 0, 0, 0]])

    const sent = audit(detail, 0)

    expect(eventOf(sent, "ScoreAudited")).to.include({ recomputed: 250, submitted: 500, mismatches: 1 })
  })

  it("records a mismatch once: a mark on the slot and one in the count", () => {
    const detail = publish([IDLE, week({ 0: [1, 0, 0, 0, 0, 0, 0] }), week({ 0: [1, 0, 0, 0, 0, 0, 0] })])
    submitAll(chain, economy, [null, [2, 0, 0, 0, 0, 0, 0], null])

    audit(detail, 1)
    const again = audit(detail, 1)
    expect(eventOf(again, "ScoreAudited").mismatches).to.equal(1)
    expect(marks()[0]).to.equal(0b010)
    audit(detail, 2)

    expect(mismatches()).to.equal(2)
    expect(marks()[0]).to.equal(0b110)
    expect(
      marks()
        .subarray(1)
        .every((byte) => byte === 0),
    ).to.equal(true)
  })

  it("finds an inactive member with counts and an active one without", () => {
    const detail = publish([week({ 4: [0, 1, 0, 0, 0, 0, 0] }), IDLE])
    submitAll(chain, economy, [null, [0, 1, 0, 0, 0, 0, 0]])

    expect(eventOf(audit(detail, 0), "ScoreAudited")).to.include({ submitted: 0, recomputed: 100 })
    expect(eventOf(audit(detail, 1), "ScoreAudited")).to.include({ submitted: 100, recomputed: 0 })
    expect(mismatches()).to.equal(2)
  })

  it("takes an inactive member's points of an earlier week for none", () => {
    const first = publishAndSubmit([week({ 0: [1, 0, 0, 0, 0, 0, 0] })])
    seal(chain, economy)
    settle(chain, economy)
    const second = publishAndSubmit([IDLE])

    expect(eventOf(audit(second, 0), "ScoreAudited")).to.include({
      week: first.week + 1,
      submitted: 0,
      recomputed: 0,
      mismatches: 0,
    })
  })

  it("works while the week is open for slots that are submitted, sealed and settled", async () => {
    const days = Array.from({ length: 9 }, () => week({ 0: [1, 0, 0, 0, 0, 0, 0] }))
    const detail = publish(days)
    const section = [1, 0, 0, 0, 0, 0, 0]
    submitScores(chain, economy, Array(8).fill(section))
    audit(detail, 7)
    await expectError(() => audit(detail, 8), "ScoresMissing")
    submitScores(chain, economy, [section], { firstSlot: 8 })
    audit(detail, 8)
    seal(chain, economy)
    audit(detail, 0)
    settle(chain, economy)
    audit(detail, 0)

    expect(mismatches()).to.equal(0)
  })

  it("refuses before the page has any score of the week", async () => {
    const detail = publish([IDLE])
    await expectError(() => audit(detail, 0), "ScoresMissing")
  })

  it("works while the economy is paused", () => {
    const detail = publishAndSubmit([IDLE])
    pause(chain, economy)
    audit(detail, 0)
  })

  it("refuses once the next week is opened", async () => {
    const detail = publishAndSubmit([IDLE])
    seal(chain, economy)
    settle(chain, economy)
    openWeek(chain, economy)
    await expectError(() => audit(detail, 0), "AuditIsOver")
  })

  it("forgets the marks of the week before when the page's next scores come", () => {
    const detail = publish([IDLE])
    submitAll(chain, economy, [[1, 0, 0, 0, 0, 0, 0]])
    audit(detail, 0)
    expect(marks()[0]).to.equal(1)
    seal(chain, economy)
    settle(chain, economy)
    openWeek(chain, economy)

    submitAll(chain, economy)

    expect(marks()[0]).to.equal(0)
    expect(mismatches()).to.equal(1)
  })

  describe("the proof", () => {
    const section = week({ 0: [1, 0, 0, 0, 0, 0, 0] })

    it("leads to the root for every member of trees of 1 to 9", () => {
      for (let members = 1; members <= 9; members++) {
        const days = Array.from({ length: members }, (_, member) =>
          week({ [member % 7]: [1, 0, 0, 0, 0, 0, 0] }),
        )
        const detail = publishAndSubmit(days)
        for (let member = 0; member < members; member++) audit(detail, member)
        expect(readWeek(chain, economy, detail.week)).to.include({ members, mismatches: 0 })
        seal(chain, economy)
        settle(chain, economy)
        expectLedgerInvariant(chain, economy)
      }
    })

    it("is refused with other counts, of another member, of another week, cut or longer", async () => {
      const days = [section, IDLE, section, IDLE, section]
      const detail = publishAndSubmit(days)
      const own = (index: number) => ({
        economy: economy.address,
        week: FIRST,
        page: 0,
        slot: index,
        dailyCounts: encodeDailyCounts(days[index] ?? []),
        proof: detail.tree.proof(index),
      })
      const refused = (changes: Partial<ReturnType<typeof own>>, index = 2) =>
        expectError(
          () => chain.send(auditScoreInstruction({ ...own(index), ...changes })),
          "ProofDoesNotMatch",
        )

      await refused({ dailyCounts: encodeDailyCounts(week({ 0: [2, 0, 0, 0, 0, 0, 0] })) })
      await refused({ dailyCounts: encodeDailyCounts(week({ 1: [1, 0, 0, 0, 0, 0, 0] })) })
      await refused({ slot: 0 })
      await refused({ slot: 4 })
      await refused({ proof: detail.tree.proof(3) })
      await refused({ proof: detail.tree.proof(2).slice(0, -1) })
      await refused({ proof: [...detail.tree.proof(2), new Uint8Array(32)] })
      await refused({ proof: [...detail.tree.proof(2)].reverse() })
      await refused({ proof: [] })
      const otherWeek = publishDetail(
        economy.members.map((member) => member.publicKey),
        FIRST + 1,
        days,
      )
      await refused({ proof: otherWeek.tree.proof(2) })

      expect(mismatches()).to.equal(0)
    })
  })

  it("refuses daily counts of another length than follows from the rules", async () => {
    const detail = publishAndSubmit([IDLE])
    for (const length of [0, 2, 96, 97, 99, 100, 196]) {
      const instruction = auditScoreInstruction({
        economy: economy.address,
        week: FIRST,
        page: 0,
        slot: 0,
        dailyCounts: new Uint8Array(length),
        proof: detail.tree.proof(0),
      })
      await expectError(() => chain.send(instruction), "DailyCountsLength")
    }
  })

  it("refuses slots without a member, and of members registered since", async () => {
    const detail = publishAndSubmit([IDLE])
    addMembers(chain, economy, 1)
    const slot = (at: number) =>
      auditScoreInstruction({
        economy: economy.address,
        week: FIRST,
        page: 0,
        slot: at,
        dailyCounts: encodeDailyCounts(IDLE),
        proof: detail.tree.proof(0),
      })
    await expectError(() => chain.send(slot(1)), "ScoresMissing")
    await expectError(() => chain.send(slot(2)), "UnknownSlot")
    await expectError(() => chain.send(slot(65_535)), "UnknownSlot")
  })

  it("refuses the record and the page of another economy", async () => {
    const other = createEconomy(chain)
    addMembers(chain, other, 1)
    const detail = publishAndSubmit([IDLE])
    openWeek(chain, other, { week: FIRST })
    const instruction = auditOf(economy, detail, 0)
    const [foreignWeek] = weekPda(other.address, FIRST)
    const [foreignPage] = pagePda(other.address, 0)

    await expectError(() => chain.send(withAccount(instruction, "week", foreignWeek)), "WrongEconomy")
    await expectError(() => chain.send(withAccount(instruction, "page", foreignPage)), "WrongEconomy")
  })
})
