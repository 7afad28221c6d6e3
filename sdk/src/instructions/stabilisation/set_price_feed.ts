import { PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { stabilisationPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** A price feed: an account of Pyth's receiver program, and the feed that it is about. */
export interface PriceFeed {
  /** A `PriceUpdateV2` account. */
  account: PublicKey
  /** 32 bytes. */
  id: Uint8Array
}

/** Parameters of {@link setPriceFeedInstruction}. */
export interface SetPriceFeedParameters extends ProgramParameters {
  admin: PublicKey
  economy: PublicKey
  /** Null for none. */
  feed: PriceFeed | null
}

const FEED_ID_BYTES = 32

/** Names the feed that `readPriceInstruction` reads. The admin may. @throws {NotAdmin} */
export function setPriceFeedInstruction(p: SetPriceFeedParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [stabilisation] = stabilisationPda(p.economy, programId)
  const accounts = { admin: p.admin, economy: p.economy, stabilisation }
  const args = {
    feedAccount: p.feed?.account ?? PublicKey.default,
    feedId: p.feed?.id ?? new Uint8Array(FEED_ID_BYTES),
  }
  return encodeInstruction("setPriceFeed", accounts, args, programId)
}
