import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link pauseInstruction}. */
export interface PauseParameters extends ProgramParameters {
  guardian: PublicKey
  economy: PublicKey
}

/** Stops everything that moves tokens or changes members, weeks or pages. The guardian may. @throws {Paused} */
export function pauseInstruction(p: PauseParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  return encodeInstruction("pause", { guardian: p.guardian, economy: p.economy }, {}, programId)
}
