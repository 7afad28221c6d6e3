import { absorbSurplusInstruction, Fund } from "@stk/sdk"
import { expect } from "chai"
import { absorb, depositOf, donate, memberKey, pause } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  releaseDays,
  releaseEmission,
  runWeek,
  tokenAccountOf,
  withdraw,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenSupply } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain } from "../../utils/svm"

describe("absorb_surplus", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[100], [50]])
  })

  const pool = () => readEconomy(chain, economy).funds[Fund.RewardsPool]

  it("books tokens that were sent to the vault to the Rewards Pool", () => {
    donate(chain, economy, 0, 40n)
    const before = pool()
    const supply = tokenSupply(chain, economy.mint)

    const sent = absorb(chain, economy)

    expect(pool()).to.equal(before + 40n)
    expect(readEconomy(chain, economy)).to.include({ deposited: 40n, withdrawn: 40n })
    expect(tokenSupply(chain, economy.mint)).to.equal(supply)
    expectEvents(sent, {
      name: "SurplusAbsorbed",
      data: { economy: economy.address, amount: 40n, rewardsPool: before + 40n },
    })
    expectLedgerInvariant(chain, economy)
  })

  it("absorbs the smallest surplus, and what comes after it once more", () => {
    donate(chain, economy, 0, 1n)
    absorb(chain, economy)
    donate(chain, economy, 1, 7n)
    absorb(chain, economy)

    expect(readEconomy(chain, economy).deposited).to.equal(8n)
    expectLedgerInvariant(chain, economy)
  })

  it("refuses when the vault holds what it owes, called twice or before anything was sent", async () => {
    await expectError(() => absorb(chain, economy), "NoSurplus")
    donate(chain, economy, 0, 40n)
    absorb(chain, economy)
    await expectError(() => absorb(chain, economy), "NoSurplus")
    expectLedgerInvariant(chain, economy)
  })

  it("may wait: tokens sent to the vault block no other instruction", () => {
    donate(chain, economy, 0, 40n)

    withdraw(chain, economy, 0, 10n)
    const source = tokenAccountOf(chain, economy, memberKey(economy, 0).publicKey)
    chain.send(depositOf(economy, 0, source, 10n), [memberKey(economy, 0)])
    chain.unixTime += 86_400
    releaseEmission(chain, economy)
    runWeek(chain, economy, [[3], [4]])

    expectLedgerInvariant(chain, economy, { surplus: 40n })
    absorb(chain, economy)
    expectLedgerInvariant(chain, economy)
  })

  it("lets the next week pay from it", () => {
    economy = createEconomy(chain, { preset: { ...PLAIN_PRESET, emissionFirstYear: 365n } })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 10)
    runWeek(chain, economy, [[10], null])
    donate(chain, economy, 0, 10n)
    absorb(chain, economy)

    runWeek(chain, economy, [null, [10]])

    expect(readEconomy(chain, economy).memberBalances).to.equal(10n)
    expect(pool()).to.equal(0n)
    expectLedgerInvariant(chain, economy)
  })

  it("refuses another account than the economy's vault", async () => {
    const other = createEconomy(chain)
    const instruction = absorbSurplusInstruction({ economy: economy.address })
    const own = tokenAccountOf(chain, economy, memberKey(economy, 0).publicKey)

    await expectError(() => chain.send(withAccount(instruction, "vault", other.vault)), "WrongVault")
    await expectError(() => chain.send(withAccount(instruction, "vault", own)), "WrongVault")
    expectLedgerInvariant(chain, economy)
  })

  it("refuses while the economy is paused", async () => {
    donate(chain, economy, 0, 40n)
    pause(chain, economy)
    await expectError(() => absorb(chain, economy), "Paused")
    expectLedgerInvariant(chain, economy, { surplus: 40n })
  })
})
