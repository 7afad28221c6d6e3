import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { activationPda, servicePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link rateServiceInstruction}. */
export interface RateServiceParameters extends ProgramParameters {
  /** The buyer. */
  wallet: PublicKey
  economy: PublicKey
  /** Id of the service. */
  id: number
  /** 1 to 5. */
  rating: number
}

/** Rates a service, once for each purchase. The buyer may. @throws {AlreadyRated} @throws {RatingOutOfRange} */
export function rateServiceInstruction(p: RateServiceParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const { wallet, rating } = p
  const [service] = servicePda(p.economy, p.id, programId)
  const [activation] = activationPda(service, wallet, programId)
  return encodeInstruction("rateService", { wallet, service, activation }, { rating }, programId)
}
