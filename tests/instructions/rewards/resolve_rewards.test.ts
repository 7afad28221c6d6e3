import {
  escrowPda,
  Fund,
  pagePda,
  resolveRewardsInstruction,
  rewardOutcome,
  unixDay,
  type RewardPlace,
} from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { balances, readEconomy, readMember, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import {
  giveVerdict,
  grant,
  KIND,
  readEscrowPage,
  readReward,
  resolveRewards,
  rewardEconomy,
} from "../../utils/rewards"
import { snapshotPage, takeSnapshot } from "../../utils/staking"
import { Chain, type Sent } from "../../utils/svm"

const DAY = 86_400

describe("resolve_rewards", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = rewardEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = (places: readonly RewardPlace[], page = 0, escrowPage = 0) =>
    resolveRewardsInstruction({ economy: economy.address, escrowPage, page, places })
  const resolve = (...places: readonly RewardPlace[]): Sent => chain.send(instruction(places))
  const state = () => readEconomy(chain, economy)
  /** Freezes a peer review of member 1 in place 0. */
  const review = (amount = 100n) => grant(chain, economy, KIND.peerReview, [{ place: 0, member: 1, amount }])
  const endsAt = () => readReward(chain, economy, 0).endsAt

  it("[STK-83] makes a confirmed reward active: the balance grows by the amount, and the event tells", () => {
    review()
    const { funds } = state()
    giveVerdict(chain, economy, 0, true)
    chain.unixTime = endsAt()

    const sent = resolveRewards(chain, economy, 0)

    const day = unixDay(chain.unixTime) ?? 0
    expect(balances(chain, economy)).to.deep.equal([0n, 100n, 0n, 0n])
    expect(readMember(chain, economy, 1).lastRewardDay).to.equal(day)
    expect(state()).to.include({ frozen: 0n, memberBalances: 100n })
    expect(state().funds).to.deep.equal(funds)
    expect(readEscrowPage(chain, economy)).to.deep.include({ rewards: [] })
    expect(readEscrowPage(chain, economy).header).to.include({ total: 0n, nextId: 1 })
    expectEvents(sent, {
      name: "RewardsResolved",
      data: {
        economy: economy.address,
        escrowPage: 0,
        page: 0,
        rewards: [{ amount: 100n, id: 0, slot: 1, place: 0, active: 1 }],
        frozen: 0n,
        funds,
        memberBalances: 100n,
        day,
      },
    })
  })

  it("[STK-84] cancels a rejected reward: the amount is back in the Rewards Pool to the unit, and the event tells", () => {
    const { funds } = state()
    review(123_456_789n)
    expect(state().funds[Fund.RewardsPool]).to.equal(funds[Fund.RewardsPool] - 123_456_789n)
    giveVerdict(chain, economy, 0, false)
    const before = readMember(chain, economy, 1)
    chain.unixTime = endsAt()

    const sent = resolveRewards(chain, economy, 0)

    expect(state().funds).to.deep.equal(funds)
    expect(state().frozen).to.equal(0n)
    expect(readMember(chain, economy, 1)).to.deep.equal(before)
    expectEvents(sent, {
      name: "RewardsResolved",
      data: {
        economy: economy.address,
        escrowPage: 0,
        page: 0,
        rewards: [{ amount: 123_456_789n, id: 0, slot: 1, place: 0, active: 0 }],
        frozen: 0n,
        funds,
        memberBalances: 0n,
        day: unixDay(chain.unixTime) ?? 0,
      },
    })
  })

  it("[STK-84] returns a cancelled project reward to the Startup Fund", () => {
    const { funds } = state()
    grant(chain, economy, KIND.project, [{ place: 0, member: 1, amount: 55n }])
    giveVerdict(chain, economy, 0, false)
    chain.unixTime = endsAt()
    resolveRewards(chain, economy, 0)
    expect(state().funds).to.deep.equal(funds)
  })

  it("[STK-79, STK-85] changes nothing a second before 30 days, processes at 30 days, refuses it again", async () => {
    review()
    giveVerdict(chain, economy, 0, true)
    const end = readReward(chain, economy, 0).createdAt + 2_592_000
    const before = readEscrowPage(chain, economy)

    chain.unixTime = end - 1
    await expectError(() => resolve({ place: 0, id: 0 }), "RewardIsFrozen")
    expect(readEscrowPage(chain, economy)).to.deep.equal(before)
    expect(readMember(chain, economy, 1).balance).to.equal(0n)

    chain.unixTime = end
    resolve({ place: 0, id: 0 })
    expect(readMember(chain, economy, 1).balance).to.equal(100n)

    await expectError(() => resolve({ place: 0, id: 0 }), "StaleReward")
    expect(readMember(chain, economy, 1).balance).to.equal(100n)
  })

  for (const [row, kind, days] of [
    ["STK-80", "project", 90],
    ["STK-81", "mentoring", 30],
    ["STK-82", "referral", 90],
  ] as const) {
    it(`[${row}, STK-85] processes ${kind} after ${days} days and not a second earlier`, async () => {
      grant(chain, economy, KIND[kind], [{ place: 0, member: 1, counterparty: 2, amount: 100n }])
      giveVerdict(chain, economy, 0, true)
      const { createdAt } = readReward(chain, economy, 0)
      chain.unixTime = createdAt + days * DAY - 1
      await expectError(() => resolve({ place: 0, id: 0 }), "RewardIsFrozen")
      chain.unixTime = createdAt + days * DAY
      resolve({ place: 0, id: 0 })
      expect(readMember(chain, economy, 1).balance).to.equal(100n)
    })
  }

  it("[STK-77] is final for rejected rewards, too", async () => {
    review()
    giveVerdict(chain, economy, 0, false)
    chain.unixTime = endsAt()
    resolve({ place: 0, id: 0 })
    await expectError(() => resolve({ place: 0, id: 0 }), "StaleReward")
    expect(balances(chain, economy)).to.deep.equal([0n, 0n, 0n, 0n])
  })

  it("[STK-77] refuses a reward that is named twice in a batch", async () => {
    review()
    giveVerdict(chain, economy, 0, true)
    chain.unixTime = endsAt()
    await expectError(() => resolve({ place: 0, id: 0 }, { place: 0, id: 0 }), "StaleReward")
    expect(readMember(chain, economy, 1).balance).to.equal(0n)
  })

  it("[STK-77] does not touch another reward that took the place of a resolved one", async () => {
    review()
    giveVerdict(chain, economy, 0, true)
    chain.unixTime = endsAt()
    resolve({ place: 0, id: 0 })
    grant(chain, economy, KIND.peerReview, [{ place: 0, member: 2, amount: 7n }])
    giveVerdict(chain, economy, 0, true)
    chain.unixTime = endsAt()

    await expectError(() => resolve({ place: 0, id: 0 }), "StaleReward")

    resolve({ place: 0, id: 1 })
    expect(balances(chain, economy)).to.deep.equal([0n, 100n, 7n, 0n])
  })

  it("makes a reward without a verdict active 30 days after its end and not a second earlier", async () => {
    review()
    const end = endsAt()
    for (const now of [end, end + 30 * DAY - 1]) {
      chain.unixTime = now
      expect(rewardOutcome(end, null, now)).to.equal("undecided")
      await expectError(() => resolve({ place: 0, id: 0 }), "Undecided")
    }
    chain.unixTime = end + 30 * DAY
    resolve({ place: 0, id: 0 })
    expect(readMember(chain, economy, 1).balance).to.equal(100n)
  })

  it("takes an objection in the 30 days after the end", () => {
    const { funds } = state()
    review()
    chain.unixTime = endsAt() + 30 * DAY - 1
    giveVerdict(chain, economy, 0, false)
    resolve({ place: 0, id: 0 })
    expect(state().funds).to.deep.equal(funds)
  })

  it("resolves a batch of many kinds and outcomes, each to its own home, at most 150 compute units each", () => {
    const { funds } = state()
    const COUNT = 40
    const grants = (kind: number, first: number, amount: bigint) =>
      grant(
        chain,
        economy,
        kind,
        Array.from({ length: COUNT / 2 }, (_, index) => ({
          place: first + index,
          member: index % 4,
          counterparty: (index + 1) % 4,
          amount,
        })),
      )
    grants(KIND.project, 0, 3n)
    grants(KIND.mentoring, COUNT / 2, 5n)
    for (let place = 0; place < COUNT; place++) giveVerdict(chain, economy, place, place % 2 === 0)
    chain.unixTime += 90 * DAY
    const places = Array.from({ length: COUNT }, (_, place) => place)

    const sent = resolveRewards(chain, economy, ...places)

    // Of each kind ten are active: five of member 0 and five of member 2.
    expect(balances(chain, economy)).to.deep.equal([40n, 0n, 40n, 0n])
    expect(state().funds[Fund.Startup]).to.equal(funds[Fund.Startup] - 30n)
    expect(state().funds[Fund.RewardsPool]).to.equal(funds[Fund.RewardsPool] - 50n)
    expect(sent.computeUnits / COUNT).to.be.at.most(150)
  })

  it("changes nothing when one of the batch is still frozen", async () => {
    review()
    giveVerdict(chain, economy, 0, true)
    chain.unixTime += 1
    grant(chain, economy, KIND.peerReview, [{ place: 1, member: 2, amount: 7n }])
    giveVerdict(chain, economy, 1, true)
    chain.unixTime = endsAt()
    await expectError(() => resolve({ place: 0, id: 0 }, { place: 1, id: 1 }), "RewardIsFrozen")
    expect(balances(chain, economy)).to.deep.equal([0n, 0n, 0n, 0n])
    expect(state().frozen).to.equal(107n)
  })

  it("refuses members of another page", async () => {
    economy = rewardEconomy(chain, 1_026)
    const grants = [
      { place: 0, member: 1, amount: 1n },
      { place: 1, member: 1_025, amount: 2n },
    ]
    grant(chain, economy, KIND.peerReview, grants)
    for (const place of [0, 1]) giveVerdict(chain, economy, place, true)
    chain.unixTime = endsAt()
    await expectError(() => resolve({ place: 0, id: 0 }, { place: 1, id: 1 }), "RewardOfAnotherPage")
    await expectError(() => chain.send(instruction([{ place: 0, id: 0 }], 1)), "RewardOfAnotherPage")

    chain.send(instruction([{ place: 1, id: 1 }], 1))

    expect(readMember(chain, economy, 1_025).balance).to.equal(2n)
    expect(readMember(chain, economy, 1).balance).to.equal(0n)
  }).timeout(60_000)

  it("refuses no rewards, a wrong id, a free place and a place beyond the page", async () => {
    review()
    await expectError(() => resolve(), "NoRewards")
    await expectError(() => resolve({ place: 0, id: 1 }), "StaleReward")
    await expectError(() => resolve({ place: 1, id: 0 }), "StaleReward")
    await expectError(() => resolve({ place: 211, id: 0 }), "StaleReward")
  })

  it("refuses while a vote needs the page's balances as they are", async () => {
    review()
    giveVerdict(chain, economy, 0, true)
    chain.unixTime = endsAt()
    takeSnapshot(chain, economy, 1)
    await expectError(() => resolve({ place: 0, id: 0 }), "SnapshotDue")
    snapshotPage(chain, economy)
    resolve({ place: 0, id: 0 })
    expect(readMember(chain, economy, 1).balance).to.equal(100n)
  })

  it("refuses while the economy is paused", async () => {
    review()
    pause(chain, economy)
    await expectError(() => resolve({ place: 0, id: 0 }), "Paused")
  })

  it("refuses another economy's pages", async () => {
    review()
    const other = rewardEconomy(chain)
    const valid = instruction([{ place: 0, id: 0 }])
    const foreignEscrow = withAccount(valid, "escrow", escrowPda(other.address, 0)[0])
    await expectError(() => chain.send(foreignEscrow), "WrongEconomy")
    const foreignPage = withAccount(valid, "page", pagePda(other.address, 0)[0])
    await expectError(() => chain.send(foreignPage), "WrongEconomy")
  })
})
