import type { RewardKind } from "../accounts/economy.js"
import { Fund, VerdictBy, type FundIndex, type VerdictByValue } from "../enumerations.js"
import type { EconomyPreset, PolicyPreset } from "./preset.js"

/** A kind of reward with its shortest, usual and longest freeze in days. */
function kind(
  name: string,
  [minFreezeDays, defaultFreezeDays, maxFreezeDays]: readonly [number, number, number],
  fund: FundIndex,
  verdictBy: VerdictByValue = VerdictBy.Validator,
): RewardKind {
  return { name, minFreezeDays, maxFreezeDays, defaultFreezeDays, fund, verdictBy }
}

/** STK's policy: freezes of section 8, bands of section 9; limits and the schedule of the team are its own. */
export const STK_POLICY: PolicyPreset = {
  rewardKinds: [
    kind("learning", [0, 0, 0], Fund.RewardsPool),
    kind("content", [0, 0, 0], Fund.RewardsPool),
    kind("mentoring", [30, 30, 30], Fund.RewardsPool, VerdictBy.Counterparty),
    kind("project", [60, 90, 90], Fund.Startup),
    kind("grant", [0, 0, 90], Fund.RewardsPool),
    kind("peer_review", [30, 30, 30], Fund.RewardsPool),
    kind("referral", [90, 90, 90], Fund.RewardsPool, VerdictBy.Activity),
  ],
  bands: [
    { days: 90, bps: 500 },
    { days: 180, bps: 1_000 },
    { days: 365, bps: 1_500 },
  ],
  spendingLimits: [0n, 5_000_000_000_000n, 5_000_000_000_000n, 2_000_000_000_000n, 2_000_000_000_000n],
  teamCliffSeconds: 365 * 86_400,
  teamVestingSeconds: 4 * 365 * 86_400,
}

/** The economy of the Aisystant ecosystem: SysTok, STK. */
export const STK_PRESET: EconomyPreset = {
  name: "SysTok",
  symbol: "STK",
  decimals: 6,
  emissionFirstYear: 1_000_000_000_000_000n,
  halvingYears: 4,
  emissionCap: 8_000_000_000_000_000n,
  fundBps: [5_000, 2_000, 1_500, 1_000, 500],
  levels: [
    { name: "Freshman", tenths: 10, requirement: "registration" },
    { name: "Trainee", tenths: 12, requirement: "introductory course completed" },
    { name: "Practitioner", tenths: 15, requirement: "certification level 1" },
    { name: "Specialist", tenths: 18, requirement: "certification level 2" },
    { name: "Expert", tenths: 22, requirement: "certification level 3" },
    { name: "Master", tenths: 26, requirement: "recognised projects" },
    { name: "Mentor", tenths: 30, requirement: "active mentoring" },
    { name: "Public figure", tenths: 36, requirement: "considerable contribution to the community" },
  ],
  streakHundredths: [100, 102, 105, 110, 120],
  eventTypes: [
    { name: "SectionCompleted", weight: 50, dailyLimit: 5 },
    { name: "ExerciseSave", weight: 100, dailyLimit: 5 },
    { name: "ClubPostCreated", weight: 200, dailyLimit: 1 },
    { name: "ClubLikeGiven", weight: 10, dailyLimit: 5 },
    { name: "ClubLikeReceived", weight: 20, dailyLimit: 10 },
    { name: "ClubCommentCreated", weight: 50, dailyLimit: 5 },
    { name: "ClubCommentReceived", weight: 50, dailyLimit: 5 },
    { name: "CourseCompleted", weight: 0, dailyLimit: 0 },
    { name: "ProjectMilestoneCompleted", weight: 0, dailyLimit: 0 },
    { name: "PeerReviewCompleted", weight: 0, dailyLimit: 0 },
  ],
  settleDelaySeconds: 0,
  holdSeconds: 0,
  policy: STK_POLICY,
}
