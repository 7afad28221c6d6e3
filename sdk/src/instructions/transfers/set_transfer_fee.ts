import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link setTransferFeeInstruction}. */
export interface SetTransferFeeParameters extends ProgramParameters {
  treasurer: PublicKey
  economy: PublicKey
  /** Basis points, 0 to 500, at most 50 from the present fee. */
  bps: number
}

/** Sets the fee on transfers between members. The treasurer may. @throws {FeeOutOfRange} @throws {FeeStepTooLarge} */
export function setTransferFeeInstruction(p: SetTransferFeeParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const accounts = { treasurer: p.treasurer, economy: p.economy }
  return encodeInstruction("setTransferFee", accounts, { bps: p.bps }, programId)
}
