import { rateServiceInstruction, servicePda } from "@stk/sdk"
import { expect } from "chai"
import { memberKey } from "../../utils/actions"
import { addMembers, createEconomy, releaseDays, runWeek, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import {
  activationOf,
  buy,
  offerService,
  openActivation,
  rate,
  readActivation,
  readService,
} from "../../utils/marketplace"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain } from "../../utils/svm"

describe("rate_service", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 3)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[1_000], [1_000], [1_000]])
    offerService(chain, economy, 0, { sessions: 1 })
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("adds to the service's ratings", () => {
    buy(chain, economy, 0, 1)
    buy(chain, economy, 0, 2)

    rate(chain, economy, 0, 1, 5)
    const sent = rate(chain, economy, 0, 2, 2)

    expect(readService(chain, economy, 0)).to.include({ ratingSum: 7n, ratingCount: 2 })
    expectEvents(sent, {
      name: "ServiceRated",
      data: {
        economy: economy.address,
        service: servicePda(economy.address, 0)[0],
        wallet: memberKey(economy, 2).publicKey,
        rating: 2,
        ratingSum: 7n,
        ratingCount: 2,
        ratings: 1,
      },
    })
  })

  it("takes one rating for each purchase", async () => {
    openActivation(chain, economy, 0, 1)
    await expectError(() => rate(chain, economy, 0, 1, 5), "AlreadyRated")
    for (const purchases of [1, 2]) {
      buy(chain, economy, 0, 1)
      rate(chain, economy, 0, 1, purchases)
      await expectError(() => rate(chain, economy, 0, 1, 5), "AlreadyRated")
    }
    expect(readActivation(chain, economy, 0, 1)).to.include({ purchases: 2, ratings: 2 })
    expect(readService(chain, economy, 0)).to.include({ ratingSum: 3n, ratingCount: 2 })
  })

  it("takes 1 to 5", async () => {
    for (const rating of [1, 5]) {
      buy(chain, economy, 0, 1)
      await expectError(() => rate(chain, economy, 0, 1, 0), "RatingOutOfRange")
      await expectError(() => rate(chain, economy, 0, 1, 6), "RatingOutOfRange")
      await expectError(() => rate(chain, economy, 0, 1, 255), "RatingOutOfRange")
      rate(chain, economy, 0, 1, rating)
    }
  })

  it("refuses anybody but the buyer, and the purchase of another service", async () => {
    offerService(chain, economy, 0, { sessions: 1 })
    buy(chain, economy, 0, 1)
    const wallet = memberKey(economy, 1).publicKey
    const instruction = rateServiceInstruction({ wallet, economy: economy.address, id: 0, rating: 1 })
    const author = memberKey(economy, 0)
    await expectError(
      () => chain.send(withAccount(instruction, "wallet", author.publicKey), [author]),
      "WrongActivation",
    )
    const elsewhere = rateServiceInstruction({ wallet, economy: economy.address, id: 1, rating: 1 })
    const wrong = withAccount(elsewhere, "activation", activationOf(economy, 0, 1))
    await expectError(() => chain.send(wrong, [memberKey(economy, 1)]), "WrongActivation")
  })
})
