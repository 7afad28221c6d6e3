import type { Ledger } from "./ledger"

interface Sample {
  readonly price: bigint
  readonly volume: bigint
  readonly circulating: bigint
}

/** What was known of the token day by day, and when it may be bought back or burnt. */
export class Prices {
  private readonly samples = new Map<number, Sample>()
  private last = 0
  /** Booked for buybacks, in base units of the quote token. */
  quote = 0n

  post(ledger: Ledger, day: number, price: bigint): void {
    this.samples.set(day, { price, volume: ledger.volume, circulating: ledger.circulating })
    this.last = day
  }

  priceOf(day: number): bigint | null {
    return this.samples.get(day)?.price ?? null
  }

  /** Whether the day's price is below 80% of the mean of the 30 days before, all of which must be known. */
  hasFallen(day: number): boolean {
    const price = this.priceOf(day)
    const before = Array.from({ length: 30 }, (_, index) => this.priceOf(day - 1 - index))
    if (price === null || this.last !== day || before.includes(null)) return false
    const sum = before.reduce<bigint>((total, each) => total + (each ?? 0n), 0n)
    // price < 4/5 × Σ/30
    return price * 5n * 30n < sum * 4n
  }

  /** Whether less than a fifth of what circulates changes hands in a year: from 30 samples of the last 365 days. */
  isSlow(day: number): boolean {
    const days = [...this.samples.keys()].filter((each) => each >= day - 365 && each <= day)
    const first = Math.min(...days)
    const [oldest, newest] = [this.samples.get(first), this.samples.get(day)]
    if (this.last !== day || days.length < 30 || oldest === undefined || newest === undefined) return false
    const traded = BigInt.asUintN(64, newest.volume - oldest.volume)
    const circulated = days.reduce((sum, each) => sum + (this.samples.get(each)?.circulating ?? 0n), 0n)
    // traded × 365 / days < 1/5 × circulated / samples
    return traded * 365n * 5n * BigInt(days.length) < circulated * BigInt(day - first)
  }
}
