import { ESCROW_PLACES, escrowPda, Fund, TRANSACTION_BYTES, VerdictBy, type RewardGrant } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { balances, readEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import {
  addEscrowPage,
  grant,
  giveVerdict,
  grantOf,
  KIND,
  readEscrowPage,
  readReward,
  REASON,
  resolveRewards,
  rewardEconomy,
  type GrantOptions,
} from "../../utils/rewards"
import { Chain } from "../../utils/svm"

const DAY = 86_400

describe("grant_rewards", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = rewardEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const one = (changes: Partial<RewardGrant> = {}): RewardGrant[] => [
    { place: 0, member: 1, amount: 5n, ...changes },
  ]
  const grantOne = (kind: number, changes: Partial<RewardGrant> = {}, options: GrantOptions = {}) =>
    grant(chain, economy, kind, one(changes), options)
  const funds = () => readEconomy(chain, economy).funds

  it("[STK-77] freezes amounts out of the kind's fund; balances don't change", () => {
    const before = funds()
    const grants = [
      { place: 3, member: 1, counterparty: 2, amount: 1_000n },
      { place: 210, member: 3, counterparty: 0, amount: 1n },
    ]

    const sent = grant(chain, economy, KIND.mentoring, grants)

    const [createdAt, endsAt] = [chain.unixTime, chain.unixTime + 30 * DAY]
    const terms = {
      kind: KIND.mentoring,
      fund: Fund.RewardsPool,
      verdictBy: VerdictBy.Counterparty,
      verdict: null,
      rating: null,
      byValidator: false,
      createdAt,
      endsAt,
    }
    expect(readEscrowPage(chain, economy).rewards).to.deep.equal([
      { ...grants[0], ...terms, id: 0 },
      { ...grants[1], ...terms, id: 1 },
    ])
    expect(readEscrowPage(chain, economy).header).to.include({ total: 1_001n, nextId: 2 })
    const state = readEconomy(chain, economy)
    expect(state.frozen).to.equal(1_001n)
    expect(state.funds).to.deep.equal([before[0] - 1_001n, ...before.slice(1)])
    expect(balances(chain, economy)).to.deep.equal([0n, 0n, 0n, 0n])
    expectEvents(sent, {
      name: "RewardsGranted",
      data: {
        economy: economy.address,
        escrowPage: 0,
        kind: KIND.mentoring,
        reason: REASON,
        firstId: 0,
        grants,
        verdictBy: VerdictBy.Counterparty,
        fund: Fund.RewardsPool,
        fundBalance: before[0] - 1_001n,
        frozen: 1_001n,
        createdAt,
        endsAt,
      },
    })
  })

  it("[STK-65] pays projects from the Startup Fund", () => {
    const before = funds()
    grantOne(KIND.project, { amount: 77n })
    expect(funds()[Fund.Startup]).to.equal(before[Fund.Startup] - 77n)
    expect(funds()[Fund.RewardsPool]).to.equal(before[Fund.RewardsPool])
    expect(readReward(chain, economy, 0).fund).to.equal(Fund.Startup)
  })

  for (const [row, kind, days] of [
    ["STK-79", "peerReview", 30],
    ["STK-81", "mentoring", 30],
    ["STK-82", "referral", 90],
  ] as const) {
    it(`[${row}] freezes ${kind} for ${days} days, not one more or less`, async () => {
      grantOne(KIND[kind], { counterparty: 0 })
      grantOne(KIND[kind], { counterparty: 0, place: 1 }, { freezeDays: days })
      const { createdAt, endsAt } = readReward(chain, economy, 0)
      expect(endsAt - createdAt).to.equal(days * DAY)
      expect(readReward(chain, economy, 1).endsAt).to.equal(endsAt)
      for (const freezeDays of [days - 1, days + 1]) {
        const other = () => grantOne(KIND[kind], { counterparty: 0, place: 2 }, { freezeDays })
        await expectError(other, "FreezeOutOfRange")
      }
    })
  }

  it("[STK-80] freezes projects for 60 to 90 whole days, 90 unless told; refuses 59 and 91", async () => {
    const days = (place: number): number => {
      const { createdAt, endsAt } = readReward(chain, economy, place)
      return (endsAt - createdAt) / DAY
    }
    grantOne(KIND.project)
    for (const [place, freezeDays] of [
      [1, 60],
      [2, 61],
      [3, 89],
      [4, 90],
    ] as const) {
      grantOne(KIND.project, { place }, { freezeDays })
      expect(days(place)).to.equal(freezeDays)
    }
    expect(days(0)).to.equal(90)
    for (const freezeDays of [59, 91, 0, 65_534]) {
      await expectError(() => grantOne(KIND.project, { place: 5 }, { freezeDays }), "FreezeOutOfRange")
    }
  })

  it("[STK-78] freezes nothing of learning: that is paid at once", async () => {
    await expectError(() => grantOne(KIND.learning), "NothingToFreeze")
    await expectError(() => grantOne(KIND.learning, {}, { freezeDays: 0 }), "NothingToFreeze")
    await expectError(() => grantOne(KIND.learning, {}, { freezeDays: 1 }), "FreezeOutOfRange")
  })

  it("takes 53 grants in a legacy transaction of 1,232 bytes, at most 250 compute units each", () => {
    const grants = (count: number) =>
      Array.from({ length: count }, (_, place) => ({ place, member: place % 4, amount: 1n }))
    const { validator } = economy.actors
    const options = { payer: validator, computeUnits: 53 * 250 }
    const sent = chain.send(grantOf(economy, KIND.peerReview, grants(53)), [validator], options)
    expect(sent.size).to.be.within(TRANSACTION_BYTES.legacy - 16, TRANSACTION_BYTES.legacy)
    expect(readEscrowPage(chain, economy).rewards).to.have.length(53)
    expect(readEscrowPage(chain, economy).rewards.map(({ id }) => id)).to.deep.equal(
      Array.from({ length: 53 }, (_, index) => index),
    )
    expect(sent.computeUnits / 53).to.be.at.most(250)
  })

  it("fills a page to its last place and refuses what lies beyond it", async () => {
    for (let first = 0; first < ESCROW_PLACES; first += 40) {
      const length = Math.min(40, ESCROW_PLACES - first)
      const grants = Array.from({ length }, (_, index) => ({ place: first + index, member: 0, amount: 2n }))
      grant(chain, economy, KIND.peerReview, grants)
    }
    expect(readEscrowPage(chain, economy).rewards).to.have.length(211)
    await expectError(() => grantOne(KIND.peerReview, { place: 211 }), "UnknownPlace")
    await expectError(() => grantOne(KIND.peerReview, { place: 255 }), "UnknownPlace")
    addEscrowPage(chain, economy)
    grantOne(KIND.peerReview, {}, { escrowPage: 1 })
    expect(readReward(chain, economy, 0, 1).id).to.equal(0)
  })

  it("refuses a place that is taken, in the page or twice in the batch", async () => {
    grantOne(KIND.peerReview)
    await expectError(() => grantOne(KIND.peerReview), "PlaceTaken")
    const twice = [...one({ place: 1 }), ...one({ place: 1 })]
    await expectError(() => grant(chain, economy, KIND.peerReview, twice), "PlaceTaken")
    expect(readEscrowPage(chain, economy).rewards).to.have.length(1)
  })

  it("gives the id of a resolved reward to no other", () => {
    grantOne(KIND.peerReview)
    giveVerdict(chain, economy, 0, true)
    chain.unixTime += 30 * DAY
    resolveRewards(chain, economy, 0)
    grantOne(KIND.peerReview)
    expect(readReward(chain, economy, 0).id).to.equal(1)
  })

  it("freezes all that the fund holds and not a unit more", async () => {
    const pool = funds()[Fund.RewardsPool]
    await expectError(() => grantOne(KIND.peerReview, { amount: pool + 1n }), "FundTooSmall")
    grantOne(KIND.peerReview, { amount: pool })
    expect(funds()[Fund.RewardsPool]).to.equal(0n)
    await expectError(() => grantOne(KIND.peerReview, { place: 1, amount: 1n }), "FundTooSmall")
  })

  it("refuses no grants, an amount of nothing and a sum that does not fit", async () => {
    await expectError(() => grant(chain, economy, KIND.peerReview, []), "NoRewards")
    await expectError(() => grantOne(KIND.peerReview, { amount: 0n }), "AmountIsZero")
    const half = 2n ** 63n
    const huge = [...one({ amount: half }), ...one({ place: 1, amount: half })]
    await expectError(() => grant(chain, economy, KIND.peerReview, huge), "Overflow")
  })

  it("refuses members and counterparties that there are not, and kinds that there are not", async () => {
    grantOne(KIND.peerReview, { member: 3, counterparty: 2 })
    await expectError(() => grantOne(KIND.peerReview, { place: 1, member: 4 }), "UnknownMember")
    await expectError(() => grantOne(KIND.peerReview, { place: 1, counterparty: 4 }), "WrongCounterparty")
    await expectError(() => grantOne(7, { place: 1 }), "UnknownRewardKind")
  })

  it("[STK-81, STK-82] needs another member as mentee or as the member brought in", async () => {
    for (const kind of [KIND.mentoring, KIND.referral]) {
      await expectError(() => grantOne(kind), "WrongCounterparty")
      await expectError(() => grantOne(kind, { counterparty: 1 }), "WrongCounterparty")
    }
    grantOne(KIND.referral, { counterparty: 3 })
    expect(readReward(chain, economy, 0).counterparty).to.equal(3)
  })

  it("[STK-143] is the validator's alone", async () => {
    const { admin, registrar, oracle, treasurer, guardian, stranger } = economy.actors
    const instruction = grantOf(economy, KIND.peerReview, one())
    for (const signer of [admin, registrar, oracle, treasurer, guardian, stranger]) {
      const wrong = withAccount(instruction, "validator", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotValidator")
    }
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => grantOne(KIND.peerReview), "Paused")
  })

  it("refuses another economy's escrow page", async () => {
    const other = rewardEconomy(chain)
    const [escrow] = escrowPda(other.address, 0)
    const wrong = withAccount(grantOf(economy, KIND.peerReview, one()), "escrow", escrow)
    await expectError(() => chain.send(wrong, [economy.actors.validator]), "WrongEconomy")
  })
})
