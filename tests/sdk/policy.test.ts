import {
  compileTransaction,
  NO_POLICY,
  planPolicy,
  PlanError,
  POLICY_PARTS,
  policyDifferences,
  policySetOtherwise,
  Fund,
  STK_POLICY,
  transactionsOf,
  type Plan,
  type PolicyPart,
  type PolicyPreset,
} from "@stk/sdk"
import { expect } from "chai"
import { createEconomy, readEconomy, releaseDays, tokenAccountOf, type TestEconomy } from "../utils/economy"
import { expectError, expectLedgerInvariant } from "../utils/expect"
import { FUNDED_PRESET, NO_LIMITS, setLimits, withdrawFromFund } from "../utils/funds"
import { Chain } from "../utils/svm"
import { clientOf } from "./support"

/** Policies that differ from none in one part each. */
const PARTS: Readonly<Record<PolicyPart, PolicyPreset>> = {
  rewardKinds: { ...NO_POLICY, rewardKinds: STK_POLICY.rewardKinds },
  bands: { ...NO_POLICY, bands: STK_POLICY.bands },
  spendingLimits: { ...NO_POLICY, spendingLimits: STK_POLICY.spendingLimits },
  teamSchedule: { ...NO_POLICY, teamCliffSeconds: 1, teamVestingSeconds: 2 },
}

/** The most that a policy can hold. */
const LARGEST: PolicyPreset = {
  rewardKinds: Array.from({ length: 8 }, (_, index) => ({
    name: `${index}`.repeat(24),
    minFreezeDays: 0,
    defaultFreezeDays: 365,
    maxFreezeDays: 365,
    fund: Fund.Liquidity,
    verdictBy: 2,
  })),
  bands: STK_POLICY.bands,
  spendingLimits: NO_LIMITS,
  teamCliffSeconds: 2 ** 32 - 1,
  teamVestingSeconds: 2 ** 32 - 1,
}

