import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { weekPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link sealWeekInstruction}. */
export interface SealWeekParameters extends ProgramParameters {
  oracle: PublicKey
  economy: PublicKey
  /** Index of the week. */
  week: number
}

/**
 * Ends the submission once every member has been covered, and takes what can be paid from the Rewards Pool.
 * The oracle may. @throws {WeekNotOpen} @throws {ScoresMissing}
 */
export function sealWeekInstruction(p: SealWeekParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [week] = weekPda(p.economy, p.week, programId)
  return encodeInstruction("sealWeek", { oracle: p.oracle, economy: p.economy, week }, {}, programId)
}
