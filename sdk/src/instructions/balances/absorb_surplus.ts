import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { vaultPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link absorbSurplusInstruction}. */
export interface AbsorbSurplusParameters extends ProgramParameters {
  economy: PublicKey
}

/** Books tokens that somebody sent to the vault to the Rewards Pool. Anyone may. @throws {NoSurplus} */
export function absorbSurplusInstruction(p: AbsorbSurplusParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [vault] = vaultPda(p.economy, programId)
  return encodeInstruction("absorbSurplus", { economy: p.economy, vault }, {}, programId)
}
