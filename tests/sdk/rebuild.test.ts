import { LedgerContradictionError, rebuild, type StkEvent } from "@stk/sdk"
import { expect } from "chai"
import { addMembers, createEconomy, releaseDays, runWeek, type TestEconomy } from "../utils/economy"
import { PLAIN_PRESET } from "../utils/presets"
import { allEvents, expectRebuilt, ledgerOf } from "../utils/rebuilt"
import { Chain } from "../utils/svm"

describe("rebuild", () => {
  let chain: Chain
  let economy: TestEconomy
  let events: StkEvent[]

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 3)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[100], null, [7]])
    events = [...allEvents(chain)]
  })

  const without = (name: StkEvent["name"]) => events.filter((event) => event.name !== name)

  function expectContradiction(of: readonly StkEvent[], event: string, field: string): void {
    expect(() => rebuild(of))
      .to.throw(LedgerContradictionError)
      .that.includes({ event, field })
  }

  it("gives every account from the events alone", () => {
    expectRebuilt(chain, economy)
    expect(rebuild(events).economy).to.deep.equal(ledgerOf(chain, economy.address).economy)
  })

  it("passes over other economies, and finds the one that is asked for", () => {
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, other, 1)

    expect(rebuild(allEvents(chain)).economy.members).to.equal(3)
    expect(rebuild(allEvents(chain), other.address).economy.members).to.equal(1)
  })

  it("refuses a history with a hole, and says which event does not follow", () => {
    expectContradiction(without("EconomyCreated"), "RoleProposed", "economy")
    expectContradiction(without("MembersRegistered"), "WeekOpened", "members")
    expectContradiction(without("EmissionReleased"), "WeekSealed", "rewardsPool")
    expectContradiction(without("ScoresSubmitted"), "WeekSealed", "due")
    expectContradiction(without("WeekSealed"), "WeekSettled", "returned")
  })

  it("refuses a history in another order, and one that begins twice", () => {
    expectContradiction([...events].reverse(), "WeekSettled", "economy")
    expectContradiction([...events, ...events], "EconomyCreated", "economy")
    expectContradiction([], "EconomyCreated", "economy")
  })
})
