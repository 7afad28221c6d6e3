import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { encodeScoreBatch, type ScoreBatch } from "../../math/batch.js"
import { pagePda } from "../../pdas.js"
import { encodeInstructionWithData, type ProgramParameters } from "../encode.js"

/** Parameters of {@link submitScoresInstruction}. */
export interface SubmitScoresParameters extends ProgramParameters {
  oracle: PublicKey
  economy: PublicKey
  /** Index of the page. */
  page: number
  batch: ScoreBatch
}

/**
 * Scores a run of slots of one page, from the page's next slot on. The oracle may.
 * @throws {WeekNotOpen} @throws {BatchOutOfOrder} @throws {BatchBeyondMembers} @throws {CountAboveLimit}
 */
export function submitScoresInstruction(p: SubmitScoresParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const accounts = { oracle: p.oracle, economy: p.economy, page }
  return encodeInstructionWithData("submitScores", accounts, encodeScoreBatch(p.batch), programId)
}
