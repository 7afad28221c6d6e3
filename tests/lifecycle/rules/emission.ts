import type { EconomyPreset } from "@stk/sdk"
import { DAY } from "./calendar"
import { part, type Ledger } from "./ledger"

/** The yearly amount that halves, released by the day and split among the funds. */
export class Emission {
  releasedDays = 0
  factorBps = 10_000
  /** What a factor left of the schedule. */
  lost = 0n

  constructor(
    private readonly preset: EconomyPreset,
    private readonly genesis: number,
  ) {}

  daysEnded(now: number): number {
    return Math.floor((now - this.genesis) / DAY)
  }

  /** Everything that is due after so many days: the sum of the years, and the floor of the running one. */
  private scheduled(days: number): bigint {
    const { emissionFirstYear, halvingYears } = this.preset
    const ofYear = (year: number) => emissionFirstYear >> BigInt(Math.floor(year / halvingYears))
    const year = Math.floor(days / 365)
    const before = Array.from({ length: year }, (_, index) => ofYear(index))
    return before.reduce((sum, each) => sum + each, 0n) + (ofYear(year) * BigInt(days % 365)) / 365n
  }

  release(ledger: Ledger, now: number): void {
    const days = this.daysEnded(now)
    const whole = this.scheduled(days) - this.scheduled(this.releasedDays)
    const amount = part(whole, this.factorBps)
    const shares = this.preset.fundBps.map((bps) => part(amount, bps))
    shares.forEach((share, fund) => ledger.book(fund, share))
    ledger.book(0, amount - shares.reduce((sum, share) => sum + share, 0n))
    ledger.minted += amount
    this.lost += whole - amount
    this.releasedDays = days
  }
}
