import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { reservePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link setReserveLimitInstruction}. */
export interface SetReserveLimitParameters extends ProgramParameters {
  admin: PublicKey
  economy: PublicKey
  /** Index of the asset in the reserve. */
  asset: number
  /** Most base units of the asset in a calendar week; 0 for nothing. */
  weeklyLimit: bigint
}

/** Sets the most that may leave the reserve of an asset in a calendar week. The admin may. @throws {UnknownAsset} */
export function setReserveLimitInstruction(p: SetReserveLimitParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [reserve] = reservePda(p.economy, programId)
  const accounts = { admin: p.admin, economy: p.economy, reserve }
  const { asset, weeklyLimit } = p
  return encodeInstruction("setReserveLimit", accounts, { asset, weeklyLimit }, programId)
}
