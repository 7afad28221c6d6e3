import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { activationPda, servicePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link useSessionInstruction}. */
export interface UseSessionParameters extends ProgramParameters {
  /** The buyer or the author. */
  signer: PublicKey
  economy: PublicKey
  /** Id of the service. */
  id: number
  /** The buyer. */
  wallet: PublicKey
}

/** Counts one session down. The buyer or the author may. @throws {NoSessionLeft} @throws {NotBuyerOrAuthor} */
export function useSessionInstruction(p: UseSessionParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [service] = servicePda(p.economy, p.id, programId)
  const [activation] = activationPda(service, p.wallet, programId)
  return encodeInstruction("useSession", { signer: p.signer, service, activation }, {}, programId)
}
