import { Fund, SECONDS_PER_DAY, weekOf } from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  releaseDays,
  tokenAccountOf,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance } from "../../utils/expect"
import {
  FUNDED_PRESET,
  fundWithdrawalOf,
  NO_LIMITS,
  setLimits,
  setSchedule,
  spend,
  withdrawFromFund,
} from "../../utils/funds"
import { withAccount } from "../../utils/instructions"
import { Chain } from "../../utils/svm"

const LIQUIDITY = 350_000n

describe("withdraw_fund", () => {
  let chain: Chain
  let economy: TestEconomy
  /** Token account of somebody who is no member, as a pool's is. */
  let pool: PublicKey

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: FUNDED_PRESET })
    addMembers(chain, economy, 1)
    releaseDays(chain, economy, 7)
    setLimits(chain, economy, [0n, 500n, 400n, 300n, 200n])
    pool = tokenAccountOf(chain, economy, chain.newSigner().publicKey)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const withdraw = (amount: bigint, fund: 0 | 1 | 2 | 3 | 4 = Fund.Liquidity, reason?: string) =>
    withdrawFromFund(chain, economy, pool, { fund, amount, ...(reason === undefined ? {} : { reason }) })

  it("moves tokens of the fund out of the vault and says why", () => {
    const vault = tokenBalance(chain, economy.vault)

    const sent = withdraw(150n, Fund.Liquidity, "seed the pool")

    expect(tokenBalance(chain, pool)).to.equal(150n)
    expect(tokenBalance(chain, economy.vault)).to.equal(vault - 150n)
    const state = readEconomy(chain, economy)
    expect(state.funds[Fund.Liquidity]).to.equal(LIQUIDITY - 150n)
    expect(state).to.include({ withdrawn: 150n, memberBalances: 0n })
    expectEvents(sent, {
      name: "FundWithdrawn",
      data: {
        economy: economy.address,
        fund: Fund.Liquidity,
        destination: pool,
        amount: 150n,
        reason: "seed the pool",
        fundBalance: LIQUIDITY - 150n,
        spentThisWeek: 150n,
        week: weekOf(chain.unixTime) ?? 0,
      },
    })
  })

  it("shares the week's limit with payments to members", async () => {
    spend(chain, economy, { fund: Fund.Liquidity, amount: 120n })
    await expectError(() => withdraw(81n), "WeeklyLimitReached")
    withdraw(80n)
    await expectError(() => withdraw(1n), "WeeklyLimitReached")
    await expectError(() => spend(chain, economy, { fund: Fund.Liquidity, amount: 1n }), "WeeklyLimitReached")
  })

  it("holds the Team fund to its schedule, payments to members included", async () => {
    setLimits(chain, economy, NO_LIMITS)
    setSchedule(chain, economy, 0, 28 * SECONDS_PER_DAY)
    chain.unixTime = readEconomy(chain, economy).genesis + 14 * SECONDS_PER_DAY
    spend(chain, economy, { fund: Fund.Team, amount: 300_000n })
    await expectError(() => withdraw(50_001n, Fund.Team), "TeamNotVested")
    withdraw(50_000n, Fund.Team)
    expect(readEconomy(chain, economy)).to.include({ teamSpent: 350_000n, withdrawn: 50_000n })
  })

  it("withdraws what the fund holds, not more", async () => {
    setLimits(chain, economy, NO_LIMITS)
    await expectError(() => withdraw(LIQUIDITY + 1n), "FundTooSmall")
    withdraw(LIQUIDITY)
    await expectError(() => withdraw(1n), "FundTooSmall")
  })

  it("never takes from the Rewards Pool or from a fund that does not exist", async () => {
    await expectError(() => withdraw(1n, Fund.RewardsPool), "FundNotSpendable")
    await expectError(() => withdraw(1n, 5 as 4), "UnknownFund")
  })

  it("needs an amount and a reason of 1 to 64 bytes", async () => {
    await expectError(() => withdraw(0n), "AmountIsZero")
    await expectError(() => withdraw(1n, Fund.Liquidity, ""), "BadReason")
    await expectError(() => withdraw(1n, Fund.Liquidity, "a".repeat(65)), "BadReason")
    withdraw(1n, Fund.Liquidity, "a".repeat(64))
  })

  it("refuses token accounts of another mint, and the vault itself", async () => {
    const { treasurer } = economy.actors
    const other = createEconomy(chain, { preset: FUNDED_PRESET })
    const foreign = tokenAccountOf(chain, other, treasurer.publicKey)
    await expectError(
      () => withdrawFromFund(chain, economy, foreign, { fund: Fund.Liquidity, amount: 1n }),
      "WrongMint",
    )
    const toVault = fundWithdrawalOf(economy, economy.vault, { fund: Fund.Liquidity, amount: 1n })
    await expectError(() => chain.send(toVault, [treasurer]), "ConstraintDuplicateMutableAccount")
    const valid = fundWithdrawalOf(economy, pool, { fund: Fund.Liquidity, amount: 1n })
    await expectError(() => chain.send(withAccount(valid, "vault", other.vault), [treasurer]), "WrongVault")
  })

  it("refuses everybody but the treasurer, and everybody while the economy is paused", async () => {
    const valid = fundWithdrawalOf(economy, pool, { fund: Fund.Liquidity, amount: 1n })
    const { admin } = economy.actors
    await expectError(
      () => chain.send(withAccount(valid, "treasurer", admin.publicKey), [admin]),
      "NotTreasurer",
    )
    pause(chain, economy)
    await expectError(() => withdraw(1n), "Paused")
  })
})
