import { postAssetPriceInstruction, ReserveKind, reservePda, SECONDS_PER_DAY, unixDay } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { createMint } from "../../utils/mints"
import { addAsset, createReserve, postPrice, readAsset } from "../../utils/reserve"
import { Chain, START_UNIX_TIME } from "../../utils/svm"

const DAY = unixDay(START_UNIX_TIME) ?? 0

describe("post_asset_price", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    createReserve(chain, economy)
    addAsset(chain, economy, createMint(chain, 6), ReserveKind.Usdc)
    addAsset(chain, economy, createMint(chain, 8), ReserveKind.Btc)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("[STK-21] keeps the last price of each asset with its day", () => {
    postPrice(chain, economy, 0, 999_800_000n, DAY)
    const sent = postPrice(chain, economy, 1, 97_000_000_000_000n, DAY)

    expect(readAsset(chain, economy, 0)).to.include({ price: 999_800_000n, priceDay: DAY })
    expect(readAsset(chain, economy, 1)).to.include({ price: 97_000_000_000_000n, priceDay: DAY })
    expectEvents(sent, {
      name: "AssetPricePosted",
      data: { economy: economy.address, asset: 1, price: 97_000_000_000_000n, day: DAY },
    })
  })

  it("takes prices of the past in their order, corrects the last, and knows none of tomorrow", async () => {
    chain.unixTime = START_UNIX_TIME + SECONDS_PER_DAY - 1
    await expectError(() => postPrice(chain, economy, 0, 5n, DAY + 1), "PriceOutOfOrder")
    postPrice(chain, economy, 0, 5n, DAY - 1)
    postPrice(chain, economy, 0, 6n, DAY - 1)
    expect(readAsset(chain, economy)).to.include({ price: 6n, priceDay: DAY - 1 })
    await expectError(() => postPrice(chain, economy, 0, 7n, DAY - 2), "PriceOutOfOrder")

    chain.unixTime = START_UNIX_TIME + SECONDS_PER_DAY
    postPrice(chain, economy, 0, 8n, DAY + 1)
    expect(readAsset(chain, economy)).to.include({ price: 8n, priceDay: DAY + 1 })
  })

  it("refuses a price of zero and an asset that does not exist", async () => {
    await expectError(() => postPrice(chain, economy, 0, 0n, DAY), "PriceIsZero")
    await expectError(() => postPrice(chain, economy, 2, 1n, DAY), "UnknownAsset")
    await expectError(() => postPrice(chain, economy, 255, 1n, DAY), "UnknownAsset")
  })

  it("refuses another economy's reserve, everybody but the oracle, and a paused economy", async () => {
    const { admin, oracle } = economy.actors
    const other = createEconomy(chain)
    createReserve(chain, other)
    const at = { oracle: oracle.publicKey, economy: economy.address }
    const valid = postAssetPriceInstruction({ ...at, asset: 0, price: 1n, day: DAY })
    await expectError(
      () => chain.send(withAccount(valid, "reserve", reservePda(other.address)[0]), [oracle]),
      "WrongEconomy",
    )
    await expectError(() => chain.send(withAccount(valid, "oracle", admin.publicKey), [admin]), "NotOracle")
    pause(chain, economy)
    await expectError(() => chain.send(valid, [oracle]), "Paused")
  })
})
