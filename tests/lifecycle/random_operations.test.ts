import { expect } from "chai"
import { rememberAddresses } from "../utils/addresses"
import { Random } from "../utils/random"
import { balanceChoices } from "./random_walk/balances"
import { marketChoices } from "./random_walk/market"
import { refuse } from "./random_walk/refusals"
import { rewardChoices } from "./random_walk/rewards"
import { Walk, type Choices } from "./random_walk/walk"
import { pausedChoices, weekChoices } from "./random_walk/weeks"

/** Operations that must have worked; those that were refused come on top. */
const OPERATIONS = 10_000
/** After so many, every account is compared field by field. */
const INSPECTION = 500

/** Of each operation, and of what some of them lead to, so many at least. */
const LEAST: Readonly<Record<string, number>> = {
  release: 200,
  register: 10,
  setLevels: 300,
  openWeek: 50,
  submit: 100,
  seal: 50,
  settle: 50,
  hold: 5,
  withdraw: 500,
  deposit: 500,
  transfer: 500,
  setTransferFee: 30,
  donate: 100,
  absorb: 50,
  pause: 10,
  resume: 10,
  payRewards: 100,
  grant: 100,
  giveVerdict: 100,
  rateReward: 50,
  confirmActivity: 50,
  resolve: 100,
  active: 100,
  cancelled: 50,
  offer: 8,
  updateService: 20,
  purchase: 300,
  stake: 50,
  unstake: 50,
  spend: 60,
  withdrawFund: 60,
  redistribute: 6,
  "taken from": 20,
  "taken from stakes": 1,
}

function choicesOf(walk: Walk): Choices {
  if (walk.isPaused) return pausedChoices(walk)
  return { ...weekChoices(walk), ...balanceChoices(walk), ...rewardChoices(walk), ...marketChoices(walk) }
}

describe("a random walk", () => {
  rememberAddresses()

  it(`[STK-142] keeps the ledger after each of ${OPERATIONS} operations, equal to a model and to what the events tell`, async () => {
    const walk = new Walk(new Random(20_251_215))
    let operations = 0
    while (operations < OPERATIONS) {
      if (walk.random.chance(5)) await refuse(walk)
      else if (walk.step(choicesOf)) operations++
      walk.compare()
      if (operations % INSPECTION === 0) walk.inspect()
    }
    walk.inspect()

    // The walk went everywhere, and weeks were paid in full as well as short.
    for (const [name, least] of Object.entries(LEAST)) {
      expect(walk.done.get(name) ?? 0, name).to.be.at.least(least)
    }
    expect(walk.refused).to.be.at.least(300)
    expect(walk.weeks.seen.full).to.be.at.least(5)
    expect(walk.weeks.seen.short).to.be.at.least(5)
  }).timeout(180_000)
})
