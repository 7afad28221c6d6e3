import { dayOf, PAGE, quarterAt, sundayOf } from "./calendar"
import { part, POOL, type Ledger, type Person } from "./ledger"
import type { Stakes } from "./stakes"

/** From so many days without activity on, up to the next row: STK's bands. */
const BANDS = [
  { days: 90, bps: 500 },
  { days: 180, bps: 1_000 },
  { days: 365, bps: 1_500 },
] as const

/** What a quarter takes after so many days, in basis points. */
export function rateAfter(days: number): number {
  return BANDS.reduce((rate, band) => (days >= band.days ? band.bps : rate), 0)
}

/** Whole days since somebody was active or got an explicit reward. */
function inactiveDays(person: Person, now: number): number {
  const active = person.lastActiveWeek === 0 ? 0 : sundayOf(person.lastActiveWeek)
  return dayOf(now) - Math.max(active, person.lastRewardDay)
}

/** What was taken from inactive members. */
export interface Taken {
  readonly members: number[]
  readonly warned: number[]
  fromBalances: bigint
  fromStakes: bigint
}

/** Takes a quarter's part from the inactive members of a page: from the balance first, then from stakes by place. */
export function redistribute(ledger: Ledger, stakes: Stakes, page: number, now: number): Taken {
  const taken: Taken = { members: [], warned: [], fromBalances: 0n, fromStakes: 0n }
  const last = Math.min((page + 1) * PAGE, ledger.people.length)
  for (let index = page * PAGE; index < last; index++) {
    const person = ledger.person(index)
    const bps = rateAfter(inactiveDays(person, now))
    if (bps === 500) taken.warned.push(index)
    const amount = part(person.balance + stakes.sum(index), bps)
    if (amount === 0n) continue
    taken.members.push(index)
    person.lastQuarter = quarterAt(now)
    const fromBalance = amount < person.balance ? amount : person.balance
    ledger.credit(index, -fromBalance)
    let rest = amount - fromBalance
    taken.fromBalances += fromBalance
    taken.fromStakes += rest
    ledger.staked -= rest
    for (const stake of stakes.of(index)) {
      const share = rest < stake.amount ? rest : stake.amount
      stake.amount -= share
      rest -= share
    }
  }
  ledger.book(POOL, taken.fromBalances + taken.fromStakes)
  return taken
}
