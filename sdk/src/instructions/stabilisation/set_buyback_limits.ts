import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { stabilisationPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link setBuybackLimitsInstruction}. */
export interface SetBuybackLimitsParameters extends ProgramParameters {
  admin: PublicKey
  economy: PublicKey
  /** Most base units of the quote token that one buyback may spend. */
  buybackLimit: bigint
  /** Seconds between the openings of two buybacks; at most 30 days. */
  cooldownSeconds: number
}

/** Sets the bounds of buybacks. The admin may. @throws {NotAdmin} @throws {DelayTooLong} */
export function setBuybackLimitsInstruction(p: SetBuybackLimitsParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [stabilisation] = stabilisationPda(p.economy, programId)
  const accounts = { admin: p.admin, economy: p.economy, stabilisation }
  const args = { buybackLimit: p.buybackLimit, cooldownSeconds: p.cooldownSeconds }
  return encodeInstruction("setBuybackLimits", accounts, args, programId)
}
