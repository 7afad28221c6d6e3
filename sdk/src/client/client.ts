import { getAssociatedTokenAddressSync } from "@solana/spl-token"
import type { Connection, PublicKey, TransactionInstruction } from "@solana/web3.js"
import { fetchAllMemberships, fetchMembership, type Membership } from "../accounts/membership.js"
import { fetchEconomy, type Economy, type RedistributionBand, type RewardKind } from "../accounts/economy.js"
import { fetchAllEscrowPages, rewardsOf, type EscrowPage, type LocatedReward } from "../accounts/escrow.js"
import { fetchBallots } from "../accounts/ballots.js"
import { fetchGovernance, type Governance } from "../accounts/governance.js"
import { fetchAllProposals, fetchProposal, type Proposal } from "../accounts/proposal.js"
import { fetchAllSnapshots } from "../accounts/snapshot.js"
import { closeProposalInstruction } from "../instructions/governance/close_proposal.js"
import {
  createGovernanceInstruction,
  type GovernanceParameters,
} from "../instructions/governance/create_governance.js"
import { planExecution, planProposal, planVote } from "../plan/governance.js"
import { fetchAllPages, fetchPage, type Member, type MemberPage } from "../accounts/page.js"
import { fetchStakePage, type Stake, type StakePage } from "../accounts/stake.js"
import { fetchReserve, type Reserve, type ReserveAsset } from "../accounts/reserve.js"
import { fetchAllStartups, type Startup } from "../accounts/startup.js"
import { fetchActivation, type Activation } from "../accounts/activation.js"
import {
  fetchService,
  findServices,
  type FoundService,
  type Service,
  type ServiceQuery,
} from "../accounts/service.js"
import { fetchStabilisation, type Stabilisation } from "../accounts/stabilisation.js"
import { fetchWeek, type Week } from "../accounts/week.js"
import {
  MOST_COMPUTE_UNITS,
  PAGE_SLOTS,
  STK_PROGRAM_ID,
  type FundIndex,
  type InflowValue,
  type ReserveKindValue,
  type ServiceStatusValue,
} from "../constants.js"
import { AccountNotFoundError, InvalidArgumentError } from "../errors/base.js"
import { decodeError } from "../errors/decode.js"
import { decodeEvents, type StkEvent } from "../events.js"
import { auditScoreInstruction, type AuditScoreParameters } from "../instructions/weeks/audit_score.js"
import { absorbSurplusInstruction } from "../instructions/balances/absorb_surplus.js"
import { depositInstruction } from "../instructions/balances/deposit.js"
import { setRedistributionBandsInstruction } from "../instructions/redistribution/set_redistribution_bands.js"
import { setTransferFeeInstruction } from "../instructions/transfers/set_transfer_fee.js"
import { transferInstruction } from "../instructions/transfers/transfer.js"
import { closeActivationInstruction } from "../instructions/marketplace/close_activation.js"
import { closeServiceInstruction } from "../instructions/marketplace/close_service.js"
import {
  createServiceInstruction,
  type ServiceParameters,
} from "../instructions/marketplace/create_service.js"
import { rateServiceInstruction } from "../instructions/marketplace/rate_service.js"
import { updateServiceInstruction } from "../instructions/marketplace/update_service.js"
import { useSessionInstruction } from "../instructions/marketplace/use_session.js"
import { openWeekInstruction } from "../instructions/weeks/open_week.js"
import { releaseEmissionInstruction } from "../instructions/emission/release_emission.js"
import { setSpendingLimitsInstruction } from "../instructions/funds/set_spending_limits.js"
import { setTeamScheduleInstruction } from "../instructions/funds/set_team_schedule.js"
import { spendFundInstruction } from "../instructions/funds/spend_fund.js"
import { withdrawFundInstruction } from "../instructions/funds/withdraw_fund.js"
import { addReserveAssetInstruction } from "../instructions/reserve/add_reserve_asset.js"
import { createReserveInstruction } from "../instructions/reserve/create_reserve.js"
import { createStartupInstruction } from "../instructions/reserve/create_startup.js"
import { postAssetPriceInstruction } from "../instructions/reserve/post_asset_price.js"
import { setReserveLimitInstruction } from "../instructions/reserve/set_reserve_limit.js"
import { setStartupShareInstruction } from "../instructions/reserve/set_startup_share.js"
import { withdrawReserveInstruction } from "../instructions/reserve/withdraw_reserve.js"
import { setEmissionFactorInstruction } from "../instructions/emission/set_emission_factor.js"
import { burnInstruction, type BurnParameters } from "../instructions/stabilisation/burn.js"
import { createStabilisationInstruction } from "../instructions/stabilisation/create_stabilisation.js"
import { fundBuybackInstruction } from "../instructions/stabilisation/fund_buyback.js"
import { openBuybackInstruction } from "../instructions/stabilisation/open_buyback.js"
import { postPriceInstruction } from "../instructions/stabilisation/post_price.js"
import { readPriceInstruction } from "../instructions/stabilisation/read_price.js"
import { setBuybackLimitsInstruction } from "../instructions/stabilisation/set_buyback_limits.js"
import { setPriceFeedInstruction, type PriceFeed } from "../instructions/stabilisation/set_price_feed.js"
import { withdrawQuoteInstruction } from "../instructions/stabilisation/withdraw_quote.js"
import { sealWeekInstruction } from "../instructions/weeks/seal_week.js"
import type { Tuple } from "../idl/codec.js"
import { confirmActivityInstruction } from "../instructions/rewards/confirm_activity.js"
import { rateRewardInstruction } from "../instructions/rewards/rate_reward.js"
import { setRewardKindsInstruction } from "../instructions/rewards/set_reward_kinds.js"
import type { MemberCounts } from "../math/batch.js"
import { quarterOf } from "../math/quarter.js"
import { bpsShareFloor } from "../math/split.js"
import {
  activationPda,
  ballotsPda,
  escrowPda,
  governancePda,
  membershipPda,
  pagePda,
  proposalPda,
  reservePda,
  servicePda,
  stabilisationPda,
  snapshotPda,
  stakePagePda,
  startupPda,
  weekPda,
} from "../pdas.js"
import { planSale } from "../plan/buyback.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import { planLevels, type MemberLevel } from "../plan/levels.js"
import { transactionsOf, type Plan } from "../plan/plan.js"
import { planRedistribution } from "../plan/redistribution.js"
import { planPurchase } from "../plan/purchase.js"
import { planRegistration } from "../plan/registration.js"
import { planReserveDeposit } from "../plan/reserve_deposit.js"
import {
  planGrants,
  planPayments,
  planResolutions,
  planVerdicts,
  type LocatedVerdict,
  type MemberPayment,
  type PlanGrantsParameters,
} from "../plan/rewards.js"
import { pageProgress, planScores } from "../plan/scores.js"
import { planSettlement } from "../plan/settlement.js"
import { pagesBehindSnapshot, planSnapshots } from "../plan/snapshot.js"
import { planStake, planUnstake } from "../plan/staking.js"
import { planTransaction, type PlannedTransaction, type TransactionOptions } from "../plan/transaction.js"
import { planWithdrawal } from "../plan/withdrawal.js"
import { sendPlanned, type SendingConnection, type SendOptions, type SentTransaction } from "./send.js"
import type { StkSigner } from "./signer.js"

