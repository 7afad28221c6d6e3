import { createPageInstruction, pageBytes, pagePda } from "@stk/sdk"
import { SystemProgram } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import {
  addMembers,
  addPage,
  createEconomy,
  readEconomy,
  readPage,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { Chain, type Sent } from "../../utils/svm"

describe("create_page", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = (page: number, payer = economy.actors.stranger) =>
    createPageInstruction({ payer: payer.publicKey, economy: economy.address, page })

  const createPage = (page: number): Sent => chain.send(instruction(page), [economy.actors.stranger])

  it("creates an empty page with 64 slots, paid by whoever wants one", () => {
    const { stranger } = economy.actors
    const before = chain.getAccount(stranger.publicKey)?.lamports ?? 0

    const sent = createPage(0)

    const page = readPage(chain, economy)
    expect(page.capacity).to.equal(64)
    expect(page.members).to.deep.equal([])
    expect(page.header).to.include({ index: 0, due: 0n, week: 0, cursor: 0, settledWeek: 0 })
    expect(page.header.economy.equals(economy.address)).to.equal(true)
    expect(readEconomy(chain, economy).pages).to.equal(1)
    const paid = before - (chain.getAccount(stranger.publicKey)?.lamports ?? 0)
    expect(paid).to.equal(chain.rentFor(pageBytes(64)))
    expectEvents(sent, { name: "PageCreated", data: { economy: economy.address, page: 0 } })
  })

  it("works although a stranger sent lamports to the address before", () => {
    const [page] = pagePda(economy.address, 0)
    const gift = { fromPubkey: chain.payer.publicKey, toPubkey: page, lamports: chain.rentFor(100_000) }
    chain.send(SystemProgram.transfer(gift))

    createPage(0)

    expect(readPage(chain, economy).capacity).to.equal(64)
  })

  it("refuses a page that exists", async () => {
    createPage(0)
    await expectError(() => createPage(0), "SystemAccountAlreadyInUse")
  })

  it("refuses to leave a page out", async () => {
    await expectError(() => createPage(1), "PageOutOfOrder")
    await expectError(() => createPage(4_294_967_295), "PageOutOfOrder")
  })

  it("refuses the next page until the one before it is full", async () => {
    addMembers(chain, economy, 1_023)
    await expectError(() => createPage(1), "PageOutOfOrder")
    addMembers(chain, economy, 1)

    createPage(1)

    expect(readEconomy(chain, economy)).to.include({ pages: 2, members: 1_024 })
    expect(readPage(chain, economy, 1).header.index).to.equal(1)
    await expectError(() => createPage(2), "PageOutOfOrder")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => createPage(0), "Paused")
  })

  it("refuses the address of another index and that of another economy's page", async () => {
    const other = createEconomy(chain)
    const signers = [economy.actors.stranger]
    const [second] = pagePda(economy.address, 1)
    await expectError(() => chain.send(withAccount(instruction(0), "page", second), signers), "InvalidSeeds")
    await expectError(
      () => chain.send(withAccount(instruction(0), "economy", other.address), signers),
      "InvalidSeeds",
    )
    addPage(chain, other)
    expectLedgerInvariant(chain, other)
  })
})
