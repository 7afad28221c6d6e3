import { getAssociatedTokenAddressSync } from "@solana/spl-token"
import type { PublicKey } from "@solana/web3.js"
import { type RedistributionBand } from "../accounts/economy.js"
import { PAGE_SLOTS } from "../constants.js"
import type { Tuple } from "../idl/codec.js"
import { absorbSurplusInstruction } from "../instructions/balances/absorb_surplus.js"
import { depositInstruction } from "../instructions/balances/deposit.js"
import { setRedistributionBandsInstruction } from "../instructions/redistribution/set_redistribution_bands.js"
import { setTransferFeeInstruction } from "../instructions/transfers/set_transfer_fee.js"
import { transferInstruction } from "../instructions/transfers/transfer.js"
import { quarterOf } from "../math/quarter.js"
import { bpsShareFloor } from "../math/split.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import { planLevels, type MemberLevel } from "../plan/levels.js"
import { planRedistribution } from "../plan/redistribution.js"
import { planRegistration } from "../plan/registration.js"
import { pagesBehindSnapshot } from "../plan/snapshot.js"
import { planWithdrawal } from "../plan/withdrawal.js"
import { EconomyClient } from "./economy.js"
import type { SentTransaction } from "./send.js"

/** Members and their balances: registration, levels, payments, redistribution. */
export abstract class MembersClient extends EconomyClient {
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

  /** Pays part of the signer's balance out to its token account, which is created if it is missing. */
  async withdraw(amount: bigint): Promise<SentTransaction[]> {
    const wallet = this.signer.publicKey
    const { mint } = await this.fetchEconomy()
    const { page, slot } = await this.memberOf(wallet)
    const tokenAccount = getAssociatedTokenAddressSync(mint, wallet, true)
    const hasTokenAccount = (await this.connection.getAccountInfo(tokenAccount)) !== null
    const state = { hasTokenAccount, snapshotDue: await this.snapshotDueOf([page]) }
    return this.execute(planWithdrawal({ ...this.planned, ...state, wallet, mint, page, slot, amount }))
  }

  /** Pays tokens of the signer's token account in. @throws {WrongMember} */
  async deposit(amount: bigint): Promise<SentTransaction> {
    const wallet = this.signer.publicKey
    const { mint } = await this.fetchEconomy()
    const { page, slot } = await this.memberOf(wallet)
    const source = getAssociatedTokenAddressSync(mint, wallet, true)
    const instruction = depositInstruction({ ...this.at, wallet, page, slot, source, amount })
    return this.sendKeeping("deposit", [page], instruction, ESTIMATED_COMPUTE_UNITS.deposit)
  }

  /** Books tokens that somebody sent to the vault to the Rewards Pool. @throws {NoSurplus} */
  absorbSurplus(): Promise<SentTransaction> {
    return this.sendEstimated(
      "absorption of a surplus",
      [absorbSurplusInstruction(this.at)],
      ESTIMATED_COMPUTE_UNITS.absorbSurplus,
    )
  }

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
    const { transfer } = ESTIMATED_COMPUTE_UNITS
    return this.sendKeeping("transfer", [from.page, to.page], instruction, transfer)
  }

  /** Sets the fee on transfers. The treasurer may. @throws {FeeOutOfRange} @throws {FeeStepTooLarge} */
  setTransferFee(bps: number): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const instruction = setTransferFeeInstruction({ ...this.at, treasurer, bps })
    return this.sendEstimated(
      "setting of the transfer fee",
      [instruction],
      ESTIMATED_COMPUTE_UNITS.setTransferFee,
    )
  }

  /** Sets what inactive members lose each quarter. The admin may. @throws {BadBands} */
  setRedistributionBands(bands: Tuple<RedistributionBand, 3>): Promise<SentTransaction> {
    const admin = this.signer.publicKey
    const instruction = setRedistributionBandsInstruction({ ...this.at, admin, bands })
    return this.sendEstimated(
      "setting of the bands",
      [instruction],
      ESTIMATED_COMPUTE_UNITS.setRedistributionBands,
    )
  }

  /**
   * Redistributes the pages that were not in the quarter of `now`, unix seconds. Anyone may.
   * @throws {NoBands} @throws {WeekIsOpen} @throws {WeeksBehind}
   */
  async redistribute(
    now: number = Math.floor(Date.now() / 1000),
    onSent?: (sent: SentTransaction) => void,
  ): Promise<SentTransaction[]> {
    const { snapshot } = await this.fetchEconomy()
    const pages = (await this.fetchPages()).map(({ header, members }) => ({
      ...header,
      members: members.length,
    }))
    const snapshotDue = { snapshot, pages: pagesBehindSnapshot(pages, { snapshot }) }
    const work = { payer: this.signer.publicKey, quarter: quarterOf(now), pages, snapshotDue }
    return this.execute(planRedistribution({ ...this.planned, ...work }), onSent)
  }
}
