import { Fund } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { readEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { createMint, mintTo } from "../../utils/mints"
import {
  createMarket,
  openBuyback,
  quoteWithdrawalOf,
  readStabilisation,
  saleOf,
  sell,
  STK,
  today,
  USDC,
  type Market,
} from "../../utils/stabilisation"
import { Chain } from "../../utils/svm"

const DAY = 86_400
const PRICE = 700_000_000n

describe("fill_buyback", () => {
  let chain: Chain
  let market: Market

  beforeEach(() => {
    chain = new Chain()
    market = createMarket(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, market.economy))

  const state = () => readEconomy(chain, market.economy)
  const stabilisation = () => readStabilisation(chain, market)

  it("[STK-94] gives the Treasury what a holder sells, and the holder its price in real quote tokens", () => {
    openBuyback(chain, market, 300n * USDC, PRICE)
    const before = state()

    const sent = sell(chain, market, 100n * STK, 70n * USDC)

    const treasury = before.funds[Fund.Treasury] + 100n * STK
    expect(state().funds[Fund.Treasury]).to.equal(treasury)
    expect(state().deposited).to.equal(before.deposited + 100n * STK)
    expect(tokenBalance(chain, market.source)).to.equal(900n * STK)
    expect(tokenBalance(chain, market.destination)).to.equal(70n * USDC)
    expect(tokenBalance(chain, market.quoteVault)).to.equal(930n * USDC)
    expect(stabilisation().quoteBalance).to.equal(930n * USDC)
    expect(stabilisation().buyback?.quoteLeft).to.equal(230n * USDC)
    expectEvents(sent, {
      name: "BuybackFilled",
      data: {
        economy: market.economy.address,
        seller: market.seller.publicKey,
        amount: 100n * STK,
        quote: 70n * USDC,
        treasury,
        deposited: state().deposited,
        quoteLeft: 230n * USDC,
        quoteBalance: 930n * USDC,
      },
    })
  })

  it("[STK-94] spends what was opened and nothing more", async () => {
    openBuyback(chain, market, 70n * USDC, PRICE)
    sell(chain, market, 50n * STK)
    await expectError(() => sell(chain, market, 50n * STK + 2n), "BuybackTooSmall")
    sell(chain, market, 50n * STK)

    expect(stabilisation().buyback?.quoteLeft).to.equal(0n)
    expect(tokenBalance(chain, market.destination)).to.equal(70n * USDC)
    await expectError(() => sell(chain, market, 10n), "NoOpenBuyback")
  })

  it("rounds down in favour of the treasury, and takes nothing for nothing", async () => {
    openBuyback(chain, market, 10n, PRICE)
    await expectError(() => sell(chain, market, 1n), "AmountIsZero")
    // 2 × 0.7 = 1.4
    sell(chain, market, 2n)
    expect(tokenBalance(chain, market.destination)).to.equal(1n)
    await expectError(() => sell(chain, market, 0n), "AmountIsZero")
  })

  it("keeps to the seller's minimum", async () => {
    openBuyback(chain, market, 100n * USDC, PRICE)
    await expectError(() => sell(chain, market, 10n * STK, 7n * USDC + 1n), "QuoteBelowMinimum")
    sell(chain, market, 10n * STK, 7n * USDC)
  })

  it("ends with the UTC day", async () => {
    openBuyback(chain, market, 100n * USDC, PRICE)
    chain.unixTime = (today(chain) + 1) * DAY - 1
    sell(chain, market, STK)
    chain.unixTime += 1
    await expectError(() => sell(chain, market, STK), "NoOpenBuyback")
  })

  it("refuses before any buyback was opened", async () => {
    await expectError(() => sell(chain, market, STK), "NoOpenBuyback")
  })

  it("leaves what is open to the sellers when the treasurer withdraws the rest", () => {
    openBuyback(chain, market, 700n * USDC, PRICE)
    const destination = mintTo(chain, market.quote, chain.newSigner().publicKey, 0n)
    chain.send(quoteWithdrawalOf(market, destination, 300n * USDC), [market.economy.actors.treasurer])
    sell(chain, market, 1_000n * STK)
    expect(stabilisation().quoteBalance).to.equal(0n)
    expect(tokenBalance(chain, market.destination)).to.equal(700n * USDC)
  })

  it("converts between the decimals of both tokens", () => {
    market = createMarket(chain, { quoteDecimals: 9 })
    openBuyback(chain, market, 1_000n * USDC, PRICE)
    sell(chain, market, 1n)
    // A millionth of 0.7 in billionths.
    expect(tokenBalance(chain, market.destination)).to.equal(700n)

    market = createMarket(chain, { quoteDecimals: 2 })
    openBuyback(chain, market, 1_000n * USDC, PRICE)
    sell(chain, market, 10n * STK + 28_000n)
    // 7.0196 in hundredths.
    expect(tokenBalance(chain, market.destination)).to.equal(701n)
  })

  it("refuses more than the seller has, and an amount that does not fit", async () => {
    openBuyback(chain, market, 1_000n * USDC, PRICE)
    await expectError(() => sell(chain, market, 1_000n * STK + 1n), "TokenInsufficientFunds")
    await expectError(() => sell(chain, market, 2n ** 64n - 1n), "BuybackTooSmall")
  })

  it("refuses another's tokens and tokens of another mint", async () => {
    openBuyback(chain, market, 1_000n * USDC, PRICE)
    const thief = chain.newSigner()
    const destination = mintTo(chain, market.quote, thief.publicKey, 0n)
    await expectError(
      () => chain.send(saleOf({ ...market, seller: thief, destination }, STK), [thief]),
      "TokenOwnerMismatch",
    )
    const foreign = mintTo(chain, createMint(chain, 6), market.seller.publicKey, 9n * STK)
    await expectError(() => sell(chain, { ...market, source: foreign }, STK), "TokenMintMismatch")
  })

  it("pays into an account of the quote token that the seller owns", async () => {
    openBuyback(chain, market, 1_000n * USDC, PRICE)
    const others = mintTo(chain, market.quote, chain.newSigner().publicKey, 0n)
    await expectError(() => sell(chain, { ...market, destination: others }, STK), "WrongDestination")
    const foreign = mintTo(chain, createMint(chain, 6), market.seller.publicKey, 0n)
    await expectError(() => sell(chain, { ...market, destination: foreign }, STK), "WrongMint")
  })

  it("refuses other accounts as the vaults", async () => {
    openBuyback(chain, market, 1_000n * USDC, PRICE)
    const [vault, quoteVault] = [
      withAccount(saleOf(market, STK), "vault", mintTo(chain, market.quote, chain.payer.publicKey, 0n)),
      withAccount(saleOf(market, STK), "quoteVault", mintTo(chain, market.quote, chain.payer.publicKey, 0n)),
    ]
    await expectError(() => chain.send(vault, [market.seller]), "WrongVault")
    await expectError(() => chain.send(quoteVault, [market.seller]), "WrongVault")
  })

  it("refuses another economy's buyback", async () => {
    const other = createMarket(chain)
    openBuyback(chain, other, 1_000n * USDC, PRICE)
    const wrong = withAccount(saleOf(market, STK), "stabilisation", other.stabilisation)
    await expectError(() => chain.send(wrong, [market.seller]), "WrongEconomy")
  })

  it("refuses while the economy is paused", async () => {
    openBuyback(chain, market, 1_000n * USDC, PRICE)
    pause(chain, market.economy)
    await expectError(() => sell(chain, market, STK), "Paused")
  })
})
