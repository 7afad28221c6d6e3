import { Fund, STK_POLICY } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { addMembers, createEconomy, readEconomy, releaseDays, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { FUNDED_PRESET, NO_LIMITS, setLimits, setSchedule, spend } from "../../utils/funds"
import { Chain } from "../../utils/svm"

describe("set_team_schedule", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: FUNDED_PRESET })
    addMembers(chain, economy, 1)
    releaseDays(chain, economy, 7)
    setLimits(chain, economy, NO_LIMITS)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("sets cliff and vesting, as often as wanted before the first spending", () => {
    const { teamCliffSeconds, teamVestingSeconds } = STK_POLICY
    const sent = setSchedule(chain, economy, teamCliffSeconds, teamVestingSeconds)

    expect(readEconomy(chain, economy)).to.include({ teamCliffSeconds, teamVestingSeconds })
    expectEvents(sent, {
      name: "TeamScheduleSet",
      data: { economy: economy.address, cliffSeconds: teamCliffSeconds, vestingSeconds: teamVestingSeconds },
    })
    setSchedule(chain, economy, 2 ** 32 - 1, 0)
    expect(readEconomy(chain, economy)).to.include({ teamCliffSeconds: 2 ** 32 - 1, teamVestingSeconds: 0 })
  })

  it("is final once the team was paid, and not by payments of other funds", async () => {
    spend(chain, economy, { fund: Fund.Treasury, amount: 5n })
    setSchedule(chain, economy, 0, 0)
    spend(chain, economy, { fund: Fund.Team, amount: 1n })
    await expectError(() => setSchedule(chain, economy, 0, 1), "TeamAlreadySpent")
    expect(readEconomy(chain, economy)).to.include({ teamVestingSeconds: 0 })
  })

  it("is the admin's, also while the economy is paused", async () => {
    const { treasurer } = economy.actors
    const usurped = { ...economy, actors: { ...economy.actors, admin: treasurer } }
    await expectError(() => setSchedule(chain, usurped, 1, 2), "NotAdmin")
    pause(chain, economy)
    setSchedule(chain, economy, 1, 2)
    expect(readEconomy(chain, economy)).to.include({ teamCliffSeconds: 1, teamVestingSeconds: 2 })
  })
})
