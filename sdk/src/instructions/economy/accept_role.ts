import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link acceptRoleInstruction}. */
export interface AcceptRoleParameters extends ProgramParameters {
  /** The address that the role was offered to. */
  holder: PublicKey
  economy: PublicKey
  /** One of `Role`. */
  role: number
}

/** Takes over a role that was offered. The proposed address may. @throws {NotProposed} */
export function acceptRoleInstruction(p: AcceptRoleParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const accounts = { holder: p.holder, economy: p.economy }
  return encodeInstruction("acceptRole", accounts, { role: p.role }, programId)
}
