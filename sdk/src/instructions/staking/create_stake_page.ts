import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda, stakePagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link createStakePageInstruction}. */
export interface CreateStakePageParameters extends ProgramParameters {
  payer: PublicKey
  economy: PublicKey
  /** Index of the member page. */
  page: number
}

/** Creates the stakes of a member page with their first 317 places. Anyone may who pays the rent. @throws {Paused} */
export function createStakePageInstruction(p: CreateStakePageParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const [stakes] = stakePagePda(p.economy, p.page, programId)
  const accounts = {
    payer: p.payer,
    economy: p.economy,
    page,
    stakes,
    systemProgram: SystemProgram.programId,
  }
  return encodeInstruction("createStakePage", accounts, {}, programId)
}
