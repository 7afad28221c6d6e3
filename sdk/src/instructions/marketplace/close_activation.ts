import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { activationPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link closeActivationInstruction}. */
export interface CloseActivationParameters extends ProgramParameters {
  /** The buyer, who gets the rent back. */
  wallet: PublicKey
  /** Address of the service, which may be gone. */
  service: PublicKey
  /** Closes it although something is active. */
  giveUp: boolean
}

/** Gives the rent of an activation back. The buyer may. @throws {NotOver} @throws {WrongActivation} */
export function closeActivationInstruction(p: CloseActivationParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const { wallet, service, giveUp } = p
  const [activation] = activationPda(service, wallet, programId)
  return encodeInstruction("closeActivation", { wallet, activation }, { giveUp }, programId)
}
