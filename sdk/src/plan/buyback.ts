import {
  createAssociatedTokenAccountIdempotentInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token"
import type { PublicKey } from "@solana/web3.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { fillBuybackInstruction } from "../instructions/stabilisation/fill_buyback.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import type { Plan } from "./plan.js"
import { planTransaction, type TransactionOptions } from "./transaction.js"

export interface PlanSaleParameters extends ProgramParameters, TransactionOptions {
  /** Sells from its associated token account; pays the fee, and the rent of its quote account where there is none. */
  seller: PublicKey
  economy: PublicKey
  mint: PublicKey
  quoteMint: PublicKey
  /** Base units that are sold. */
  amount: bigint
  /** Fewest base units of the quote token to sell for. */
  minQuote: bigint
  /** Whether the seller's associated account of the quote token exists. */
  hasQuoteAccount: boolean
}

/** Whether the account of the quote token existed already. */
export interface SaleDone {
  quoteAccount: boolean
}

/** Plans a sale to the open buyback, into the seller's associated quote account, which is created first where it is missing. */
export function planSale(p: PlanSaleParameters): Plan<SaleDone> {
  const { seller, economy, amount, minQuote, programId, quoteMint } = p
  const source = getAssociatedTokenAddressSync(p.mint, seller, true)
  const destination = getAssociatedTokenAddressSync(quoteMint, seller, true)
  const creation = createAssociatedTokenAccountIdempotentInstruction(seller, destination, seller, quoteMint)
  const sale = fillBuybackInstruction({ seller, economy, source, destination, amount, minQuote, programId })
  const { transaction, createTokenAccount, fillBuyback } = ESTIMATED_COMPUTE_UNITS
  const units = transaction + fillBuyback + (p.hasQuoteAccount ? 0 : createTokenAccount)
  const planned = planTransaction(
    "sale to the buyback",
    seller,
    p.hasQuoteAccount ? [sale] : [creation, sale],
    units,
    p,
  )
  return {
    lanes: [{ name: "sale", transactions: [planned] }],
    alreadyDone: { quoteAccount: p.hasQuoteAccount },
  }
}