/** What the client needs of a `Connection`. */
export type StkConnection = SendingConnection &
  Pick<Connection, "getAccountInfo" | "getMultipleAccountsInfo" | "getProgramAccounts" | "getTransaction">

export interface StkClientOptions extends TransactionOptions, SendOptions {
  connection: StkConnection
  /** Address of the economy. */
  economy: PublicKey
  /** Pays for and signs what is sent; not needed for reading. */
  signer?: StkSigner | undefined
  programId?: PublicKey | undefined
  /** How many lanes of a plan are sent side by side; 8 by default. */
  lanes?: number | undefined
}

/** A payment of which the reserve has a share. */
export interface ReserveDeposit {
  /** Index of the asset in the reserve. */
  asset: number
  inflow: InflowValue
  /** Id of the startup whose share it is; none for a subscription or donation. */
  startup?: number | undefined
  /** Base units of the whole payment. */
  gross: bigint
  /** Public; 1 to 64 bytes of UTF-8. */
  reference: string
}

/** Where a member is and what it has. */
export interface FoundMember extends Membership {
  member: Member
}

const LANES = 8

/** Reads one economy and sends for one signer. Every method is a few lines over the layers below, which stand alone. */
export class StkClient {
  readonly connection: StkConnection
  readonly economy: PublicKey
  readonly programId: PublicKey
  private readonly options: StkClientOptions

  constructor(options: StkClientOptions) {
    this.options = options
    this.connection = options.connection
    this.economy = options.economy
    this.programId = options.programId ?? STK_PROGRAM_ID
  }

  /** The economy. @throws {AccountNotFoundError} */
  async fetchEconomy(): Promise<Economy> {
    const economy = await fetchEconomy(this.connection, this.economy, this.programId)
    if (economy) return economy
    throw new AccountNotFoundError("Economy", this.economy.toBase58())
  }

  /** A week's record; null when it was not opened. */
  fetchWeek(week: number): Promise<Week | null> {
    return fetchWeek(this.connection, weekPda(this.economy, week, this.programId)[0], this.programId)
  }

  /** A member page; null when there is none. */
  fetchPage(page: number): Promise<MemberPage | null> {
    return fetchPage(this.connection, pagePda(this.economy, page, this.programId)[0], this.programId)
  }

  /** All member pages, in their order. */
  async fetchPages(): Promise<MemberPage[]> {
    const { pages } = await this.fetchEconomy()
    const addresses = Array.from(
      { length: pages },
      (_, page) => pagePda(this.economy, page, this.programId)[0],
    )
    const found = await fetchAllPages(this.connection, addresses, this.programId)
    return found.filter((page) => page !== null)
  }

  /** A wallet's place and slot; null when it is no member. */
  async fetchMember(wallet: PublicKey): Promise<FoundMember | null> {
    const [address] = membershipPda(this.economy, wallet, this.programId)
    const membership = await fetchMembership(this.connection, address, this.programId)
    if (!membership) return null
    const page = await this.fetchPage(membership.page)
    const member = page?.members[membership.slot]
    if (!member)
      throw new AccountNotFoundError("MemberPage", pagePda(this.economy, membership.page)[0].toBase58())
    return { ...membership, member }
  }

  /** Which of the wallets are members. */
  async fetchRegistered(wallets: readonly PublicKey[]): Promise<PublicKey[]> {
    const addresses = wallets.map((wallet) => membershipPda(this.economy, wallet, this.programId)[0])
    const found = await fetchAllMemberships(this.connection, addresses, this.programId)
    return wallets.filter((_, index) => found[index] !== null)
  }

  /** The program's events in a confirmed transaction. @throws {ProgramError} when it failed */
  async fetchEvents(signature: string): Promise<StkEvent[]> {
    const options = { maxSupportedTransactionVersion: 1, commitment: "confirmed" } as const
    const transaction = await this.connection.getTransaction(signature, options)
    if (!transaction) throw new AccountNotFoundError("Transaction", signature)
    const error = transaction.meta?.err ? decodeError(transaction.meta) : null
    if (error) throw error
    return decodeEvents(transaction.meta?.logMessages ?? [], this.programId)
  }

  /** Signs, sends and confirms one transaction of a plan. @throws {ProgramError} @throws {TransactionExpiredError} */
  send(planned: PlannedTransaction, signers: readonly StkSigner[] = []): Promise<SentTransaction> {
    return sendPlanned(this.connection, planned, [this.signer, ...signers], this.options)
  }

  /** Sends instructions of the caller's in one transaction. @throws {ProgramError} @throws {TransactionExpiredError} */
  sendInstructions(
    description: string,
    instructions: readonly TransactionInstruction[],
    signers: readonly StkSigner[] = [],
  ): Promise<SentTransaction> {
    return this.sendEstimated(description, instructions, MOST_COMPUTE_UNITS, signers)
  }

  /**
   * Sends a plan, several lanes side by side. The first failure stops every lane after the transaction it is at; planning
   * again continues from what the chain has.
   */
  async execute(
    plan: Plan<unknown>,
    onSent: (sent: SentTransaction) => void = () => undefined,
  ): Promise<SentTransaction[]> {
    const waiting = [...plan.lanes]
    const sent: SentTransaction[] = []
    let failure: { error: unknown } | undefined
    const work = async (): Promise<void> => {
      for (let lane = waiting.shift(); lane && !failure; lane = waiting.shift()) {
        for (const planned of lane.transactions) {
          if (failure) return
          const done = await this.send(planned)
          sent.push(done)
          onSent(done)
        }
      }
    }
    const stopping = (error: unknown): void => {
      failure ??= { error }
    }
    await Promise.all(Array.from({ length: this.options.lanes ?? LANES }, () => work().catch(stopping)))
    if (failure) throw failure.error
    return sent
  }

