import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { stabilisationPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link readPriceInstruction}. */
export interface ReadPriceParameters extends ProgramParameters {
  economy: PublicKey
  /** The feed's account that the economy names. */
  feed: PublicKey
}

/** Takes today's price from the feed that the economy names. Anyone may. @throws {PriceNotVerified} @throws {PriceIsOld} */
export function readPriceInstruction(p: ReadPriceParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [stabilisation] = stabilisationPda(p.economy, programId)
  return encodeInstruction("readPrice", { economy: p.economy, stabilisation, feed: p.feed }, {}, programId)
}
