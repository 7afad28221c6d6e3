import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { weekPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link holdWeekInstruction}. */
export interface HoldWeekParameters extends ProgramParameters {
  guardian: PublicKey
  economy: PublicKey
  /** Index of the week. */
  week: number
}

/** Delays the settling of the current week, once. The guardian may. @throws {WeekNotOpen} @throws {NoHoldLeft} */
export function holdWeekInstruction(p: HoldWeekParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [week] = weekPda(p.economy, p.week, programId)
  return encodeInstruction("holdWeek", { guardian: p.guardian, economy: p.economy, week }, {}, programId)
}
