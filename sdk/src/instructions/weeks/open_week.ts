import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { weekPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link openWeekInstruction}. */
export interface OpenWeekParameters extends ProgramParameters {
  oracle: PublicKey
  economy: PublicKey
  /** Index of the week. */
  week: number
  /** Members of the economy: the leaves that `detailRoot` was computed over. */
  members: number
  /** Merkle root of the daily detail. */
  detailRoot: Uint8Array
}

/**
 * Opens a week that has ended for the scores of all members registered so far. The oracle may, and pays the rent.
 * @throws {WeekNotOver} @throws {PreviousWeekNotSettled} @throws {WeekOutOfOrder} @throws {MembersChanged}
 */
export function openWeekInstruction(p: OpenWeekParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [week] = weekPda(p.economy, p.week, programId)
  const accounts = { oracle: p.oracle, economy: p.economy, week, systemProgram: SystemProgram.programId }
  const { week: index, members, detailRoot } = p
  return encodeInstruction("openWeek", accounts, { index, members, detailRoot }, programId)
}
