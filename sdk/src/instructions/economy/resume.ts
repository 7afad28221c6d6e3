import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link resumeInstruction}. */
export interface ResumeParameters extends ProgramParameters {
  admin: PublicKey
  economy: PublicKey
}

/** Ends a pause. The admin may. @throws {NotPaused} */
export function resumeInstruction(p: ResumeParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  return encodeInstruction("resume", { admin: p.admin, economy: p.economy }, {}, programId)
}
