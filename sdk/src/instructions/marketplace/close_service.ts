import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { servicePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link closeServiceInstruction}. */
export interface CloseServiceParameters extends ProgramParameters {
  /** Gets the rent back. */
  author: PublicKey
  economy: PublicKey
  /** Id of the service. */
  id: number
}

/** Ends a paused service and gives its rent back. The author may. @throws {NotAuthor} @throws {ServiceNotPaused} */
export function closeServiceInstruction(p: CloseServiceParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [service] = servicePda(p.economy, p.id, programId)
  return encodeInstruction("closeService", { author: p.author, service }, {}, programId)
}
