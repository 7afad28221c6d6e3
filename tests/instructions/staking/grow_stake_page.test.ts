import { growStakePageInstruction, stakePageBytes } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { addMembers, createEconomy, releaseDays, runWeek, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import { addStakePage, readStakePage, stake } from "../../utils/staking"
import { Chain, type Sent } from "../../utils/svm"

describe("grow_stake_page", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 1)
    addStakePage(chain, economy)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = () =>
    growStakePageInstruction({
      payer: economy.actors.stranger.publicKey,
      economy: economy.address,
      page: 0,
    })

  const grow = (): Sent => chain.send(instruction(), [economy.actors.stranger])

  it("adds 320 places, paid by whoever wants them, and keeps the stakes", () => {
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[5_000]])
    stake(chain, economy, 0, 3_000n)
    const { stakes } = readStakePage(chain, economy)
    const { stranger } = economy.actors
    const before = chain.getAccount(stranger.publicKey)?.lamports ?? 0

    const sent = grow()

    const page = readStakePage(chain, economy)
    expect(page).to.include({ capacity: 637, total: 3_000n, nextId: 1, places: 1 })
    expect(page.stakes).to.deep.equal(stakes)
    const paid = before - (chain.getAccount(stranger.publicKey)?.lamports ?? 0)
    expect(paid).to.equal(chain.rentFor(stakePageBytes(637)) - chain.rentFor(stakePageBytes(317)))
    expectEvents(sent, { name: "StakePageGrown", data: { economy: economy.address, page: 0, capacity: 637 } })
  })

  it("ends at 4,096 places, four for each slot of the page, and refuses more", async () => {
    const capacities = Array.from({ length: 12 }, () => {
      grow()
      return readStakePage(chain, economy).capacity
    })

    expect(capacities).to.deep.equal([
      637, 957, 1_277, 1_597, 1_917, 2_237, 2_557, 2_877, 3_197, 3_517, 3_837, 4_096,
    ])
    await expectError(() => grow(), "StakePageIsFullSize")
  })

  it("refuses another economy", async () => {
    const other = createEconomy(chain)
    const wrong = withAccount(instruction(), "economy", other.address)
    await expectError(() => chain.send(wrong, [economy.actors.stranger]), "WrongEconomy")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => grow(), "Paused")
  })
})
