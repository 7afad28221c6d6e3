export { planSale, type PlanSaleParameters, type SaleDone } from "./buyback.js"
export { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
export {
  planExecution,
  planProposal,
  planVote,
  type ExecutionDone,
  type PlanExecutionParameters,
  type PlanProposalParameters,
  type PlanVoteParameters,
  type VoteDone,
} from "./governance.js"
export { planLevels, type LevelsDone, type MemberLevel, type PlanLevelsParameters } from "./levels.js"
export { transactionsOf, type Lane, type Plan } from "./plan.js"
export {
  planPolicy,
  POLICY_PARTS,
  policyDifferences,
  policySetOtherwise,
  type PlanPolicyParameters,
  type PolicyDone,
  type PolicyPart,
  type PolicyState,
} from "./policy.js"
export { otherPagesOf, planPurchase, type PlanPurchaseParameters, type PurchaseDone } from "./purchase.js"
export {
  planRedistribution,
  type PageToRedistribute,
  type PlanRedistributionParameters,
  type RedistributionDone,
} from "./redistribution.js"
export {
  planRegistration,
  type PlanRegistrationParameters,
  type RegistrationDone,
  type RegistrationState,
} from "./registration.js"
export {
  planReserveDeposit,
  type PlanReserveDepositParameters,
  type ReserveDepositDone,
} from "./reserve_deposit.js"
export {
  planGrants,
  planPayments,
  planResolutions,
  planVerdicts,
  type GrantsDone,
  type LocatedVerdict,
  type MemberPayment,
  type PlanGrantsParameters,
  type PlanPaymentsParameters,
  type PlanResolutionsParameters,
  type PlanVerdictsParameters,
  type ResolutionsDone,
} from "./rewards.js"
export {
  pageProgress,
  planScores,
  type PageProgress,
  type PlanScoresParameters,
  type ScoresDone,
} from "./scores.js"
export { planSettlement, type PlanSettlementParameters, type SettlementDone } from "./settlement.js"
export {
  pagesBehindSnapshot,
  planSnapshots,
  snapshotInstructionsIfDue,
  type PageSnapshotState,
  type PlanSnapshotsParameters,
  type SnapshotDue,
  type SnapshotsDone,
} from "./snapshot.js"
export {
  planStake,
  planUnstake,
  type PlanStakeParameters,
  type PlanUnstakeParameters,
  type StakingDone,
} from "./staking.js"
export {
  compileTransaction,
  planTransaction,
  signersOf,
  transactionBytes,
  withComputeUnits,
  type PlannedTransaction,
  type PlannedVersion,
  type TransactionOptions,
} from "./transaction.js"
export { SerializableMessageV1, TransactionV1 } from "./version_one.js"
export { planWithdrawal, type PlanWithdrawalParameters, type WithdrawalDone } from "./withdrawal.js"
