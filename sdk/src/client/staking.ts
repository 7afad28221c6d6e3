import type { PublicKey } from "@solana/web3.js"
import { fetchStakePage, type Stake, type StakePage } from "../accounts/stake.js"
import { InvalidArgumentError } from "../errors/base.js"
import { createStakePageInstruction } from "../instructions/staking/create_stake_page.js"
import { stakePagePda } from "../pdas.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import { planSnapshots } from "../plan/snapshot.js"
import { planStake, planUnstake } from "../plan/staking.js"
import type { SentTransaction } from "./send.js"
import { WeeksClient } from "./weeks.js"

/** Stakes, and balances kept for votes. */
export abstract class StakingClient extends WeeksClient {
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

  /** Makes the first places for stakes of a page, which `stake` does by itself. */
  createStakePage(page: number): Promise<SentTransaction> {
    const instruction = createStakePageInstruction({ ...this.at, payer: this.signer.publicKey, page })
    const { createStakePage } = ESTIMATED_COMPUTE_UNITS
    return this.sendEstimated(`stake page ${page}`, [instruction], createStakePage)
  }

  /** Keeps the balances of all pages for the votes on the latest snapshot's proposals, where that was not done. */
  async snapshotPages(onSent?: (sent: SentTransaction) => void): Promise<SentTransaction[]> {
    const { snapshot } = await this.fetchEconomy()
    const pages = (await this.fetchPages()).map(({ header }) => header)
    const payer = this.signer.publicKey
    return this.execute(planSnapshots({ ...this.planned, payer, snapshot, pages }), onSent)
  }

  /** Where a member stakes, and whether its page must be kept for a vote first. */
  private async stakerOf(wallet: PublicKey) {
    const { page, slot } = await this.memberOf(wallet)
    return { wallet, page, slot, snapshotDue: await this.snapshotDueOf([page]) }
  }
}
