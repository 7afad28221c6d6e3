import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link createPageInstruction}. */
export interface CreatePageParameters extends ProgramParameters {
  payer: PublicKey
  economy: PublicKey
  /** Index of the page: the number of pages so far. */
  page: number
}

/** Creates the next member page with 64 slots. Anyone may who pays the rent. @throws {PageOutOfOrder} */
export function createPageInstruction(p: CreatePageParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const accounts = { payer: p.payer, economy: p.economy, page, systemProgram: SystemProgram.programId }
  return encodeInstruction("createPage", accounts, { index: p.page }, programId)
}
