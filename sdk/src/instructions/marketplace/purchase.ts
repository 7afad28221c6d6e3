import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { activationPda, pagePda, servicePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link purchaseInstruction}. */
export interface PurchaseParameters extends ProgramParameters {
  /** The buyer. */
  wallet: PublicKey
  economy: PublicKey
  /** Id of the service. */
  id: number
  /** Index of the buyer's page. */
  page: number
  slot: number
  /** Base units that the buyer pays at most. */
  maxPrice: bigint
  /** Indexes of the other pages that hold recipients, rising: see `otherPagesOf`. */
  otherPages: readonly number[]
}

/**
 * Pays a service's price from the buyer's balance to all its recipients and extends the buyer's activation, which must
 * exist. A member may.
 * @throws {ServiceIsPaused} @throws {PriceAboveMaximum} @throws {BalanceTooSmall} @throws {RecipientPageMissing}
 */
export function purchaseInstruction(p: PurchaseParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const { wallet, economy, slot, maxPrice } = p
  const [service] = servicePda(economy, p.id, programId)
  const [activation] = activationPda(service, wallet, programId)
  const [page] = pagePda(economy, p.page, programId)
  const others = p.otherPages.map((index) => {
    return { pubkey: pagePda(economy, index, programId)[0], isSigner: false, isWritable: true }
  })
  const accounts = { wallet, economy, service, activation, page }
  return encodeInstruction("purchase", accounts, { slot, maxPrice }, programId, others)
}
