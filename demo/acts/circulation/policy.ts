import { STK_POLICY, VerdictBy, type RewardKind } from "@stk/sdk"
import { FUND_NAMES, stk } from "../economy"
import type { Scene } from "./scene"

const VERDICTS: Record<RewardKind["verdictBy"], string> = {
  [VerdictBy.Validator]: "the validator",
  [VerdictBy.Counterparty]: "the mentee's rating",
  [VerdictBy.Activity]: "activity of who was brought in",
}

/** What act two tells of the policy. */
export interface PolicyResult {
  reward_kinds: string[]
  bands: { days: number; bps: number }[]
}

function freezeOf({ minFreezeDays: low, maxFreezeDays: high }: RewardKind): string {
  if (high === 0) return "paid at once"
  return low === high ? `${low} days` : `${low} to ${high} days`
}

/** Sets what of STK's policy the economy does not have, and gives the parts that were missing. */
async function setPolicy({ operator }: Scene): Promise<string[]> {
  const { rewardKinds, bands, spendingLimits, teamVestingSeconds } = await operator.fetchEconomy()
  const policy = STK_POLICY
  const parts = [
    {
      name: "kinds of rewards",
      isMissing: rewardKinds.length === 0,
      set: () => operator.setRewardKinds(policy.rewardKinds),
    },
    {
      name: "bands",
      isMissing: bands.every(({ days }) => days === 0),
      set: () => operator.setRedistributionBands(policy.bands),
    },
    {
      name: "spending limits",
      isMissing: spendingLimits.every((limit) => limit === 0n),
      set: () => operator.setSpendingLimits(policy.spendingLimits),
    },
    {
      name: "schedule of the team",
      isMissing: teamVestingSeconds === 0,
      set: () => operator.setTeamSchedule(policy.teamCliffSeconds, policy.teamVestingSeconds),
    },
  ]
  const missing = parts.filter(({ isMissing }) => isMissing)
  for (const { set } of missing) await set()
  return missing.map(({ name }) => name)
}

/** The rules of circulation. */
export async function playPolicy(scene: Scene): Promise<PolicyResult> {
  const { voice, operator } = scene
  voice.heading("Policy: how rewards are frozen, and what the inactive lose")
  await voice.step(
    (set) =>
      set.length === 0 ? "in force since the economy was created" : `set by the admin: ${set.join(", ")}`,
    () => setPolicy(scene),
  )
  const { rewardKinds, bands, spendingLimits } = await operator.fetchEconomy()
  voice.say()
  voice.table(
    ["reward", "frozen", "paid from", "confirmed by"],
    rewardKinds.map((kind) => [
      kind.name,
      freezeOf(kind),
      FUND_NAMES[kind.fund],
      kind.maxFreezeDays === 0 ? "" : VERDICTS[kind.verdictBy],
    ]),
    [0, 1, 2, 3],
  )
  const shares = bands.map(({ days, bps }) => `${bps / 100}% from ${days} days on`).join(", ")
  voice.say(`\n  Inactive members lose each quarter: ${shares}.`)
  voice.say(`  The treasurer spends at most ${stk(spendingLimits[1])} STK a week of the Treasury.`)
  return { reward_kinds: rewardKinds.map(({ name }) => name), bands: [...bands] }
}
