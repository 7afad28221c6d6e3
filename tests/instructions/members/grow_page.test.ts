import { growPageInstruction, pageBytes } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { addMembers, addPage, createEconomy, readPage, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { Chain, type Sent } from "../../utils/svm"

describe("grow_page", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    addPage(chain, economy)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = () =>
    growPageInstruction({ payer: economy.actors.stranger.publicKey, economy: economy.address, page: 0 })

  const growPage = (): Sent => chain.send(instruction(), [economy.actors.stranger])

  it("adds 160 slots, paid by whoever wants them, and keeps the members", () => {
    addMembers(chain, economy, 3)
    const { members } = readPage(chain, economy)
    const { stranger } = economy.actors
    const before = chain.getAccount(stranger.publicKey)?.lamports ?? 0

    const sent = growPage()

    const page = readPage(chain, economy)
    expect(page.capacity).to.equal(224)
    expect(page.members).to.deep.equal(members)
    const paid = before - (chain.getAccount(stranger.publicKey)?.lamports ?? 0)
    expect(paid).to.equal(chain.rentFor(pageBytes(224)) - chain.rentFor(pageBytes(64)))
    expectEvents(sent, { name: "PageGrown", data: { economy: economy.address, page: 0, capacity: 224 } })
  })

  it("ends at 1,024 slots and refuses more", async () => {
    const capacities = Array.from({ length: 6 }, () => {
      growPage()
      return readPage(chain, economy).capacity
    })

    expect(capacities).to.deep.equal([224, 384, 544, 704, 864, 1_024])
    await expectError(() => growPage(), "PageIsFullSize")
  })

  it("makes room for the member after the last slot", () => {
    addMembers(chain, economy, 64)
    growPage()
    addMembers(chain, economy, 1)

    expect(readPage(chain, economy).members.length).to.equal(65)
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => growPage(), "Paused")
  })

  it("refuses another economy's page", async () => {
    const other = createEconomy(chain)
    await expectError(
      () => chain.send(withAccount(instruction(), "economy", other.address), [economy.actors.stranger]),
      "WrongEconomy",
    )
  })
})
