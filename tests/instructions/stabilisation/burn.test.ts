import { burnInstruction, Fund, isBurnAllowed, velocity } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  releaseDays,
  runWeek,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance, tokenSupply } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import {
  burnOf,
  ONE,
  postDays,
  postPrice,
  readStabilisation,
  stabilise,
  STK,
  today,
  type Stabilised,
} from "../../utils/stabilisation"
import { Chain, type Sent } from "../../utils/svm"

const DAY = 86_400
const FALLEN = 700_000_000n
/** Where `Economy::volume` stands behind the discriminator. */
const VOLUME_OFFSET = 8 + 2_688

describe("burn", () => {
  let chain: Chain
  let economy: TestEconomy
  let stabilised: Stabilised

  beforeEach(() => {
    chain = new Chain()
    create()
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  /** 2,000 STK circulate. */
  function create(): void {
    economy = createEconomy(chain)
    addMembers(chain, economy, 1)
    stabilised = stabilise(chain, economy)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[0, 20, 0, 0, 0, 0, 0]])
  }

  const state = () => readEconomy(chain, economy)
  const burn = (amount: bigint, options?: Parameters<typeof burnOf>[2]): Sent =>
    chain.send(burnOf(economy, amount, options), [economy.actors.treasurer])

  /** Counts `amount` base units as traded: what transfers and purchases do. */
  function trade(amount: bigint): void {
    const account = chain.getAccount(economy.address)
    if (account === null) throw new Error("no economy")
    account.data.writeBigUInt64LE(account.data.readBigUInt64LE(VOLUME_OFFSET) + amount, VOLUME_OFFSET)
    chain.setAccount(economy.address, account)
  }

  it("[STK-95] burns tokens of the Treasury when the price has fallen: the supply falls by the amount", () => {
    postDays(chain, economy, { days: 30, last: FALLEN })
    const [before, supply] = [state(), tokenSupply(chain, economy.mint)]
    const vault = tokenBalance(chain, economy.vault)
    trade(2n ** 40n)

    const sent = burn(5n * STK, { reason: "excess supply of the quarter" })

    const fundBalance = before.funds[Fund.Treasury] - 5n * STK
    expect(tokenSupply(chain, economy.mint)).to.equal(supply - 5n * STK)
    expect(tokenBalance(chain, economy.vault)).to.equal(vault - 5n * STK)
    expect(state()).to.include({ burnt: 5n * STK, minted: before.minted, deposited: before.deposited })
    expect(state().funds).to.deep.equal(
      before.funds.map((held, fund) => (fund === Fund.Treasury ? fundBalance : held)),
    )
    expectEvents(sent, {
      name: "TokensBurnt",
      data: {
        economy: economy.address,
        fund: Fund.Treasury,
        amount: 5n * STK,
        reason: "excess supply of the quarter",
        // All samples lie before the trade.
        byVelocity: true,
        byPrice: true,
        fundBalance,
        burnt: 5n * STK,
      },
    })
  })

  it("[STK-95] burns tokens of the Liquidity fund, up to all of it", async () => {
    postDays(chain, economy, { last: FALLEN })
    const held = state().funds[Fund.Liquidity]
    await expectError(() => burn(held + 1n, { fund: Fund.Liquidity }), "FundTooSmall")

    burn(held - 3n, { fund: Fund.Liquidity })
    burn(3n, { fund: Fund.Liquidity })

    expect(state().funds[Fund.Liquidity]).to.equal(0n)
    expect(state().burnt).to.equal(held)
    await expectError(() => burn(1n, { fund: Fund.Liquidity }), "FundTooSmall")
  })

  it("[STK-95] burns nothing of any other fund", async () => {
    postDays(chain, economy, { last: FALLEN })
    const { treasurer } = economy.actors
    const of = (fund: number) =>
      burnInstruction({
        treasurer: treasurer.publicKey,
        economy: economy.address,
        mint: economy.mint,
        fund: fund as typeof Fund.Treasury,
        amount: 1n,
        reason: "wrong",
      })
    for (const fund of [Fund.RewardsPool, Fund.Startup, Fund.Team])
      await expectError(() => chain.send(of(fund), [treasurer]), "FundNotBurnable")
    await expectError(() => chain.send(of(5), [treasurer]), "UnknownFund")
    await expectError(() => chain.send(of(255), [treasurer]), "UnknownFund")
  })

  it("[STK-95] burns at a velocity below 0.2 and not at 0.2, with prices as they were", async () => {
    // 74 days at 1.00. With 2,000 STK in circulation, 80 STK in 73 days, a fifth of a year, are a velocity of 0.2.
    const run = (traded: bigint): Stabilised => {
      create()
      for (let day = 0; day < 73; day++) {
        postPrice(chain, economy, today(chain), ONE)
        chain.unixTime += DAY
      }
      trade(traded)
      postPrice(chain, economy, today(chain), ONE)
      return stabilised
    }
    const { samples } = readStabilisation(chain, run(80n * STK))
    expect(velocity(samples, today(chain))).to.satisfy(
      (ratio: { numerator: bigint; denominator: bigint }) => ratio.numerator * 5n === ratio.denominator,
    )
    expect(isBurnAllowed(samples, today(chain))).to.equal(false)
    await expectError(() => burn(1n), "NoBurnTrigger")

    const slower = readStabilisation(chain, run(80n * STK - 1n)).samples
    expect(isBurnAllowed(slower, today(chain))).to.equal(true)
    burn(1n)
  })

  it("[STK-95] burns nothing for a velocity of fewer than 30 days, nor on a day without a price", async () => {
    for (let day = 0; day < 29; day++) {
      postPrice(chain, economy, today(chain), ONE)
      await expectError(() => burn(1n), "NoBurnTrigger")
      chain.unixTime += DAY
    }
    await expectError(() => burn(1n), "NoBurnTrigger")
    postPrice(chain, economy, today(chain), ONE)
    burn(1n)
    chain.unixTime += DAY
    await expectError(() => burn(1n), "NoBurnTrigger")
  })

  it("[STK-95] forgets trade of more than 365 days ago", async () => {
    postPrice(chain, economy, today(chain), ONE)
    trade(2_000n * STK)
    for (let day = 1; day <= 365; day++) {
      chain.unixTime += DAY
      postPrice(chain, economy, today(chain), ONE)
    }
    await expectError(() => burn(1n), "NoBurnTrigger")

    chain.unixTime += DAY
    postPrice(chain, economy, today(chain), ONE)

    burn(1n)
  })

  it("[STK-95] needs a reason of 1 to 64 bytes", async () => {
    postDays(chain, economy, { last: FALLEN })
    await expectError(() => burn(1n, { reason: "" }), "BadReason")
    await expectError(() => burn(1n, { reason: "x".repeat(65) }), "BadReason")
    burn(1n, { reason: "x".repeat(64) })
  })

  it("refuses an amount of zero and one that no fund can hold", async () => {
    postDays(chain, economy, { last: FALLEN })
    await expectError(() => burn(0n), "AmountIsZero")
    await expectError(() => burn(2n ** 64n - 1n), "FundTooSmall")
  })

  it("touches no member", () => {
    postDays(chain, economy, { last: FALLEN })
    const before = state().memberBalances
    burn(STK)
    expect(state().memberBalances).to.equal(before)
  })

  it("refuses other accounts as mint and vault", async () => {
    postDays(chain, economy, { last: FALLEN })
    const { treasurer } = economy.actors
    const other = createEconomy(chain)
    await expectError(
      () => chain.send(withAccount(burnOf(economy, 1n), "mint", other.mint), [treasurer]),
      "WrongMint",
    )
    await expectError(
      () => chain.send(withAccount(burnOf(economy, 1n), "vault", other.vault), [treasurer]),
      "WrongVault",
    )
  })

  it("refuses another economy's prices", async () => {
    const { treasurer } = economy.actors
    const own = economy
    create()
    postDays(chain, economy, { last: FALLEN })
    const wrong = withAccount(burnOf(own, 1n), "stabilisation", stabilised.stabilisation)
    await expectError(() => chain.send(wrong, [treasurer]), "WrongEconomy")
  })

  it("refuses everybody but the treasurer", async () => {
    postDays(chain, economy, { last: FALLEN })
    const { admin } = economy.actors
    const wrong = withAccount(burnOf(economy, 1n), "treasurer", admin.publicKey)
    await expectError(() => chain.send(wrong, [admin]), "NotTreasurer")
  })

  it("refuses while the economy is paused", async () => {
    postDays(chain, economy, { last: FALLEN })
    pause(chain, economy)
    await expectError(() => burn(1n), "Paused")
  })
})
