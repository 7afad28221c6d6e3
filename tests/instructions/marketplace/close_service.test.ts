import { closeServiceInstruction, isActive, servicePda, ServiceStatus } from "@stk/sdk"
import { expect } from "chai"
import { memberKey } from "../../utils/actions"
import { addMembers, createEconomy, releaseDays, runWeek, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import {
  buy,
  closeService,
  offerService,
  openActivation,
  rate,
  readActivation,
  readService,
  updateService,
} from "../../utils/marketplace"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain } from "../../utils/svm"

const SERVICE_BYTES = 296

describe("close_service", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[1_000], [1_000]])
    offerService(chain, economy, 0)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const lamports = (index: number): number =>
    chain.getAccount(memberKey(economy, index).publicKey)?.lamports ?? 0

  it("gives the author the whole rent back", () => {
    const before = lamports(0)

    const sent = closeService(chain, economy, 0)

    const [service] = servicePda(economy.address, 0)
    expect(chain.getAccount(service)).to.equal(null)
    expect(lamports(0) - before).to.equal(chain.rentFor(SERVICE_BYTES))
    expectEvents(sent, { name: "ServiceClosed", data: { economy: economy.address, service } })
  })

  it("leaves what was bought active, and ends buying and rating", async () => {
    buy(chain, economy, 0, 1)
    closeService(chain, economy, 0)

    const activation = readActivation(chain, economy, 0, 1)
    expect(isActive(activation, chain.unixTime)).to.equal(true)
    await expectError(() => rate(chain, economy, 0, 1, 5), "AccountDataTooSmall")
  })

  it("never uses the id again", () => {
    closeService(chain, economy, 0)
    expect(offerService(chain, economy, 0)).to.equal(1)
    expect(readService(chain, economy, 1).id).to.equal(1)
  })

  it("refuses a service on offer, and one that is closed", async () => {
    const author = memberKey(economy, 0)
    const close = () =>
      chain.send(closeServiceInstruction({ author: author.publicKey, economy: economy.address, id: 0 }), [
        author,
      ])
    await expectError(close, "ServiceNotPaused")
    updateService(chain, economy, 0, { status: ServiceStatus.Paused })
    close()
    await expectError(close, "AccountDataTooSmall")
    await expectError(() => openActivation(chain, economy, 0, 1), "UninitializedAccount")
  })

  it("is for the author alone", async () => {
    updateService(chain, economy, 0, { status: ServiceStatus.Paused })
    const other = memberKey(economy, 1)
    const author = memberKey(economy, 0).publicKey
    const instruction = closeServiceInstruction({ author, economy: economy.address, id: 0 })
    await expectError(
      () => chain.send(withAccount(instruction, "author", other.publicKey), [other]),
      "NotAuthor",
    )
  })
})
