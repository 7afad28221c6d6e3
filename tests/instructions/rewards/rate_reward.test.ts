import { Fund, rateRewardInstruction, type RateRewardParameters } from "@stk/sdk"
import { expect } from "chai"
import { memberKey, pause } from "../../utils/actions"
import { addMembers, readEconomy, readMember, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { giveVerdict, grant, KIND, readReward, resolveRewards, rewardEconomy } from "../../utils/rewards"
import { Chain, type Sent } from "../../utils/svm"

const MENTOR = 1
const MENTEE = 2
const STRANGER = 3

describe("rate_reward", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = rewardEconomy(chain)
    grant(chain, economy, KIND.mentoring, [{ place: 0, member: MENTOR, counterparty: MENTEE, amount: 100n }])
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  function rate(rating: number, changes: Partial<RateRewardParameters> = {}, member = MENTEE): Sent {
    const wallet = memberKey(economy, member)
    const instruction = rateRewardInstruction({
      wallet: wallet.publicKey,
      economy: economy.address,
      escrowPage: 0,
      place: 0,
      id: 0,
      page: 0,
      slot: member,
      rating,
      ...changes,
    })
    return chain.send(instruction, [wallet])
  }
  const reward = () => readReward(chain, economy, 0)

  for (const [rating, verdict] of [
    [1, "rejected"],
    [2, "rejected"],
    [3, "confirmed"],
    [4, "confirmed"],
    [5, "confirmed"],
  ] as const) {
    it(`[STK-81] leaves the reward of a mentor whom the mentee rates ${rating} ${verdict}`, () => {
      const before = readEconomy(chain, economy).funds[Fund.RewardsPool]

      const sent = rate(rating)

      expect(reward()).to.include({ verdict, rating, byValidator: false })
      expectEvents(sent, {
        name: "RewardRated",
        data: {
          economy: economy.address,
          escrowPage: 0,
          place: 0,
          id: 0,
          wallet: memberKey(economy, MENTEE).publicKey,
          rating,
          confirmed: verdict === "confirmed",
        },
      })
      chain.unixTime = reward().endsAt
      resolveRewards(chain, economy, 0)
      const paid = verdict === "confirmed" ? 100n : 0n
      expect(readMember(chain, economy, MENTOR).balance).to.equal(paid)
      expect(readEconomy(chain, economy).funds[Fund.RewardsPool]).to.equal(before + 100n - paid)
    })
  }

  it("[STK-81] refuses ratings of 0 and 6", async () => {
    for (const rating of [0, 6, 255]) await expectError(() => rate(rating), "RatingOutOfRange")
    expect(reward()).to.include({ verdict: null, rating: null })
  })

  it("[STK-81] is the mentee's alone, not the mentor's or another member's", async () => {
    for (const member of [MENTOR, STRANGER, 0]) {
      await expectError(() => rate(5, {}, member), "NotCounterparty")
      await expectError(() => rate(5, { slot: MENTEE }, member), "WrongMember")
    }
    await expectError(() => rate(5, { slot: 4 }), "UnknownSlot")
  })

  it("[STK-81] takes the mentee for somebody of that page only", async () => {
    const wide = rewardEconomy(chain, 1_030)
    economy = wide
    grant(chain, economy, KIND.mentoring, [{ place: 0, member: MENTOR, counterparty: MENTEE, amount: 1n }])
    // Member 1,026 has the mentee's slot, in the page behind.
    const other = { page: 1, slot: MENTEE }
    await expectError(() => rate(5, other, 1_024 + MENTEE), "NotCounterparty")
    rate(4)
    expect(reward().rating).to.equal(4)
  }).timeout(60_000)

  it("counts the last rating, and lets one be given until the resolution", () => {
    rate(5)
    chain.unixTime = reward().endsAt + 86_400
    rate(1)
    expect(reward()).to.include({ verdict: "rejected", rating: 1 })
    resolveRewards(chain, economy, 0)
    expect(readMember(chain, economy, MENTOR).balance).to.equal(0n)
  })

  it("does not undo what the validator has decided", async () => {
    rate(5)
    giveVerdict(chain, economy, 0, false)
    await expectError(() => rate(5), "ValidatorHasDecided")
    expect(reward()).to.include({ verdict: "rejected", rating: 5, byValidator: true })
  })

  it("refuses kinds that others decide about", async () => {
    const pair = { member: MENTOR, counterparty: MENTEE, amount: 1n }
    grant(chain, economy, KIND.peerReview, [{ place: 1, ...pair }])
    grant(chain, economy, KIND.referral, [{ place: 2, ...pair }])
    await expectError(() => rate(5, { place: 1, id: 1 }), "NotDecidedSo")
    await expectError(() => rate(5, { place: 2, id: 2 }), "NotDecidedSo")
  })

  it("refuses a wrong id and a free place", async () => {
    await expectError(() => rate(5, { id: 1 }), "StaleReward")
    await expectError(() => rate(5, { place: 1 }), "StaleReward")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => rate(5), "Paused")
  })

  it("refuses the mentee's page of another economy", async () => {
    const other = rewardEconomy(chain, 0)
    addMembers(chain, other, economy.members)
    const own = economy
    economy = other
    grant(chain, other, KIND.mentoring, [{ place: 0, member: MENTOR, counterparty: MENTEE, amount: 1n }])
    await expectError(() => rate(5, { economy: own.address, page: 1 }), "UninitializedAccount")
    rate(3)
    expect(readReward(chain, own, 0).rating).to.equal(null)
  })
})
