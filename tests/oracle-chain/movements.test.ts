import {
  decodeEvents,
  Fund,
  PAGE_SLOTS,
  pagePda,
  payRewardsInstruction,
  SECONDS_PER_DAY,
  type StkEventName,
} from "@stk/sdk"
import { expect } from "chai"
import { creditsOf } from "../../oracle/src/chain/agreement"
import { notesOf, replayBalances } from "../../oracle/src/chain/movements"
import { PageState } from "../../oracle/src/chain/state"
import { depositOf, memberKey } from "../utils/actions"
import {
  addMembers,
  balances,
  createEconomy,
  openWeek,
  readEconomy,
  readMember,
  readWeek,
  releaseDays,
  runWeek,
  seal,
  settlePage,
  submitAll,
  type TestEconomy,
  withdraw,
} from "../utils/economy"
import { expectLedgerInvariant } from "../utils/expect"
import { FUNDED_PRESET, NO_LIMITS, setLimits, spend } from "../utils/funds"
import { buy, offerService, openActivation } from "../utils/marketplace"
import {
  addEscrowPage,
  giveVerdict,
  grant,
  KIND,
  REASON,
  resolveRewards,
  setRewardKinds,
} from "../utils/rewards"
import { addStakePage, findStakePage, stake, unstake } from "../utils/staking"
import { Chain } from "../utils/svm"
import { postUntil, redistribute, setBands, setTransferFee, transfer } from "../utils/transfers"

/** The first member of the second page. */
const ELSEWHERE = PAGE_SLOTS
const EARNED = 50_000

