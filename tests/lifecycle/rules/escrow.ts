import { DAY, dayOf, startOf } from "./calendar"
import type { Ledger } from "./ledger"

/** A reward that is frozen. */
export interface Frozen {
  readonly page: number
  readonly place: number
  readonly id: number
  readonly member: number
  readonly counterparty: number | null
  readonly amount: bigint
  readonly kind: number
  readonly fund: number
  readonly createdAt: number
  readonly endsAt: number
  verdict: "confirmed" | "rejected" | null
  byValidator: boolean
}

/** A grant before it has a place. */
export type Granted = Pick<Frozen, "member" | "counterparty" | "amount" | "kind" | "fund">

/** How long a reward without a verdict waits. */
const OBJECTION = 30 * DAY
/** Places of an escrow page of 10,240 bytes. */
const PLACES = 211

/** Rewards that wait, by escrow page and place. */
export class Escrow {
  readonly pages: (Frozen | null)[][] = []
  private readonly nextIds: number[] = []

  addPage(): void {
    this.pages.push(new Array<Frozen | null>(PLACES).fill(null))
    this.nextIds.push(0)
  }

  get frozen(): Frozen[] {
    return this.pages.flat().filter((each) => each !== null)
  }

  freePlaces(page: number): number[] {
    return (this.pages[page] ?? []).flatMap((each, place) => (each === null ? [place] : []))
  }

  /** Freezes into these places of one page. */
  grant(
    ledger: Ledger,
    page: number,
    places: readonly number[],
    grants: readonly Granted[],
    now: number,
    days: number,
  ): Frozen[] {
    return grants.map((grant, index) => {
      const place = places[index]
      const row = this.pages[page]
      const id = this.nextIds[page]
      if (place === undefined || row === undefined || id === undefined)
        throw new Error("there is no such place")
      const times = { createdAt: now, endsAt: now + days * DAY }
      const made: Frozen = { ...grant, ...times, page, place, id, verdict: null, byValidator: false }
      row[place] = made
      this.nextIds[page] = id + 1
      ledger.book(grant.fund, -grant.amount)
      ledger.frozen += grant.amount
      return made
    })
  }

  /** What is to be done with a reward: null while it is frozen or undecided. */
  outcome(reward: Frozen, now: number): "active" | "cancelled" | null {
    if (now < reward.endsAt) return null
    if (reward.verdict !== null) return reward.verdict === "confirmed" ? "active" : "cancelled"
    return now < reward.endsAt + OBJECTION ? null : "active"
  }

  /** What the counterparty's weeks say; null while nothing can be said. */
  activity(ledger: Ledger, reward: Frozen, scoredWeek: number): "confirmed" | "rejected" | null {
    const { lastActiveWeek: week } = ledger.person(reward.counterparty ?? -1)
    if (week > 0 && startOf(week + 1) > reward.createdAt) {
      return startOf(week) < reward.endsAt ? "confirmed" : null
    }
    return scoredWeek > 0 && startOf(scoredWeek + 1) >= reward.endsAt ? "rejected" : null
  }

  resolve(ledger: Ledger, reward: Frozen, now: number): void {
    const outcome = this.outcome(reward, now)
    const row = this.pages[reward.page]
    if (outcome === null || row === undefined) throw new Error("it is not to be resolved")
    row[reward.place] = null
    ledger.frozen -= reward.amount
    if (outcome === "cancelled") ledger.book(reward.fund, reward.amount)
    else this.pay(ledger, reward.member, reward.amount, now)
  }

  /** An explicit reward reaches a member. */
  pay(ledger: Ledger, member: number, amount: bigint, now: number): void {
    ledger.credit(member, amount)
    ledger.person(member).lastRewardDay = dayOf(now)
  }
}