  /** Releases the emission of all days that have ended. @throws {NothingDue} */
  async releaseEmission(): Promise<SentTransaction> {
    const { mint } = await this.fetchEconomy()
    const instruction = releaseEmissionInstruction({ ...this.at, mint })
    return this.sendEstimated("release of emission", [instruction], ESTIMATED_COMPUTE_UNITS.releaseEmission)
  }

  /** Registers those of the wallets that are not members, with the pages they need. */
  async registerMembers(
    wallets: readonly PublicKey[],
    onSent?: (sent: SentTransaction) => void,
  ): Promise<SentTransaction[]> {
    const { members, pages } = await this.fetchEconomy()
    const last = pages === 0 ? null : await this.fetchPage(pages - 1)
    const state = { members, pages, capacity: last?.capacity ?? 0 }
    const registered = await this.fetchRegistered(wallets)
    const registrar = this.signer.publicKey
    return this.execute(planRegistration({ ...this.planned, registrar, wallets, state, registered }), onSent)
  }

  /** Sets the levels of those members who do not have theirs. */
  async setLevels(
    levels: readonly MemberLevel[],
    evidence: Uint8Array,
    onSent?: (sent: SentTransaction) => void,
  ): Promise<SentTransaction[]> {
    const pages = await this.fetchPages()
    const levelOf = (index: number) =>
      pages[Math.floor(index / PAGE_SLOTS)]?.members[index % PAGE_SLOTS]?.level
    const registrar = this.signer.publicKey
    return this.execute(planLevels({ ...this.planned, registrar, levels, evidence, levelOf }), onSent)
  }

  /**
   * Opens a week; `detailRoot` was computed over the leaves of `members` members.
   * @throws {WeekNotOver} @throws {WeekOutOfOrder} @throws {MembersChanged}
   */
  openWeek(week: number, members: number, detailRoot: Uint8Array): Promise<SentTransaction> {
    const oracle = this.signer.publicKey
    const instruction = openWeekInstruction({ ...this.at, oracle, week, members, detailRoot })
    return this.sendEstimated(`opening of week ${week}`, [instruction], ESTIMATED_COMPUTE_UNITS.openWeek)
  }

  /** Posts what is missing of the open week's scores: counts by the member's global index. */
  async submitScores(
    countsOf: (index: number) => MemberCounts,
    onSent?: (sent: SentTransaction) => void,
  ): Promise<SentTransaction[]> {
    const economy = await this.fetchEconomy()
    const { week, weekMembers: members } = economy
    const progress = (await this.fetchPages()).map((page) => pageProgress(page.header, week))
    const oracle = this.signer.publicKey
    const plan = planScores({ ...this.planned, oracle, rules: economy, week, members, countsOf, progress })
    return this.execute(plan, onSent)
  }

  /** Seals the open week. @throws {WeekNotOpen} @throws {ScoresMissing} */
  async sealWeek(): Promise<SentTransaction> {
    const { week } = await this.fetchEconomy()
    const instruction = sealWeekInstruction({ ...this.at, oracle: this.signer.publicKey, week })
    return this.sendEstimated(`sealing of week ${week}`, [instruction], ESTIMATED_COMPUTE_UNITS.sealWeek)
  }

  /** Settles what is not settled of the sealed week. @throws {WeekNotSealed} @throws {WeekIsHeld} */
  async settleWeek(onSent?: (sent: SentTransaction) => void): Promise<SentTransaction[]> {
    const economy = await this.fetchEconomy()
    const { week, weekMembers: members, snapshot } = economy
    const record = await this.fetchWeek(week)
    const pages = await this.fetchPages()
    const settled = pages
      .filter(({ header }) => header.settledWeek === week)
      .map(({ header }) => header.index)
    const isShort = record !== null && record.payable < record.due
    const payer = this.signer.publicKey
    const behind = pagesBehindSnapshot(
      pages.map(({ header }) => header),
      economy,
    )
    const snapshotDue = { snapshot, pages: behind }
    const settlement = { payer, week, members, isShort, settled, snapshotDue }
    return this.execute(planSettlement({ ...this.planned, ...settlement }), onSent)
  }

  /** Has a member's score recomputed on chain. @throws {AuditIsOver} @throws {ProofDoesNotMatch} */
  auditScore(audit: Omit<AuditScoreParameters, "economy" | "programId">): Promise<SentTransaction> {
    const description = `audit of page ${audit.page} slot ${audit.slot}`
    return this.sendInstructions(description, [auditScoreInstruction({ ...this.at, ...audit })])
  }

  /** Pays part of the signer's balance out to its token account, which is created if it is missing. */
  async withdraw(amount: bigint): Promise<SentTransaction[]> {
    const wallet = this.signer.publicKey
    const { mint } = await this.fetchEconomy()
    const { page, slot } = await this.memberOf(wallet)
    const tokenAccount = getAssociatedTokenAddressSync(mint, wallet, true)
    const hasTokenAccount = (await this.connection.getAccountInfo(tokenAccount)) !== null
    return this.execute(
      planWithdrawal({ ...this.planned, wallet, mint, page, slot, amount, hasTokenAccount }),
    )
  }

  /** Pays tokens of the signer's token account in. @throws {WrongMember} */
  async deposit(amount: bigint): Promise<SentTransaction> {
    const wallet = this.signer.publicKey
    const { mint } = await this.fetchEconomy()
    const { page, slot } = await this.memberOf(wallet)
    const source = getAssociatedTokenAddressSync(mint, wallet, true)
    const instruction = depositInstruction({ ...this.at, wallet, page, slot, source, amount })
    return this.sendEstimated("deposit", [instruction], ESTIMATED_COMPUTE_UNITS.deposit)
  }

  /** Books tokens that somebody sent to the vault to the Rewards Pool. @throws {NoSurplus} */
  absorbSurplus(): Promise<SentTransaction> {
    return this.sendInstructions("absorption of a surplus", [absorbSurplusInstruction(this.at)])
  }

