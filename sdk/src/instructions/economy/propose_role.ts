import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link proposeRoleInstruction}. */
export interface ProposeRoleParameters extends ProgramParameters {
  /** The admin, or the present holder. */
  authority: PublicKey
  economy: PublicKey
  /** One of `Role`. */
  role: number
  /** `PublicKey.default` withdraws an offer. */
  proposed: PublicKey
}

/** Offers a role to an address. The admin or the role's holder may. @throws {UnknownRole} @throws {NotRoleHolder} */
export function proposeRoleInstruction(p: ProposeRoleParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const accounts = { authority: p.authority, economy: p.economy }
  return encodeInstruction("proposeRole", accounts, { role: p.role, proposed: p.proposed }, programId)
}
