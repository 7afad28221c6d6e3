import { resumeInstruction } from "@stk/sdk"
import { expect } from "chai"
import { pause, resume } from "../../utils/actions"
import { createEconomy, readEconomy, releaseDays, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { Chain } from "../../utils/svm"

describe("resume", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("ends a pause, and nothing that became due meanwhile is lost", async () => {
    pause(chain, economy)
    await expectError(() => releaseDays(chain, economy, 3), "Paused")

    const sent = resume(chain, economy)

    expect(readEconomy(chain, economy).paused).to.equal(false)
    expectEvents(sent, { name: "PauseChanged", data: { economy: economy.address, paused: false } })
    releaseDays(chain, economy, 3)
    expect(readEconomy(chain, economy).releasedDays).to.equal(3n)
  })

  it("refuses an economy that is not paused", async () => {
    await expectError(() => resume(chain, economy), "NotPaused")
    pause(chain, economy)
    resume(chain, economy)
    await expectError(() => resume(chain, economy), "NotPaused")
  })

  it("[STK-143] is the admin's alone: the guardian can stop an economy, not start it", async () => {
    pause(chain, economy)
    const { admin, registrar, oracle, validator, treasurer, guardian, stranger } = economy.actors
    const instruction = resumeInstruction({ admin: admin.publicKey, economy: economy.address })
    for (const signer of [guardian, registrar, oracle, validator, treasurer, stranger]) {
      const wrong = withAccount(instruction, "admin", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotAdmin")
    }
  })

  it("refuses the admin of another economy", async () => {
    const other = createEconomy(chain)
    pause(chain, economy)
    const { admin } = other.actors
    const wrong = resumeInstruction({ admin: admin.publicKey, economy: economy.address })
    await expectError(() => chain.send(wrong, [admin]), "NotAdmin")
  })
})
