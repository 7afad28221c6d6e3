import {
  closeServiceInstruction,
  createServiceInstruction,
  decodeActivation,
  decodeService,
  openActivationInstruction,
  otherPagesOf,
  purchaseInstruction,
  rateServiceInstruction,
  SAMPLE_SERVICES,
  ServiceKind,
  serviceParameters,
  servicePda,
  ServiceStatus,
  updateServiceInstruction,
  useSessionInstruction,
  type ServiceParameters,
} from "@stk/sdk"
import type { TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { activationOf } from "../../../utils/marketplace"
import { pageOf } from "../../rules/calendar"
import { LIQUIDITY, POOL, STK } from "../../rules/ledger"
import type { Offer } from "../../rules/market"
import type { Play, Story, Today } from "../play"

const PURCHASES_A_WEEK = 7
/** The weeks in which a service becomes dearer, is taken from the market for a time, and for good. */
const DEARER = 30
const AWAY = { from: 44, to: 48 }
const CLOSED = 90

/** Members sell courses, sessions and an agent's months; others buy, renew, use and rate them. */
export class Selling implements Story {
  constructor(private readonly play: Play) {}

  async day({ week, weekday }: Today): Promise<void> {
    if (week === 4 && weekday === 0) this.openMarket()
    if (week < 5) return
    if (weekday === 1 && week === DEARER) await this.becomeDearer()
    if (weekday === 1 && week === AWAY.from) await this.leave(this.offer(2))
    if (weekday === 1 && week === AWAY.to) this.update(this.offer(2), { status: "offered" })
    if (weekday === 1 && week === CLOSED) await this.close(this.offer(0))
    if (weekday === 6) for (let done = 0; done < PURCHASES_A_WEEK; done++) this.buySomething()
    if (weekday === 0) this.useSessions()
  }

  private offer(id: number): Offer {
    const offer = this.play.market.offers[id]
    if (offer === undefined) throw new Error(`nobody offers ${id}`)
    return offer
  }

  private openMarket(): void {
    const { play } = this
    for (const sample of SAMPLE_SERVICES) {
      const author = play.anyone()
      this.create(author, serviceParameters(sample, author))
    }
    // Somebody of each page, two funds, and a price that does not divide: the Treasury, unnamed, takes the rest.
    const [first, second, third] = [0, 1, 2].map((page) => play.someone((_, index) => pageOf(index) === page))
    if (first === undefined || second === undefined || third === undefined)
      throw new Error("there are three pages")
    this.create(first, {
      kind: ServiceKind.Peer,
      name: "Workshop of three",
      descriptionHash: new Uint8Array(32).fill(3),
      price: 333n * STK + 331n,
      termSeconds: 14 * 86_400,
      sessions: 2,
      split: [
        { member: first, bps: 3_333 },
        { member: second, bps: 2_222 },
        { member: third, bps: 2_221 },
        { fund: POOL, bps: 1_111 },
        { fund: LIQUIDITY, bps: 1_113 },
      ],
    })
  }

  private create(author: number, parameters: ServiceParameters): void {
    const { play } = this
    const key = play.payingKey(author)
    play.act(
      "services",
      () => {
        const { termSeconds, sessions, split, price } = parameters
        const { id } = play.market.offer({ author, termSeconds, sessions, split, price })
        const at = { wallet: key.publicKey, economy: play.economy.address, ...play.place(author), id }
        return createServiceInstruction({ ...at, parameters })
      },
      [key],
    )
  }

  private update(offer: Offer, change: { price?: bigint; status?: "offered" | "paused" }): void {
    const { play } = this
    const key = play.key(offer.author)
    play.act(
      "services changed",
      () => {
        offer.price = change.price ?? offer.price
        offer.status = change.status ?? offer.status
        return updateServiceInstruction({
          author: key.publicKey,
          economy: play.economy.address,
          id: offer.id,
          price: offer.price,
          status: offer.status === "paused" ? ServiceStatus.Paused : ServiceStatus.OnOffer,
        })
      },
      [key],
    )
  }

  /** A renewal of what somebody has already in half of all cases, if it can be renewed. */
  private buySomething(): void {
    const { play } = this
    const offer = play.random.pick(play.market.offers.filter(({ status }) => status === "offered"))
    const canBuy = (index: number): boolean => {
      const isRich = play.ledger.person(index).balance >= offer.price
      return isRich && index !== offer.author && !play.market.isOwned(offer, index)
    }
    const known = [...offer.bought.keys()].filter(canBuy)
    const renews = known.length > 0 && play.random.chance(50)
    const buyer = renews ? play.random.pick(known) : play.someone((_, index) => canBuy(index))
    this.buy(offer, buyer)
  }

  private buy(offer: Offer, buyer: number): void {
    const { play } = this
    const key = play.payingKey(buyer)
    const before = offer.bought.get(buyer)
    const what = before === undefined ? "first purchases" : before.to > play.now ? "renewals" : "returns"
    const opening = { wallet: key.publicKey, economy: play.economy.address, id: offer.id }
    play.act(
      what,
      (now) => {
        play.market.purchase(play.ledger, offer, buyer, now)
        const purchase = this.purchaseOf(offer, buyer)
        return before === undefined ? [openActivationInstruction(opening), purchase] : [purchase]
      },
      [key],
    )
    if (play.random.chance(60)) this.rate(offer, buyer)
  }

  private purchaseOf(offer: Offer, buyer: number, maxPrice: bigint = offer.price): TransactionInstruction {
    const { play } = this
    return purchaseInstruction({
      wallet: play.key(buyer).publicKey,
      economy: play.economy.address,
      id: offer.id,
      ...play.place(buyer),
      maxPrice,
      otherPages: otherPagesOf(offer.split, pageOf(buyer)),
    })
  }

  private rate(offer: Offer, buyer: number): void {
    const { play } = this
    const key = play.key(buyer)
    const bought = offer.bought.get(buyer)
    if (bought === undefined) throw new Error("who has not bought does not rate")
    const rating = play.random.between(1, 5)
    play.market.rate(offer, bought, rating)
    const at = { wallet: key.publicKey, economy: play.economy.address, id: offer.id }
    play.act("ratings of services", () => rateServiceInstruction({ ...at, rating }), [key])
  }

  private useSessions(): void {
    const { play } = this
    for (const offer of play.market.offers) {
      for (const [buyer, bought] of offer.bought) {
        if (bought.sessions === 0 || bought.to <= play.now + 3_600 || play.random.chance(40)) continue
        // The buyer counts it down, or the author.
        const signer = play.key(play.random.chance(50) ? buyer : offer.author)
        bought.sessions--
        const wallet = play.key(buyer).publicKey
        const at = { signer: signer.publicKey, economy: play.economy.address, id: offer.id, wallet }
        play.act("sessions", () => useSessionInstruction(at), [signer])
      }
    }
  }

  /** Whoever has seen the old price does not pay the new one unasked. */
  private async becomeDearer(): Promise<void> {
    const { play } = this
    const offer = this.offer(1)
    const old = offer.price
    this.update(offer, { price: (old * 5n) / 4n })
    const buyer = [...offer.bought.keys()][0] ?? -1
    await play.refuse("PriceAboveMaximum", this.purchaseOf(offer, buyer, old), [play.key(buyer)])
  }

  private async leave(offer: Offer): Promise<void> {
    const { play } = this
    this.update(offer, { status: "paused" })
    const buyer = [...offer.bought.keys()][0] ?? -1
    await play.refuse("ServiceIsPaused", this.purchaseOf(offer, buyer), [play.key(buyer)])
  }

  private async close(offer: Offer): Promise<void> {
    const { play } = this
    const key = play.key(offer.author)
    const instruction = closeServiceInstruction({
      author: key.publicKey,
      economy: play.economy.address,
      id: offer.id,
    })
    await play.refuse("ServiceNotPaused", instruction, [key])
    this.update(offer, { status: "paused" })
    offer.status = "closed"
    play.act("services closed", () => instruction, [key])
  }

  check(): void {
    const { chain, economy, market } = this.play
    for (const offer of market.offers) {
      const account = chain.getAccount(servicePda(economy.address, offer.id)[0])
      expect(account === null, `service ${offer.id} is closed`).to.equal(offer.status === "closed")
      if (account !== null) {
        const { price, sold, ratingSum, ratingCount } = decodeService(account.data)
        expect({ price, sold, ratingSum, ratingCount }).to.deep.equal({
          price: offer.price,
          sold: offer.sold,
          ratingSum: offer.ratingSum,
          ratingCount: offer.ratings,
        })
      }
      for (const [buyer, bought] of offer.bought) {
        const data = chain.getAccount(activationOf(economy, offer.id, buyer))?.data ?? new Uint8Array()
        const {
          activeFrom: from,
          activeTo: to,
          sessionsLeft: sessions,
          purchases,
          ratings,
        } = decodeActivation(data)
        expect({ from, to, sessions, purchases, ratings }).to.deep.equal(bought)
      }
    }
  }

  outcome(): void {
    const { play } = this
    const least: Record<string, number> = {
      services: SAMPLE_SERVICES.length + 1,
      "first purchases": 200,
      renewals: 50,
      returns: 20,
      "ratings of services": 300,
      sessions: 100,
      "services closed": 1,
      "refused: PriceAboveMaximum": 1,
      "refused: ServiceIsPaused": 1,
    }
    for (const [what, times] of Object.entries(least)) expect(play.count(what), what).to.be.at.least(times)
    for (const { id, sold } of play.market.offers) expect(Number(sold), `sold of ${id}`).to.be.at.least(50)
  }
}
