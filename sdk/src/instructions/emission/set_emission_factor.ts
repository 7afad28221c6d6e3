import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link setEmissionFactorInstruction}. */
export interface SetEmissionFactorParameters extends ProgramParameters {
  treasurer: PublicKey
  economy: PublicKey
  /** Part of the schedule that future days release, 1 to 10,000 basis points. */
  emissionFactorBps: number
}

/** Slows the emission of future days; the rest is never minted. The treasurer may. @throws {ReleaseFirst} @throws {BadEmissionFactor} */
export function setEmissionFactorInstruction(p: SetEmissionFactorParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const accounts = { treasurer: p.treasurer, economy: p.economy }
  return encodeInstruction(
    "setEmissionFactor",
    accounts,
    { emissionFactorBps: p.emissionFactorBps },
    programId,
  )
}
