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

/** Sets what of STK's policy the economy does not have: kinds of rewards, bands, limits, the schedule of the team. */
async function setPolicy({ operator }: Scene): Promise<void> {
  const { rewardKinds, bands, spendingLimits, teamVestingSeconds } = await operator.fetchEconomy()
  const policy = STK_POLICY
  if (rewardKinds.length === 0) await operator.setRewardKinds(policy.rewardKinds)
  if (bands.every(({ days }) => days === 0)) await operator.setRedistributionBands(policy.bands)
  if (spendingLimits.every((limit) => limit === 0n)) await operator.setSpendingLimits(policy.spendingLimits)
  if (teamVestingSeconds === 0) {
    await operator.setTeamSchedule(policy.teamCliffSeconds, policy.teamVestingSeconds)
  }
}

/** The rules of circulation. */
export async function playPolicy(scene: Scene): Promise<PolicyResult> {
  const { voice, operator } = scene
  voice.heading("Policy: how rewards are frozen, and what the inactive lose")
  await voice.step("kinds of rewards, bands, spending limits, schedule of the team", () => setPolicy(scene))
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
