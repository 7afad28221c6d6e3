import { AccountLayout, createTransferInstruction } from "@solana/spl-token"
import { Fund, formatAmount } from "@stk/sdk"
import { expect } from "chai"
import { absorb, auditOf, depositOf, hold, memberKey, publishDetail, sendToVault } from "../utils/actions"
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
  setLevel,
  settle,
  submitAll,
  tokenAccountOf,
  withdraw,
  type TestEconomy,
} from "../utils/economy"
import { eventOf } from "../utils/events"
import { expectRebuilt } from "../utils/rebuilt"
import { expectError, expectLedgerInvariant, tokenBalance } from "../utils/expect"
import { FORGE_PRESET, stkPreset } from "../utils/presets"
import { Chain } from "../utils/svm"

// Section, task, post, like given, like received, comment written and received.
const EXAMPLE = [5, 3, 1, 5, 3, 2, 0]
const SECTION = [1, 0, 0, 0, 0, 0, 0]
const FULL_WEEK = [35, 35, 7, 35, 70, 35, 35]

const stk = (economy: TestEconomy, amount: bigint) => formatAmount(amount, economy.preset.decimals)

describe("the life of a community", () => {
  it("[STK-22, STK-43, STK-44] four weeks: levels, consistency, a break and what everybody has at the end", () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    // A practitioner of the specification's example, a trainee with a break, a newcomer of the third week.
    addMembers(chain, economy, 2, [3, 2])
    const paid: string[][] = []
    const week = (scores: Parameters<typeof runWeek>[2]) => {
      releaseDays(chain, economy, 7)
      const before = balances(chain, economy)
      runWeek(chain, economy, scores)
      const after = balances(chain, economy)
      paid.push(after.map((balance, member) => stk(economy, balance - (before[member] ?? 0n))))
      expectLedgerInvariant(chain, economy)
    }

    week([EXAMPLE, SECTION])
    week([EXAMPLE, SECTION])
    addMembers(chain, economy, 1)
    week([EXAMPLE, null, SECTION])
    setLevel(chain, economy, 2, 8)
    week([EXAMPLE, SECTION, SECTION])

    expect(paid).to.deep.equal([
      ["1440", "60"],
      ["1468.8", "61.2"],
      ["1512", "0", "50"],
      ["1584", "60", "183.6"],
    ])
    const { funds, minted, memberBalances } = readEconomy(chain, economy)
    // 28 of 365 days of 10^9 STK.
    expect(stk(economy, minted)).to.equal("76712328.767123")
    expect(stk(economy, memberBalances)).to.equal("6419.6")
    expect(funds.reduce((sum, fund) => sum + fund, 0n) + memberBalances).to.equal(minted)
  })

  it("[STK-46] a short pool: everybody gets the same part, the floors stay, the next week is full again", () => {
    const chain = new Chain()
    // 7 of 365 days of this are 20,000 STK, of which the Rewards Pool has half.
    const preset = stkPreset({ emissionFirstYear: (20_000_000_000n * 365n) / 7n + 1n })
    const economy = createEconomy(chain, { preset })
    addMembers(chain, economy, 3)
    releaseDays(chain, economy, 7)

    runWeek(chain, economy, [FULL_WEEK, FULL_WEEK, SECTION])

    // 11,900 + 11,900 + 50 = 23,850 due, 10,000 payable.
    const [first = 0n, second = 0n, third = 0n] = balances(chain, economy)
    expect(first).to.equal((11_900_000_000n * 10_000_000_000n) / 23_850_000_000n)
    expect(second).to.equal(first)
    expect(third).to.equal((50_000_000n * 10_000_000_000n) / 23_850_000_000n)
    const left = readEconomy(chain, economy).funds[Fund.RewardsPool]
    expect(left).to.equal(10_000_000_000n - first - second - third)
    expect(left < 3n).to.equal(true)
    expectLedgerInvariant(chain, economy)

    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [SECTION, SECTION, SECTION])
    expect(readMember(chain, economy, 2).balance - third).to.equal(51_000_000n)
    expectLedgerInvariant(chain, economy)
  })

  it("tokens go out, from hand to hand, in again and, sent astray, to the Rewards Pool", () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [EXAMPLE, SECTION])
    const [giver, receiver] = [memberKey(economy, 0), memberKey(economy, 1)]

    const from = withdraw(chain, economy, 0, 960_000_000n)
    const to = tokenAccountOf(chain, economy, receiver.publicKey)
    chain.send(createTransferInstruction(from, to, giver.publicKey, 500_000_000n), [giver])
    chain.send(depositOf(economy, 1, to, 450_000_000n), [receiver])
    sendToVault(chain, economy, 1, 50_000_000n)
    const pool = readEconomy(chain, economy).funds[Fund.RewardsPool]
    absorb(chain, economy)

    expect(balances(chain, economy)).to.deep.equal([0n, 500_000_000n])
    expect(tokenBalance(chain, from)).to.equal(460_000_000n)
    expect(tokenBalance(chain, to)).to.equal(0n)
    expect(readEconomy(chain, economy).funds[Fund.RewardsPool]).to.equal(pool + 50_000_000n)
    expectLedgerInvariant(chain, economy)
    // What is outside is an ordinary SPL account that the program has no hold on.
    const account = AccountLayout.decode(chain.getAccount(from)?.data ?? Buffer.alloc(0))
    expect(account.owner.equals(giver.publicKey)).to.equal(true)
    expect(account.delegateOption).to.equal(0)
  })

  it("[STK-30] a wrong score is found by an audit while the guardian holds the week", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain, {
      preset: stkPreset({ settleDelaySeconds: 3_600, holdSeconds: 86_400 }),
    })
    addMembers(chain, economy, 5)
    releaseDays(chain, economy, 7)
    const idle = Array<number[]>(7).fill([0, 0, 0, 0, 0, 0, 0])
    const days = economy.members.map((_, member) =>
      member === 3 ? [[9, 0, 0, 0, 0, 0, 0], ...idle.slice(1)] : idle,
    )
    const wallets = economy.members.map((member) => member.publicKey)
    const detail = publishDetail(wallets, 2_919, days)
    openWeek(chain, economy, { detailRoot: detail.tree.root })
    submitAll(chain, economy, [null, null, null, [9, 0, 0, 0, 0, 0, 0], null])
    seal(chain, economy)

    const sent = chain.send(auditOf(economy, detail, 3))
    hold(chain, economy)

    expect(eventOf(sent, "ScoreAudited")).to.include({ submitted: 450, recomputed: 250, mismatches: 1 })
    const { settleFrom, sealedAt } = readWeek(chain, economy, 2_919)
    expect(settleFrom - sealedAt).to.equal(3_600 + 86_400)
    chain.unixTime = settleFrom - 1
    await expectError(() => settle(chain, economy), "WeekIsHeld")
    chain.unixTime = settleFrom
    settle(chain, economy)
    expectLedgerInvariant(chain, economy)
  })

  it("another community runs four weeks by its own rules", () => {
    const chain = new Chain()
    const economy = createEconomy(chain, { preset: FORGE_PRESET })
    addMembers(chain, economy, 3, [1, 2, 3])
    // Changes merged, reviews given, issues triaged, releases cut: 120, 35, 7 and 900 points.
    const scores = [
      [1, 0, 0, 0],
      [0, 2, 0, 0],
      [0, 0, 10, 1],
    ]
    for (let week = 0; week < 4; week++) {
      releaseDays(chain, economy, 7)
      runWeek(chain, economy, scores)
      expectLedgerInvariant(chain, economy)
    }

    // Σ of 1.00, 1.01, 1.03 and 1.07 is 4.11.
    expect(balances(chain, economy).map((balance) => stk(economy, balance))).to.deep.equal([
      "493.2", // 120 × 1.0 × 4.11
      "489.09", // 70 × 1.7 × 4.11
      "11561.43", // 970 × 2.9 × 4.11
    ])
  })

  it("a late oracle posts missed weeks one after the other, with the levels and members of the posting", () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    addMembers(chain, economy, 1)
    releaseDays(chain, economy, 70)

    for (let week = 0; week < 10; week++) expect(runWeek(chain, economy, [SECTION])).to.equal(2_919 + week)

    // 50 × (1.00 + 1.02 + 1.05 + 1.10 + 6 × 1.20)
    expect(stk(economy, readMember(chain, economy, 0).balance)).to.equal("568.5")
    expectLedgerInvariant(chain, economy)
  })

  it("[STK-142] events alone rebuild every account of several pages", () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    addMembers(chain, economy, 1_030, [2, 3, 4])
    for (let week = 0; week < 3; week++) {
      releaseDays(chain, economy, 7)
      const scores = economy.members.map((_, member) => ((member + week) % 3 === 0 ? null : EXAMPLE))
      runWeek(chain, economy, scores)
    }
    withdraw(chain, economy, 1_029, 1n)

    expectRebuilt(chain, economy)
    expectLedgerInvariant(chain, economy)
  })
})
