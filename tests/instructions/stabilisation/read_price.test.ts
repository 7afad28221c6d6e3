import { readPriceInstruction, setPriceFeedInstruction, type PriceFeed } from "@stk/sdk"
import { Keypair, PublicKey, SystemProgram } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, type ErrorName } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { publishPrice, type PriceUpdate } from "../../utils/price_feed"
import { postPrice, readStabilisation, stabilise, today, type Stabilised } from "../../utils/stabilisation"
import { Chain, type Sent } from "../../utils/svm"

const DAY = 86_400
const HOUR = 3_600

describe("read_price", () => {
  let chain: Chain
  let economy: TestEconomy
  let stabilised: Stabilised
  const feed: PriceFeed = { account: Keypair.generate().publicKey, id: new Uint8Array(32).fill(9) }

  beforeEach(() => {
    chain = new Chain()
    chain.unixTime += DAY / 2
    economy = createEconomy(chain)
    stabilised = stabilise(chain, economy)
    name(feed)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  function name(named: PriceFeed | null): void {
    const { admin } = economy.actors
    const at = { admin: admin.publicKey, economy: economy.address }
    chain.send(setPriceFeedInstruction({ ...at, feed: named }), [admin])
  }

  const read = (account = feed.account): Sent =>
    chain.send(readPriceInstruction({ economy: economy.address, feed: account }))

  const prices = (): bigint[] => readStabilisation(chain, stabilised).samples.map(({ price }) => price)

  /** Publishes a price, and expects what reading it gives: an error's name, or the price in billionths. */
  async function expectReading(changes: Partial<PriceUpdate>, expected: ErrorName | bigint): Promise<void> {
    publishPrice(chain, feed, changes)
    if (typeof expected === "string") {
      await expectError(() => read(), expected)
      return
    }
    read()
    expect(prices().at(-1)).to.equal(expected)
    // A day has one price.
    chain.unixTime += DAY
  }

  it("takes today's price from the feed, by whoever calls", () => {
    publishPrice(chain, feed)

    const sent = read()

    const day = today(chain)
    const sample = { day, price: 800_000_000n, volume: 0n, circulating: 0n }
    expect(readStabilisation(chain, stabilised).samples).to.deep.equal([sample])
    expectEvents(sent, {
      name: "PricePosted",
      data: { economy: economy.address, ...sample, fromFeed: true },
    })
  })

  it("takes one price a day, whether read or posted", async () => {
    publishPrice(chain, feed)
    read()
    await expectError(() => read(), "PriceDayOutOfOrder")
    await expectError(() => postPrice(chain, economy, today(chain), 1n), "PriceDayOutOfOrder")

    chain.unixTime += DAY
    publishPrice(chain, feed)
    postPrice(chain, economy, today(chain), 1n)
    await expectError(() => read(), "PriceDayOutOfOrder")
  })

  it("converts every exponent to billionths, rounding down", async () => {
    await expectReading({ price: 79_999_900n, exponent: -8 }, 799_999_000n)
    await expectReading({ price: 3n, exponent: 0, confidence: 0n }, 3_000_000_000n)
    await expectReading({ price: 19_999n, exponent: -13, confidence: 0n }, 1n)
    await expectReading({ price: 9_999n, exponent: -13, confidence: 0n }, "BadPrice")
    await expectReading({ price: 18n, exponent: 9, confidence: 0n }, 18n * 10n ** 18n)
    await expectReading({ price: 19n, exponent: 9, confidence: 0n }, "BadPrice")
    await expectReading({ price: 1n, exponent: 2_147_483_647, confidence: 0n }, "BadPrice")
    await expectReading({ price: 1n, exponent: -2_147_483_648, confidence: 0n }, "BadPrice")
  })

  it("refuses prices of zero and below", async () => {
    await expectReading({ price: 0n, confidence: 0n }, "BadPrice")
    await expectReading({ price: -1n, confidence: 0n }, "BadPrice")
  })

  it("refuses a price that the feed is not certain of to one percent", async () => {
    await expectReading({ price: 10_000n, confidence: 101n }, "PriceTooUncertain")
    await expectReading({ price: 10_000n, confidence: 2n ** 64n - 1n }, "PriceTooUncertain")
    await expectReading({ price: 10_000n, confidence: 100n }, 100_000n)
  })

  it("refuses a price that is older than an hour", async () => {
    const now = chain.unixTime
    await expectReading({ publishedAt: now - HOUR - 1 }, "PriceIsOld")
    await expectReading({ publishedAt: -(2 ** 53) + 1 }, "PriceIsOld")
    await expectReading({ publishedAt: now - HOUR }, 800_000_000n)
  })

  it("refuses a price of another day, however young", async () => {
    const midnight = (today(chain) + 1) * DAY
    chain.unixTime = midnight
    await expectReading({ publishedAt: midnight - 1 }, "PriceIsOld")
    await expectReading({ publishedAt: midnight + DAY }, "PriceIsOld")
    await expectReading({ publishedAt: midnight }, 800_000_000n)
  })

  it("refuses a price that is not fully verified, of another feed, or of another account type", async () => {
    await expectReading({ verification: [0, 5] }, "PriceNotVerified")
    await expectReading({ verification: [2] }, "PriceNotVerified")
    await expectReading({ feedId: new Uint8Array(32).fill(8) }, "PriceNotVerified")
    await expectReading({ discriminator: [0, 0, 0, 0, 0, 0, 0, 0] }, "PriceNotVerified")
    await expectReading({ discriminator: [] }, "PriceNotVerified")
  })

  it("refuses an account that another program wrote", async () => {
    await expectReading({ owner: SystemProgram.programId }, "PriceNotVerified")
    await expectReading({ owner: economy.address }, "PriceNotVerified")
  })

  it("refuses an account that is too short", async () => {
    publishPrice(chain, feed)
    const account = chain.getAccount(feed.account)
    if (account === null) throw new Error("no feed")
    for (const length of [0, 8, 40, 41, 73, 100]) {
      chain.setAccount(feed.account, { ...account, data: account.data.subarray(0, length) })
      await expectError(() => read(), "PriceNotVerified")
    }
    chain.setAccount(feed.account, { ...account, data: account.data.subarray(0, 101) })
    read()
  })

  it("refuses every other account than the one that the economy names", async () => {
    const other: PriceFeed = { account: Keypair.generate().publicKey, id: feed.id }
    publishPrice(chain, other)
    await expectError(() => read(other.account), "WrongPriceFeed")
  })

  it("reads nothing where no feed is named", async () => {
    name(null)
    publishPrice(chain, feed)
    await expectError(() => read(), "WrongPriceFeed")
    await expectError(() => read(PublicKey.default), "PriceNotVerified")
  })

  it("refuses another economy's prices", async () => {
    const other = stabilise(chain, createEconomy(chain))
    publishPrice(chain, feed)
    const instruction = readPriceInstruction({ economy: economy.address, feed: feed.account })
    const wrong = withAccount(instruction, "stabilisation", other.stabilisation)
    await expectError(() => chain.send(wrong), "WrongEconomy")
  })

  it("refuses while the economy is paused", async () => {
    publishPrice(chain, feed)
    pause(chain, economy)
    await expectError(() => read(), "Paused")
  })
})
