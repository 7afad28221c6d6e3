import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { escrowPda, pagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link confirmActivityInstruction}. */
export interface ConfirmActivityParameters extends ProgramParameters {
  economy: PublicKey
  escrowPage: number
  place: number
  id: number
  /** Index of the counterparty's page. */
  page: number
}

/**
 * Confirms a frozen reward by an active week of its counterparty within the freeze, or rejects it once there can be none.
 * Anyone may. @throws {Undecided} @throws {NotDecidedSo} @throws {ValidatorHasDecided}
 */
export function confirmActivityInstruction(p: ConfirmActivityParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [escrow] = escrowPda(p.economy, p.escrowPage, programId)
  const [page] = pagePda(p.economy, p.page, programId)
  const { economy, place, id } = p
  return encodeInstruction("confirmActivity", { economy, escrow, page }, { place, id }, programId)
}
