import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { escrowPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link createEscrowPageInstruction}. */
export interface CreateEscrowPageParameters extends ProgramParameters {
  /** Pays the rent; anyone may. */
  payer: PublicKey
  economy: PublicKey
  /** Index of the page: how many there are. */
  escrowPage: number
}

/** Creates the next page of places for frozen rewards. Anyone may. @throws {PageOutOfOrder} */
export function createEscrowPageInstruction(p: CreateEscrowPageParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [escrow] = escrowPda(p.economy, p.escrowPage, programId)
  const accounts = { payer: p.payer, economy: p.economy, escrow, systemProgram: SystemProgram.programId }
  return encodeInstruction("createEscrowPage", accounts, { index: p.escrowPage }, programId)
}
