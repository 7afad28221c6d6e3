import type { EconomyPreset } from "@stk/sdk"
import { PAGE } from "./calendar"
import { POOL, type Ledger } from "./ledger"

/** How the week that was posted last stands, and what weeks led to so far. */
export class Weeks {
  week = 0
  status: "settled" | "open" | "sealed" = "settled"
  members = 0
  due = 0n
  payable = 0n
  /** The second from which on the sealed week may be settled. */
  settleFrom = 0
  isHeld = false
  private settledPages = 0
  /** Weeks paid in full, and weeks for which the pool was too small. */
  readonly seen = { full: 0, short: 0 }
  scored = 0
  /** What short weeks did not pay. */
  unpaid = 0n

  constructor(private readonly preset: EconomyPreset) {}

  /** The last week of which every score is known. */
  get scoredWeek(): number {
    return this.status === "open" ? this.week - 1 : this.week
  }

  open(ledger: Ledger, week: number): void {
    Object.assign(this, { week, status: "open", members: ledger.people.length })
    Object.assign(this, { due: 0n, payable: 0n, settledPages: 0, settleFrom: 0, isHeld: false })
  }

  score(ledger: Ledger, index: number, counts: readonly number[]): void {
    const { eventTypes, levels, streakHundredths, decimals } = this.preset
    const weights = eventTypes.filter(({ weight }) => weight > 0).map(({ weight }) => weight)
    const points = counts.reduce((sum, count, type) => sum + count * (weights[type] ?? 0), 0)
    if (points === 0) return
    const person = ledger.person(index)
    person.streak = person.lastActiveWeek === this.week - 1 ? Math.min(person.streak + 1, 5) : 1
    person.lastActiveWeek = this.week
    person.points = points
    const tenths = BigInt(levels[person.level - 1]?.tenths ?? 0)
    const hundredths = BigInt(streakHundredths[person.streak - 1] ?? 0)
    person.pending = (BigInt(points) * tenths * hundredths * 10n ** BigInt(decimals)) / 1_000n
    this.due += person.pending
    this.scored++
  }

  seal(ledger: Ledger, now: number): void {
    const pool = ledger.fund(POOL)
    this.payable = this.due < pool ? this.due : pool
    this.seen[this.payable < this.due ? "short" : "full"]++
    this.unpaid += this.due - this.payable
    ledger.book(POOL, -this.payable)
    ledger.unsettled = this.payable
    this.settleFrom = now + this.preset.settleDelaySeconds + (this.isHeld ? this.preset.holdSeconds : 0)
    // Without members there is no page whose settling would end the week.
    this.status = this.members === 0 ? "settled" : "sealed"
  }

  hold(): void {
    this.isHeld = true
    if (this.status === "sealed") this.settleFrom += this.preset.holdSeconds
  }

  settle(ledger: Ledger, page: number): void {
    const last = Math.min((page + 1) * PAGE, this.members)
    for (let index = page * PAGE; index < last; index++) {
      const person = ledger.person(index)
      if (person.pending === 0n) continue
      const share = (person.pending * this.payable) / this.due
      person.pending = 0n
      ledger.credit(index, share)
      ledger.unsettled -= share
    }
    this.settledPages++
    if (this.settledPages < Math.ceil(this.members / PAGE)) return
    ledger.book(POOL, ledger.unsettled)
    ledger.unsettled = 0n
    this.status = "settled"
  }
}
