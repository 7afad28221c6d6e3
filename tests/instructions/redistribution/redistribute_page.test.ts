import {
  Fund,
  PAGE_SLOTS,
  pagePda,
  parseAmount,
  quarterOf,
  quarterStart,
  redistribution,
  SECONDS_PER_DAY,
  stakePagePda,
  STK_POLICY,
  STK_PRESET,
  unixDay,
  weekStart,
} from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import {
  addMembers,
  addPage,
  balances,
  createEconomy,
  openWeek,
  readEconomy,
  readMember,
  readPage,
  releaseDays,
  runWeek,
  seal,
  settle,
  submitAll,
  tokenAccountOf,
  withdraw,
  type TestEconomy,
} from "../../utils/economy"
import { eventOf, expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET, stkPreset } from "../../utils/presets"
import { Random } from "../../utils/random"
import { addStakePage, readStakePage, snapshotPage, stake, takeSnapshot, unstake } from "../../utils/staking"
import { Chain, START_UNIX_TIME } from "../../utils/svm"
import {
  postUntil,
  putStakePageIndex,
  redistribute,
  redistributionOf,
  setBands,
  transfer,
} from "../../utils/transfers"

const stk = (text: string) => parseAmount(text, STK_PRESET.decimals)
/** 2025-12-15, the day on which the tests begin. */
const FIRST_DAY = unixDay(START_UNIX_TIME) ?? 0
/** What the design allows a redistribution for each member of a full page. */
const MOST_UNITS_OF_A_MEMBER = 60
/** The last quarter of 2025. */
const QUARTER = 223
const OFF = [
  { days: 0, bps: 0 },
  { days: 0, bps: 0 },
  { days: 0, bps: 0 },
] as const

const utc = (date: string) => Date.parse(`${date}T00:00:00Z`) / 1000

