import { postPriceInstruction } from "@stk/sdk"
import type { TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, readEconomy, releaseDays, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"

import {
  createMarket,
  ONE,
  postPrice,
  readStabilisation,
  stabilise,
  today,
  type Stabilised,
} from "../../utils/stabilisation"
import { Chain } from "../../utils/svm"

const DAY = 86_400

describe("post_price", () => {
  let chain: Chain
  let economy: TestEconomy
  let stabilised: Stabilised

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    stabilised = stabilise(chain, economy)
    releaseDays(chain, economy, 3)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const samples = () => readStabilisation(chain, stabilised).samples
  const days = () => samples().map(({ day }) => day)
  const priceOf = (day: number): TransactionInstruction =>
    postPriceInstruction({
      oracle: economy.actors.oracle.publicKey,
      economy: economy.address,
      day,
      price: ONE,
    })

  it("keeps the price of the day with what was traded and circulates", () => {
    const day = today(chain)

    const sent = postPrice(chain, economy, day, 800_000_000n)

    // All that was minted lies in funds.
    expect(samples()).to.deep.equal([{ day, price: 800_000_000n, volume: 0n, circulating: 0n }])
    expectEvents(sent, {
      name: "PricePosted",
      data: {
        economy: economy.address,
        day,
        price: 800_000_000n,
        volume: 0n,
        circulating: 0n,
        fromFeed: false,
      },
    })
  })

  it("counts what members hold and have withdrawn as circulating", () => {
    const market = createMarket(chain)
    const { samples: kept } = readStabilisation(chain, market)
    const { memberBalances, withdrawn, volume } = readEconomy(chain, market.economy)

    // 2,000 STK were earned, of which 1,000 are in an SPL account.
    expect(kept.at(-1)).to.deep.include({ volume, circulating: 2_000_000_000n })
    expect(memberBalances + withdrawn).to.equal(2_000_000_000n)
  })

  it("takes days that have passed, in their order, and each once", async () => {
    const now = today(chain)
    postPrice(chain, economy, now - 5, 5n)
    postPrice(chain, economy, now - 2, 2n)
    await expectError(() => postPrice(chain, economy, now - 2, 2n), "PriceDayOutOfOrder")
    await expectError(() => postPrice(chain, economy, now - 3, 2n), "PriceDayOutOfOrder")
    postPrice(chain, economy, now - 1, 1n)

    expect(days()).to.deep.equal([now - 5, now - 2, now - 1])
  })

  it("takes a day from its first second on", async () => {
    const tomorrow = today(chain) + 1
    chain.unixTime = tomorrow * DAY - 1
    await expectError(() => postPrice(chain, economy, tomorrow, 1n), "PriceDayOutOfOrder")
    chain.unixTime = tomorrow * DAY
    postPrice(chain, economy, tomorrow, 1n)
    expect(days()).to.deep.equal([tomorrow])
  })

  it("keeps 366 days: the oldest gives way, and silent days leave nothing of the year before", () => {
    const now = today(chain)
    for (let day = now - 370; day <= now - 2; day++) postPrice(chain, economy, day, 7n)
    expect(days()).to.have.length(366)
    expect(days()[0]).to.equal(now - 367)

    postPrice(chain, economy, now, 8n)

    expect(samples().at(-1)).to.include({ day: now, price: 8n })
    expect(days()).to.not.include(now - 1)
    expect(days()[0]).to.equal(now - 365)
    expect(days()).to.have.length(365)
  })

  it("refuses a price of zero and takes any other", async () => {
    const now = today(chain)
    await expectError(() => postPrice(chain, economy, now - 1, 0n), "BadPrice")
    postPrice(chain, economy, now - 1, 1n)
    postPrice(chain, economy, now, 2n ** 64n - 1n)
    expect(samples().map(({ price }) => price)).to.deep.equal([1n, 2n ** 64n - 1n])
  })

  it("refuses everybody but the oracle", async () => {
    const { treasurer } = economy.actors
    const wrong = withAccount(priceOf(today(chain)), "oracle", treasurer.publicKey)
    await expectError(() => chain.send(wrong, [treasurer]), "NotOracle")
  })

  it("refuses another economy's prices", async () => {
    const other = stabilise(chain, createEconomy(chain))
    const wrong = withAccount(priceOf(today(chain)), "stabilisation", other.stabilisation)
    await expectError(() => chain.send(wrong, [economy.actors.oracle]), "WrongEconomy")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => postPrice(chain, economy, today(chain), ONE), "Paused")
  })
})
