import { createReserveInstruction, reservePda } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { createReserve, readReserve } from "../../utils/reserve"
import { Chain } from "../../utils/svm"

describe("create_reserve", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("creates an empty reserve at the treasurer's cost", () => {
    const { treasurer } = economy.actors
    const lamports = chain.getAccount(treasurer.publicKey)?.lamports ?? 0

    const sent = createReserve(chain, economy)

    const [reserve, bump] = reservePda(economy.address)
    expect(readReserve(chain, economy)).to.deep.equal({
      economy: economy.address,
      assets: [],
      startups: 0,
      bump,
    })
    const account = chain.getAccount(reserve)
    expect(account?.data.length).to.equal(8 + 1_224)
    expect(chain.getAccount(treasurer.publicKey)?.lamports).to.equal(lamports - (account?.lamports ?? 0))
    expectEvents(sent, { name: "ReserveCreated", data: { economy: economy.address, reserve } })
  })

  it("is called once", async () => {
    createReserve(chain, economy)
    await expectError(() => createReserve(chain, economy), "SystemAccountAlreadyInUse")
  })

  it("refuses another address, everybody but the treasurer, and a paused economy", async () => {
    const { admin, treasurer } = economy.actors
    const other = createEconomy(chain)
    const valid = createReserveInstruction({ treasurer: treasurer.publicKey, economy: economy.address })
    const elsewhere = withAccount(valid, "reserve", reservePda(other.address)[0])
    await expectError(() => chain.send(elsewhere, [treasurer]), "InvalidSeeds")
    await expectError(
      () => chain.send(withAccount(valid, "treasurer", admin.publicKey), [admin]),
      "NotTreasurer",
    )
    pause(chain, economy)
    await expectError(() => createReserve(chain, economy), "Paused")
  })
})
