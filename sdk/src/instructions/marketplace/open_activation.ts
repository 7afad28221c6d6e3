import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { activationPda, servicePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link openActivationInstruction}. */
export interface OpenActivationParameters extends ProgramParameters {
  /** The buyer, who pays the rent. */
  wallet: PublicKey
  economy: PublicKey
  /** Id of the service. */
  id: number
}

/** Creates the record of what a wallet buys of a service. Anyone may for themselves, and pays the rent. */
export function openActivationInstruction(p: OpenActivationParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [service] = servicePda(p.economy, p.id, programId)
  const [activation] = activationPda(service, p.wallet, programId)
  const accounts = { wallet: p.wallet, service, activation, systemProgram: SystemProgram.programId }
  return encodeInstruction("openActivation", accounts, {}, programId)
}
