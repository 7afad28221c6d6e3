import type { PublicKey } from "@solana/web3.js"
import { type RewardKind } from "../accounts/economy.js"
import { fetchAllEscrowPages, rewardsOf, type EscrowPage, type LocatedReward } from "../accounts/escrow.js"
import { PAGE_SLOTS } from "../constants.js"
import { confirmActivityInstruction } from "../instructions/rewards/confirm_activity.js"
import { createEscrowPageInstruction } from "../instructions/rewards/create_escrow_page.js"
import { rateRewardInstruction } from "../instructions/rewards/rate_reward.js"
import { setRewardKindsInstruction } from "../instructions/rewards/set_reward_kinds.js"
import { escrowPda } from "../pdas.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import {
  planGrants,
  planPayments,
  planResolutions,
  planVerdicts,
  type LocatedVerdict,
  type MemberPayment,
  type PlanGrantsParameters,
} from "../plan/rewards.js"
import type { SentTransaction } from "./send.js"
import { StabilisationClient } from "./stabilisation.js"

/** Index of the page of a member by its global index. */
const pageOf = (member: number): number => Math.floor(member / PAGE_SLOTS)

/** Explicit rewards, at once and frozen. */
export abstract class RewardsClient extends StabilisationClient {
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
  async payRewards(
    kind: number,
    reason: Uint8Array,
    payments: readonly MemberPayment[],
    onSent?: (sent: SentTransaction) => void,
  ): Promise<SentTransaction[]> {
    const validator = this.signer.publicKey
    const snapshotDue = await this.snapshotDueOf(payments.map(({ member }) => pageOf(member)))
    const work = { validator, kind, reason, payments, snapshotDue }
    return this.execute(planPayments({ ...this.planned, ...work }), onSent)
  }

  /** Creates the next escrow page, which `grantRewards` does by itself. */
  async createEscrowPage(): Promise<SentTransaction> {
    const { escrowPages: escrowPage } = await this.fetchEconomy()
    const instruction = createEscrowPageInstruction({
      ...this.at,
      payer: this.signer.publicKey,
      escrowPage,
    })
    const { createEscrowPage } = ESTIMATED_COMPUTE_UNITS
    return this.sendEstimated(`escrow page ${escrowPage}`, [instruction], createEscrowPage)
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
    const page = pageOf(counterparty ?? 0)
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
    const members = pages.flatMap(({ rewards }) => rewards.map(({ member }) => pageOf(member)))
    const snapshotDue = await this.snapshotDueOf(members)
    return this.execute(planResolutions({ ...this.planned, payer, pages, now, snapshotDue }), onSent)
  }
}
