import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { MOST_COMPUTE_UNITS } from "../constants.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import type { Lane } from "./plan.js"
import { mostBytes, planTransaction, transactionBytes, type TransactionOptions } from "./transaction.js"

/** One page's part of some work, which does not depend on the others. */
export interface PageWork {
  readonly page: number
  /** In their order. */
  readonly instructions: readonly TransactionInstruction[]
  /** Compute units from above. */
  readonly units: number
}

/** Packs independent work on pages, as much into a transaction as its bytes and compute units allow; a lane for each. */
export function packPages(
  description: string,
  payer: PublicKey,
  works: readonly PageWork[],
  options: TransactionOptions,
): Lane[] {
  const instructionsOf = (some: readonly PageWork[]) => some.flatMap(({ instructions }) => instructions)
  const unitsOf = (some: readonly PageWork[]) =>
    some.reduce<number>((sum, { units }) => sum + units, ESTIMATED_COMPUTE_UNITS.transaction)

  const lanes: Lane[] = []
  let packed: PageWork[] = []
  const close = (): void => {
    if (packed.length === 0) return
    const name = `${description}: pages ${packed.map(({ page }) => page).join(", ")}`
    const planned = planTransaction(name, payer, instructionsOf(packed), unitsOf(packed), options)
    lanes.push({ name, transactions: [planned] })
    packed = []
  }
  for (const work of works) {
    const more = [...packed, work]
    const bytes = transactionBytes(payer, instructionsOf(more), options)
    if (unitsOf(more) > MOST_COMPUTE_UNITS || bytes > mostBytes(options)) close()
    packed.push(work)
  }
  close()
  return lanes
}
