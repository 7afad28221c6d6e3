import type { PolicyPreset } from "@stk/sdk"
import { weekAt } from "./calendar"
import { POOL, TEAM, type Ledger } from "./ledger"

/** What the treasurer spends from funds: limits by calendar week, and the schedule of the Team fund. */
export class Spending {
  private spent = [0n, 0n, 0n, 0n, 0n]
  private week = 0
  teamSpent = 0n

  constructor(
    private readonly policy: PolicyPreset,
    private readonly genesis: number,
  ) {}

  /** What may still be spent from a fund in the week of `now`. */
  left(fund: number, now: number): bigint {
    const spent = weekAt(now) === this.week ? (this.spent[fund] ?? 0n) : 0n
    return (this.policy.spendingLimits[fund] ?? 0n) - spent
  }

  /** What the Team fund's schedule allows beyond what is spent. */
  teamLeft(ledger: Ledger, now: number): bigint {
    const { teamCliffSeconds, teamVestingSeconds } = this.policy
    const elapsed = now - this.genesis
    if (elapsed < teamCliffSeconds) return -this.teamSpent
    const received = ledger.fund(TEAM) + this.teamSpent
    const part = Math.min(elapsed, teamVestingSeconds)
    return (received * BigInt(part)) / BigInt(teamVestingSeconds) - this.teamSpent
  }

  /** Why an amount above 0 would be refused; null when it would not. */
  refusal(ledger: Ledger, fund: number, amount: bigint, now: number): string | null {
    if (fund === POOL) return "FundNotSpendable"
    if (amount > this.left(fund, now)) return "WeeklyLimitReached"
    if (fund === TEAM && amount > this.teamLeft(ledger, now)) return "TeamNotVested"
    return amount > ledger.fund(fund) ? "FundTooSmall" : null
  }

  /** Takes from the fund; where it goes is said by whoever calls. */
  spend(ledger: Ledger, fund: number, amount: bigint, now: number): void {
    if (weekAt(now) !== this.week) this.spent = [0n, 0n, 0n, 0n, 0n]
    this.week = weekAt(now)
    this.spent[fund] = (this.spent[fund] ?? 0n) + amount
    if (fund === TEAM) this.teamSpent += amount
    ledger.book(fund, -amount)
  }
}
