import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { stakePagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link growStakePageInstruction}. */
export interface GrowStakePageParameters extends ProgramParameters {
  payer: PublicKey
  economy: PublicKey
  /** Index of the member page. */
  page: number
}

/** Adds up to 320 places to a stake page. Anyone may who pays the rent. @throws {StakePageIsFullSize} */
export function growStakePageInstruction(p: GrowStakePageParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [stakes] = stakePagePda(p.economy, p.page, programId)
  const accounts = { payer: p.payer, economy: p.economy, stakes, systemProgram: SystemProgram.programId }
  return encodeInstruction("growStakePage", accounts, {}, programId)
}