  // Staking

  /** The stakes of a member page; null when nobody of it has staked yet. */
  fetchStakePage(page: number): Promise<StakePage | null> {
    const [address] = stakePagePda(this.economy, page, this.programId)
    return fetchStakePage(this.connection, address, this.programId)
  }

  /** The stakes of a member. @throws {AccountNotFoundError} when the wallet is no member */
  async fetchStakes(wallet: PublicKey): Promise<Stake[]> {
    const { page, slot } = await this.memberOf(wallet)
    const stakePage = await this.fetchStakePage(page)
    return stakePage?.stakes.filter((stake) => stake.slot === slot) ?? []
  }

  /** Locks part of the signer's balance for 30, 90, 180 or 365 days. @throws {BalanceTooSmall} @throws {TooManyStakes} */
  async stake(amount: bigint, termDays: number): Promise<SentTransaction[]> {
    const staker = await this.stakerOf(this.signer.publicKey)
    const stakePage = await this.fetchStakePage(staker.page)
    return this.execute(planStake({ ...this.planned, ...staker, amount, termDays, stakePage }))
  }

  /** Returns one of the signer's stakes whose term is over to its balance. @throws {StakeIsLocked} */
  async unstake(id: number): Promise<SentTransaction[]> {
    const wallet = this.signer.publicKey
    const staker = await this.stakerOf(wallet)
    const stake = (await this.fetchStakes(wallet)).find((each) => each.id === id)
    if (!stake) throw new InvalidArgumentError("id", "that of a stake of the signer's")
    return this.execute(planUnstake({ ...this.planned, ...staker, place: stake.place, id }))
  }

  /** Keeps the balances of all pages for the votes on the latest snapshot's proposals, where that was not done. */
  async snapshotPages(onSent?: (sent: SentTransaction) => void): Promise<SentTransaction[]> {
    const { snapshot } = await this.fetchEconomy()
    const pages = (await this.fetchPages()).map(({ header }) => header)
    const payer = this.signer.publicKey
    return this.execute(planSnapshots({ ...this.planned, payer, snapshot, pages }), onSent)
  }

  // Governance

  /** The economy's governance; null when there is none. */
  fetchGovernance(): Promise<Governance | null> {
    return fetchGovernance(this.connection, governancePda(this.economy, this.programId)[0], this.programId)
  }

  /** A proposal; null when there is none, or it was closed. */
  fetchProposal(proposal: number): Promise<Proposal | null> {
    const [address] = proposalPda(this.economy, proposal, this.programId)
    return fetchProposal(this.connection, address, this.programId)
  }

  /** All proposals that were not closed, the oldest first. */
  async fetchProposals(): Promise<Proposal[]> {
    const { proposals } = await this.fetchEconomy()
    const addresses = Array.from(
      { length: proposals },
      (_, index) => proposalPda(this.economy, index, this.programId)[0],
    )
    const found = await fetchAllProposals(this.connection, addresses, this.programId)
    return found.filter((proposal) => proposal !== null)
  }

  /** Creates the economy's governance, as the admin. @throws {NotAdmin} */
  createGovernance(parameters: GovernanceParameters): Promise<SentTransaction> {
    const admin = this.signer.publicKey
    const instruction = createGovernanceInstruction({ ...this.at, admin, parameters })
    const { createGovernance } = ESTIMATED_COMPUTE_UNITS
    return this.sendEstimated("creation of the governance", [instruction], createGovernance)
  }

  /** Proposes to call an instruction as the governance, and keeps all pages' balances for the vote. @throws {BelowThreshold} */
  async propose(
    title: string,
    descriptionHash: Uint8Array,
    instruction: TransactionInstruction,
    now: number = Math.floor(Date.now() / 1000),
  ): Promise<SentTransaction[]> {
    const wallet = this.signer.publicKey
    const { proposals, snapshot } = await this.fetchEconomy()
    const { page, slot } = await this.memberOf(wallet)
    const pages = (await this.fetchPages()).map(({ header }) => header)
    const state = { proposals, snapshot, pages, governance: await this.governance(), now }
    const text = { title, descriptionHash, instruction }
    return this.execute(planProposal({ ...this.planned, ...state, ...text, wallet, page, slot }))
  }

  /** Votes with everything of the signer's that can and has not. @throws {VotingIsOver} @throws {NothingToVote} */
  async vote(proposal: number, approve: boolean): Promise<SentTransaction[]> {
    const wallet = this.signer.publicKey
    const found = await this.proposalAt(proposal)
    const { page: index, slot } = await this.memberOf(wallet)
    const page = (await this.fetchPage(index))?.header
    if (!page)
      throw new AccountNotFoundError("MemberPage", pagePda(this.economy, index, this.programId)[0].toBase58())
    const [address] = proposalPda(this.economy, proposal, this.programId)
    const [ballots] = ballotsPda(address, index, this.programId)
    const kept = [0, 1].map((parity) => snapshotPda(this.economy, index, parity, this.programId)[0])
    const snapshots = await fetchAllSnapshots(this.connection, kept, this.programId)
    const state = {
      snapshots: snapshots.filter((snapshot) => snapshot !== null),
      stakes: await this.fetchStakes(wallet),
      ballots: await fetchBallots(this.connection, ballots, this.programId),
    }
    return this.execute(planVote({ ...this.planned, ...state, wallet, proposal: found, page, slot, approve }))
  }

  /** Executes a passed proposal; `signers` sign for its instruction. @throws {TimeLocked} @throws {NotPassed} */
  async executeProposal(proposal: number, signers: readonly StkSigner[] = []): Promise<SentTransaction[]> {
    const payer = this.signer.publicKey
    const named = { signers: signers.map((signer) => signer.publicKey) }
    const found = await this.proposalAt(proposal)
    const plan = planExecution({ ...this.planned, ...named, payer, proposal: found })
    return Promise.all(transactionsOf(plan).map((planned) => this.send(planned, signers)))
  }

  /** Closes a proposal that is over; the rent goes back to its proposer. @throws {ProposalIsOpen} */
  async closeProposal(proposal: number): Promise<SentTransaction> {
    const { proposer } = await this.proposalAt(proposal)
    const instruction = closeProposalInstruction({ ...this.at, proposal, proposer })
    return this.sendInstructions(`closing of proposal ${proposal}`, [instruction])
  }

