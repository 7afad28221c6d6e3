import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { reservePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link createReserveInstruction}. */
export interface CreateReserveParameters extends ProgramParameters {
  /** Pays the rent. */
  treasurer: PublicKey
  economy: PublicKey
}

/** Creates the economy's reserve, without assets. The treasurer may. */
export function createReserveInstruction(p: CreateReserveParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [reserve] = reservePda(p.economy, programId)
  const accounts = {
    treasurer: p.treasurer,
    economy: p.economy,
    reserve,
    systemProgram: SystemProgram.programId,
  }
  return encodeInstruction("createReserve", accounts, {}, programId)
}
