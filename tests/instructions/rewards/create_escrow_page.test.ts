import { createEscrowPageInstruction, ESCROW_PLACES, escrowPda, freePlaces } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, readEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { readEscrowPage } from "../../utils/rewards"
import { Chain, type Sent } from "../../utils/svm"

describe("create_escrow_page", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = (escrowPage: number) =>
    createEscrowPageInstruction({
      payer: economy.actors.stranger.publicKey,
      economy: economy.address,
      escrowPage,
    })
  const create = (escrowPage: number): Sent => chain.send(instruction(escrowPage), [economy.actors.stranger])

  it("creates a page with 211 free places, paid by whoever wants one", () => {
    const { stranger } = economy.actors
    const before = chain.getAccount(stranger.publicKey)?.lamports ?? 0

    const sent = create(0)

    const page = readEscrowPage(chain, economy)
    expect(page.header).to.include({ index: 0, total: 0n, nextId: 0 })
    expect(page.header.economy.equals(economy.address)).to.equal(true)
    expect(page.rewards).to.deep.equal([])
    expect(freePlaces(page)).to.have.length(ESCROW_PLACES)
    expect(readEconomy(chain, economy).escrowPages).to.equal(1)
    // Head of 80 bytes and 48 for each place: within the 10,240 that one instruction may create.
    expect(chain.getAccount(escrowPda(economy.address, 0)[0])?.data).to.have.length(80 + 48 * 211)
    expect(before - (chain.getAccount(stranger.publicKey)?.lamports ?? 0)).to.equal(
      chain.rentFor(80 + 48 * 211),
    )
    expectEvents(sent, {
      name: "EscrowPageCreated",
      data: { economy: economy.address, escrowPage: 0, places: 211 },
    })
  })

  it("creates pages one after the other, each once", async () => {
    await expectError(() => create(1), "PageOutOfOrder")
    create(0)
    await expectError(() => create(0), "SystemAccountAlreadyInUse")
    create(1)
    expect(readEscrowPage(chain, economy, 1).header.index).to.equal(1)
    expect(readEconomy(chain, economy).escrowPages).to.equal(2)
  })

  it("refuses an address that is not the page's", async () => {
    const [wrong] = escrowPda(economy.address, 7)
    await expectError(
      () => chain.send(withAccount(instruction(0), "escrow", wrong), [economy.actors.stranger]),
      "InvalidSeeds",
    )
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => create(0), "Paused")
  })
})
