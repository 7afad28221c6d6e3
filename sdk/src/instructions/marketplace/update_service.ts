import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID, type ServiceStatusValue } from "../../constants.js"
import { servicePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link updateServiceInstruction}. */
export interface UpdateServiceParameters extends ProgramParameters {
  author: PublicKey
  economy: PublicKey
  /** Id of the service. */
  id: number
  /** Base units. */
  price: bigint
  status: ServiceStatusValue
}

/** Changes a service's price and whether it is on offer. The author may. @throws {NotAuthor} @throws {PriceIsZero} */
export function updateServiceInstruction(p: UpdateServiceParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [service] = servicePda(p.economy, p.id, programId)
  const { author, price, status } = p
  return encodeInstruction("updateService", { author, service }, { price, status }, programId)
}
