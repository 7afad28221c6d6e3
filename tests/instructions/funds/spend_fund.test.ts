import { Fund, pagePda, SECONDS_PER_DAY, SECONDS_PER_WEEK, spendFundInstruction, weekOf } from "@stk/sdk"
import { expect } from "chai"
import { memberKey, pause } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  readMember,
  releaseDays,
  type TestEconomy,
} from "../../utils/economy"
import { eventOf, expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { FUNDED_PRESET, NO_LIMITS, setLimits, setSchedule, spend, spendingOf } from "../../utils/funds"
import { withAccount } from "../../utils/instructions"
import { Chain, START_UNIX_TIME } from "../../utils/svm"

const LIMITS = [0n, 500_000n, 400_000n, 300_000n, 200_000n] as const
/** Seven days of emission in each fund. */
const FUNDS = [3_500_000n, 1_400_000n, 1_050_000n, 700_000n, 350_000n] as const

describe("spend_fund", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: FUNDED_PRESET })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    setLimits(chain, economy, LIMITS)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("pays a member from the fund and says why, for everybody to read", () => {
    const sent = spend(chain, economy, { fund: Fund.Treasury, index: 1, amount: 70n, reason: "translation" })

    expect(readMember(chain, economy, 1).balance).to.equal(70n)
    const state = readEconomy(chain, economy)
    expect(state.funds).to.deep.equal([FUNDS[0], FUNDS[1] - 70n, FUNDS[2], FUNDS[3], FUNDS[4]])
    expect(state.memberBalances).to.equal(70n)
    expect(state.spent).to.deep.equal([0n, 70n, 0n, 0n, 0n])
    expect(state.spentWeek).to.equal(weekOf(chain.unixTime))
    expect(state).to.include({ teamSpent: 0n, withdrawn: 0n, volume: 0n })
    expectEvents(sent, {
      name: "FundSpent",
      data: {
        economy: economy.address,
        fund: Fund.Treasury,
        recipient: memberKey(economy, 1).publicKey,
        page: 0,
        slot: 1,
        amount: 70n,
        reason: "translation",
        balance: 70n,
        fundBalance: FUNDS[1] - 70n,
        spentThisWeek: 70n,
        week: weekOf(chain.unixTime) ?? 0,
      },
    })
  })

  for (const [name, fund] of [
    ["Treasury", Fund.Treasury],
    ["Startup", Fund.Startup],
    ["Team", Fund.Team],
    ["Liquidity", Fund.Liquidity],
  ] as const) {
    it(`spends from the ${name} fund up to its own limit, in one payment or several`, async () => {
      await expectError(
        () => spend(chain, economy, { fund, amount: LIMITS[fund] + 1n }),
        "WeeklyLimitReached",
      )
      spend(chain, economy, { fund, amount: LIMITS[fund] - 1n })
      await expectError(() => spend(chain, economy, { fund, amount: 2n }), "WeeklyLimitReached")
      const sent = spend(chain, economy, { fund, amount: 1n })

      expect(eventOf(sent, "FundSpent").spentThisWeek).to.equal(LIMITS[fund])
      expect(readEconomy(chain, economy).funds[fund]).to.equal(FUNDS[fund] - LIMITS[fund])
      expect(readMember(chain, economy, 0).balance).to.equal(LIMITS[fund])
      await expectError(() => spend(chain, economy, { fund, amount: 1n }), "WeeklyLimitReached")
    })
  }

  it("counts anew for every fund with the first second of the next calendar week", async () => {
    const monday = START_UNIX_TIME + 2 * SECONDS_PER_WEEK
    chain.unixTime = monday - 1
    spend(chain, economy, { fund: Fund.Treasury, amount: LIMITS[1] })
    spend(chain, economy, { fund: Fund.Startup, amount: LIMITS[2] })
    await expectError(() => spend(chain, economy, { fund: Fund.Treasury, amount: 1n }), "WeeklyLimitReached")

    chain.unixTime = monday
    const sent = spend(chain, economy, { fund: Fund.Treasury, amount: LIMITS[1] })

    expect(eventOf(sent, "FundSpent")).to.include({ spentThisWeek: LIMITS[1], week: weekOf(monday) })
    expect(readEconomy(chain, economy).spent).to.deep.equal([0n, LIMITS[1], 0n, 0n, 0n])
    spend(chain, economy, { fund: Fund.Startup, amount: LIMITS[2] })
  })

  it("spends nothing without a limit", async () => {
    setLimits(chain, economy, [0n, 0n, 0n, 0n, 0n])
    for (const fund of [Fund.Treasury, Fund.Startup, Fund.Team, Fund.Liquidity]) {
      await expectError(() => spend(chain, economy, { fund, amount: 1n }), "WeeklyLimitReached")
    }
  })

  it("spends what the fund holds, not more", async () => {
    setLimits(chain, economy, NO_LIMITS)
    await expectError(
      () => spend(chain, economy, { fund: Fund.Treasury, amount: FUNDS[1] + 1n }),
      "FundTooSmall",
    )
    spend(chain, economy, { fund: Fund.Treasury, amount: FUNDS[1] - 1n })
    spend(chain, economy, { fund: Fund.Treasury, amount: 1n })
    expect(readEconomy(chain, economy).funds[Fund.Treasury]).to.equal(0n)
    await expectError(() => spend(chain, economy, { fund: Fund.Treasury, amount: 1n }), "FundTooSmall")
  })

  describe("of the Team fund", () => {
    const YEAR = 365 * SECONDS_PER_DAY

    beforeEach(() => {
      setLimits(chain, economy, NO_LIMITS)
      setSchedule(chain, economy, YEAR, 4 * YEAR)
    })

    const refused = (amount: bigint) =>
      expectError(() => spend(chain, economy, { fund: Fund.Team, amount }), "TeamNotVested")

    it("gives nothing before the cliff, and the linear part from its second on", async () => {
      const { genesis } = readEconomy(chain, economy)
      chain.unixTime = genesis + YEAR - 1
      await refused(1n)

      // A quarter of 700,000 after one of four years.
      chain.unixTime = genesis + YEAR
      await refused(175_001n)
      spend(chain, economy, { fund: Fund.Team, amount: 175_000n })
      expect(readEconomy(chain, economy)).to.include({ teamSpent: 175_000n })
      await refused(1n)

      // 700,000 × 31,536,200 / 126,144,000 = 175,001.109…
      chain.unixTime = genesis + YEAR + 200
      await refused(2n)
      spend(chain, economy, { fund: Fund.Team, amount: 1n })
    })

    it("measures the part by all that the fund received, what is spent included", async () => {
      const { genesis } = readEconomy(chain, economy)
      chain.unixTime = genesis + 2 * YEAR
      spend(chain, economy, { fund: Fund.Team, amount: 350_000n })
      await refused(1n)

      // The rest of the first two years comes in: 73,000,000 in all, of which a half is vested.
      releaseDays(chain, economy, 2 * 365 - 7)
      await refused(36_150_001n)
      spend(chain, economy, { fund: Fund.Team, amount: 36_150_000n })
      expect(readEconomy(chain, economy)).to.include({ teamSpent: 36_500_000n })
    })

    it("gives all at the end of the vesting, not a second before", async () => {
      const { genesis } = readEconomy(chain, economy)
      chain.unixTime = genesis + 4 * YEAR - 1
      await refused(700_000n)
      chain.unixTime = genesis + 4 * YEAR
      spend(chain, economy, { fund: Fund.Team, amount: 700_000n })
      expect(readEconomy(chain, economy).funds[Fund.Team]).to.equal(0n)
    })

    it("binds no other fund", () => {
      for (const fund of [Fund.Treasury, Fund.Startup, Fund.Liquidity]) {
        spend(chain, economy, { fund, amount: FUNDS[fund] })
      }
      expect(readEconomy(chain, economy)).to.include({ teamSpent: 0n })
    })
  })

  it("never spends the Rewards Pool, and no fund that does not exist", async () => {
    setLimits(chain, economy, NO_LIMITS)
    await expectError(() => spend(chain, economy, { fund: Fund.RewardsPool, amount: 1n }), "FundNotSpendable")
    await expectError(() => spend(chain, economy, { fund: 5 as 4, amount: 1n }), "UnknownFund")
    await expectError(() => spend(chain, economy, { fund: 255 as 4, amount: 1n }), "UnknownFund")
  })

  it("needs an amount and a reason of 1 to 64 bytes", async () => {
    const fund = Fund.Treasury
    await expectError(() => spend(chain, economy, { fund, amount: 0n }), "AmountIsZero")
    await expectError(() => spend(chain, economy, { fund, amount: 1n, reason: "" }), "BadReason")
    await expectError(() => spend(chain, economy, { fund, amount: 1n, reason: "a".repeat(65) }), "BadReason")
    await expectError(() => spend(chain, economy, { fund, amount: 1n, reason: "я".repeat(33) }), "BadReason")
    spend(chain, economy, { fund, amount: 1n, reason: "я".repeat(32) })
    spend(chain, economy, { fund, amount: 1n, reason: "a" })
    await expectError(() => spend(chain, economy, { fund, amount: 2n ** 64n - 1n }), "Overflow")
  })

  it("refuses a slot that holds another wallet, and one without a member", async () => {
    const { treasurer } = economy.actors
    const parameters = {
      treasurer: treasurer.publicKey,
      economy: economy.address,
      fund: Fund.Treasury,
      recipient: memberKey(economy, 0).publicKey,
      page: 0,
      amount: 1n,
      reason: "prize",
    }
    const send = (slot: number) => () =>
      chain.send(spendFundInstruction({ ...parameters, slot }), [treasurer])
    await expectError(send(1), "WrongRecipient")
    await expectError(send(2), "UnknownSlot")
    await expectError(send(65_535), "UnknownSlot")
    send(0)()
  })

  it("refuses another economy's page and another economy", async () => {
    const { treasurer } = economy.actors
    const other = createEconomy(chain, { preset: FUNDED_PRESET })
    addMembers(chain, other, [memberKey(economy, 0)])
    releaseDays(chain, other, 14)
    setLimits(chain, other, NO_LIMITS)
    const valid = spendingOf(economy, { fund: Fund.Treasury, amount: 1n })
    await expectError(
      () => chain.send(withAccount(valid, "page", pagePda(other.address, 0)[0]), [treasurer]),
      "WrongEconomy",
    )
    await expectError(
      () => chain.send(withAccount(valid, "economy", other.address), [treasurer]),
      "NotTreasurer",
    )
  })

  it("refuses everybody but the treasurer, and everybody while the economy is paused", async () => {
    const valid = spendingOf(economy, { fund: Fund.Treasury, amount: 1n })
    const { admin, treasurer } = economy.actors
    await expectError(
      () => chain.send(withAccount(valid, "treasurer", admin.publicKey), [admin]),
      "NotTreasurer",
    )
    pause(chain, economy)
    await expectError(() => chain.send(valid, [treasurer]), "Paused")
  })

  it("waits for the snapshot of the recipient's page", async () => {
    // As `create_proposal` counts the snapshot up, before `snapshot_page` has kept the balances.
    const account = chain.getAccount(economy.address)
    if (account === null) throw new Error("the economy exists")
    const before = Buffer.from(account.data)
    const data = Buffer.from(account.data)
    data.writeUInt32LE(1, 8 + 2_800)
    chain.setAccount(economy.address, { ...account, data })
    expect(readEconomy(chain, economy).snapshot).to.equal(1)

    await expectError(() => spend(chain, economy, { fund: Fund.Treasury, amount: 1n }), "SnapshotDue")

    chain.setAccount(economy.address, { ...account, data: before })
    spend(chain, economy, { fund: Fund.Treasury, amount: 1n })
  })
})
