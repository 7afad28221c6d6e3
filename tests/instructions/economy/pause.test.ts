import { pauseInstruction } from "@stk/sdk"
import { expect } from "chai"
import { accept, pause, propose, resume } from "../../utils/actions"
import { createEconomy, readEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { Chain } from "../../utils/svm"

describe("pause", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("stops the economy", () => {
    const sent = pause(chain, economy)

    expect(readEconomy(chain, economy).paused).to.equal(true)
    expectEvents(sent, { name: "PauseChanged", data: { economy: economy.address, paused: true } })
  })

  it("refuses a second time, and works again after a resumption", async () => {
    pause(chain, economy)
    await expectError(() => pause(chain, economy), "Paused")
    resume(chain, economy)

    pause(chain, economy)

    expect(readEconomy(chain, economy).paused).to.equal(true)
  })

  it("leaves roles free to be handed over, so that a stolen key can be replaced", () => {
    const { stranger } = economy.actors
    pause(chain, economy)

    propose(chain, economy, "guardian", stranger.publicKey)
    accept(chain, economy, "guardian", stranger)

    expect(readEconomy(chain, economy).roles.guardian.equals(stranger.publicKey)).to.equal(true)
  })

  it("stops its own economy alone", () => {
    const other = createEconomy(chain)
    pause(chain, economy)
    expect(readEconomy(chain, other).paused).to.equal(false)
  })

  it("[STK-143] is the guardian's alone", async () => {
    const { admin, registrar, oracle, validator, treasurer, stranger, guardian } = economy.actors
    const instruction = pauseInstruction({ guardian: guardian.publicKey, economy: economy.address })
    for (const signer of [admin, registrar, oracle, validator, treasurer, stranger]) {
      const wrong = withAccount(instruction, "guardian", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotGuardian")
    }
  })

  it("refuses the guardian of another economy", async () => {
    const other = createEconomy(chain)
    const { guardian } = other.actors
    const wrong = pauseInstruction({ guardian: guardian.publicKey, economy: economy.address })
    await expectError(() => chain.send(wrong, [guardian]), "NotGuardian")
  })
})
