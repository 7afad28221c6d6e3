import { Fund, settlePageInstruction, weekPda, WeekStatus } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import {
  addMembers,
  addPage,
  balances,
  createEconomy,
  openWeek,
  readEconomy,
  readMember,
  readPage,
  readWeek,
  releaseDays,
  runWeek,
  seal,
  sealedWeek,
  settle,
  settlePage,
  submitAll,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET, stkPreset } from "../../utils/presets"
import { Chain, START_UNIX_TIME } from "../../utils/svm"

const MONDAY = START_UNIX_TIME + 604_800

describe("settle_page", () => {
  let chain: Chain
  let economy: TestEconomy
  let week: number

  beforeEach(() => {
    chain = new Chain()
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  function sealed(pool: bigint, rewards: readonly bigint[]): void {
    ;({ economy, week } = sealedWeek(chain, { pool, rewards }))
  }

  const state = () => readEconomy(chain, economy)
  const pool = () => state().funds[Fund.RewardsPool]

  it("[STK-46] pays in full when the pool has enough, and leaves the rest in it", () => {
    sealed(1_000n, [60n, 0n, 40n])

    const [sent] = settle(chain, economy)

    expect(balances(chain, economy)).to.deep.equal([60n, 0n, 40n])
    expect(pool()).to.equal(900n)
    expect(state()).to.include({ memberBalances: 100n, unsettled: 0n, weekStatus: WeekStatus.Settled })
    expect(readWeek(chain, economy, week)).to.include({ paid: 100n, pagesSettled: 1 })
    expect(readPage(chain, economy).header).to.include({ settledWeek: week, due: 0n })
    expect(readMember(chain, economy, 0).pending).to.equal(0n)
    const { address } = economy
    if (sent === undefined) throw new Error("there was no page to settle")
    expectEvents(
      sent,
      { name: "PageSettled", data: { economy: address, week, page: 0, paid: 100n } },
      { name: "WeekSettled", data: { economy: address, week, paid: 100n, returned: 0n } },
    )
  })

  it("[STK-46] pays each the floor of the pro-rata share when the pool is short, and returns what the floors leave", () => {
    sealed(100n, [60n, 60n, 1n])

    const [sent] = settle(chain, economy)

    // 60 × 100 / 121 = 49.58…, 1 × 100 / 121 = 0.82…
    expect(balances(chain, economy)).to.deep.equal([49n, 49n, 0n])
    expect(pool()).to.equal(2n)
    const { address } = economy
    if (sent === undefined) throw new Error("there was no page to settle")
    expectEvents(
      sent,
      { name: "PageSettled", data: { economy: address, week, page: 0, paid: 98n } },
      { name: "WeekSettled", data: { economy: address, week, paid: 98n, returned: 2n } },
    )
  })

  it("[STK-46] pays exactly the pool when what is due is exactly the pool", () => {
    sealed(121n, [60n, 60n, 1n])
    settle(chain, economy)
    expect(balances(chain, economy)).to.deep.equal([60n, 60n, 1n])
    expect(pool()).to.equal(0n)
  })

  it("[STK-46] floors when a single unit is missing", () => {
    sealed(120n, [60n, 60n, 1n])
    settle(chain, economy)
    // 60 × 120 / 121 = 59.50…
    expect(balances(chain, economy)).to.deep.equal([59n, 59n, 0n])
    expect(pool()).to.equal(2n)
  })

  it("[STK-46] pays nothing from an empty pool, and the week still ends", () => {
    sealed(0n, [60n, 60n])
    settle(chain, economy)
    expect(balances(chain, economy)).to.deep.equal([0n, 0n])
    expect(state().weekStatus).to.equal(WeekStatus.Settled)
  })

  it("[STK-46] never pays more than the pool, and each member the floor, whatever the amounts", () => {
    const rewards = Array.from({ length: 40 }, (_, member) => BigInt((member * 7_919) % 10_007))
    const total = rewards.reduce((sum, reward) => sum + reward, 0n)
    for (const available of [1n, 39n, 40n, total / 3n, total / 2n, total - 1n]) {
      sealed(available, rewards)

      settle(chain, economy)

      const expected = rewards.map((reward) => (reward * available) / total)
      expect(balances(chain, economy)).to.deep.equal(expected)
      const paid = expected.reduce((sum, share) => sum + share, 0n)
      expect(paid <= available).to.equal(true)
      expect(pool()).to.equal(available - paid)
      expectLedgerInvariant(chain, economy)
    }
  })

  it("[STK-46] scales amounts near 2^63 exactly", () => {
    const levels = [{ name: "Level", tenths: 60_000, requirement: "none" }]
    const eventTypes = [{ name: "Contribution", weight: 1, dailyLimit: 1 }]
    const streakHundredths: [number, number, number, number, number] = [42_000, 1, 1, 1, 1]
    const emissionFirstYear = (2n ** 63n - 1n) / 365n
    economy = createEconomy(chain, {
      preset: {
        ...PLAIN_PRESET,
        decimals: 9,
        levels,
        eventTypes,
        streakHundredths,
        emissionFirstYear,
        halvingYears: 1,
        emissionCap: 2n ** 63n,
      },
    })
    addMembers(chain, economy, 500)
    releaseDays(chain, economy, 7)
    const available = pool()
    const scores = Array.from({ length: 500 }, (_, member) => [(member % 7) + 1])

    runWeek(chain, economy, scores)

    const unit = 60_000n * 42_000n * 1_000_000n
    const due = scores.map(([count]) => BigInt(count ?? 0) * unit)
    const total = due.reduce((sum, reward) => sum + reward, 0n)
    expect(total > 2n ** 62n && total < 2n ** 63n).to.equal(true)
    expect(balances(chain, economy)).to.deep.equal(due.map((reward) => (reward * available) / total))
  })

  it("settles pages in any order, and ends the week with the last", async () => {
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 1_025)
    releaseDays(chain, economy, 1)
    week = openWeek(chain, economy)
    submitAll(chain, economy, Array(1_025).fill([2]))
    seal(chain, economy)

    const first = settlePage(chain, economy, 1)

    expectEvents(first, { name: "PageSettled", data: { economy: economy.address, week, page: 1, paid: 2n } })
    expect(state()).to.include({ weekStatus: WeekStatus.Sealed, unsettled: 2_048n, memberBalances: 2n })
    expectLedgerInvariant(chain, economy)
    await expectError(() => settlePage(chain, economy, 1), "PageAlreadySettled")
    settlePage(chain, economy, 0)
    expect(state()).to.include({ weekStatus: WeekStatus.Settled, unsettled: 0n, memberBalances: 2_050n })
  })

  it("[STK-47] refuses a page that is settled already", async () => {
    sealed(1_000n, [60n])
    settlePage(chain, economy)
    await expectError(() => settlePage(chain, economy), "WeekNotSealed")
    expect(balances(chain, economy)).to.deep.equal([60n])
  })

  it("leaves members registered since alone", () => {
    sealed(1_000n, [60n])
    addMembers(chain, economy, 2)
    settlePage(chain, economy)
    expect(balances(chain, economy)).to.deep.equal([60n, 0n, 0n])
  })

  it("adds to the balances of the weeks before", () => {
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 1)
    for (const scores of [
      [[5], [1]],
      [[7], null],
      [null, [3]],
    ])
      runWeek(chain, economy, scores)

    expect(balances(chain, economy)).to.deep.equal([12n, 4n])
  })

  it("waits for the delay of the economy", async () => {
    economy = createEconomy(chain, { preset: stkPreset({ settleDelaySeconds: 7_200 }) })
    addMembers(chain, economy, 1)
    openWeek(chain, economy)
    submitAll(chain, economy)
    seal(chain, economy)
    chain.unixTime = MONDAY + 7_199
    await expectError(() => settlePage(chain, economy), "WeekIsHeld")
    chain.unixTime = MONDAY + 7_200

    settlePage(chain, economy)

    expect(state().weekStatus).to.equal(WeekStatus.Settled)
  })

  it("refuses a week that is not sealed", async () => {
    economy = createEconomy(chain)
    addMembers(chain, economy, 1)
    openWeek(chain, economy)
    await expectError(() => settlePage(chain, economy), "WeekNotSealed")
    submitAll(chain, economy)
    await expectError(() => settlePage(chain, economy), "WeekNotSealed")
  })

  it("refuses a page without members of the week", async () => {
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 1_024)
    openWeek(chain, economy)
    submitAll(chain, economy)
    addPage(chain, economy)
    addMembers(chain, economy, 1)
    seal(chain, economy)

    await expectError(() => settlePage(chain, economy, 1), "WrongPage")

    settlePage(chain, economy, 0)
    expect(state().weekStatus).to.equal(WeekStatus.Settled)
  })

  it("refuses the record of another week and accounts of another economy", async () => {
    const { economy: other } = sealedWeek(chain, { pool: 500n, rewards: [5n] })
    economy = createEconomy(chain)
    addMembers(chain, economy, 1)
    const before = runWeek(chain, economy, [])
    openWeek(chain, economy)
    submitAll(chain, economy)
    seal(chain, economy)
    const settling = (of: number) => settlePageInstruction({ economy: economy.address, week: of, page: 0 })

    await expectError(() => chain.send(settling(before)), "WrongWeek")
    const [foreignWeek] = weekPda(other.address, readEconomy(chain, other).week)
    await expectError(
      () => chain.send(withAccount(settling(before + 1), "week", foreignWeek)),
      "WrongEconomy",
    )
    const foreign = settlePageInstruction({ economy: other.address, week: before, page: 0 })
    const foreignPage = foreign.keys[2]?.pubkey
    if (foreignPage === undefined) throw new Error("settle_page takes a page")
    await expectError(
      () => chain.send(withAccount(settling(before + 1), "page", foreignPage)),
      "WrongEconomy",
    )
    expectLedgerInvariant(chain, other)
  })

  it("refuses while the economy is paused", async () => {
    sealed(1_000n, [60n])
    pause(chain, economy)
    await expectError(() => settlePage(chain, economy), "Paused")
  })
})
