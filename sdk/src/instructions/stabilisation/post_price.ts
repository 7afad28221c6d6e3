import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { stabilisationPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link postPriceInstruction}. */
export interface PostPriceParameters extends ProgramParameters {
  oracle: PublicKey
  economy: PublicKey
  /** Unix day, behind that of the last price and up to today. */
  day: number
  /** Billionths of a whole quote token for a whole token. */
  price: bigint
}

/** Posts the price of a day. The oracle may. @throws {PriceDayOutOfOrder} @throws {BadPrice} */
export function postPriceInstruction(p: PostPriceParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [stabilisation] = stabilisationPda(p.economy, programId)
  const accounts = { oracle: p.oracle, economy: p.economy, stabilisation }
  return encodeInstruction("postPrice", accounts, { day: p.day, price: p.price }, programId)
}