describe("planPolicy", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: FUNDED_PRESET })
  })
  afterEach(() => expectLedgerInvariant(chain, economy))

  const plan = (policy: PolicyPreset, version: "legacy" | 0 | 1 = "legacy"): ReturnType<typeof planPolicy> =>
    planPolicy({
      admin: economy.actors.admin.publicKey,
      economy: economy.address,
      state: readEconomy(chain, economy),
      policy,
      version,
    })

  /** Sends with the limits that were planned: they must suffice. */
  function send(planned: Plan<unknown>): void {
    for (const each of transactionsOf(planned)) {
      const transaction = compileTransaction(each, chain.svm.latestBlockhash())
      transaction.sign([economy.actors.admin])
      expect(chain.sendBytes(transaction.serialize()).computeUnits).to.be.at.most(each.computeUnitLimit)
    }
  }

  it("sets a policy in one transaction, and then has nothing to do", () => {
    const first = plan(STK_POLICY)
    expect(transactionsOf(first).map(({ instructions }) => instructions.length)).to.deep.equal([4])
    expect(first.alreadyDone.parts).to.deep.equal([])

    send(first)

    expect(readEconomy(chain, economy)).to.deep.include(STK_POLICY)
    expect(plan(STK_POLICY)).to.deep.equal({ lanes: [], alreadyDone: { parts: [...POLICY_PARTS] } })
    expect(plan({ ...STK_POLICY, rewardKinds: [] }).alreadyDone.parts).to.not.include("rewardKinds")
  })

  it("starts from an economy that has none", () => {
    expect(readEconomy(chain, economy)).to.deep.include(NO_POLICY)
    expect(plan(NO_POLICY).lanes).to.deep.equal([])
  })

  for (const part of POLICY_PARTS) {
    it(`sends the instruction for ${part} alone where only that differs`, () => {
      const policy = PARTS[part]
      const planned = plan(policy)
      expect(transactionsOf(planned).map(({ instructions }) => instructions.length)).to.deep.equal([1])
      expect(planned.alreadyDone.parts).to.deep.equal(POLICY_PARTS.filter((each) => each !== part))

      send(planned)

      expect(readEconomy(chain, economy)).to.deep.include(policy)
      expect(policyDifferences(readEconomy(chain, economy), NO_POLICY)).to.deep.equal([part])
    })
  }

  it("sees each field of each part", () => {
    const [kind] = STK_POLICY.rewardKinds
    const [band, second, third] = STK_POLICY.bands
    if (!kind) return expect.fail("no kinds")
    const others: readonly (readonly [PolicyPart, Partial<PolicyPreset>])[] = [
      ...[
        { name: "other" },
        { minFreezeDays: 1 },
        { maxFreezeDays: 1 },
        { defaultFreezeDays: 1 },
        { fund: Fund.Treasury },
        { verdictBy: 1 as const },
      ].map((change) => ["rewardKinds", { rewardKinds: [{ ...kind, ...change }] }] as const),
      ["bands", { bands: [{ ...band, bps: 1 }, second, third] }],
      ["bands", { bands: [{ ...band, days: 31 }, second, third] }],
      ["spendingLimits", { spendingLimits: [0n, 0n, 0n, 0n, 1n] }],
      ["teamSchedule", { teamCliffSeconds: 1 }],
      ["teamSchedule", { teamVestingSeconds: 1 }],
    ]
    const base = { ...STK_POLICY, rewardKinds: [kind] }
    for (const [part, change] of others) {
      expect(policyDifferences(base, { ...base, ...change }), JSON.stringify(change, String)).to.deep.equal([
        part,
      ])
    }
  })

  it("fits one transaction of any version at its largest", () => {
    for (const version of ["legacy", 0, 1] as const) {
      const [planned, ...more] = transactionsOf(plan(LARGEST, version))
      expect(more).to.deep.equal([])
      expect(planned?.bytes).to.be.at.most(1_232)
    }
    send(plan(LARGEST))
    expect(readEconomy(chain, economy)).to.deep.include(LARGEST)
  })

  it("tells what somebody has set otherwise from what nobody has set", async () => {
    const { client } = clientOf(chain, economy, economy.actors.admin)
    await client.setRedistributionBands([
      { days: 40, bps: 1 },
      { days: 50, bps: 1 },
      { days: 60, bps: 1 },
    ])
    await client.setSpendingLimits(STK_POLICY.spendingLimits)
    const state = readEconomy(chain, economy)
    expect(policyDifferences(state, STK_POLICY)).to.deep.equal(["rewardKinds", "bands", "teamSchedule"])
    expect(policySetOtherwise(state, STK_POLICY)).to.deep.equal(["bands"])
  })

  it("leaves a schedule that was used as it is, and refuses another", async () => {
    releaseDays(chain, economy, 7)
    setLimits(chain, economy, NO_LIMITS)
    const pool = tokenAccountOf(chain, economy, economy.actors.stranger.publicKey)
    withdrawFromFund(chain, economy, pool, { fund: Fund.Team, amount: 5n })

    expect(() => plan(STK_POLICY)).to.throw(PlanError, "spent: 5 base units")
    const { client } = clientOf(chain, economy, economy.actors.admin)
    await expectError(() => client.setPolicy(STK_POLICY), "PlanError")
    expect(readEconomy(chain, economy).rewardKinds).to.deep.equal([])

    const { teamCliffSeconds, teamVestingSeconds } = NO_POLICY
    await client.setPolicy({ ...STK_POLICY, teamCliffSeconds, teamVestingSeconds })
    expect(readEconomy(chain, economy)).to.deep.include({ bands: STK_POLICY.bands, teamVestingSeconds })
  })

  it("is refused to anybody but the admin, as a whole", async () => {
    const { client } = clientOf(chain, economy, economy.actors.treasurer)
    await expectError(() => client.setPolicy(STK_POLICY), "NotAdmin")
    expect(readEconomy(chain, economy)).to.deep.include(NO_POLICY)
  })
})
