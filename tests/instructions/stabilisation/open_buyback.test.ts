import { openBuybackInstruction } from "@stk/sdk"
import type { TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import {
  createMarket,
  fundBuyback,
  ONE,
  openBuyback,
  postDays,
  postPrice,
  readStabilisation,
  sell,
  stabilise,
  STK,
  today,
  USDC,
  type Stabilised,
  type StabiliseOptions,
} from "../../utils/stabilisation"
import { Chain } from "../../utils/svm"

const DAY = 86_400
const FALLEN = 700_000_000n

describe("open_buyback", () => {
  let chain: Chain
  let stabilised: Stabilised

  beforeEach(() => {
    chain = new Chain()
    create()
  })

  afterEach(() => expectLedgerInvariant(chain, stabilised.economy))

  function create(options: StabiliseOptions = {}): void {
    stabilised = stabilise(chain, createEconomy(chain), options)
    fundBuyback(chain, stabilised, 1_000n * USDC)
  }

  const open = (quoteAmount: bigint, maxPrice: bigint) =>
    openBuyback(chain, stabilised, quoteAmount, maxPrice)
  const post = (price: bigint) => postPrice(chain, stabilised.economy, today(chain), price)
  const openingOf = (quoteAmount: bigint, maxPrice: bigint): TransactionInstruction =>
    openBuybackInstruction({
      treasurer: stabilised.economy.actors.treasurer.publicKey,
      economy: stabilised.economy.address,
      quoteAmount,
      maxPrice,
    })

  it("offers to buy until the end of the UTC day", () => {
    postDays(chain, stabilised.economy, { last: FALLEN })
    chain.unixTime += 100

    const sent = open(300n * USDC, 650_000_000n)

    const expiresAt = (today(chain) + 1) * DAY
    expect(readStabilisation(chain, stabilised).buyback).to.deep.equal({
      maxPrice: 650_000_000n,
      quoteLeft: 300n * USDC,
      openedAt: chain.unixTime,
      expiresAt,
    })
    expectEvents(sent, {
      name: "BuybackOpened",
      data: {
        economy: stabilised.economy.address,
        quoteAmount: 300n * USDC,
        maxPrice: 650_000_000n,
        price: FALLEN,
        expiresAt,
        openedAt: chain.unixTime,
      },
    })
  })

  it("[STK-94] refuses 0.80 against a mean of 1.00, and allows 0.799999", async () => {
    postDays(chain, stabilised.economy, { last: 800_000_000n })
    await expectError(() => open(USDC, 800_000_000n), "NoBuybackTrigger")

    create()
    postDays(chain, stabilised.economy, { last: 799_999_000n })
    open(USDC, 799_999_000n)
  })

  it("[STK-94] measures against the mean of exactly the 30 days before", async () => {
    const now = today(chain)
    // Day 31 before does not count, nor does today: without it the mean of these is 1.00.
    postPrice(chain, stabilised.economy, now - 31, 100n * ONE)
    for (let day = now - 30; day < now; day++)
      postPrice(chain, stabilised.economy, day, day % 2 === 0 ? ONE / 2n : (ONE * 3n) / 2n)
    post(800_000_000n)
    await expectError(() => open(USDC, 1n), "NoBuybackTrigger")

    // A billionth more on one day: 0.8 is below 80% of a mean above 1.
    create()
    for (let day = now - 30; day < now; day++)
      postPrice(chain, stabilised.economy, day, day === now - 30 ? ONE + 1n : ONE)
    post(800_000_000n)
    open(USDC, 1n)
  })

  it("[STK-94] refuses without a price of each of the 30 days, and without today's", async () => {
    const now = today(chain)
    postDays(chain, stabilised.economy, { days: 29, last: 1n })
    await expectError(() => open(USDC, 1n), "NoBuybackTrigger")

    create()
    for (let day = now - 31; day < now; day++)
      if (day !== now - 15) postPrice(chain, stabilised.economy, day, ONE)
    post(1n)
    await expectError(() => open(USDC, 1n), "NoBuybackTrigger")

    create()
    postDays(chain, stabilised.economy)
    await expectError(() => open(USDC, 1n), "NoBuybackTrigger")
    post(1n)
    open(USDC, 1n)

    create()
    await expectError(() => open(USDC, 1n), "NoBuybackTrigger")
  })

  it("[STK-94] does not act tomorrow on today's fall", async () => {
    postDays(chain, stabilised.economy, { last: FALLEN })
    chain.unixTime = (today(chain) + 1) * DAY - 1
    open(USDC, FALLEN)
    chain.unixTime += 1
    await expectError(() => open(USDC, FALLEN), "NoBuybackTrigger")
  })

  it("[STK-94] spends at most the limit of one buyback", async () => {
    create({ buybackLimit: 500n })
    postDays(chain, stabilised.economy, { last: FALLEN })
    await expectError(() => open(501n, FALLEN), "BuybackTooLarge")
    open(500n, FALLEN)
  })

  it("[STK-94] spends at most what the treasury has paid in", async () => {
    create({ buybackLimit: 2n ** 64n - 1n })
    postDays(chain, stabilised.economy, { last: FALLEN })
    await expectError(() => open(1_000n * USDC + 1n, FALLEN), "QuoteTooSmall")
    open(1_000n * USDC, FALLEN)
  })

  it("[STK-94] pays at most today's price", async () => {
    postDays(chain, stabilised.economy, { last: FALLEN })
    await expectError(() => open(USDC, FALLEN + 1n), "PriceAboveToday")
    open(USDC, FALLEN)
  })

  it("refuses amounts and prices of zero", async () => {
    postDays(chain, stabilised.economy, { last: FALLEN })
    await expectError(() => open(0n, FALLEN), "AmountIsZero")
    await expectError(() => open(USDC, 0n), "BadPrice")
  })

  it("refuses a second one while the first is open", async () => {
    postDays(chain, stabilised.economy, { last: FALLEN })
    open(USDC, FALLEN)
    await expectError(() => open(USDC, FALLEN), "BuybackIsOpen")
  })

  it("opens the next one on the same day when the first has spent everything", () => {
    const market = createMarket(chain)
    stabilised = market
    openBuyback(chain, market, 70n * USDC, FALLEN)
    sell(chain, market, 100n * STK)
    open(USDC, FALLEN)
  })

  it("opens the next one when the first has expired with something left", () => {
    postDays(chain, stabilised.economy, { last: FALLEN })
    open(USDC, FALLEN)
    chain.unixTime += DAY
    post(1n)
    open(2n * USDC, 1n)
    expect(readStabilisation(chain, stabilised).buyback).to.include({ quoteLeft: 2n * USDC, maxPrice: 1n })
  })

  it("waits for the cooldown since the last one", async () => {
    const cooldownSeconds = DAY + 7
    create({ cooldownSeconds })
    postDays(chain, stabilised.economy, { last: FALLEN })
    open(USDC, FALLEN)
    chain.unixTime += cooldownSeconds - 1
    post(1n)
    await expectError(() => open(USDC, 1n), "BuybackCoolingDown")
    chain.unixTime += 1
    open(USDC, 1n)
  })

  it("refuses everybody but the treasurer", async () => {
    postDays(chain, stabilised.economy, { last: FALLEN })
    const { admin } = stabilised.economy.actors
    const wrong = withAccount(openingOf(USDC, FALLEN), "treasurer", admin.publicKey)
    await expectError(() => chain.send(wrong, [admin]), "NotTreasurer")
  })

  it("refuses another economy's prices", async () => {
    const other = stabilise(chain, createEconomy(chain))
    postDays(chain, other.economy, { last: FALLEN })
    const wrong = withAccount(openingOf(USDC, FALLEN), "stabilisation", other.stabilisation)
    await expectError(() => chain.send(wrong, [stabilised.economy.actors.treasurer]), "WrongEconomy")
  })

  it("refuses while the economy is paused", async () => {
    postDays(chain, stabilised.economy, { last: FALLEN })
    pause(chain, stabilised.economy)
    await expectError(() => open(USDC, FALLEN), "Paused")
  })
})
