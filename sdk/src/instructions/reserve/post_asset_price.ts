import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { reservePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link postAssetPriceInstruction}. */
export interface PostAssetPriceParameters extends ProgramParameters {
  oracle: PublicKey
  economy: PublicKey
  /** Index of the asset in the reserve. */
  asset: number
  /** Billionths of a quote unit for a whole token. */
  price: bigint
  /** Unix day of the price. */
  day: number
}

/** Posts the price of an asset on a UTC day. The oracle may. @throws {PriceOutOfOrder} @throws {PriceIsZero} */
export function postAssetPriceInstruction(p: PostAssetPriceParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [reserve] = reservePda(p.economy, programId)
  const accounts = { oracle: p.oracle, economy: p.economy, reserve }
  const { asset, price, day } = p
  return encodeInstruction("postAssetPrice", accounts, { asset, price, day }, programId)
}