describe("what settle knows of movements between its reads", function () {
  this.timeout(60_000)

  let chain: Chain
  let economy: TestEconomy

  /** Two pages; members 0 to 3 and the first of the second page have earned tokens. */
  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: FUNDED_PRESET })
    addMembers(chain, economy, PAGE_SLOTS + 1)
    releaseDays(chain, economy, 7)
    const scores = Array.from({ length: PAGE_SLOTS + 1 }, (_, index) =>
      index < 4 || index === ELSEWHERE ? [EARNED] : null,
    )
    runWeek(chain, economy, scores)
    setLimits(chain, economy, NO_LIMITS)
    setTransferFee(chain, economy, 50)
    setRewardKinds(chain, economy)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const pageState = (page: number): PageState => {
    const account = chain.getAccount(pagePda(economy.address, page)[0])
    if (account === null) throw new Error(`there is no page ${page}`)
    return new PageState(Buffer.from(account.data), chain.slot)
  }

  function payRewards(kind: number, page: number, payments: { slot: number; amount: bigint }[]): void {
    const { validator } = economy.actors
    const at = { validator: validator.publicKey, economy: economy.address }
    chain.send(payRewardsInstruction({ ...at, kind, reason: REASON, page, payments }), [validator])
  }

  /**
   * Notes all pages, acts, and follows each page's events to the unit. Expects the named events, that the pages named
   * changed, and that nothing but the events explains it.
   */
  function expectFollowed(names: readonly StkEventName[], changed: readonly number[], act: () => void): void {
    const notes = [0, 1].map((page) => notesOf(pageState(page)))
    const pending = [0, 1].map((page) => {
      const state = pageState(page)
      return Array.from({ length: state.length }, (_, slot) => state.member(slot).pending)
    })
    const began = chain.history.length

    act()

    const events = chain.history.slice(began).flatMap((logs) => decodeEvents(logs))
    expect([...new Set(events.map(({ name }) => name))]).to.include.members([...names])
    const { week, bands } = readEconomy(chain, economy)
    const record = readWeek(chain, economy, week)
    for (const page of [0, 1]) {
      const staked = Array<bigint>(PAGE_SLOTS).fill(0n)
      for (const { slot, amount } of findStakePage(chain, economy, page)?.stakes ?? [])
        staked[slot] = (staked[slot] ?? 0n) + amount
      const members = notes[page] ?? []
      const credits = creditsOf(pending[page] ?? [], record.payable, record.due)
      const replay = { economy: economy.address.toBase58(), page, members, week, credits, bands, staked }
      const actual = notesOf(pageState(page)).map(({ balance }) => balance)

      expect(replayBalances({ ...replay, events }), `page ${page}`).to.deep.equal(actual)
      const unchanged = members.map(({ balance }) => balance)
      if (changed.includes(page)) expect(actual, `page ${page}`).to.not.deep.equal(unchanged)
      else expect(actual, `page ${page}`).to.deep.equal(unchanged)
      // Without the events it would be an alarm.
      const credited = unchanged.map((balance, slot) => balance + (credits[slot] ?? 0n))
      expect(replayBalances({ ...replay, events: [] })).to.deep.equal(credited)
    }
  }

  it("deposits and withdrawals", () => {
    expectFollowed(["Deposited", "Withdrawn"], [0], () => {
      const source = withdraw(chain, economy, 1, 700n)
      chain.send(depositOf(economy, 1, source, 300n), [memberKey(economy, 1)])
    })
    expect(readMember(chain, economy, 1).balance).to.equal(49_600n)
  })

  it("stakes", () => {
    addStakePage(chain, economy)
    expectFollowed(["Staked", "Unstaked"], [0], () => {
      stake(chain, economy, 2, 3_000n)
      stake(chain, economy, 2, 4_000n)
      chain.unixTime += 30 * SECONDS_PER_DAY
      unstake(chain, economy, 2, 0, 0)
    })
    expect(readMember(chain, economy, 2).balance).to.equal(46_000n)
  })

  it("transfers within a page and to another, the fee included", () => {
    expectFollowed(["Transferred"], [0, 1], () => {
      transfer(chain, economy, 0, 1, 1_000n)
      transfer(chain, economy, 1, ELSEWHERE, 2_000n)
      transfer(chain, economy, ELSEWHERE, 5, 400n)
    })
    expect(balances(chain, economy).slice(0, 6)).to.deep.equal([49_000n, 48_995n, 50_000n, 50_000n, 0n, 398n])
  })

  it("purchases: the buyer, and authors in its page and in another", () => {
    const split = [
      { member: 1, bps: 5_000 },
      { member: ELSEWHERE, bps: 3_000 },
      { fund: Fund.Treasury, bps: 2_000 },
    ]
    const id = offerService(chain, economy, 1, { split })
    for (const buyer of [0, 2]) openActivation(chain, economy, id, buyer)
    expectFollowed(["ServicePurchased"], [0, 1], () => {
      buy(chain, economy, id, 0)
      buy(chain, economy, id, 2)
    })
    expect(readMember(chain, economy, ELSEWHERE).balance).to.equal(50_060n)
  })

  it("rewards that are paid at once", () => {
    expectFollowed(["RewardsPaid"], [0, 1], () => {
      payRewards(KIND.learning, 0, [
        { slot: 4, amount: 7n },
        { slot: 0, amount: 8n },
      ])
      payRewards(KIND.content, 1, [{ slot: 0, amount: 9n }])
    })
    expect(readMember(chain, economy, 4).balance).to.equal(7n)
  })

  it("rewards that are resolved, of which the cancelled ones move nothing", () => {
    addEscrowPage(chain, economy)
    const grants = [0, 1].map((place) => ({ place, member: place, amount: 11n }))
    grant(chain, economy, KIND.peerReview, grants)
    giveVerdict(chain, economy, 0, true)
    giveVerdict(chain, economy, 1, false)
    chain.unixTime += 30 * SECONDS_PER_DAY
    expectFollowed(["RewardsResolved"], [0], () => resolveRewards(chain, economy, 0, 1))
    expect(balances(chain, economy).slice(0, 2)).to.deep.equal([50_011n, 50_000n])
  })

  it("spending of funds", () => {
    expectFollowed(["FundSpent"], [0, 1], () => {
      spend(chain, economy, { fund: Fund.Treasury, amount: 21n, index: 3 })
      spend(chain, economy, { fund: Fund.Startup, amount: 22n, index: ELSEWHERE })
    })
    expect(readMember(chain, economy, 3).balance).to.equal(50_021n)
  })

  it("a redistribution, also from stakes and between other movements", () => {
    setBands(chain, economy)
    addStakePage(chain, economy)
    // Member 1 keeps so little that the share of its stakes takes all of it and some of them; member 2 keeps enough.
    for (const [member, amount] of [
      [1, 20_000n],
      [1, 29_900n],
      [2, 30_000n],
      [3, 10_000n],
    ] as const)
      stake(chain, economy, member, amount)
    postUntil(chain, economy, chain.unixTime + 400 * SECONDS_PER_DAY)
    expectFollowed(["PageRedistributed", "RewardsPaid", "Transferred", "Unstaked"], [0, 1], () => {
      // Whoever is rewarded is active again.
      payRewards(KIND.learning, 0, [{ slot: 0, amount: 7n }])
      transfer(chain, economy, 3, 4, 1_000n)
      for (const page of [0, 1]) redistribute(chain, economy, page)
      transfer(chain, economy, 2, 1, 500n)
      unstake(chain, economy, 2, 2, 2)
      transfer(chain, economy, 2, 3, 12_000n)
      stake(chain, economy, 3, 1_000n)
    })
    expect(readMember(chain, economy, 0).balance).to.equal(50_007n)
  })

  it("the credits of the week, once and for its page alone", () => {
    openWeek(chain, economy)
    submitAll(chain, economy, [[10], [20]])
    seal(chain, economy)
    expectFollowed(["PageSettled", "Transferred"], [0], () => {
      transfer(chain, economy, 0, 1, 1_000n)
      settlePage(chain, economy, 1)
      settlePage(chain, economy, 0)
      transfer(chain, economy, 1, 0, 20n)
    })
    expect(balances(chain, economy).slice(0, 2)).to.deep.equal([49_030n, 50_995n])
  })
})