  private async governance(): Promise<Governance> {
    const governance = await this.fetchGovernance()
    if (governance) return governance
    throw new AccountNotFoundError("Governance", governancePda(this.economy, this.programId)[0].toBase58())
  }

  private async proposalAt(proposal: number): Promise<Proposal> {
    const found = await this.fetchProposal(proposal)
    if (found) return found
    const [address] = proposalPda(this.economy, proposal, this.programId)
    throw new AccountNotFoundError("Proposal", address.toBase58())
  }

  /** Where a member stakes, and which snapshot its page must be kept for first. */
  private async stakerOf(wallet: PublicKey) {
    const { snapshot } = await this.fetchEconomy()
    const { page, slot } = await this.memberOf(wallet)
    const header = (await this.fetchPage(page))?.header
    return { wallet, page, slot, snapshotDue: header?.snapshot === snapshot ? undefined : snapshot }
  }

  // Transfers and redistribution

  /**
   * Pays another member of the signer's balance. `maxFee` is what the fee in force gives, unless a higher one is accepted.
   * @throws {BalanceTooSmall} @throws {FeeTooHigh} @throws {AccountNotFoundError} when one of the two is no member
   */
  async transfer(recipient: PublicKey, amount: bigint, maxFee?: bigint): Promise<SentTransaction> {
    const wallet = this.signer.publicKey
    const { transferFeeBps } = await this.fetchEconomy()
    const [from, to] = [await this.memberOf(wallet), await this.memberOf(recipient)]
    const instruction = transferInstruction({
      ...this.at,
      wallet,
      page: from.page,
      slot: from.slot,
      recipient,
      recipientPage: to.page,
      recipientSlot: to.slot,
      amount,
      maxFee: maxFee ?? bpsShareFloor(amount, transferFeeBps),
    })
    return this.sendEstimated("transfer", [instruction], ESTIMATED_COMPUTE_UNITS.transfer)
  }

