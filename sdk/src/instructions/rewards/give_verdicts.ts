import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { escrowPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** What the validator says about a frozen reward. */
export interface RewardVerdict {
  place: number
  id: number
  confirmed: boolean
}

/** Parameters of {@link giveVerdictsInstruction}. */
export interface GiveVerdictsParameters extends ProgramParameters {
  validator: PublicKey
  economy: PublicKey
  escrowPage: number
  verdicts: readonly RewardVerdict[]
}

/** Confirms or rejects frozen rewards; the last verdict counts. The validator may. @throws {StaleReward} */
export function giveVerdictsInstruction(p: GiveVerdictsParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [escrow] = escrowPda(p.economy, p.escrowPage, programId)
  const { validator, economy, verdicts } = p
  return encodeInstruction("giveVerdicts", { validator, economy, escrow }, { verdicts }, programId)
}
