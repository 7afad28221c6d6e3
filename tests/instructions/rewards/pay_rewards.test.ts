import { Fund, pagePda, payRewardsInstruction, unixDay, type RewardPayment } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { addMembers, balances, readEconomy, readMember, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { KIND, REASON, rewardEconomy, setRewardKinds } from "../../utils/rewards"
import { snapshotPage, takeSnapshot } from "../../utils/staking"
import { Chain, type Sent } from "../../utils/svm"

describe("pay_rewards", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = rewardEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = (payments: readonly RewardPayment[], kind: number = KIND.content, page = 0) =>
    payRewardsInstruction({
      validator: economy.actors.validator.publicKey,
      economy: economy.address,
      kind,
      reason: REASON,
      page,
      payments,
    })
  const pay = (payments: readonly RewardPayment[], kind?: number): Sent =>
    chain.send(instruction(payments, kind), [economy.actors.validator])
  const funds = () => readEconomy(chain, economy).funds

  it("[STK-65] pays amounts with kind and reason from the Rewards Pool to balances", () => {
    const before = funds()
    chain.unixTime += 3 * 86_400
    const payments = [
      { slot: 2, amount: 700n },
      { slot: 0, amount: 1n },
      { slot: 2, amount: 50n },
    ]

    const sent = pay(payments)

    expect(balances(chain, economy)).to.deep.equal([1n, 0n, 750n, 0n])
    expect(funds()).to.deep.equal([before[Fund.RewardsPool] - 751n, ...before.slice(1)])
    const day = unixDay(chain.unixTime) ?? 0
    expect(readMember(chain, economy, 2).lastRewardDay).to.equal(day)
    expect(readMember(chain, economy, 1).lastRewardDay).to.be.below(day)
    expectEvents(sent, {
      name: "RewardsPaid",
      data: {
        economy: economy.address,
        kind: KIND.content,
        reason: REASON,
        page: 0,
        payments,
        fund: Fund.RewardsPool,
        fundBalance: before[Fund.RewardsPool] - 751n,
        day,
      },
    })
  })

  it("[STK-78] pays rewards for learning at once: there is no freeze", () => {
    pay([{ slot: 1, amount: 500_000_000n }], KIND.learning)
    expect(readMember(chain, economy, 1).balance).to.equal(500_000_000n)
    expect(readEconomy(chain, economy).frozen).to.equal(0n)
  })

  it("pays from the fund that the kind names", () => {
    const [learning] = readEconomy(chain, economy).rewardKinds
    if (learning === undefined) throw new Error("the economy has no kinds of rewards")
    setRewardKinds(chain, economy, [{ ...learning, fund: Fund.Startup }])
    const before = funds()

    pay([{ slot: 0, amount: 9n }], 0)

    expect(funds()[Fund.Startup]).to.equal(before[Fund.Startup] - 9n)
    expect(funds()[Fund.RewardsPool]).to.equal(before[Fund.RewardsPool])
  })

  it("pays all that the fund holds and not a unit more", async () => {
    const pool = funds()[Fund.RewardsPool]
    await expectError(
      () =>
        pay([
          { slot: 0, amount: pool },
          { slot: 1, amount: 1n },
        ]),
      "FundTooSmall",
    )
    expect(balances(chain, economy)).to.deep.equal([0n, 0n, 0n, 0n])
    pay([
      { slot: 0, amount: pool - 1n },
      { slot: 1, amount: 1n },
    ])
    expect(funds()[Fund.RewardsPool]).to.equal(0n)
    await expectError(() => pay([{ slot: 0, amount: 1n }]), "FundTooSmall")
  })

  it("refuses amounts whose sum does not fit", async () => {
    const half = 2n ** 63n
    await expectError(
      () =>
        pay([
          { slot: 0, amount: half },
          { slot: 1, amount: half },
        ]),
      "Overflow",
    )
    await expectError(
      () =>
        pay([
          { slot: 0, amount: half },
          { slot: 0, amount: half },
        ]),
      "Overflow",
    )
  })

  it("refuses kinds that must be frozen, and kinds that there are not", async () => {
    for (const kind of [KIND.mentoring, KIND.project, KIND.peerReview, KIND.referral]) {
      await expectError(() => pay([{ slot: 0, amount: 1n }], kind), "RewardNeedsFreeze")
    }
    await expectError(() => pay([{ slot: 0, amount: 1n }], 7), "UnknownRewardKind")
    await expectError(() => pay([{ slot: 0, amount: 1n }], 255), "UnknownRewardKind")
  })

  it("refuses no payments, an amount of nothing and slots without a member", async () => {
    await expectError(() => pay([]), "NoRewards")
    await expectError(() => pay([{ slot: 0, amount: 0n }]), "AmountIsZero")
    await expectError(() => pay([{ slot: 4, amount: 1n }]), "UnknownSlot")
    await expectError(() => pay([{ slot: 65_535, amount: 1n }]), "UnknownSlot")
  })

  it("[STK-143] is the validator's alone", async () => {
    const { admin, registrar, oracle, treasurer, guardian, stranger } = economy.actors
    for (const signer of [admin, registrar, oracle, treasurer, guardian, stranger]) {
      const wrong = withAccount(instruction([{ slot: 0, amount: 1n }]), "validator", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotValidator")
    }
  })

  it("refuses while a vote needs the page's balances as they are", async () => {
    takeSnapshot(chain, economy, 1)
    await expectError(() => pay([{ slot: 0, amount: 1n }]), "SnapshotDue")
    snapshotPage(chain, economy)
    pay([{ slot: 0, amount: 1n }])
    expect(readMember(chain, economy, 0).balance).to.equal(1n)
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => pay([{ slot: 0, amount: 1n }]), "Paused")
  })

  it("refuses another economy's page", async () => {
    const other = rewardEconomy(chain)
    addMembers(chain, other, 1)
    const wrong = withAccount(instruction([{ slot: 0, amount: 1n }]), "page", pagePda(other.address, 0)[0])
    await expectError(() => chain.send(wrong, [economy.actors.validator]), "WrongEconomy")
  })
})
