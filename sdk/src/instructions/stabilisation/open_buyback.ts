import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { stabilisationPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link openBuybackInstruction}. */
export interface OpenBuybackParameters extends ProgramParameters {
  treasurer: PublicKey
  economy: PublicKey
  /** Most base units of the quote token that it spends. */
  quoteAmount: bigint
  /** What it pays, in billionths of a whole quote token for a whole token; at most today's price. */
  maxPrice: bigint
}

/** Offers to buy tokens until the end of the UTC day. The treasurer may. @throws {NoBuybackTrigger} @throws {BuybackTooLarge} */
export function openBuybackInstruction(p: OpenBuybackParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [stabilisation] = stabilisationPda(p.economy, programId)
  const accounts = { treasurer: p.treasurer, economy: p.economy, stabilisation }
  const args = { quoteAmount: p.quoteAmount, maxPrice: p.maxPrice }
  return encodeInstruction("openBuyback", accounts, args, programId)
}
