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

/** The rules of circulation. */
export async function playPolicy(scene: Scene): Promise<PolicyResult> {
  const { voice, operator } = scene
  voice.heading("Policy: how rewards are frozen, and what the inactive lose")
  // The creation of the economy has set it; planned again, there is nothing to send.
  await voice.step(
    ({ length }) => (length === 0 ? "in force since the economy was created" : "set by the admin"),
    () => operator.setPolicy(STK_POLICY),
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
