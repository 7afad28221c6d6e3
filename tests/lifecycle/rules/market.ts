import { part, TREASURY, type Ledger } from "./ledger"

/** Who gets which part of a price. */
export type Share =
  | { readonly member: number; readonly bps: number }
  | { readonly fund: 0 | 1 | 2 | 3 | 4; readonly bps: number }

/** Something on offer. */
export interface Offer {
  readonly id: number
  readonly author: number
  readonly termSeconds: number
  readonly sessions: number
  readonly split: readonly Share[]
  price: bigint
  status: "offered" | "paused" | "closed"
  sold: bigint
  ratingSum: bigint
  ratings: number
  /** What buyers have, by global index. */
  readonly bought: Map<number, Bought>
}

/** What one member has of an offer. */
export interface Bought {
  from: number
  to: number
  sessions: number
  purchases: number
  ratings: number
}

/** The last second that a JavaScript number holds exactly: the end of what is bought for good. */
const FOR_GOOD = 2 ** 53 - 1

/** The offers, by id. */
export class Market {
  readonly offers: Offer[] = []

  offer(terms: Pick<Offer, "author" | "termSeconds" | "sessions" | "split" | "price">): Offer {
    const id = this.offers.length
    const made: Offer = {
      ...terms,
      id,
      status: "offered",
      sold: 0n,
      ratingSum: 0n,
      ratings: 0,
      bought: new Map(),
    }
    this.offers.push(made)
    return made
  }

  /** Whether a purchase would give nothing: what is owned for good. */
  isOwned(offer: Offer, buyer: number): boolean {
    return offer.termSeconds === 0 && offer.sessions === 0 && offer.bought.get(buyer)?.to === FOR_GOOD
  }

  purchase(ledger: Ledger, offer: Offer, buyer: number, now: number): void {
    ledger.credit(buyer, -offer.price)
    let rest = offer.price
    for (const share of offer.split) {
      if ("fund" in share && share.fund === TREASURY) continue
      const amount = part(offer.price, share.bps)
      rest -= amount
      if ("fund" in share) ledger.book(share.fund, amount)
      else ledger.credit(share.member, amount)
    }
    ledger.book(TREASURY, rest)
    ledger.trade(offer.price)
    offer.sold += 1n

    const had = offer.bought.get(buyer) ?? { from: 0, to: 0, sessions: 0, purchases: 0, ratings: 0 }
    const isOver = now >= had.to
    offer.bought.set(buyer, {
      from: isOver ? now : had.from,
      to: offer.termSeconds === 0 ? FOR_GOOD : (isOver ? now : had.to) + offer.termSeconds,
      sessions: had.sessions + offer.sessions,
      purchases: had.purchases + 1,
      ratings: had.ratings,
    })
  }

  rate(offer: Offer, bought: Bought, rating: number): void {
    bought.ratings++
    offer.ratings++
    offer.ratingSum += BigInt(rating)
  }
}
