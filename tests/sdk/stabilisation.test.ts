import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createTransferInstruction, getAssociatedTokenAddressSync } from "@solana/spl-token"
import {
  AccountNotFoundError,
  activeWalletsState,
  billionths,
  compareRatio,
  fetchAllStabilisations,
  fetchStabilisation,
  frozenState,
  Fund,
  hasFallen,
  inflation,
  inflationState,
  InvalidAccountError,
  isBuybackAllowed,
  isBurnAllowed,
  planSale,
  quoteFloor,
  referenceSum,
  scheduleInflation,
  STK_PRESET,
  transactionsOf,
  treasuryState,
  velocity,
  velocityState,
  type DaySample,
  type HealthState,
  type Ratio,
} from "@stk/sdk"
import { Keypair } from "@solana/web3.js"
import { expect } from "chai"
import { createEconomy, readEconomy, tokenAccountOf } from "../utils/economy"
import { expectLedgerInvariant, tokenBalance, tokenSupply } from "../utils/expect"
import { createMint, mintTo } from "../utils/mints"
import { publishPrice } from "../utils/price_feed"
import { createMarket, ONE, readStabilisation, STK, today, USDC } from "../utils/stabilisation"
import { Chain } from "../utils/svm"
import { clientOf } from "./support"

const DAY = 86_400

/** Integers of 64 bits are texts in the file. */
interface Vectors {
  fall: [price: string, before: string[], fallen: boolean | null][]
  velocity: [samples: [volume: string, circulating: string][], isSlow: boolean][]
  quote: [amount: string, price: string, token: number, quote: number, result: string | null][]
  feed: [price: string, exponent: number, result: string | null][]
}

const vectors = JSON.parse(
  readFileSync(join(__dirname, "../../crates/stk-math/vectors.json"), "utf8"),
) as Vectors
const orNull = (text: string | null): bigint | null => (text === null ? null : BigInt(text))
const ratio = (numerator: bigint, denominator: bigint): Ratio => ({ numerator, denominator })

/** Days up to and with `last`, all at one price. */
function daysAt(price: bigint, count: number, last: number): DaySample[] {
  return Array.from({ length: count }, (_, age) => ({
    day: last - count + 1 + age,
    price,
    volume: 0n,
    circulating: 100n,
  }))
}

describe("SDK's stabilisation and the program's", () => {
  it("see the same falls [STK-94]", () => {
    for (const [price, before, fallen] of vectors.fall) {
      const sum = referenceSum(before.map(BigInt))
      expect(sum === null ? null : hasFallen(BigInt(price), sum)).to.equal(fallen)
    }
  })

  it("see the same low velocities [STK-95]", () => {
    for (const [days, isSlow] of vectors.velocity) {
      const samples = days.map(([volume, circulating], day) => ({
        day,
        price: 1n,
        volume: BigInt(volume),
        circulating: BigInt(circulating),
      }))
      const known = velocity(samples, days.length - 1)
      expect(known !== null && compareRatio(known, 1n, 5n) < 0).to.equal(isSlow)
      expect(isBurnAllowed(samples, days.length - 1)).to.equal(isSlow)
    }
    expect(new Set(vectors.velocity.map(([, isSlow]) => isSlow)).size).to.equal(2)
  })

  it("pay the same quotes [STK-94]", () => {
    for (const [amount, price, token, quote, result] of vectors.quote)
      expect(quoteFloor(BigInt(amount), BigInt(price), token, quote)).to.equal(orNull(result))
  })

  it("read the same prices of feeds", () => {
    for (const [price, exponent, result] of vectors.feed)
      expect(billionths(BigInt(price), exponent)).to.equal(orNull(result))
  })
})

