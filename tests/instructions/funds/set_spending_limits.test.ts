import { Fund, STK_POLICY } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, readEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { NO_LIMITS, setLimits } from "../../utils/funds"
import { Chain } from "../../utils/svm"

describe("set_spending_limits", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("lets nothing be spent until it is called, then sets every limit", () => {
    expect(readEconomy(chain, economy).spendingLimits).to.deep.equal([0n, 0n, 0n, 0n, 0n])

    const sent = setLimits(chain, economy, STK_POLICY.spendingLimits)

    expect(readEconomy(chain, economy).spendingLimits).to.deep.equal(STK_POLICY.spendingLimits)
    expectEvents(sent, {
      name: "SpendingLimitsSet",
      data: { economy: economy.address, limits: STK_POLICY.spendingLimits },
    })
    setLimits(chain, economy, NO_LIMITS)
    expect(readEconomy(chain, economy).spendingLimits).to.deep.equal(NO_LIMITS)
  })

  it("gives the Rewards Pool no limit, since nobody spends it", async () => {
    await expectError(() => setLimits(chain, economy, [1n, 1n, 1n, 1n, 1n]), "FundNotSpendable")
    expect(readEconomy(chain, economy).spendingLimits[Fund.Treasury]).to.equal(0n)
  })

  it("is the admin's, who may also lower a limit while the economy is paused", async () => {
    const { stranger, treasurer } = economy.actors
    for (const admin of [stranger, treasurer]) {
      const usurped = { ...economy, actors: { ...economy.actors, admin } }
      await expectError(() => setLimits(chain, usurped, NO_LIMITS), "NotAdmin")
    }
    setLimits(chain, economy, NO_LIMITS)
    pause(chain, economy)
    setLimits(chain, economy, [0n, 0n, 0n, 0n, 0n])
    expect(readEconomy(chain, economy).spendingLimits).to.deep.equal([0n, 0n, 0n, 0n, 0n])
  })
})
