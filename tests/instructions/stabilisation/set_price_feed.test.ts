import { setPriceFeedInstruction, type PriceFeed } from "@stk/sdk"
import { Keypair, type TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { readStabilisation, stabilise, type Stabilised } from "../../utils/stabilisation"
import { Chain, type Sent } from "../../utils/svm"

describe("set_price_feed", () => {
  let chain: Chain
  let stabilised: Stabilised
  const feed: PriceFeed = { account: Keypair.generate().publicKey, id: new Uint8Array(32).fill(9) }

  beforeEach(() => {
    chain = new Chain()
    stabilised = stabilise(chain, createEconomy(chain))
  })

  afterEach(() => expectLedgerInvariant(chain, stabilised.economy))

  const feedOf = (named: PriceFeed | null): TransactionInstruction => {
    const { address: economy, actors } = stabilised.economy
    return setPriceFeedInstruction({ admin: actors.admin.publicKey, economy, feed: named })
  }
  const set = (named: PriceFeed | null): Sent => chain.send(feedOf(named), [stabilised.economy.actors.admin])

  it("names a feed, and takes the name back", () => {
    const sent = set(feed)

    const named = readStabilisation(chain, stabilised)
    expect(named.feedAccount?.toBase58()).to.equal(feed.account.toBase58())
    expect(named.feedId).to.deep.equal(feed.id)
    const { address: economy } = stabilised.economy
    expectEvents(sent, {
      name: "PriceFeedSet",
      data: { economy, feedAccount: feed.account, feedId: feed.id },
    })

    set(null)

    expect(readStabilisation(chain, stabilised)).to.deep.include({
      feedAccount: null,
      feedId: new Uint8Array(32),
    })
  })

  it("refuses everybody but the admin", async () => {
    const { oracle } = stabilised.economy.actors
    const wrong = withAccount(feedOf(feed), "admin", oracle.publicKey)
    await expectError(() => chain.send(wrong, [oracle]), "NotAdmin")
  })

  it("refuses another economy's account", async () => {
    const other = stabilise(chain, createEconomy(chain))
    const wrong = withAccount(feedOf(feed), "stabilisation", other.stabilisation)
    await expectError(() => chain.send(wrong, [stabilised.economy.actors.admin]), "WrongEconomy")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, stabilised.economy)
    await expectError(() => set(feed), "Paused")
  })
})
