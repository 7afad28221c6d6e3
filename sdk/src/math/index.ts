export { formatAmount, parseAmount } from "./amount.js"
export {
  buildScoreBatch,
  decodeScoreBatch,
  encodeScoreBatch,
  type MemberCounts,
  type ScoreBatch,
} from "./batch.js"
export {
  assetValue,
  BACKING_BPS,
  bookedShare,
  coverage,
  QUOTE_BILLIONTHS,
  type Coverage,
  type CoverageParameters,
  type ValuedAsset,
} from "./coverage.js"
export {
  checkEmission,
  cumulativeEmission,
  dayAmount,
  DAYS_PER_YEAR,
  daysEnded,
  totalEmission,
  yearAmount,
  type EmissionCurve,
} from "./emission.js"
export {
  isPassed,
  proposalState,
  quorumCeil,
  snapshotOfProposal,
  tallyShares,
  type ProposalProgress,
  type ProposalState,
  type SnapshotState,
  type Tally,
  type TallyShares,
} from "./governance.js"
export {
  activeWalletsState,
  frozenState,
  inflation,
  inflationState,
  scheduleInflation,
  treasuryState,
  velocityState,
  type HealthState,
  type Supply,
} from "./health.js"
export {
  activityVerdict,
  CONFIRMING_RATING,
  freezeEnd,
  HIGHEST_RATING,
  OBJECTION_SECONDS,
  ratingVerdict,
  rewardOutcome,
  type RewardOutcome,
  type RewardVerdictName,
} from "./freeze.js"
export { isIncluded, leafData, leafHash, merkleRoot, MerkleTree, nodeHash } from "./merkle.js"
export { shareFloor } from "./pro_rata.js"
export { quarterName, quarterOf, quarterStart } from "./quarter.js"
export {
  bandOf,
  checkBands,
  inactiveDays,
  redistribution,
  type LastActivity,
  type Redistributed,
  type RedistributedMember,
} from "./redistribution.js"
export {
  bytesPerMember,
  countedOfDay,
  countWidths,
  DAYS_PER_WEEK,
  encodeDailyCounts,
  highestDailyPoints,
  highestPoints,
  highestReward,
  LEVELS,
  MAX_EVENT_TYPES,
  packCounts,
  pointsOf,
  pointsOfDays,
  rewardOf,
  scoredTypes,
  streakAfter,
  STREAK_STEPS,
  unitOf,
  unpackCounts,
  weeklyCap,
  weeklyCounts,
  type EventWeight,
  type ScoringRules,
} from "./score.js"
export {
  FOR_GOOD,
  isActive,
  newActivation,
  renewedActivation,
  splitPrice,
  type ActivationState,
  type PricePart,
  type Recipient,
  type ServiceTerms,
  type Share,
} from "./service.js"
export { bpsShareFloor, splitByBps, WHOLE_BPS } from "./split.js"
export { STAKE_TERMS_DAYS, stakeUnlocksAt } from "./stake.js"
export { teamAvailable, vestedFloor, type TeamFund, type VestingSchedule } from "./vesting.js"
export {
  billionths,
  compareRatio,
  FEWEST_SAMPLES,
  hasFallen,
  isBurnAllowed,
  isBuybackAllowed,
  PRICE_DECIMALS,
  quoteFloor,
  REFERENCE_DAYS,
  referenceSum,
  velocity,
  VELOCITY_DAYS,
  type DaySample,
  type Ratio,
} from "./stabilisation.js"
export {
  closingSunday,
  dateOfDay,
  FIRST_MONDAY,
  isoWeek,
  SECONDS_PER_DAY,
  SECONDS_PER_WEEK,
  unixDay,
  weekEnd,
  weekOf,
  weekOfIso,
  weekStart,
} from "./week.js"