  /** Sets the fee on transfers. The treasurer may. @throws {FeeOutOfRange} @throws {FeeStepTooLarge} */
  setTransferFee(bps: number): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const instruction = setTransferFeeInstruction({ ...this.at, treasurer, bps })
    return this.sendInstructions("setting of the transfer fee", [instruction])
  }

  /** Sets what inactive members lose each quarter. The admin may. @throws {BadBands} */
  setRedistributionBands(bands: Tuple<RedistributionBand, 3>): Promise<SentTransaction> {
    const admin = this.signer.publicKey
    const instruction = setRedistributionBandsInstruction({ ...this.at, admin, bands })
    return this.sendInstructions("setting of the bands", [instruction])
  }

  /**
   * Redistributes the pages that were not in the quarter of `now`, unix seconds. Anyone may.
   * @throws {NoBands} @throws {WeekIsOpen} @throws {WeeksBehind}
   */
  async redistribute(
    now: number = Math.floor(Date.now() / 1000),
    onSent?: (sent: SentTransaction) => void,
  ): Promise<SentTransaction[]> {
    const pages = (await this.fetchPages()).map(({ header, members }) => ({
      ...header,
      members: members.length,
    }))
    const payer = this.signer.publicKey
    return this.execute(
      planRedistribution({ ...this.planned, payer, quarter: quarterOf(now), pages }),
      onSent,
    )
  }

  // Funds

  /** Pays from a fund to a member's balance, as the treasurer. @throws {WeeklyLimitReached} @throws {TeamNotVested} */
  async spendFund(
    fund: FundIndex,
    recipient: PublicKey,
    amount: bigint,
    reason: string,
  ): Promise<SentTransaction> {
    const { page, slot } = await this.memberOf(recipient)
    const spending = { treasurer: this.signer.publicKey, fund, recipient, page, slot, amount, reason }
    const instruction = spendFundInstruction({ ...this.at, ...spending })
    return this.sendEstimated("spending of a fund", [instruction], ESTIMATED_COMPUTE_UNITS.spendFund)
  }

  /** Pays from a fund to a token account, as the treasurer. @throws {WeeklyLimitReached} @throws {TeamNotVested} */
  withdrawFund(
    fund: FundIndex,
    destination: PublicKey,
    amount: bigint,
    reason: string,
  ): Promise<SentTransaction> {
    const spending = { treasurer: this.signer.publicKey, fund, destination, amount, reason }
    const instruction = withdrawFundInstruction({ ...this.at, ...spending })
    return this.sendEstimated("withdrawal of a fund", [instruction], ESTIMATED_COMPUTE_UNITS.withdrawFund)
  }

  /** Sets the most that may be spent from each fund in a calendar week, as the admin. */
  setSpendingLimits(limits: Tuple<bigint, 5>): Promise<SentTransaction> {
    const instruction = setSpendingLimitsInstruction({ ...this.at, admin: this.signer.publicKey, limits })
    return this.sendInstructions("limits of spending", [instruction])
  }

  /** Sets the schedule of the Team fund, as the admin. @throws {TeamAlreadySpent} */
  setTeamSchedule(cliffSeconds: number, vestingSeconds: number): Promise<SentTransaction> {
    const schedule = { admin: this.signer.publicKey, cliffSeconds, vestingSeconds }
    return this.sendInstructions("schedule of the team", [
      setTeamScheduleInstruction({ ...this.at, ...schedule }),
    ])
  }

  // Reserve

  /** What backs the economy; null when it has no reserve. */
  fetchReserve(): Promise<Reserve | null> {
    const [address] = reservePda(this.economy, this.programId)
    return fetchReserve(this.connection, address, this.programId)
  }

  /** All startups, by their ids. */
  async fetchStartups(): Promise<Startup[]> {
    const { startups } = await this.reserve()
    const ids = Array.from({ length: startups }, (_, id) => startupPda(this.economy, id, this.programId)[0])
    const found = await fetchAllStartups(this.connection, ids, this.programId)
    return found.filter((startup) => startup !== null)
  }

  /** Creates the economy's reserve, as the treasurer. */
  createReserve(): Promise<SentTransaction> {
    const instruction = createReserveInstruction({ ...this.at, treasurer: this.signer.publicKey })
    return this.sendInstructions("creation of the reserve", [instruction])
  }

  /** Adds a mint to the reserve, as the treasurer. @throws {AssetAlreadyAdded} @throws {ReserveIsFull} */
  addReserveAsset(mint: PublicKey, kind: ReserveKindValue): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const instruction = addReserveAssetInstruction({ ...this.at, treasurer, mint, kind })
    return this.sendInstructions("asset of the reserve", [instruction])
  }

  /** Records a startup with the next id, as the treasurer. @throws {BadName} */
  async createStartup(name: string): Promise<SentTransaction> {
    const { startups: startup } = await this.reserve()
    const treasurer = this.signer.publicKey
    const instruction = createStartupInstruction({ ...this.at, treasurer, startup, name })
    return this.sendInstructions(`startup ${startup}`, [instruction])
  }

  /** Sets the share of a startup, as the treasurer. @throws {ShareTooLarge} */
  setStartupShare(startup: number, shareBps: number): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const instruction = setStartupShareInstruction({ ...this.at, treasurer, startup, shareBps })
    return this.sendInstructions(`share of startup ${startup}`, [instruction])
  }

  /** Pays the reserve's share of a payment from the signer's token account; SOL is wrapped on the way. */
  async depositReserve(deposit: ReserveDeposit): Promise<SentTransaction[]> {
    const depositor = this.signer.publicKey
    const { mint } = await this.reserveAsset(deposit.asset)
    const account = getAssociatedTokenAddressSync(mint, depositor, true)
    const hasTokenAccount = (await this.connection.getAccountInfo(account)) !== null
    const startup = deposit.startup === undefined ? null : await this.startup(deposit.startup)
    const place = { depositor, mint, startup, hasTokenAccount }
    return this.execute(planReserveDeposit({ ...this.planned, ...deposit, ...place }))
  }

  /** Posts the price of an asset on a UTC day, as the oracle. @throws {PriceOutOfOrder} */
  postAssetPrice(asset: number, price: bigint, day: number): Promise<SentTransaction> {
    const oracle = this.signer.publicKey
    const instruction = postAssetPriceInstruction({ ...this.at, oracle, asset, price, day })
    return this.sendInstructions(`price of asset ${asset}`, [instruction])
  }

  /** Sets the most that may leave the reserve of an asset in a calendar week, as the admin. */
  setReserveLimit(asset: number, weeklyLimit: bigint): Promise<SentTransaction> {
    const admin = this.signer.publicKey
    const instruction = setReserveLimitInstruction({ ...this.at, admin, asset, weeklyLimit })
    return this.sendInstructions(`limit of asset ${asset}`, [instruction])
  }

  /** Pays an asset out of the reserve, as the treasurer. @throws {WeeklyLimitReached} @throws {ReserveTooSmall} */
  async withdrawReserve(
    asset: number,
    destination: PublicKey,
    amount: bigint,
    reason: string,
  ): Promise<SentTransaction> {
    const { mint } = await this.reserveAsset(asset)
    const withdrawal = { treasurer: this.signer.publicKey, asset, mint, destination, amount, reason }
    const instruction = withdrawReserveInstruction({ ...this.at, ...withdrawal })
    return this.sendInstructions("withdrawal from the reserve", [instruction])
  }

  private async reserve(): Promise<Reserve> {
    const reserve = await this.fetchReserve()
    if (reserve) return reserve
    throw new AccountNotFoundError("Reserve", reservePda(this.economy, this.programId)[0].toBase58())
  }

  private async reserveAsset(asset: number): Promise<ReserveAsset> {
    const { assets } = await this.reserve()
    const found = assets[asset]
    if (found) return found
    throw new InvalidArgumentError("asset", `below ${assets.length}, the number of the reserve's assets`)
  }

  private async startup(id: number): Promise<Startup> {
    const [address] = startupPda(this.economy, id, this.programId)
    const [startup] = await fetchAllStartups(this.connection, [address], this.programId)
    if (startup) return startup
    throw new AccountNotFoundError("Startup", address.toBase58())
  }

  // Marketplace

  /** The service with this id; null when there is none. */
  fetchService(id: number): Promise<Service | null> {
    return fetchService(this.connection, this.serviceAddress(id), this.programId)
  }

  /** What a wallet has of a service; null when it never bought it. */
  fetchActivation(id: number, wallet: PublicKey): Promise<Activation | null> {
    const [address] = activationPda(this.serviceAddress(id), wallet, this.programId)
    return fetchActivation(this.connection, address, this.programId)
  }

  /** The services that answer to `query`, by id. */
  findServices(query: ServiceQuery = {}): Promise<FoundService[]> {
    return findServices(this.connection, this.economy, query, this.programId)
  }

  /** Offers a service of the signer's; gives its id. @throws {SplitDoesNotAddUp} @throws {UnknownRecipient} */
  async createService(parameters: ServiceParameters): Promise<SentTransaction & { id: number }> {
    const wallet = this.signer.publicKey
    const { services: id } = await this.fetchEconomy()
    const { page, slot } = await this.memberOf(wallet)
    const instruction = createServiceInstruction({ ...this.at, wallet, page, slot, id, parameters })
    const units = ESTIMATED_COMPUTE_UNITS.createService
    return { ...(await this.sendEstimated(`creation of service ${id}`, [instruction], units)), id }
  }

  /** Changes price and status of a service of the signer's. @throws {NotAuthor} @throws {PriceIsZero} */
  updateService(id: number, price: bigint, status: ServiceStatusValue): Promise<SentTransaction> {
    const author = this.signer.publicKey
    const instruction = updateServiceInstruction({ ...this.at, author, id, price, status })
    return this.sendInstructions(`update of service ${id}`, [instruction])
  }

  /** Ends a paused service of the signer's. @throws {NotAuthor} @throws {ServiceNotPaused} */
  closeService(id: number): Promise<SentTransaction> {
    const instruction = closeServiceInstruction({ ...this.at, author: this.signer.publicKey, id })
    return this.sendInstructions(`closing of service ${id}`, [instruction])
  }

  /**
   * Buys a service for the signer, at its price or `maxPrice`; `deposit` is paid in from its token account first, in the
   * same transaction.
   * @throws {PriceAboveMaximum} @throws {BalanceTooSmall} @throws {ServiceIsPaused}
   */
  async purchase(
    id: number,
    { maxPrice, deposit }: { maxPrice?: bigint; deposit?: bigint } = {},
  ): Promise<SentTransaction[]> {
    const wallet = this.signer.publicKey
    const service = await this.fetchService(id)
    if (!service) throw new AccountNotFoundError("Service", this.serviceAddress(id).toBase58())
    const { page, slot } = await this.memberOf(wallet)
    const hasActivation = (await this.fetchActivation(id, wallet)) !== null
    const source = deposit === undefined ? null : await this.tokenAccountOf(wallet)
    const paidIn = deposit === undefined || source === null ? undefined : { source, amount: deposit }
    const bought = { wallet, service, page, slot, maxPrice, hasActivation, deposit: paidIn }
    return this.execute(planPurchase({ ...this.planned, ...bought }))
  }

  /** Counts a session of `wallet` down; the signer is the buyer or the author. @throws {NoSessionLeft} */
  useSession(id: number, wallet: PublicKey = this.signer.publicKey): Promise<SentTransaction> {
    const signer = this.signer.publicKey
    const instruction = useSessionInstruction({ ...this.at, signer, id, wallet })
    return this.sendInstructions(`session of service ${id}`, [instruction])
  }

  /** Rates a service that the signer bought from 1 to 5. @throws {AlreadyRated} */
  rateService(id: number, rating: number): Promise<SentTransaction> {
    const instruction = rateServiceInstruction({ ...this.at, wallet: this.signer.publicKey, id, rating })
    return this.sendInstructions(`rating of service ${id}`, [instruction])
  }

  /** Gives the signer the rent of its activation back, `giveUp` even while something is active. @throws {NotOver} */
  closeActivation(id: number, giveUp = false): Promise<SentTransaction> {
    const { programId } = this
    const [wallet, service] = [this.signer.publicKey, this.serviceAddress(id)]
    const instruction = closeActivationInstruction({ programId, wallet, service, giveUp })
    return this.sendInstructions(`closing of the activation of service ${id}`, [instruction])
  }

  private serviceAddress(id: number): PublicKey {
    return servicePda(this.economy, id, this.programId)[0]
  }

  private async tokenAccountOf(wallet: PublicKey): Promise<PublicKey> {
    const { mint } = await this.fetchEconomy()
    return getAssociatedTokenAddressSync(mint, wallet, true)
  }

  // Stabilisation

  /** Daily prices, and what the treasury holds to buy back; null when the economy has none. */
  fetchStabilisation(): Promise<Stabilisation | null> {
    const [address] = stabilisationPda(this.economy, this.programId)
    return fetchStabilisation(this.connection, address, this.programId)
  }

  /** Creates the account of prices and buybacks; the signer is the treasurer. @throws {BadQuoteMint} */
  createStabilisation(
    quoteMint: PublicKey,
    buybackLimit: bigint,
    cooldownSeconds: number,
  ): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const parameters = { ...this.at, treasurer, quoteMint, buybackLimit, cooldownSeconds }
    return this.sendInstructions("creation of prices", [createStabilisationInstruction(parameters)])
  }

  /** Sets the bounds of buybacks; the signer is the admin. @throws {NotAdmin} @throws {DelayTooLong} */
  setBuybackLimits(buybackLimit: bigint, cooldownSeconds: number): Promise<SentTransaction> {
    const admin = this.signer.publicKey
    const instruction = setBuybackLimitsInstruction({ ...this.at, admin, buybackLimit, cooldownSeconds })
    return this.sendInstructions("limits of buybacks", [instruction])
  }

  /** Names the price feed; the signer is the admin. @throws {NotAdmin} */
  setPriceFeed(feed: PriceFeed | null): Promise<SentTransaction> {
    const instruction = setPriceFeedInstruction({ ...this.at, admin: this.signer.publicKey, feed })
    return this.sendInstructions("price feed", [instruction])
  }

  /** Posts the price of a unix day, in billionths; the signer is the oracle. @throws {PriceDayOutOfOrder} */
  postPrice(day: number, price: bigint): Promise<SentTransaction> {
    const instruction = postPriceInstruction({ ...this.at, oracle: this.signer.publicKey, day, price })
    return this.sendInstructions(`price of day ${day}`, [instruction])
  }

  /** Takes today's price from the economy's feed. @throws {PriceIsOld} @throws {PriceNotVerified} */
  async readPrice(): Promise<SentTransaction> {
    const { feedAccount } = await this.stabilisation()
    if (feedAccount === null) throw new AccountNotFoundError("PriceFeed", this.economy.toBase58())
    return this.sendInstructions("price", [readPriceInstruction({ ...this.at, feed: feedAccount })])
  }

  /** Pays quote tokens of the signer's token account in for buybacks. @throws {AmountIsZero} */
  async fundBuyback(amount: bigint): Promise<SentTransaction> {
    const payer = this.signer.publicKey
    const source = getAssociatedTokenAddressSync((await this.stabilisation()).quoteMint, payer, true)
    const instruction = fundBuybackInstruction({ ...this.at, payer, source, amount })
    return this.sendInstructions("funding of buybacks", [instruction])
  }

  /** Offers to buy tokens until the end of the UTC day; the signer is the treasurer. @throws {NoBuybackTrigger} */
  openBuyback(quoteAmount: bigint, maxPrice: bigint): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const instruction = openBuybackInstruction({ ...this.at, treasurer, quoteAmount, maxPrice })
    return this.sendInstructions("opening of a buyback", [instruction])
  }

  /** Sells tokens of the signer's token account to the open buyback. @throws {NoOpenBuyback} @throws {BuybackTooSmall} */
  async fillBuyback(amount: bigint, minQuote: bigint): Promise<SentTransaction[]> {
    const seller = this.signer.publicKey
    const [{ mint }, { quoteMint }] = await Promise.all([this.fetchEconomy(), this.stabilisation()])
    const quoteAccount = getAssociatedTokenAddressSync(quoteMint, seller, true)
    const hasQuoteAccount = (await this.connection.getAccountInfo(quoteAccount)) !== null
    return this.execute(
      planSale({ ...this.planned, seller, mint, quoteMint, amount, minQuote, hasQuoteAccount }),
    )
  }

  /** Pays quote tokens out to any token account; the signer is the treasurer. @throws {QuoteTooSmall} */
  withdrawQuote(destination: PublicKey, amount: bigint, reason: string): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const instruction = withdrawQuoteInstruction({ ...this.at, treasurer, destination, amount, reason })
    return this.sendInstructions("withdrawal of quote tokens", [instruction])
  }

  /** Burns tokens of the Treasury or the Liquidity fund; the signer is the treasurer. @throws {NoBurnTrigger} */
  async burn(fund: BurnParameters["fund"], amount: bigint, reason: string): Promise<SentTransaction> {
    const { mint } = await this.fetchEconomy()
    const treasurer = this.signer.publicKey
    const instruction = burnInstruction({ ...this.at, treasurer, mint, fund, amount, reason })
    return this.sendInstructions("burning", [instruction])
  }

  /** Slows the emission of future days; the signer is the treasurer. @throws {ReleaseFirst} */
  setEmissionFactor(emissionFactorBps: number): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const instruction = setEmissionFactorInstruction({ ...this.at, treasurer, emissionFactorBps })
    return this.sendInstructions("emission factor", [instruction])
  }

  private async stabilisation(): Promise<Stabilisation> {
    const found = await this.fetchStabilisation()
    if (found) return found
    const [address] = stabilisationPda(this.economy, this.programId)
    throw new AccountNotFoundError("Stabilisation", address.toBase58())
  }

  // Rewards

  /** All escrow pages, in their order. */
  async fetchEscrowPages(): Promise<EscrowPage[]> {
    const { escrowPages } = await this.fetchEconomy()
    const addresses = Array.from(
      { length: escrowPages },
      (_, page) => escrowPda(this.economy, page, this.programId)[0],
    )
    const found = await fetchAllEscrowPages(this.connection, addresses, this.programId)
    return found.filter((page) => page !== null)
  }

  /** The frozen rewards of a wallet; none when it is no member. */
  async fetchFrozenRewards(wallet: PublicKey): Promise<LocatedReward[]> {
    const found = await this.fetchMember(wallet)
    if (!found) return []
    return rewardsOf(await this.fetchEscrowPages(), found.page * PAGE_SLOTS + found.slot)
  }

  /** Replaces the kinds of explicit rewards. @throws {BadFreeze} @throws {BadRewardKindName} */
  setRewardKinds(kinds: readonly RewardKind[]): Promise<SentTransaction> {
    const instruction = setRewardKindsInstruction({ ...this.at, admin: this.signer.publicKey, kinds })
    return this.sendEstimated("kinds of rewards", [instruction], ESTIMATED_COMPUTE_UNITS.setRewardKinds)
  }

  /** Pays rewards of a kind without a freeze; `reason` is the SHA-256 of the reasons. @throws {FundTooSmall} */
  payRewards(
    kind: number,
    reason: Uint8Array,
    payments: readonly MemberPayment[],
    onSent?: (sent: SentTransaction) => void,
  ): Promise<SentTransaction[]> {
    const validator = this.signer.publicKey
    return this.execute(planPayments({ ...this.planned, validator, kind, reason, payments }), onSent)
  }

  /** Freezes rewards in places that are free, with the escrow pages that they need. @throws {FundTooSmall} */
  async grantRewards(
    what: Pick<PlanGrantsParameters, "kind" | "freezeDays" | "reason" | "grants">,
    onSent?: (sent: SentTransaction) => void,
  ): Promise<SentTransaction[]> {
    const pages = await this.fetchEscrowPages()
    const validator = this.signer.publicKey
    return this.execute(planGrants({ ...this.planned, ...what, validator, pages }), onSent)
  }

  /** Confirms or rejects frozen rewards. @throws {StaleReward} */
  giveVerdicts(
    verdicts: readonly LocatedVerdict[],
    onSent?: (sent: SentTransaction) => void,
  ): Promise<SentTransaction[]> {
    const validator = this.signer.publicKey
    return this.execute(planVerdicts({ ...this.planned, validator, verdicts }), onSent)
  }

  /** Rates a reward whose counterparty the signer is, 1 to 5. @throws {NotCounterparty} */
  async rateReward(reward: LocatedReward, rating: number): Promise<SentTransaction> {
    const wallet = this.signer.publicKey
    const { page, slot } = await this.memberOf(wallet)
    const { escrowPage, place, id } = reward
    const instruction = rateRewardInstruction({
      ...this.at,
      wallet,
      escrowPage,
      place,
      id,
      page,
      slot,
      rating,
    })
    return this.sendEstimated(`rating of reward ${id}`, [instruction], ESTIMATED_COMPUTE_UNITS.rateReward)
  }

  /** Confirms a reward by its counterparty's activity, or rejects it. @throws {Undecided} @throws {NotDecidedSo} */
  confirmActivity({ escrowPage, place, id, counterparty }: LocatedReward): Promise<SentTransaction> {
    const page = Math.floor((counterparty ?? 0) / PAGE_SLOTS)
    const instruction = confirmActivityInstruction({ ...this.at, escrowPage, place, id, page })
    return this.sendEstimated(
      `activity for reward ${id}`,
      [instruction],
      ESTIMATED_COMPUTE_UNITS.confirmActivity,
    )
  }

  /** Resolves every frozen reward that is due at `now`, in unix seconds; this machine's time by default. */
  async resolveRewards(
    now: number = Math.floor(Date.now() / 1000),
    onSent?: (sent: SentTransaction) => void,
  ): Promise<SentTransaction[]> {
    const pages = await this.fetchEscrowPages()
    const payer = this.signer.publicKey
    return this.execute(planResolutions({ ...this.planned, payer, pages, now }), onSent)
  }

  private get at() {
    return { economy: this.economy, programId: this.programId }
  }

  private get planned() {
    const { version, microLamportsPerUnit } = this.options
    return { ...this.at, version, microLamportsPerUnit }
  }

  private get signer(): StkSigner {
    const { signer } = this.options
    if (signer) return signer
    throw new InvalidArgumentError("signer", "given to a client that sends")
  }

  private async memberOf(wallet: PublicKey): Promise<FoundMember> {
    const found = await this.fetchMember(wallet)
    if (found) return found
    throw new AccountNotFoundError(
      "Membership",
      membershipPda(this.economy, wallet, this.programId)[0].toBase58(),
    )
  }

  private sendEstimated(
    description: string,
    instructions: readonly TransactionInstruction[],
    units: number,
    signers: readonly StkSigner[] = [],
  ): Promise<SentTransaction> {
    const limit = units + ESTIMATED_COMPUTE_UNITS.transaction
    const planned = planTransaction(description, this.signer.publicKey, instructions, limit, this.planned)
    return this.send(planned, signers)
  }
}
