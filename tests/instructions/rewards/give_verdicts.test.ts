import { escrowPda, giveVerdictsInstruction, type RewardVerdict } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { readMember, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { grant, KIND, readReward, resolveRewards, rewardEconomy } from "../../utils/rewards"
import { Chain, type Sent } from "../../utils/svm"

describe("give_verdicts", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = rewardEconomy(chain)
    grant(chain, economy, KIND.peerReview, [
      { place: 0, member: 0, amount: 10n },
      { place: 9, member: 1, amount: 20n },
    ])
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const instruction = (verdicts: readonly RewardVerdict[]) =>
    giveVerdictsInstruction({
      validator: economy.actors.validator.publicKey,
      economy: economy.address,
      escrowPage: 0,
      verdicts,
    })
  const give = (...verdicts: readonly RewardVerdict[]): Sent =>
    chain.send(instruction(verdicts), [economy.actors.validator])
  const verdictOf = (place: number) => readReward(chain, economy, place).verdict

  it("[STK-79] confirms and rejects; amounts stay frozen", () => {
    const verdicts = [
      { place: 0, id: 0, confirmed: true },
      { place: 9, id: 1, confirmed: false },
    ]

    const sent = give(...verdicts)

    expect([verdictOf(0), verdictOf(9)]).to.deep.equal(["confirmed", "rejected"])
    expect(readReward(chain, economy, 0)).to.include({ amount: 10n, byValidator: true, rating: null })
    expect(readMember(chain, economy, 0).balance).to.equal(0n)
    expectEvents(sent, { name: "VerdictsGiven", data: { economy: economy.address, escrowPage: 0, verdicts } })
  })

  it("may be changed until the reward is resolved: the last verdict counts", async () => {
    give({ place: 0, id: 0, confirmed: true })
    give({ place: 0, id: 0, confirmed: false }, { place: 0, id: 0, confirmed: true })
    chain.unixTime = readReward(chain, economy, 0).endsAt
    give({ place: 0, id: 0, confirmed: false })
    expect(verdictOf(0)).to.equal("rejected")
    resolveRewards(chain, economy, 0)
    await expectError(() => give({ place: 0, id: 0, confirmed: true }), "StaleReward")
    expect(readMember(chain, economy, 0).balance).to.equal(0n)
  })

  it("works on every kind", () => {
    const referral = { place: 1, member: 0, counterparty: 1, amount: 1n }
    grant(chain, economy, KIND.referral, [referral])
    grant(chain, economy, KIND.mentoring, [{ ...referral, place: 2 }])
    give({ place: 1, id: 2, confirmed: true }, { place: 2, id: 3, confirmed: false })
    expect([verdictOf(1), verdictOf(2)]).to.deep.equal(["confirmed", "rejected"])
  })

  it("refuses a wrong id, a free place, a place beyond the page and no verdicts", async () => {
    await expectError(() => give({ place: 0, id: 1, confirmed: true }), "StaleReward")
    await expectError(() => give({ place: 1, id: 0, confirmed: true }), "StaleReward")
    await expectError(() => give({ place: 211, id: 0, confirmed: true }), "StaleReward")
    await expectError(() => give(), "NoRewards")
    expect(verdictOf(0)).to.equal(null)
  })

  it("[STK-143] is the validator's alone", async () => {
    const valid = instruction([{ place: 0, id: 0, confirmed: true }])
    const { admin, registrar, oracle, treasurer, guardian, stranger } = economy.actors
    for (const signer of [admin, registrar, oracle, treasurer, guardian, stranger]) {
      const wrong = withAccount(valid, "validator", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotValidator")
    }
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => give({ place: 0, id: 0, confirmed: true }), "Paused")
  })

  it("refuses another economy's escrow page", async () => {
    const other = rewardEconomy(chain)
    const valid = instruction([{ place: 0, id: 0, confirmed: true }])
    const wrong = withAccount(valid, "escrow", escrowPda(other.address, 0)[0])
    await expectError(() => chain.send(wrong, [economy.actors.validator]), "WrongEconomy")
  })
})