describe("Stabilisation of the SDK", () => {
  it("allows a buyback at 0.799999 against 1.00 and not at 0.80 [STK-94]", () => {
    const before = daysAt(ONE, 30, 99)
    const at = (price: bigint) => [...before, { day: 100, price, volume: 0n, circulating: 100n }]
    expect(isBuybackAllowed(at(800_000_000n), 100)).to.equal(false)
    expect(isBuybackAllowed(at(799_999_000n), 100)).to.equal(true)
    expect(isBuybackAllowed(at(799_999_000n), 101)).to.equal(false)
    expect(isBuybackAllowed(at(799_999_000n).slice(1), 100)).to.equal(false)
    expect(isBuybackAllowed(before, 100)).to.equal(false)
  })

  it("knows a velocity from 30 days on, over 365 at most [STK-95]", () => {
    expect(velocity([], 5)).to.equal(null)
    expect(velocity(daysAt(1n, 29, 100), 100)).to.equal(null)
    expect(velocity(daysAt(1n, 30, 100), 101)).to.equal(null)
    expect(velocity(daysAt(1n, 30, 100), 100)).to.deep.equal(ratio(0n, 30n * 100n * 29n))
    const year = daysAt(1n, 366, 1_000)
    const traded = year.map((sample) => (sample.day === 1_000 ? { ...sample, volume: 100n } : sample))
    const known = velocity([{ day: 634, price: 1n, volume: 99n, circulating: 9_999n }, ...traded], 1_000)
    expect(known !== null && compareRatio(known, 1n, 1n)).to.equal(0)
    const idle = daysAt(1n, 30, 100).map((sample) => ({ ...sample, circulating: 0n }))
    expect(velocity(idle, 100)).to.equal(null)
  })

  it("calls metrics on target, in warning or critical, with strict bounds", () => {
    const states = (of: (value: Ratio) => HealthState, hundredths: readonly bigint[]): HealthState[] =>
      hundredths.map((value) => of(ratio(value, 10_000n)))
    expect(states(inflationState, [499n, 500n, 1_000n, 1_001n])).to.deep.equal([
      "target",
      "warning",
      "warning",
      "critical",
    ])
    expect(
      states(velocityState, [5_000n, 20_000n, 2_000n, 1_900n, 50_000n, 50_100n, 4_999n, 20_001n]),
    ).to.deep.equal(["target", "target", "warning", "critical", "warning", "critical", "warning", "warning"])
    expect(states(activeWalletsState, [3_001n, 3_000n, 1_000n, 999n])).to.deep.equal([
      "target",
      "warning",
      "warning",
      "critical",
    ])
    expect(states(frozenState, [1_999n, 2_000n, 4_000n, 4_001n])).to.deep.equal([
      "target",
      "warning",
      "warning",
      "critical",
    ])
    expect(states(treasuryState, [1_501n, 1_500n, 500n, 499n])).to.deep.equal([
      "target",
      "warning",
      "warning",
      "critical",
    ])
  })

  it("measures inflation as what was minted and not burnt in a year over the supply before it", () => {
    const supply = (minted: bigint, burnt: bigint) => ({ minted, burnt })
    expect(inflation(supply(0n, 0n), supply(5n, 0n))).to.equal(null)
    expect(inflation(supply(100n, 20n), supply(130n, 46n))).to.deep.equal(ratio(4n, 80n))
    expect(inflation(supply(100n, 0n), supply(100n, 9n))).to.deep.equal(ratio(-9n, 100n))
    expect(inflationState(ratio(-9n, 100n))).to.equal("target")
    expect(scheduleInflation(STK_PRESET, 0n)).to.equal(null)
  })

  it("is walked by the client from prices to a sale, a burn and a slower emission", async () => {
    const chain = new Chain()
    const market = createMarket(chain)
    const { economy } = market
    const { treasurer, oracle, admin } = economy.actors
    const treasury = clientOf(chain, economy, treasurer).client
    const seller = clientOf(chain, economy, market.seller).client
    chain.airdrop(market.seller.publicKey)

    await treasury.openBuyback(70n * USDC, 700_000_000n)
    await seller.fillBuyback(100n * STK, 70n * USDC)
    expect(tokenBalance(chain, market.destination)).to.equal(70n * USDC)

    // The other member sells, too, and has no account of the quote token yet.
    const [, other] = economy.members
    if (other === undefined) throw new Error("an economy of two members")
    chain.airdrop(other.publicKey)
    const gift = tokenAccountOf(chain, economy, other.publicKey)
    const given = createTransferInstruction(market.source, gift, market.seller.publicKey, 10n * STK)
    chain.send(given, [market.seller])
    await treasury.openBuyback(7n * USDC, 700_000_000n)
    await clientOf(chain, economy, other).client.fillBuyback(10n * STK, 7n * USDC)
    const received = getAssociatedTokenAddressSync(market.quote, other.publicKey)
    expect(tokenBalance(chain, received)).to.equal(7n * USDC)

    const { funds } = readEconomy(chain, economy)
    const supply = tokenSupply(chain, economy.mint)
    await treasury.burn(Fund.Treasury, 110n * STK, "what was bought back")
    expect(readEconomy(chain, economy).funds[Fund.Treasury]).to.equal(funds[Fund.Treasury] - 110n * STK)
    expect(tokenSupply(chain, economy.mint)).to.equal(supply - 110n * STK)

    const destination = mintTo(chain, market.quote, treasurer.publicKey, 0n)
    await treasury.withdrawQuote(destination, 23n * USDC, "moves to a pool")
    await treasury.fundBuyback(3n * USDC)
    expect((await treasury.fetchStabilisation())?.quoteBalance).to.equal(903n * USDC)

    const administration = clientOf(chain, economy, admin).client
    await administration.setBuybackLimits(5n, 60)
    const feed = { account: Keypair.generate().publicKey, id: new Uint8Array(32).fill(3) }
    await administration.setPriceFeed(feed)
    chain.unixTime += DAY
    await clientOf(chain, economy, oracle).client.postPrice(today(chain), 2n * ONE)
    chain.unixTime += DAY
    publishPrice(chain, feed)
    await treasury.readPrice()
    const { samples, buybackLimit } = readStabilisation(chain, market)
    expect(buybackLimit).to.equal(5n)
    expect(samples.slice(-2).map(({ price }) => price)).to.deep.equal([2n * ONE, 800_000_000n])

    await treasury.releaseEmission()
    await treasury.setEmissionFactor(9_000)
    expect(readEconomy(chain, economy).emissionFactorBps).to.equal(9_000)
    expectLedgerInvariant(chain, economy)
  })

  it("creates prices by the client, and has none before", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    const { client } = clientOf(chain, economy, economy.actors.treasurer)
    expect(await client.fetchStabilisation()).to.equal(null)
    await client.readPrice().then(
      () => expect.fail("a price was read"),
      (error: unknown) => expect(error).to.be.instanceOf(AccountNotFoundError),
    )
    await client.createStabilisation(createMint(chain, 6), 9n, 7)
    expect(await client.fetchStabilisation()).to.deep.include({ buybackLimit: 9n, cooldownSeconds: 7 })
    await client.readPrice().then(
      () => expect.fail("no feed was read"),
      (error: unknown) => expect(error).to.be.instanceOf(AccountNotFoundError),
    )
  })

  it("plans a sale with the account of the quote token where that is missing", () => {
    const [seller, economy, mint, quoteMint] = Array.from({ length: 4 }, () => Keypair.generate().publicKey)
    if (!seller || !economy || !mint || !quoteMint) throw new Error("four keys")
    const plan = (hasQuoteAccount: boolean) =>
      planSale({ seller, economy, mint, quoteMint, amount: 1n, minQuote: 0n, hasQuoteAccount })
    const counts = [true, false].map((has) =>
      transactionsOf(plan(has)).map((each) => each.instructions.length),
    )
    expect(counts[1]?.[0]).to.equal((counts[0]?.[0] ?? 0) + 1)
    expect(plan(true).alreadyDone).to.deep.equal({ quoteAccount: true })
  })

  it("refuses bytes that are no account of prices", async () => {
    const chain = new Chain()
    const market = createMarket(chain)
    const found = await fetchAllStabilisations(chain.connection, [
      market.stabilisation,
      Keypair.generate().publicKey,
    ])
    expect(found.map((each) => each?.quoteBalance ?? null)).to.deep.equal([1_000n * USDC, null])
    await fetchStabilisation(chain.connection, market.economy.address).then(
      () => expect.fail("an economy was decoded as prices"),
      (error: unknown) => expect(error).to.be.instanceOf(InvalidAccountError),
    )
  })
})
