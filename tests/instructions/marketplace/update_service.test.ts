import { servicePda, ServiceStatus, updateServiceInstruction } from "@stk/sdk"
import { expect } from "chai"
import { memberKey } from "../../utils/actions"
import { addMembers, createEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { offerService, readService, updateService } from "../../utils/marketplace"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain } from "../../utils/svm"

describe("update_service", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    offerService(chain, economy, 0)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("[STK-135] changes price and status, and nothing else", () => {
    const before = readService(chain, economy, 0)

    const sent = updateService(chain, economy, 0, { price: 777n, status: ServiceStatus.Paused })

    const changes = { price: 777n, status: ServiceStatus.Paused }
    expect(readService(chain, economy, 0)).to.deep.equal({ ...before, ...changes })
    expectEvents(sent, {
      name: "ServiceUpdated",
      data: { economy: economy.address, service: servicePda(economy.address, 0)[0], ...changes },
    })
  })

  it("works twice", () => {
    for (const price of [5n, 5n]) updateService(chain, economy, 0, { price })
    expect(readService(chain, economy, 0).price).to.equal(5n)
  })

  it("refuses a price of zero and takes any other", async () => {
    await expectError(() => updateService(chain, economy, 0, { price: 0n }), "PriceIsZero")
    for (const price of [1n, 2n ** 64n - 1n]) {
      updateService(chain, economy, 0, { price })
      expect(readService(chain, economy, 0).price).to.equal(price)
    }
  })

  it("refuses a status that is none", async () => {
    const status = 2 as typeof ServiceStatus.Paused
    await expectError(
      () => updateService(chain, economy, 0, { status: status as 0 | 1 }),
      "UnknownServiceStatus",
    )
  })

  it("is for the author alone", async () => {
    const other = memberKey(economy, 1)
    const instruction = updateServiceInstruction({
      author: memberKey(economy, 0).publicKey,
      economy: economy.address,
      id: 0,
      price: 1n,
      status: ServiceStatus.OnOffer,
    })
    await expectError(
      () => chain.send(withAccount(instruction, "author", other.publicKey), [other]),
      "NotAuthor",
    )
    const { admin } = economy.actors
    await expectError(
      () => chain.send(withAccount(instruction, "author", admin.publicKey), [admin]),
      "NotAuthor",
    )
  })
})
