import { setBuybackLimitsInstruction } from "@stk/sdk"
import type { TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { readStabilisation, stabilise, type Stabilised } from "../../utils/stabilisation"
import { Chain, type Sent } from "../../utils/svm"

const THIRTY_DAYS = 2_592_000

describe("set_buyback_limits", () => {
  let chain: Chain
  let stabilised: Stabilised

  beforeEach(() => {
    chain = new Chain()
    stabilised = stabilise(chain, createEconomy(chain))
  })

  afterEach(() => expectLedgerInvariant(chain, stabilised.economy))

  const limitsOf = (buybackLimit: bigint, cooldownSeconds: number): TransactionInstruction => {
    const { address: economy, actors } = stabilised.economy
    const admin = actors.admin.publicKey
    return setBuybackLimitsInstruction({ admin, economy, buybackLimit, cooldownSeconds })
  }
  const set = (buybackLimit: bigint, cooldownSeconds: number): Sent =>
    chain.send(limitsOf(buybackLimit, cooldownSeconds), [stabilised.economy.actors.admin])

  it("sets limit and cooldown, as often as the admin likes", () => {
    set(1n, 1)
    const sent = set(7n, 86_400)

    expect(readStabilisation(chain, stabilised)).to.include({ buybackLimit: 7n, cooldownSeconds: 86_400 })
    const { address: economy } = stabilised.economy
    expectEvents(sent, {
      name: "BuybackLimitsSet",
      data: { economy, buybackLimit: 7n, cooldownSeconds: 86_400 },
    })
  })

  it("refuses a cooldown of more than 30 days", async () => {
    await expectError(() => set(1n, THIRTY_DAYS + 1), "DelayTooLong")
    set(1n, THIRTY_DAYS)
  })

  it("refuses everybody but the admin, also the treasurer, who spends within them", async () => {
    const { treasurer } = stabilised.economy.actors
    const wrong = withAccount(limitsOf(1n, 1), "admin", treasurer.publicKey)
    await expectError(() => chain.send(wrong, [treasurer]), "NotAdmin")
  })

  it("refuses another economy's account", async () => {
    const other = stabilise(chain, createEconomy(chain))
    const wrong = withAccount(limitsOf(1n, 1), "stabilisation", other.stabilisation)
    await expectError(() => chain.send(wrong, [stabilised.economy.actors.admin]), "WrongEconomy")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, stabilised.economy)
    await expectError(() => set(1n, 1), "Paused")
  })
})
