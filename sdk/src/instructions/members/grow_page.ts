import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link growPageInstruction}. */
export interface GrowPageParameters extends ProgramParameters {
  payer: PublicKey
  economy: PublicKey
  /** Index of the page. */
  page: number
}

/** Adds up to 160 slots to a member page. Anyone may who pays the rent. @throws {PageIsFullSize} */
export function growPageInstruction(p: GrowPageParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const accounts = { payer: p.payer, economy: p.economy, page, systemProgram: SystemProgram.programId }
  return encodeInstruction("growPage", accounts, {}, programId)
}
