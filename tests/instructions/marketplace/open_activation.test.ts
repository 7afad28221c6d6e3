import { openActivationInstruction, servicePda } from "@stk/sdk"
import { expect } from "chai"
import { memberKey } from "../../utils/actions"
import { addMembers, createEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { activationOf, offerService, openActivation, readActivation } from "../../utils/marketplace"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain } from "../../utils/svm"

const ACTIVATION_BYTES = 104

describe("open_activation", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    offerService(chain, economy, 0)
    offerService(chain, economy, 0, { sessions: 1 })
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("creates an empty record that the buyer pays for", () => {
    const { publicKey: wallet } = memberKey(economy, 1)
    chain.airdrop(wallet)
    const before = chain.getAccount(wallet)?.lamports ?? 0

    const at = { wallet, economy: economy.address, id: 0 }
    const sent = chain.send(openActivationInstruction(at), [memberKey(economy, 1)])

    expect(before - (chain.getAccount(wallet)?.lamports ?? 0)).to.equal(chain.rentFor(ACTIVATION_BYTES))
    const [service] = servicePda(economy.address, 0)
    const activation = readActivation(chain, economy, 0, 1)
    expect(activation.wallet.equals(wallet) && activation.service.equals(service)).to.equal(true)
    expect(activation).to.include({
      activeFrom: 0,
      activeTo: 0,
      sessionsLeft: 0,
      countsSessions: false,
      purchases: 0,
      ratings: 0,
    })
    expectEvents(sent, {
      name: "ActivationOpened",
      data: { economy: economy.address, service, wallet, countsSessions: false },
    })
  })

  it("notes whether the service counts sessions", () => {
    openActivation(chain, economy, 1, 1)
    expect(readActivation(chain, economy, 1, 1).countsSessions).to.equal(true)
  })

  it("refuses a second one", async () => {
    openActivation(chain, economy, 0, 1)
    await expectError(() => openActivation(chain, economy, 0, 1), "SystemAccountAlreadyInUse")
  })

  it("refuses an address of another wallet or service", async () => {
    const buyer = memberKey(economy, 1)
    chain.airdrop(buyer.publicKey)
    const at = { wallet: buyer.publicKey, economy: economy.address, id: 0 }
    for (const address of [activationOf(economy, 0, 0), activationOf(economy, 1, 1)]) {
      const wrong = withAccount(openActivationInstruction(at), "activation", address)
      await expectError(() => chain.send(wrong, [buyer]), "InvalidSeeds")
    }
  })
})
