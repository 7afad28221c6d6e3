import { Fund, sealWeekInstruction, weekPda, WeekStatus } from "@stk/sdk"
import { expect } from "chai"
import { hold, pause } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  openWeek,
  readEconomy,
  readWeek,
  releaseDays,
  runWeek,
  seal,
  sealedWeek,
  submitAll,
  submitScores,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET, stkPreset } from "../../utils/presets"
import { Chain, START_UNIX_TIME } from "../../utils/svm"

const FIRST = 2_919
const MONDAY = START_UNIX_TIME + 604_800
const ONE_TASK = [0, 1, 0, 0, 0, 0, 0]

describe("seal_week", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = (week = FIRST) =>
    sealWeekInstruction({ oracle: economy.actors.oracle.publicKey, economy: economy.address, week })

  const state = () => readEconomy(chain, economy)

  it("takes what the week is due from the Rewards Pool, and keeps it apart until it is settled", () => {
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    openWeek(chain, economy)
    submitAll(chain, economy, [ONE_TASK, ONE_TASK])
    const pool = state().funds[Fund.RewardsPool]

    const sent = seal(chain, economy)

    const rewardsPool = pool - 200_000_000n
    expect(state()).to.include({ unsettled: 200_000_000n, weekStatus: WeekStatus.Sealed, memberBalances: 0n })
    expect(state().funds[Fund.RewardsPool]).to.equal(rewardsPool)
    expect(readWeek(chain, economy, FIRST)).to.include({
      due: 200_000_000n,
      payable: 200_000_000n,
      paid: 0n,
      active: 2,
      sealedAt: MONDAY,
      settleFrom: MONDAY,
    })
    expectEvents(sent, {
      name: "WeekSealed",
      data: {
        economy: economy.address,
        week: FIRST,
        due: 200_000_000n,
        payable: 200_000_000n,
        active: 2,
        rewardsPool,
        settleFrom: MONDAY,
        sealedAt: MONDAY,
      },
    })
  })

  for (const [relation, pool, payable] of [
    ["one unit more than", 101n, 100n],
    ["exactly", 100n, 100n],
    ["one unit less than", 99n, 99n],
    ["nothing of", 0n, 0n],
  ] as const) {
    it(`[STK-46] can pay ${payable} of 100 when the pool holds ${relation} what is due`, () => {
      const sealed = sealedWeek(chain, { pool, rewards: [60n, 40n] })
      economy = sealed.economy

      expect(readWeek(chain, economy, sealed.week)).to.include({ due: 100n, payable })
      expect(state()).to.include({ unsettled: payable })
      expect(state().funds[Fund.RewardsPool]).to.equal(pool - payable)
    })
  }

  it("waits the economy's delay before the week may be settled", () => {
    economy = createEconomy(chain, { preset: stkPreset({ settleDelaySeconds: 7_200 }) })
    addMembers(chain, economy, 1)
    openWeek(chain, economy)
    submitAll(chain, economy)

    seal(chain, economy)

    expect(readWeek(chain, economy, FIRST).settleFrom).to.equal(MONDAY + 7_200)
  })

  it("adds the hold that the guardian asked for while the week was open", () => {
    economy = createEconomy(chain, { preset: stkPreset({ settleDelaySeconds: 7_200, holdSeconds: 86_400 }) })
    addMembers(chain, economy, 1)
    openWeek(chain, economy)
    hold(chain, economy)
    submitAll(chain, economy)

    seal(chain, economy)

    expect(readWeek(chain, economy, FIRST).settleFrom).to.equal(MONDAY + 7_200 + 86_400)
  })

  it("ends a week without members at once", () => {
    openWeek(chain, economy)

    seal(chain, economy)

    expect(state()).to.include({ weekStatus: WeekStatus.Settled, unsettled: 0n })
    runWeek(chain, economy, [])
    expect(state().week).to.equal(FIRST + 1)
  })

  it("seals a week in which nobody was active", () => {
    addMembers(chain, economy, 1)
    openWeek(chain, economy)
    submitAll(chain, economy)

    seal(chain, economy)

    expect(readWeek(chain, economy, FIRST)).to.include({ due: 0n, payable: 0n, active: 0 })
  })

  it("refuses until the scores of the last member are there", async () => {
    addMembers(chain, economy, 17)
    openWeek(chain, economy)
    await expectError(() => seal(chain, economy), "ScoresMissing")
    submitScores(chain, economy, Array(16).fill(null))
    await expectError(() => seal(chain, economy), "ScoresMissing")
    submitScores(chain, economy, [null], { firstSlot: 16 })

    seal(chain, economy)

    expect(state().weekStatus).to.equal(WeekStatus.Sealed)
  })

  it("refuses a week that is not open: before any, sealed already, settled", async () => {
    addMembers(chain, economy, 1)
    const week = runWeek(chain, economy, [])
    await expectError(() => seal(chain, economy), "WeekNotOpen")
    openWeek(chain, economy)
    submitAll(chain, economy)
    seal(chain, economy)
    await expectError(() => seal(chain, economy), "WeekNotOpen")

    expect(state().week).to.equal(week + 1)
  })

  it("refuses the record of another week and of another economy", async () => {
    const other = createEconomy(chain)
    addMembers(chain, economy, 1)
    addMembers(chain, other, 1)
    runWeek(chain, economy, [])
    openWeek(chain, economy)
    openWeek(chain, other)
    submitAll(chain, economy)
    const signers = [economy.actors.oracle]

    await expectError(() => chain.send(instruction(FIRST), signers), "WrongWeek")
    const foreign = withAccount(instruction(FIRST + 1), "week", weekPda(other.address, FIRST)[0])
    await expectError(() => chain.send(foreign, signers), "WrongEconomy")

    seal(chain, economy)
  })

  it("refuses a total of the week that could not be scaled", async () => {
    // The highest reward of a page is just below 2^64; the sum of five members at it is above 2^63.
    const levels = [{ name: "Level", tenths: 65_535, requirement: "none" }]
    const eventTypes = [{ name: "Contribution", weight: 1, dailyLimit: 1 }]
    const streakHundredths: [number, number, number, number, number] = [39_268, 1, 1, 1, 1]
    const preset = { ...PLAIN_PRESET, decimals: 9, levels, eventTypes, streakHundredths }
    economy = createEconomy(chain, { preset })
    addMembers(chain, economy, 600)
    openWeek(chain, economy)
    submitAll(chain, economy, Array(600).fill([7]))
    const { weekDue } = state()
    expect(weekDue > 2n ** 63n - 1n).to.equal(true)

    await expectError(() => seal(chain, economy), "Overflow")
  })

  it("[STK-143] is the oracle's alone", async () => {
    addMembers(chain, economy, 1)
    openWeek(chain, economy)
    submitAll(chain, economy)
    const { admin, registrar, validator, treasurer, guardian, stranger } = economy.actors
    for (const signer of [admin, registrar, validator, treasurer, guardian, stranger]) {
      const wrong = withAccount(instruction(), "oracle", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotOracle")
    }
  })

  it("refuses while the economy is paused", async () => {
    addMembers(chain, economy, 1)
    openWeek(chain, economy)
    submitAll(chain, economy)
    pause(chain, economy)
    await expectError(() => seal(chain, economy), "Paused")
  })
})
