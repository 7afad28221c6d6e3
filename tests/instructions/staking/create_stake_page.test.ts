import { createStakePageInstruction, FIRST_STAKE_PLACES, pagePda, stakePageBytes } from "@stk/sdk"
import { expect } from "chai"
import { pause, resume } from "../../utils/actions"
import { addMembers, createEconomy, readPage, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { addStakePage, findStakePage, readStakePage } from "../../utils/staking"
import { Chain, type Sent } from "../../utils/svm"

describe("create_stake_page", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    addMembers(chain, economy, 3)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = (page = 0) =>
    createStakePageInstruction({
      payer: economy.actors.stranger.publicKey,
      economy: economy.address,
      page,
    })

  const create = (): Sent => chain.send(instruction(), [economy.actors.stranger])

  it("creates the stakes of a page, empty, paid by whoever wants them, and notes it in the page", () => {
    const { stranger } = economy.actors
    const before = chain.getAccount(stranger.publicKey)?.lamports ?? 0
    expect(readPage(chain, economy).header.hasStakes).to.equal(false)
    const { members } = readPage(chain, economy)

    const sent = create()

    const page = readStakePage(chain, economy)
    expect(page).to.include({ index: 0, total: 0n, nextId: 0, places: 0, capacity: 317 })
    expect(FIRST_STAKE_PLACES).to.equal(317)
    expect(page.stakes).to.deep.equal([])
    expect(page.economy.equals(economy.address)).to.equal(true)
    expect(readPage(chain, economy).header.hasStakes).to.equal(true)
    expect(readPage(chain, economy).members).to.deep.equal(members)
    const paid = before - (chain.getAccount(stranger.publicKey)?.lamports ?? 0)
    expect(paid).to.equal(chain.rentFor(stakePageBytes(317)))
    expectEvents(sent, {
      name: "StakePageCreated",
      data: { economy: economy.address, page: 0, capacity: 317 },
    })
  })

  it("refuses a stake page that exists", async () => {
    create()
    await expectError(() => create(), "SystemAccountAlreadyInUse")
  })

  it("gives every member page stakes of its own", () => {
    addMembers(chain, economy, 1_024)

    addStakePage(chain, economy, 1)

    expect(readStakePage(chain, economy, 1).index).to.equal(1)
    expect(findStakePage(chain, economy, 0)).to.equal(null)
    expect(readPage(chain, economy, 0).header.hasStakes).to.equal(false)
  }).timeout(30_000)

  it("refuses another economy's page, and the address of another page's stakes", async () => {
    const other = createEconomy(chain)
    addMembers(chain, other, 1)
    const { stranger } = economy.actors
    const foreign = withAccount(instruction(), "page", pagePda(other.address, 0)[0])
    await expectError(() => chain.send(foreign, [stranger]), "WrongEconomy")
    const stakes = instruction(1).keys[3]?.pubkey
    if (stakes === undefined) return expect.fail("there is no fourth account")
    const misplaced = withAccount(instruction(), "stakes", stakes)
    await expectError(() => chain.send(misplaced, [stranger]), "InvalidSeeds")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => create(), "Paused")
    resume(chain, economy)
    create()
  })
})
