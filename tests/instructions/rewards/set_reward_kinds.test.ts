import { Fund, setRewardKindsInstruction, STK_POLICY, VerdictBy, type RewardKind } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, readEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import {
  grant,
  giveVerdict,
  KIND,
  readReward,
  resolveRewards,
  rewardEconomy,
  setRewardKinds,
} from "../../utils/rewards"
import { Chain, type Sent } from "../../utils/svm"

const PLAIN: RewardKind = {
  name: "plain",
  minFreezeDays: 0,
  defaultFreezeDays: 0,
  maxFreezeDays: 0,
  fund: Fund.RewardsPool,
  verdictBy: VerdictBy.Validator,
}

describe("set_reward_kinds", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const set = (...kinds: readonly RewardKind[]): Sent => setRewardKinds(chain, economy, kinds)
  const kinds = () => readEconomy(chain, economy).rewardKinds

  it("[STK-65] sets mentoring, content, projects, grants, peer review and referral with fund, freeze and verdict", () => {
    const sent = setRewardKinds(chain, economy)

    expect(kinds()).to.deep.equal(STK_POLICY.rewardKinds)
    expect(kinds().map(({ name }) => name)).to.include.members([
      "mentoring",
      "content",
      "project",
      "grant",
      "peer_review",
      "referral",
    ])
    expectEvents(sent, {
      name: "RewardKindsSet",
      data: { economy: economy.address, kinds: STK_POLICY.rewardKinds },
    })
  })

  it("replaces the whole list, also by none", () => {
    setRewardKinds(chain, economy)
    set(PLAIN)
    expect(kinds()).to.deep.equal([PLAIN])
    set()
    expect(kinds()).to.deep.equal([])
  })

  it("takes 8 kinds and refuses 9", async () => {
    const some = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ ...PLAIN, name: `${index}` }))
    set(...some(8))
    expect(kinds()).to.have.length(8)
    await expectError(() => set(...some(9)), "TooManyRewardKinds")
    expect(kinds()).to.have.length(8)
  })

  it("takes names of 1 to 24 bytes that differ", async () => {
    set({ ...PLAIN, name: "a" }, { ...PLAIN, name: "b".repeat(24) })
    expect(kinds().map(({ name }) => name.length)).to.deep.equal([1, 24])
    await expectError(() => set({ ...PLAIN, name: "" }), "BadRewardKindName")
    await expectError(() => set({ ...PLAIN, name: "b".repeat(25) }), "BadRewardKindName")
    await expectError(() => set({ ...PLAIN, name: "a\0b" }), "BadRewardKindName")
    await expectError(() => set(PLAIN, { ...PLAIN, fund: Fund.Treasury }), "BadRewardKindName")
  })

  it("takes freezes that rise from shortest to usual to longest, up to a year", async () => {
    const freeze = (minFreezeDays: number, defaultFreezeDays: number, maxFreezeDays: number) =>
      set({ ...PLAIN, minFreezeDays, defaultFreezeDays, maxFreezeDays })
    freeze(365, 365, 365)
    freeze(1, 2, 365)
    await expectError(() => freeze(1, 2, 366), "BadFreeze")
    await expectError(() => freeze(3, 2, 4), "BadFreeze")
    await expectError(() => freeze(1, 5, 4), "BadFreeze")
  })

  it("takes every fund but the Team's and the three ways of a verdict, and no others", async () => {
    const paying = Object.values(Fund).filter((fund) => fund !== Fund.Team)
    set(...paying.map((fund) => ({ ...PLAIN, name: `fund ${fund}`, fund })))
    set(...Object.values(VerdictBy).map((verdictBy) => ({ ...PLAIN, name: `by ${verdictBy}`, verdictBy })))
    await expectError(() => set({ ...PLAIN, fund: 5 as 4 }), "UnknownFund")
    await expectError(() => set({ ...PLAIN, fund: Fund.Team }), "TeamHasSchedule")
    await expectError(() => set({ ...PLAIN, verdictBy: 3 as 2 }), "UnknownVerdictBy")
  })

  it("leaves a reward that is frozen its end, its fund and who decides", () => {
    economy = rewardEconomy(chain)
    grant(chain, economy, KIND.project, [{ place: 0, member: 1, amount: 10n }])
    const before = readReward(chain, economy, 0)
    const treasury = readEconomy(chain, economy).funds[Fund.Treasury]

    set(PLAIN, { ...PLAIN, name: "project", fund: Fund.Treasury, verdictBy: VerdictBy.Activity })

    expect(readReward(chain, economy, 0)).to.deep.equal(before)
    giveVerdict(chain, economy, 0, false)
    chain.unixTime = before.endsAt
    resolveRewards(chain, economy, 0)
    expect(readEconomy(chain, economy).funds[Fund.Treasury]).to.equal(treasury)
  })

  it("is the admin's alone, also while the economy is paused", async () => {
    const instruction = setRewardKindsInstruction({
      admin: economy.actors.admin.publicKey,
      economy: economy.address,
      kinds: [PLAIN],
    })
    const { registrar, oracle, validator, treasurer, guardian, stranger } = economy.actors
    for (const signer of [registrar, oracle, validator, treasurer, guardian, stranger]) {
      const wrong = withAccount(instruction, "admin", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotAdmin")
    }
    pause(chain, economy)
    set(PLAIN)
    expect(kinds()).to.deep.equal([PLAIN])
  })
})
