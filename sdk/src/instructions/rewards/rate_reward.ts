import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { escrowPda, pagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link rateRewardInstruction}. */
export interface RateRewardParameters extends ProgramParameters {
  /** The reward's counterparty. */
  wallet: PublicKey
  economy: PublicKey
  escrowPage: number
  place: number
  id: number
  /** Index of the counterparty's page. */
  page: number
  /** Slot of the counterparty in it. */
  slot: number
  /** 1 to 5; from 3 on it confirms. */
  rating: number
}

/**
 * Rates what a frozen reward is for: 3 to 5 confirms it, 1 and 2 reject it. The counterparty may.
 * @throws {NotDecidedSo} @throws {NotCounterparty} @throws {ValidatorHasDecided} @throws {RatingOutOfRange}
 */
export function rateRewardInstruction(p: RateRewardParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [escrow] = escrowPda(p.economy, p.escrowPage, programId)
  const [page] = pagePda(p.economy, p.page, programId)
  const { wallet, economy, place, id, slot, rating } = p
  const args = { place, id, slot, rating }
  return encodeInstruction("rateReward", { wallet, economy, escrow, page }, args, programId)
}