describe("redistribute_page", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
  })

  afterEach(() => {
    // Of the stakes, `expectLedgerInvariant` knows the economy's total.
    expectLedgerInvariant(chain, economy)
  })

  const state = () => readEconomy(chain, economy)
  const pool = () => state().funds[Fund.RewardsPool]
  const atDay = (day: number) => day * SECONDS_PER_DAY

  /**
   * An economy in whose first week these members earned these base units; 0 for members who only registered. Days are
   * then counted from Sunday 2025-12-21 for the first and from Monday 2025-12-15 for the others.
   */
  function founded(...rewards: readonly number[]): void {
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, rewards.length)
    releaseDays(chain, economy, 7)
    runWeek(
      chain,
      economy,
      rewards.map((reward) => (reward === 0 ? null : [reward])),
    )
    setBands(chain, economy)
  }

  /** Lets so many days pass from the first one, with every week posted. */
  const pass = (days: number) => postUntil(chain, economy, atDay(FIRST_DAY + days))

  it("[STK-86] [STK-87] [STK-88] [STK-89] takes 0, 5, 5, 10, 10, 15 and 15% of 1,000 STK after 89, 90, 179, 180, 364, 365 and 366 days", () => {
    economy = createEconomy(chain, { preset: stkPreset() })
    // Who pays the others their 1,000 STK registers first and stays active to the end.
    addMembers(chain, economy, 1)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[35, 35, 7, 35, 70, 35, 35]])
    const days = [366, 365, 364, 180, 179, 90, 89]
    const today = FIRST_DAY + 14 + 366
    for (const inactive of days) {
      postUntil(chain, economy, atDay(today - inactive))
      addMembers(chain, economy, 1)
    }
    days.forEach((_, index) => transfer(chain, economy, 0, index + 1, stk("1000")))
    postUntil(chain, economy, atDay(today))
    setBands(chain, economy)
    const before = [balances(chain, economy)[0] ?? 0n, pool()] as const

    const sent = redistribute(chain, economy)

    const [payer, ...others] = balances(chain, economy)
    expect(others).to.deep.equal(["850", "850", "900", "900", "950", "950", "1000"].map(stk))
    // The payer was last active 366 + 7 days ago.
    const share = (before[0] * 15n) / 100n
    expect(payer).to.equal(before[0] - share)
    expect(pool()).to.equal(before[1] + stk("600") + share)
    const event = eventOf(sent, "PageRedistributed")
    expect(event).to.include({ taken: stk("600") + share, takenFromStakes: 0n, day: today })
    expect([...event.affected]).to.deep.equal([0b0111_1111])
    expect([...event.warned]).to.deep.equal([0b0110_0000])
  })

  it("[STK-90] [STK-91] leaves 950, 855, 769.5 and 654.075 of 1,000 STK after four quarters", () => {
    economy = createEconomy(chain, { preset: stkPreset() })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[35, 35, 7, 35, 70, 35, 35]])
    transfer(chain, economy, 0, 1, stk("1000"))
    setBands(chain, economy)
    const left: bigint[] = []
    // 106, 197, 289 and 381 days after the registration.
    for (const date of ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]) {
      postUntil(chain, economy, utc(date))
      redistribute(chain, economy)
      left.push(readMember(chain, economy, 1).balance)
      expectLedgerInvariant(chain, economy)
    }
    expect(left).to.deep.equal(["950", "855", "769.5", "654.075"].map(stk))
  })

  it("[STK-90] moves what is taken to the Rewards Pool, and says from whom", () => {
    founded(1_000, 0, 39, 19)
    pass(6 + 90)
    const before = state()

    const sent = redistribute(chain, economy)

    // 39 × 5% = 1.95, 19 × 5% = 0.95
    expect(balances(chain, economy)).to.deep.equal([950n, 0n, 38n, 19n])
    expect(state()).to.deep.equal({
      ...before,
      memberBalances: before.memberBalances - 51n,
      funds: before.funds.map((fund, index) => (index === Fund.RewardsPool ? fund + 51n : fund)),
    })
    const { quarter, day } = { quarter: QUARTER + 1, day: FIRST_DAY + 96 }
    expect(quarterOf(chain.unixTime)).to.equal(quarter)
    expectEvents(sent, {
      name: "PageRedistributed",
      data: {
        economy: economy.address,
        page: 0,
        quarter,
        day,
        taken: 51n,
        takenFromStakes: 0n,
        rewardsPool: pool(),
        affected: Uint8Array.of(0b0101),
        // Also those who have nothing: they are asked to return, too.
        warned: Uint8Array.of(0b1111),
      },
    })
    expect(readPage(chain, economy).header.redistributedQuarter).to.equal(quarter)
    const quarters = readPage(chain, economy).members.map((member) => member.lastRedistributionQuarter)
    expect(quarters).to.deep.equal([quarter, 0, quarter, 0])
  })

  it("[STK-86] [STK-87] counts from the Sunday that closes the last active week", () => {
    founded(1_000, 0)
    transfer(chain, economy, 0, 1, 400n)
    // 89 days after the Sunday, 95 after the registration.
    pass(6 + 89)
    redistribute(chain, economy)
    expect(balances(chain, economy)).to.deep.equal([600n, 380n])
  })

  it("counts from the last active week, not from earlier ones", () => {
    founded(1_000, 1_000)
    for (let week = 0; week < 10; week++) runWeek(chain, economy, week === 9 ? [[1]] : [])
    pass(6 + 90)
    redistribute(chain, economy)
    expect(balances(chain, economy)).to.deep.equal([1_001n, 950n])
  })

  it("leaves everything else of a member alone", () => {
    founded(1_000)
    pass(100)
    const before = readMember(chain, economy, 0)

    redistribute(chain, economy)

    expect(readMember(chain, economy, 0)).to.deep.equal({
      ...before,
      balance: 950n,
      lastRedistributionQuarter: QUARTER + 1,
    })
  })

  it("[STK-91] happens once in a calendar quarter, to its last second", async () => {
    founded(1_000)
    pass(100)
    redistribute(chain, economy)
    await expectError(() => redistribute(chain, economy), "AlreadyRedistributed")
    const second = utc("2026-04-01")
    postUntil(chain, economy, second - 1)
    await expectError(() => redistribute(chain, economy), "AlreadyRedistributed")
    chain.unixTime = second

    redistribute(chain, economy)

    // 5% twice, floored: 950, 902.5
    expect(balances(chain, economy)).to.deep.equal([903n])
    await expectError(() => redistribute(chain, economy), "AlreadyRedistributed")
    expect(quarterStart(quarterOf(second))).to.equal(second)
  })

  it("takes once for several quarters that nobody called it in", () => {
    founded(1_000)
    postUntil(chain, economy, utc("2026-11-02"))
    redistribute(chain, economy)
    expect(balances(chain, economy)).to.deep.equal([900n])
  })

  it("[STK-93] works on balances inside: what was withdrawn or is due stays", () => {
    founded(1_000, 0)
    withdraw(chain, economy, 0, 400n)
    pass(6 + 98)
    openWeek(chain, economy)
    submitAll(chain, economy, [null, [77]])
    seal(chain, economy)
    const before = state()

    redistribute(chain, economy)

    expect(readMember(chain, economy, 0).balance).to.equal(570n)
    expect(readMember(chain, economy, 1)).to.include({ balance: 0n, pending: 77n })
    expect(state()).to.include({ unsettled: before.unsettled, withdrawn: 400n, frozen: 0n })
    const wallet = economy.members[0]
    if (wallet === undefined) throw new Error("there is a member")
    expect(tokenBalance(chain, tokenAccountOf(chain, economy, wallet.publicKey))).to.equal(400n)
    settle(chain, economy)
    expect(balances(chain, economy)).to.deep.equal([570n, 77n])
  })

  it("redistributes each page by itself", async () => {
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, PAGE_SLOTS + 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, Array<number[]>(PAGE_SLOTS + 2).fill([100]))
    // Days are compared with one band after the other: the last costs most.
    setBands(chain, economy, [
      { days: 30, bps: 500 },
      { days: 40, bps: 1_000 },
      { days: 50, bps: 1_000 },
    ])
    pass(6 + 50)

    const second = redistribute(chain, economy, 1)

    expect(eventOf(second, "PageRedistributed")).to.include({ page: 1, taken: 20n })
    expect([...eventOf(second, "PageRedistributed").affected]).to.deep.equal([0b11])
    await expectError(() => redistribute(chain, economy, 1), "AlreadyRedistributed")
    const first = redistribute(chain, economy, 0)
    expect(eventOf(first, "PageRedistributed")).to.include({ page: 0, taken: 10_240n })
    expect([...eventOf(first, "PageRedistributed").affected]).to.deep.equal(Array(128).fill(255))
    expect([...eventOf(first, "PageRedistributed").warned]).to.deep.equal(Array(128).fill(0))
    expect(new Set(balances(chain, economy))).to.deep.equal(new Set([90n]))
    expect(first.computeUnits / PAGE_SLOTS).to.be.at.most(MOST_UNITS_OF_A_MEMBER)
  })

  it("uses at most 60 compute units a member when nobody is inactive", () => {
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, PAGE_SLOTS)
    runWeek(chain, economy, [])
    setBands(chain, economy)

    const sent = redistribute(chain, economy)

    expect(eventOf(sent, "PageRedistributed")).to.include({ taken: 0n })
    expect(sent.computeUnits / PAGE_SLOTS).to.be.at.most(MOST_UNITS_OF_A_MEMBER)
  })

  it("does nothing to a page without members but note the quarter", () => {
    founded(...Array<number>(PAGE_SLOTS).fill(0))
    addPage(chain, economy)
    const sent = redistribute(chain, economy, 1)
    expect(eventOf(sent, "PageRedistributed")).to.include({ page: 1, taken: 0n })
    expect([...eventOf(sent, "PageRedistributed").affected]).to.deep.equal([])
    expect(readPage(chain, economy, 1).header.redistributedQuarter).to.equal(QUARTER)
  })

  describe("with stakes", () => {
    /** Members by global index stake these base units, in this order. */
    function staked(...stakes: readonly [index: number, amount: bigint][]): void {
      addStakePage(chain, economy)
      for (const [index, amount] of stakes) stake(chain, economy, index, amount)
    }

    const stakes = () => {
      const { total, stakes: live } = readStakePage(chain, economy)
      return { total, amounts: live.map(({ amount }) => amount) }
    }

    it("takes from the balance first, and counts stakes to the base", () => {
      founded(100_000, 100_000)
      staked([0, 30_000n], [1, 99_000n], [0, 70_000n])
      pass(6 + 90)
      const before = state()

      const sent = redistribute(chain, economy)

      // 5% of 100,000 each: member 0 has no balance, member 1 has 1,000.
      expect(balances(chain, economy)).to.deep.equal([0n, 0n])
      expect(stakes()).to.deep.equal({ total: 190_000n, amounts: [25_000n, 95_000n, 70_000n] })
      expect(state()).to.include({ memberBalances: 0n, staked: 190_000n })
      expect(pool()).to.equal(before.funds[Fund.RewardsPool] + 10_000n)
      const event = eventOf(sent, "PageRedistributed")
      expect(event).to.include({ taken: 10_000n, takenFromStakes: 9_000n })
      expect([...event.affected]).to.deep.equal([0b11])
    })

    it("takes from the stakes in the order of their places, and frees those that it empties", async () => {
      founded(100_000)
      staked([0, 2_000n], [0, 1_000n], [0, 97_000n])
      pass(6 + 90)

      redistribute(chain, economy)

      expect(stakes()).to.deep.equal({ total: 95_000n, amounts: [95_000n] })
      for (const place of [0, 1]) {
        await expectError(() => unstake(chain, economy, 0, place, place), "StaleStake")
      }
      unstake(chain, economy, 0, 2, 2)
      expect(balances(chain, economy)).to.deep.equal([95_000n])
    })

    it("leaves the stakes of active members alone", () => {
      founded(100_000, 100_000)
      staked([1, 100_000n], [0, 50_000n])
      for (let week = 0; week < 13; week++) runWeek(chain, economy, week === 12 ? [null, [7]] : [])
      redistribute(chain, economy)
      // Member 0 has 50,000 and 50,000 staked.
      expect(balances(chain, economy)).to.deep.equal([45_000n, 7n])
      expect(stakes().amounts).to.deep.equal([100_000n, 50_000n])
    })

    it("[STK-90] floors the share of balance and stakes together", () => {
      founded(1_058)
      staked([0, 1_019n])
      pass(6 + 90)
      redistribute(chain, economy)
      // 5% of 1,058 is 52.9; of 39 and 1,019 apart it would be 1.95 and 50.95.
      expect(balances(chain, economy)).to.deep.equal([0n])
      expect(stakes().amounts).to.deep.equal([1_006n])
    })

    it("takes what the SDK computes, whoever has what where", () => {
      const members = 60
      const random = new Random(90)
      founded(...Array.from({ length: members }, () => random.between(0, 20_000)))
      addStakePage(chain, economy)
      const all = Array.from({ length: members }, (_, index) => index)
      for (const index of all) {
        for (
          let left = readMember(chain, economy, index).balance, places = 0;
          left >= 1_000n && places < 3;
          places++
        ) {
          const amount = BigInt(random.between(1_000, Number(left)))
          stake(chain, economy, index, amount)
          left -= amount
        }
      }
      // Some come back, in other weeks; the clock ends where members are in every band.
      const active = all.map(() => random.between(0, 58))
      for (let week = 1; week <= 58; week++) {
        runWeek(
          chain,
          economy,
          active.map((last) => (last === week ? [1] : null)),
        )
      }
      const { members: before } = readPage(chain, economy)
      const places = readStakePage(chain, economy).stakes
      const day = unixDay(chain.unixTime) ?? 0
      const expected = before.map((member, slot) => {
        const own = places.filter((each) => each.slot === slot).map(({ amount }) => amount)
        return redistribution({ ...member, stakes: own }, STK_POLICY.bands, day)
      })

      const sent = redistribute(chain, economy)

      expect(new Set(expected.map(({ band }) => band))).to.deep.equal(new Set([null, 0, 1, 2]))
      expect(balances(chain, economy)).to.deep.equal(
        before.map(({ balance }, slot) => balance - (expected[slot]?.fromBalance ?? 0n)),
      )
      for (const slot of all) {
        const own = places.filter((each) => each.slot === slot)
        const shares = expected[slot]?.fromStakes ?? []
        const rest = own.map(({ amount }, place) => amount - (shares[place] ?? 0n))
        const left = readStakePage(chain, economy).stakes.filter((each) => each.slot === slot)
        expect(left.map(({ amount }) => amount)).to.deep.equal(rest.filter((amount) => amount > 0n))
      }
      const event = eventOf(sent, "PageRedistributed")
      const has = (bits: Uint8Array) => all.map((slot) => (((bits[slot >> 3] ?? 0) >> (slot & 7)) & 1) === 1)
      expect(has(event.affected)).to.deep.equal(expected.map(({ amount }) => amount > 0n))
      expect(has(event.warned)).to.deep.equal(expected.map(({ band }) => band === 0))
      expect(event.taken).to.equal(expected.reduce((sum, { amount }) => sum + amount, 0n))
    })

    it("needs the stake page of this page", async () => {
      founded(1_000)
      staked([0, 1_000n])
      pass(100)
      const right = redistributionOf(chain, economy)
      const without = withAccount(right, "stakes", right.programId)
      await expectError(() => chain.send(without), "StakePageMissing")
      putStakePageIndex(chain, economy, 0, 1)
      await expectError(() => chain.send(right), "WrongPage")
      putStakePageIndex(chain, economy, 0, 0)
      chain.send(right)
    })

    it("refuses stakes of another economy", async () => {
      founded(1_000)
      const other = economy
      founded(1_000)
      for (const each of [economy, other]) {
        addStakePage(chain, each)
        stake(chain, each, 0, 1_000n)
      }
      pass(100)
      const [foreign] = stakePagePda(other.address, 0)
      const wrong = withAccount(redistributionOf(chain, economy), "stakes", foreign)
      await expectError(() => chain.send(wrong), "WrongEconomy")
    })
  })

  it("refuses while scores are being submitted", async () => {
    founded(1_000)
    pass(100)
    openWeek(chain, economy)
    await expectError(() => redistribute(chain, economy), "WeekIsOpen")
    submitAll(chain, economy)
    await expectError(() => redistribute(chain, economy), "WeekIsOpen")
    seal(chain, economy)
    redistribute(chain, economy)
  })

  it("refuses while posting is behind, so that a silent oracle takes from nobody", async () => {
    founded(1_000)
    pass(100)
    const { week } = state()
    // The next week has ended and is not posted: whoever came back in it would be taken for inactive.
    chain.unixTime = weekStart(week + 2)
    await expectError(() => redistribute(chain, economy), "WeeksBehind")
    chain.unixTime = weekStart(week + 2) - 1
    redistribute(chain, economy)
  })

  it("refuses in an economy that has not posted a week yet", async () => {
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 1)
    setBands(chain, economy)
    await expectError(() => redistribute(chain, economy), "WeeksBehind")
  })

  it("refuses when there are no bands", async () => {
    founded(1_000)
    setBands(chain, economy, OFF)
    pass(100)
    await expectError(() => redistribute(chain, economy), "NoBands")
  })

  it("refuses another economy's page", async () => {
    founded(1_000)
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, other, 1)
    pass(100)
    const wrong = withAccount(redistributionOf(chain, economy), "page", pagePda(other.address, 0)[0])
    await expectError(() => chain.send(wrong), "WrongEconomy")
  })

  it("waits until the page is kept for the snapshot that votes weigh", async () => {
    founded(1_000)
    pass(100)
    takeSnapshot(chain, economy)
    await expectError(() => redistribute(chain, economy), "SnapshotDue")
    snapshotPage(chain, economy)
    redistribute(chain, economy)
  })

  it("refuses while the economy is paused", async () => {
    founded(1_000)
    pass(100)
    pause(chain, economy)
    await expectError(() => redistribute(chain, economy), "Paused")
  })
})
