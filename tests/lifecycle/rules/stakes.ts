import { DAY, pageOf } from "./calendar"
import type { Ledger } from "./ledger"

/** Tokens that a member has locked. */
export interface Staked {
  readonly id: number
  readonly place: number
  readonly member: number
  readonly termDays: number
  readonly unlockAt: number
  /** The latest snapshot when it was made. */
  readonly snapshot: number
  amount: bigint
}

/** Stakes by page and place; a place whose amount is 0 is free. */
export class Stakes {
  readonly pages: Staked[][] = [[], [], []]
  private readonly nextIds = [0, 0, 0]

  of(member: number): Staked[] {
    return (this.pages[pageOf(member)] ?? []).filter((each) => each.member === member && each.amount > 0n)
  }

  sum(member: number): bigint {
    return this.of(member).reduce((sum, { amount }) => sum + amount, 0n)
  }

  stake(
    ledger: Ledger,
    member: number,
    amount: bigint,
    termDays: number,
    now: number,
    snapshot: number,
  ): void {
    const page = pageOf(member)
    const row = this.pages[page]
    const id = this.nextIds[page]
    if (row === undefined || id === undefined) throw new Error(`page ${page} has no stakes`)
    const free = row.findIndex((each) => each.amount === 0n)
    const place = free < 0 ? row.length : free
    row[place] = { id, place, member, termDays, unlockAt: now + termDays * DAY, snapshot, amount }
    this.nextIds[page] = id + 1
    ledger.credit(member, -amount)
    ledger.staked += amount
  }

  unstake(ledger: Ledger, stake: Staked): void {
    ledger.credit(stake.member, stake.amount)
    ledger.staked -= stake.amount
    stake.amount = 0n
  }
}
