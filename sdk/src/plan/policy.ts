import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import type { Economy } from "../accounts/economy.js"
import { PlanError } from "../errors/base.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { setSpendingLimitsInstruction } from "../instructions/funds/set_spending_limits.js"
import { setTeamScheduleInstruction } from "../instructions/funds/set_team_schedule.js"
import { setRedistributionBandsInstruction } from "../instructions/redistribution/set_redistribution_bands.js"
import { setRewardKindsInstruction } from "../instructions/rewards/set_reward_kinds.js"
import { NO_POLICY, type PolicyPreset } from "../presets/preset.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import type { Plan } from "./plan.js"
import { planTransaction, type TransactionOptions } from "./transaction.js"

/** The parts of a policy, each of which one instruction sets. */
export const POLICY_PARTS = ["rewardKinds", "bands", "spendingLimits", "teamSchedule"] as const
/** A part of a policy. */
export type PolicyPart = (typeof POLICY_PARTS)[number]

/** What an economy has of a policy. */
export type PolicyState = Pick<Economy, keyof PolicyPreset | "teamSpent">

export interface PlanPolicyParameters extends ProgramParameters, TransactionOptions {
  /** Signs and pays. */
  admin: PublicKey
  economy: PublicKey
  /** The economy as it stands. */
  state: PolicyState
  policy: PolicyPreset
}

/** Which parts the economy has already. */
export interface PolicyDone {
  parts: readonly PolicyPart[]
}

const UNITS: Record<PolicyPart, number> = {
  rewardKinds: ESTIMATED_COMPUTE_UNITS.setRewardKinds,
  bands: ESTIMATED_COMPUTE_UNITS.setRedistributionBands,
  spendingLimits: ESTIMATED_COMPUTE_UNITS.setSpendingLimits,
  teamSchedule: ESTIMATED_COMPUTE_UNITS.setTeamSchedule,
}

/** A part as text that is the same for equal values, in whatever order their fields were written. */
function textOf(policy: PolicyPreset, part: PolicyPart): string {
  switch (part) {
    case "rewardKinds":
      return JSON.stringify(
        policy.rewardKinds.map((kind) => [
          kind.name,
          kind.minFreezeDays,
          kind.maxFreezeDays,
          kind.defaultFreezeDays,
          kind.fund,
          kind.verdictBy,
        ]),
      )
    case "bands":
      return policy.bands.map(({ days, bps }) => `${days}: ${bps}`).join()
    case "spendingLimits":
      return policy.spendingLimits.join()
    case "teamSchedule":
      return `${policy.teamCliffSeconds}, ${policy.teamVestingSeconds}`
  }
}

/** The parts in which two policies differ: that of an economy, which is one too, and another. */
export function policyDifferences(left: PolicyPreset, right: PolicyPreset): PolicyPart[] {
  return POLICY_PARTS.filter((part) => textOf(left, part) !== textOf(right, part))
}

/**
 * The parts that somebody has set, and otherwise than `policy` says: decisions after the creation, which whoever only
 * completes a creation should not undo.
 */
export function policySetOtherwise(state: PolicyPreset, policy: PolicyPreset): PolicyPart[] {
  const set = policyDifferences(state, NO_POLICY)
  return policyDifferences(state, policy).filter((part) => set.includes(part))
}

/**
 * Plans what the admin sets so that an economy has a policy: one instruction for each part that differs. All four fit one
 * transaction of any version at their largest, so that a policy is set as a whole or not at all.
 * @throws {PlanError} when the schedule of the team differs and something of the Team fund was spent already
 */
export function planPolicy(p: PlanPolicyParameters): Plan<PolicyDone> {
  const { state, policy } = p
  const differing = policyDifferences(state, policy)
  if (differing.includes("teamSchedule") && state.teamSpent > 0n) {
    const details = [`spent: ${state.teamSpent} base units`, "the schedule stays as it is for good"]
    throw new PlanError("Something of the Team fund was spent under another schedule", { details })
  }
  const alreadyDone = { parts: POLICY_PARTS.filter((part) => !differing.includes(part)) }
  if (differing.length === 0) return { lanes: [], alreadyDone }
  const units = differing.reduce<number>(
    (sum, part) => sum + UNITS[part],
    ESTIMATED_COMPUTE_UNITS.transaction,
  )
  const instructions = differing.map((part) => instructionOf(p, part))
  const planned = planTransaction("policy", p.admin, instructions, units, p)
  return { lanes: [{ name: "policy", transactions: [planned] }], alreadyDone }
}

function instructionOf(p: PlanPolicyParameters, part: PolicyPart): TransactionInstruction {
  const { rewardKinds, bands, spendingLimits, teamCliffSeconds, teamVestingSeconds } = p.policy
  const at = { admin: p.admin, economy: p.economy, programId: p.programId }
  switch (part) {
    case "rewardKinds":
      return setRewardKindsInstruction({ ...at, kinds: rewardKinds })
    case "bands":
      return setRedistributionBandsInstruction({ ...at, bands })
    case "spendingLimits":
      return setSpendingLimitsInstruction({ ...at, limits: spendingLimits })
    case "teamSchedule":
      return setTeamScheduleInstruction({
        ...at,
        cliffSeconds: teamCliffSeconds,
        vestingSeconds: teamVestingSeconds,
      })
  }
}
