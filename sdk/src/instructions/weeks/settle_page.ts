import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda, weekPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link settlePageInstruction}. */
export interface SettlePageParameters extends ProgramParameters {
  economy: PublicKey
  /** Index of the week. */
  week: number
  /** Index of the page. */
  page: number
}

/** Credits the members of one page of a sealed week. Anyone may. @throws {WeekNotSealed} @throws {PageAlreadySettled} */
export function settlePageInstruction(p: SettlePageParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [week] = weekPda(p.economy, p.week, programId)
  const [page] = pagePda(p.economy, p.page, programId)
  return encodeInstruction("settlePage", { economy: p.economy, week, page }, {}, programId)
}
