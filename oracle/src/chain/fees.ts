import type { PlannedTransaction } from "@stk/sdk"
import type { Connection, PublicKey } from "@solana/web3.js"
import { NotReady } from "./failures"
import { feeOf } from "./steps"

/** What a transaction offers to be taken: no more than was allowed, more where less has expired. */

export interface FeeParameters {
  /** Micro-lamports for each compute unit to begin with; `auto` looks at what others paid for the same accounts. */
  priorityFee?: bigint | "auto"
  /** Most that expiries raise it to; by default what it begins with, and for `auto` {@link MOST_OF_AUTO}. */
  mostPriorityFee?: bigint
  /** Most lamports of fees for a week. */
  feeBudget?: bigint
}

export const MOST_OF_AUTO = 1_000_000n
/** Of what others paid in recent slots, `auto` pays more than this share of them. */
const PERCENTILE = 0.75
/** Where nobody pays anything, the first expiry raises the price to this. */
const FIRST_RAISE = 1_000n
const RECENT_MS = 10_000
/** Most accounts that may be asked for at once. */
const MOST_ACCOUNTS = 128

export class FeePolicy {
  readonly most: bigint
  private readonly expiries = new Map<string, number>()
  private readonly recent = new Map<string, { price: bigint; at: number }>()
  private spent: bigint

  /** @param spent lamports of fees that the week has cost before */
  constructor(
    private readonly p: FeeParameters,
    private readonly connection: Connection,
    spent: bigint,
  ) {
    const base = p.priorityFee ?? 0n
    this.most = p.mostPriorityFee ?? (base === "auto" ? MOST_OF_AUTO : base)
    this.spent = spent
  }

  /** What plans leave room for: a price takes bytes of a transaction. */
  static reserved({ priorityFee = 0n, mostPriorityFee = 0n }: FeeParameters): bigint {
    if (priorityFee !== "auto" && priorityFee > 0n) return priorityFee
    return priorityFee === "auto" || mostPriorityFee > 0n ? 1n : 0n
  }

  /** The price for a step, which expired before as often as `expired` was called for its name. */
  async priceOf(name: string, planned: PlannedTransaction): Promise<bigint> {
    const { priorityFee = 0n } = this.p
    const base = priorityFee === "auto" ? await this.recentPrice(planned) : priorityFee
    const expiries = this.expiries.get(name) ?? 0
    const floor = base > FIRST_RAISE ? base : FIRST_RAISE
    const raised = expiries === 0 ? base : floor << BigInt(expiries - 1 + (base >= FIRST_RAISE ? 1 : 0))
    return raised < this.most ? raised : this.most
  }

  expired(name: string): void {
    this.expiries.set(name, (this.expiries.get(name) ?? 0) + 1)
  }

  /** Takes a fee out of the week's budget. @throws {NotReady} when it does not hold so much any more */
  spend(planned: PlannedTransaction): void {
    const fee = feeOf(planned)
    const { feeBudget } = this.p
    if (feeBudget !== undefined && this.spent + fee > feeBudget)
      throw new NotReady([
        `fees: ${this.spent} lamports of the week's ${feeBudget} are spent, and the next transaction takes ${fee}: ` +
          "is the cluster overloaded? raise the budget, or run again later",
      ])
    this.spent += fee
  }

  /** Gives back what a transaction that never landed would have cost. */
  refund(planned: PlannedTransaction): void {
    this.spent -= feeOf(planned)
  }

  private async recentPrice(planned: PlannedTransaction): Promise<bigint> {
    const accounts = writableOf(planned).slice(0, MOST_ACCOUNTS)
    const key = accounts.map((address) => address.toBase58()).join()
    const known = this.recent.get(key)
    if (known !== undefined && Date.now() - known.at < RECENT_MS) return known.price
    const recent = await this.connection.getRecentPrioritizationFees({ lockedWritableAccounts: accounts })
    const paid = recent.map(({ prioritizationFee }) => prioritizationFee).sort((a, b) => a - b)
    const price = BigInt(paid[Math.min(Math.floor(paid.length * PERCENTILE), paid.length - 1)] ?? 0)
    this.recent.set(key, { price, at: Date.now() })
    return price
  }
}

function writableOf({ instructions }: PlannedTransaction): PublicKey[] {
  const addresses = new Map<string, PublicKey>()
  for (const { keys } of instructions)
    for (const { pubkey, isWritable } of keys) if (isWritable) addresses.set(pubkey.toBase58(), pubkey)
  return [...addresses.values()]
}
