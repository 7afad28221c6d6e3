import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { startupPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link setStartupShareInstruction}. */
export interface SetStartupShareParameters extends ProgramParameters {
  treasurer: PublicKey
  economy: PublicKey
  /** Id of the startup. */
  startup: number
  /** At most 10,000. */
  shareBps: number
}

/** Sets the share of a startup's payments that is booked to the reserve. The treasurer may. @throws {ShareTooLarge} */
export function setStartupShareInstruction(p: SetStartupShareParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [startup] = startupPda(p.economy, p.startup, programId)
  const accounts = { treasurer: p.treasurer, economy: p.economy, startup }
  return encodeInstruction("setStartupShare", accounts, { shareBps: p.shareBps }, programId)
}
