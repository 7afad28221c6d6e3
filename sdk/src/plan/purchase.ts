import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { PAGE_SLOTS } from "../constants.js"
import type { Service } from "../accounts/service.js"
import { depositInstruction } from "../instructions/balances/deposit.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { openActivationInstruction } from "../instructions/marketplace/open_activation.js"
import { purchaseInstruction } from "../instructions/marketplace/purchase.js"
import type { Share } from "../math/service.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import type { Plan } from "./plan.js"
import { keepPages, planAfterKeeping, type SnapshotDue } from "./snapshot.js"
import type { TransactionOptions } from "./transaction.js"

export interface PlanPurchaseParameters extends ProgramParameters, TransactionOptions {
  /** The buyer, a member; pays the fee, and the rent of its activation where there is none. */
  wallet: PublicKey
  service: Pick<Service, "economy" | "id" | "price" | "split">
  /** Index of the buyer's page. */
  page: number
  slot: number
  /** Base units that the buyer pays at most; the price of `service` by default. */
  maxPrice?: bigint | undefined
  /** Whether the buyer has an activation of the service. */
  hasActivation: boolean
  /** Pays this in first, from a token account of the buyer. */
  deposit?: { source: PublicKey; amount: bigint } | undefined
  /** Pages whose balances a vote needs; none by default. */
  snapshotDue?: SnapshotDue | undefined
}

/** Whether the activation existed already. */
export interface PurchaseDone {
  activation: boolean
}

/** Indexes of the pages that hold recipients of a price and are not the buyer's own, as `purchaseInstruction` takes them. */
export function otherPagesOf(split: readonly Share[], page: number): number[] {
  const pages = split.flatMap((share) => ("member" in share ? [Math.floor(share.member / PAGE_SLOTS)] : []))
  return [...new Set(pages)].filter((index) => index !== page).sort((left, right) => left - right)
}

/**
 * Plans a purchase in one transaction: the deposit if there is one, the activation if it is missing, the payment. All of
 * it happens or nothing. The balances of its pages are kept first where a vote needs them, in a transaction of their own
 * where they do not fit.
 * @throws {PlanError} when the recipients are in more pages than fit a transaction of this version
 */
export function planPurchase(p: PlanPurchaseParameters): Plan<PurchaseDone> {
  const { wallet, service, page, slot, deposit, hasActivation, programId } = p
  const { economy, id, price, split } = service
  const otherPages = otherPagesOf(split, page)
  const maxPrice = p.maxPrice ?? price
  const instructions: TransactionInstruction[] = []
  const { transaction, deposit: depositUnits, openActivation, purchase } = ESTIMATED_COMPUTE_UNITS
  let units = transaction + purchase.base + purchase.page * otherPages.length
  if (deposit !== undefined) {
    instructions.push(depositInstruction({ wallet, economy, page, slot, ...deposit, programId }))
    units += depositUnits
  }
  if (!hasActivation) {
    instructions.push(openActivationInstruction({ wallet, economy, id, programId }))
    units += openActivation
  }
  instructions.push(purchaseInstruction({ wallet, economy, id, page, slot, maxPrice, otherPages, programId }))
  const kept = keepPages({ ...p, payer: wallet, economy }, [page, ...otherPages])
  const name = `purchase of service ${id}`
  return {
    lanes: [{ name: "purchase", transactions: planAfterKeeping(name, wallet, kept, instructions, units, p) }],
    alreadyDone: { activation: hasActivation },
  }
}
