import type { PublicKey } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../constants.js"
import type { StkEvent, StkEventName, StkEvents } from "../events.js"
import * as balances from "./balances.js"
import * as economy from "./economy.js"
import * as emission from "./emission.js"
import * as funds from "./funds.js"
import * as governance from "./governance.js"
import * as marketplace from "./marketplace.js"
import * as members from "./members.js"
import { LedgerContradictionError } from "../errors/base.js"
import type { LedgerState } from "./state.js"
import * as redistribution from "./redistribution.js"
import * as reserve from "./reserve.js"
import * as rewards from "./rewards.js"
import * as stabilisation from "./stabilisation.js"
import * as staking from "./staking.js"
import * as transfers from "./transfers.js"
import * as weeks from "./weeks.js"

/** What each event does to the ledger. An event that is not listed does not compile. */
type Appliers = {
  readonly [Name in Exclude<StkEventName, "EconomyCreated">]: (
    state: LedgerState,
    event: StkEvents[Name],
  ) => void
}

const APPLIERS: Appliers = {
  PauseChanged: economy.pauseChanged,
  RoleProposed: economy.roleProposed,
  RoleAccepted: economy.roleAccepted,
  EmissionReleased: emission.emissionReleased,
  PageCreated: members.pageCreated,
  PageGrown: members.pageGrown,
  MembersRegistered: members.membersRegistered,
  LevelsSet: members.levelsSet,
  WeekOpened: weeks.weekOpened,
  ScoresSubmitted: weeks.scoresSubmitted,
  WeekSealed: weeks.weekSealed,
  WeekHeld: weeks.weekHeld,
  PageSettled: weeks.pageSettled,
  WeekSettled: weeks.weekSettled,
  ScoreAudited: weeks.scoreAudited,
  Deposited: balances.deposited,
  Withdrawn: balances.withdrawn,
  SurplusAbsorbed: balances.surplusAbsorbed,
  Transferred: transfers.transferred,
  TransferFeeSet: transfers.transferFeeSet,
  RedistributionBandsSet: redistribution.redistributionBandsSet,
  PageRedistributed: redistribution.pageRedistributed,
  RewardKindsSet: rewards.rewardKindsSet,
  EscrowPageCreated: rewards.escrowPageCreated,
  RewardsPaid: rewards.rewardsPaid,
  RewardsGranted: rewards.rewardsGranted,
  VerdictsGiven: rewards.verdictsGiven,
  RewardRated: rewards.rewardRated,
  ActivityChecked: rewards.activityChecked,
  RewardsResolved: rewards.rewardsResolved,
  FundSpent: funds.fundSpent,
  FundWithdrawn: funds.fundWithdrawn,
  SpendingLimitsSet: funds.spendingLimitsSet,
  TeamScheduleSet: funds.teamScheduleSet,
  ReserveCreated: reserve.reserveCreated,
  ReserveAssetAdded: reserve.reserveAssetAdded,
  StartupCreated: reserve.startupCreated,
  StartupShareSet: reserve.startupShareSet,
  ReserveDeposited: reserve.reserveDeposited,
  AssetPricePosted: reserve.assetPricePosted,
  ReserveLimitSet: reserve.reserveLimitSet,
  ReserveWithdrawn: reserve.reserveWithdrawn,
  ServiceCreated: marketplace.serviceCreated,
  ServiceUpdated: marketplace.serviceUpdated,
  ServiceClosed: marketplace.serviceClosed,
  ActivationOpened: marketplace.activationOpened,
  ActivationClosed: marketplace.activationClosed,
  ServicePurchased: marketplace.servicePurchased,
  SessionUsed: marketplace.sessionUsed,
  ServiceRated: marketplace.serviceRated,
  StabilisationCreated: stabilisation.stabilisationCreated,
  BuybackLimitsSet: stabilisation.buybackLimitsSet,
  PriceFeedSet: stabilisation.priceFeedSet,
  PricePosted: stabilisation.pricePosted,
  BuybackFunded: stabilisation.buybackFunded,
  BuybackOpened: stabilisation.buybackOpened,
  BuybackFilled: stabilisation.buybackFilled,
  QuoteWithdrawn: stabilisation.quoteWithdrawn,
  TokensBurnt: stabilisation.tokensBurnt,
  EmissionFactorSet: stabilisation.emissionFactorSet,
  StakePageCreated: staking.stakePageCreated,
  StakePageGrown: staking.stakePageGrown,
  Staked: staking.staked,
  Unstaked: staking.unstaked,
  PageSnapshotted: staking.pageSnapshotted,
  GovernanceSet: governance.governanceSet,
  ProposalCreated: governance.proposalCreated,
  VoteCast: governance.voteCast,
  ProposalExecuted: governance.proposalExecuted,
  ProposalClosed: governance.proposalClosed,
  BallotsClosed: governance.ballotsClosed,
}

/** Applies one event to the state that it concerns. @throws {LedgerContradictionError} */
export function applyEvent(state: LedgerState, event: StkEvent): void {
  if (event.name === "EconomyCreated")
    throw new LedgerContradictionError(event.name, "economy", event.data.economy, "created before")
  // The name decides what the data is: the table has for each name the function of its data.
  const apply = APPLIERS[event.name] as (state: LedgerState, data: unknown) => void
  apply(state, event.data)
}

/**
 * Rebuilds a whole economy from its events alone, oldest first: what it gives equals the decoded accounts (STK-143).
 * Events of other economies are passed over. Without `address` it is the economy of the first `EconomyCreated`.
 * @throws {LedgerContradictionError} when events are missing or out of order
 */
export function rebuild(
  events: Iterable<StkEvent>,
  address?: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): LedgerState {
  let state: LedgerState | undefined
  for (const event of events) {
    const concerned = state?.address ?? address
    if (concerned && "economy" in event.data && !event.data.economy.equals(concerned)) continue
    if (state) applyEvent(state, event)
    else if (event.name === "EconomyCreated") state = economy.economyCreated(event.data, programId)
    else throw new LedgerContradictionError(event.name, "economy", concerned, "not created")
  }
  if (state) return state
  throw new LedgerContradictionError("EconomyCreated", "economy", "nothing", "no economy")
}
