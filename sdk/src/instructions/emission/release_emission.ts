import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { STK_PROGRAM_ID } from "../../constants.js"
import { vaultPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link releaseEmissionInstruction}. */
export interface ReleaseEmissionParameters extends ProgramParameters {
  economy: PublicKey
  mint: PublicKey
}

/** Mints the emission of all days that have ended since the last release. Anyone may. @throws {NothingDue} */
export function releaseEmissionInstruction(p: ReleaseEmissionParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [vault] = vaultPda(p.economy, programId)
  const accounts = { economy: p.economy, mint: p.mint, vault, tokenProgram: TOKEN_PROGRAM_ID }
  return encodeInstruction("releaseEmission", accounts, {}, programId)
}
