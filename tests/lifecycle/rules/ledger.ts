import { dayOf } from "./calendar"

/** Base units of a whole STK. */
export const STK = 1_000_000n
/** The funds, in the order of their indexes. */
export const POOL = 0
export const TREASURY = 1
export const STARTUP = 2
export const TEAM = 3
export const LIQUIDITY = 4

/** The floor of so many basis points. */
export function part(amount: bigint, bps: number): bigint {
  return (amount * BigInt(bps)) / 10_000n
}

/** A member as the rules leave it. */
export interface Person {
  balance: bigint
  pending: bigint
  points: number
  level: number
  streak: number
  lastActiveWeek: number
  lastRewardDay: number
  lastQuarter: number
  /** In the member's own token account. */
  tokens: bigint
}

/** Who has how much, in plain bigint: the economy's totals and every member. The topics beside it say how it moves. */
export class Ledger {
  readonly funds: bigint[] = [0n, 0n, 0n, 0n, 0n]
  readonly people: Person[] = []
  minted = 0n
  burnt = 0n
  deposited = 0n
  withdrawn = 0n
  memberBalances = 0n
  staked = 0n
  frozen = 0n
  unsettled = 0n
  /** Transferred and paid between members, modulo 2^64. */
  volume = 0n
  /** In the vault, sent past the program. */
  surplus = 0n
  /** In token accounts of nobody who is a member. */
  outside = 0n

  /** What the vault owes. */
  get owed(): bigint {
    const funds = this.funds.reduce((sum, fund) => sum + fund, 0n)
    return funds + this.memberBalances + this.staked + this.frozen + this.unsettled
  }

  /** What somebody may spend. */
  get circulating(): bigint {
    const funds = this.funds.reduce((sum, fund) => sum + fund, 0n)
    return this.minted - this.burnt - funds - this.frozen - this.staked
  }

  fund(index: number): bigint {
    return this.funds[index] ?? 0n
  }

  person(index: number): Person {
    const person = this.people[index]
    if (person === undefined) throw new Error(`the model has no member ${index}`)
    return person
  }

  register(count: number, now: number): void {
    for (let added = 0; added < count; added++) {
      this.people.push({
        balance: 0n,
        pending: 0n,
        points: 0,
        level: 1,
        streak: 0,
        lastActiveWeek: 0,
        lastRewardDay: dayOf(now),
        lastQuarter: 0,
        tokens: 0n,
      })
    }
  }

  /** Adds to a fund, or takes from it. */
  book(fund: number, amount: bigint): void {
    const after = this.fund(fund) + amount
    if (after < 0n) throw new Error(`fund ${fund} has not so much`)
    this.funds[fund] = after
  }

  /** Adds to a member's balance, or takes from it. */
  credit(index: number, amount: bigint): void {
    const person = this.person(index)
    person.balance += amount
    this.memberBalances += amount
    if (person.balance < 0n) throw new Error(`member ${index} has not so much`)
  }

  /** Counts what members paid each other. */
  trade(amount: bigint): void {
    this.volume = (this.volume + amount) % 2n ** 64n
  }

  transfer(from: number, to: number, amount: bigint, feeBps: number): void {
    const fee = part(amount, feeBps)
    this.credit(from, -amount)
    this.credit(to, amount - fee)
    this.book(TREASURY, fee)
    this.trade(amount)
  }

  withdraw(index: number, amount: bigint): void {
    this.credit(index, -amount)
    this.person(index).tokens += amount
    this.withdrawn += amount
  }

  deposit(index: number, amount: bigint): void {
    this.credit(index, amount)
    this.person(index).tokens -= amount
    this.deposited += amount
  }

  /** A member sends tokens to the vault, past the program. */
  donate(index: number, amount: bigint): void {
    this.person(index).tokens -= amount
    this.surplus += amount
  }

  absorb(): void {
    this.deposited += this.surplus
    this.book(POOL, this.surplus)
    this.surplus = 0n
  }
}
