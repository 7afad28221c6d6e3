import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link setTeamScheduleInstruction}. */
export interface SetTeamScheduleParameters extends ProgramParameters {
  admin: PublicKey
  economy: PublicKey
  /** Seconds since genesis before which nothing may be spent. */
  cliffSeconds: number
  /** Seconds since genesis from which on all may be spent, linearly before; 0 for at once. */
  vestingSeconds: number
}

/** Sets the schedule of the Team fund until something was spent from it. The admin may. @throws {TeamAlreadySpent} */
export function setTeamScheduleInstruction(p: SetTeamScheduleParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const accounts = { admin: p.admin, economy: p.economy }
  const { cliffSeconds, vestingSeconds } = p
  return encodeInstruction("setTeamSchedule", accounts, { cliffSeconds, vestingSeconds }, programId)
}
