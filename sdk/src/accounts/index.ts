export type { AccountReader } from "./read.js"
export { decodeActivation, fetchActivation, fetchAllActivations, type Activation } from "./activation.js"
export { decodeBallots, fetchAllBallots, fetchBallots, hasVoted, type Ballots } from "./ballots.js"
export {
  decodeEconomy,
  fetchAllEconomies,
  fetchEconomy,
  type Economy,
  type EventType,
  type RedistributionBand,
  type RewardKind,
} from "./economy.js"
export {
  decodeEscrowPage,
  decodeFrozenReward,
  fetchAllEscrowPages,
  fetchEscrowPage,
  freePlaces,
  rewardsOf,
  type EscrowHeader,
  type EscrowPage,
  type FrozenReward,
  type LocatedReward,
} from "./escrow.js"
export { decodeGovernance, fetchGovernance, type Governance } from "./governance.js"
export { decodeMembership, fetchAllMemberships, fetchMembership, type Membership } from "./membership.js"
export {
  decodeMember,
  decodePage,
  decodePageHeader,
  fetchAllPages,
  fetchPage,
  pageBytes,
  slotsOfPage,
  type Member,
  type MemberPage,
  type PageHeader,
} from "./page.js"
export {
  decodeService,
  fetchAllServices,
  fetchService,
  findServices,
  type FoundService,
  type Service,
  type ServiceQuery,
  type ServiceReader,
} from "./service.js"
export { decodeProposal, fetchAllProposals, fetchProposal, type Proposal } from "./proposal.js"
export { decodeSnapshot, fetchAllSnapshots, fetchSnapshot, type Snapshot } from "./snapshot.js"
export {
  decodeStake,
  decodeStakePage,
  fetchAllStakePages,
  fetchStakePage,
  stakePageBytes,
  type Stake,
  type StakePage,
} from "./stake.js"
export { decodeReserve, fetchReserve, type Reserve, type ReserveAsset } from "./reserve.js"
export { decodeStartup, fetchAllStartups, fetchStartup, type Startup } from "./startup.js"
export {
  decodeStabilisation,
  fetchAllStabilisations,
  fetchStabilisation,
  type Buyback,
  type Stabilisation,
} from "./stabilisation.js"
export { decodeWeek, fetchAllWeeks, fetchWeek, type Week } from "./week.js"
