import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import type { Tuple } from "../../idl/codec.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link setSpendingLimitsInstruction}. */
export interface SetSpendingLimitsParameters extends ProgramParameters {
  admin: PublicKey
  economy: PublicKey
  /** Most base units in a calendar week, by `Fund`; 0 for the Rewards Pool. */
  limits: Tuple<bigint, 5>
}

/** Sets the most that may be spent from each fund in a calendar week. The admin may. @throws {FundNotSpendable} */
export function setSpendingLimitsInstruction(p: SetSpendingLimitsParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const accounts = { admin: p.admin, economy: p.economy }
  return encodeInstruction("setSpendingLimits", accounts, { limits: p.limits }, programId)
}
