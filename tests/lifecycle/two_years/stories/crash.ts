import {
  fillBuybackInstruction,
  fundBuybackInstruction,
  openBuybackInstruction,
  postPriceInstruction,
} from "@stk/sdk"
import type { Keypair, PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { withdrawalOf } from "../../../utils/actions"
import { eventOf } from "../../../utils/events"
import { tokenBalance } from "../../../utils/expect"
import { mintTo } from "../../../utils/mints"
import { burnOf, readStabilisation, stabilise, USDC, type Stabilised } from "../../../utils/stabilisation"
import { dayOf } from "../../rules/calendar"
import { STK, TREASURY } from "../../rules/ledger"
import type { Play, Story, Today } from "../play"

/** Prices are weekly until these weeks, daily in them. */
const DAILY = { from: 50, to: 60 }
const CRASH = { week: 58, weekday: 3 }
const FUNDED = 50_000n * USDC
const LIMIT = 20_000n * USDC
const SELLERS = 4
const BURNT = 10_000n * STK

/** The price is posted weekly and daily; it falls, and the treasury buys tokens back and burns some. */
export class Crash implements Story {
  private readonly market: Stabilised
  /** Billionths of a dollar for a token. */
  private price = 1_000_000_000n
  private bought = 0n
  private paid = 0n
  private readonly sellers = new Map<number, PublicKey>()

  constructor(private readonly play: Play) {
    this.market = stabilise(play.chain, play.economy, { buybackLimit: LIMIT, cooldownSeconds: 7 * 86_400 })
  }

  async day({ week, weekday }: Today): Promise<void> {
    const isDaily = week >= DAILY.from && week < DAILY.to
    if (!isDaily && weekday !== 0) return
    const { random } = this.play
    this.price = (this.price * BigInt(random.between(980, 1_021))) / 1_000n
    const isCrash = week === CRASH.week && weekday === CRASH.weekday
    if (isCrash) this.price = (this.price * 3n) / 5n
    this.postPrice()
    if (week === 6) await this.refuseBurn()
    if (week === CRASH.week && weekday === 0) await this.refuseBuyback()
    if (isCrash) this.buyBack()
    if (isCrash) this.burn()
  }

  private get treasurer(): Keypair {
    return this.play.economy.actors.treasurer
  }

  private postPrice(): void {
    const { play } = this
    const { oracle } = play.economy.actors
    play.act(
      "prices",
      (now) => {
        play.prices.post(play.ledger, dayOf(now), this.price)
        const at = { oracle: oracle.publicKey, economy: play.economy.address }
        return postPriceInstruction({ ...at, day: dayOf(now), price: this.price })
      },
      [oracle],
    )
  }

  /** With a few prices nothing is known of velocity or fall. */
  private async refuseBurn(): Promise<void> {
    const { play } = this
    const day = dayOf(play.now)
    expect([play.prices.hasFallen(day), play.prices.isSlow(day)]).to.deep.equal([false, false])
    await play.refuse("NoBurnTrigger", burnOf(play.economy, BURNT), [this.treasurer])
  }

  private opening(quoteAmount: bigint, maxPrice: bigint) {
    const { publicKey: treasurer } = this.treasurer
    return openBuybackInstruction({ treasurer, economy: this.play.economy.address, quoteAmount, maxPrice })
  }

  private async refuseBuyback(): Promise<void> {
    const { play } = this
    expect(play.prices.hasFallen(dayOf(play.now)), "before the crash").to.equal(false)
    await play.refuse("NoBuybackTrigger", this.opening(LIMIT, this.price), [this.treasurer])
  }

  private buyBack(): void {
    const { play } = this
    const { chain, economy } = play
    const payer = chain.newSigner()
    const source = mintTo(chain, this.market.quote, payer.publicKey, FUNDED)
    play.prices.quote += FUNDED
    const at = { payer: payer.publicKey, economy: economy.address, source, amount: FUNDED }
    play.act("buybacks funded", () => fundBuybackInstruction(at), [payer])
    expect(play.prices.hasFallen(dayOf(play.now)), "after the crash").to.equal(true)
    play.act("buybacks", () => this.opening(LIMIT, this.price), [this.treasurer])
    for (let done = 0; done < SELLERS; done++) this.sell()
  }

  /** A member takes tokens out and sells them to the treasury. */
  private sell(): void {
    const { play } = this
    const amount = BigInt(play.random.between(3_000, 5_000)) * STK + 7n
    const index = play.someone(({ balance }) => balance >= amount, ...this.sellers.keys())
    const key = play.key(index)
    const source = play.tokenAccount(index)
    const destination = mintTo(play.chain, this.market.quote, key.publicKey, 0n)
    this.sellers.set(index, destination)
    // Billionths of dollars for tokens of as many decimals.
    const quote = (amount * this.price) / 1_000_000_000n
    play.act(
      "withdrawals",
      () => {
        play.ledger.withdraw(index, amount)
        return withdrawalOf(play.economy, index, source, amount)
      },
      [key],
    )
    play.act(
      "sales to the treasury",
      () => {
        play.ledger.person(index).tokens -= amount
        play.ledger.deposited += amount
        play.ledger.book(TREASURY, amount)
        play.prices.quote -= quote
        this.bought += amount
        this.paid += quote
        const at = { seller: key.publicKey, economy: play.economy.address, source, destination }
        return fillBuybackInstruction({ ...at, amount, minQuote: quote })
      },
      [key],
    )
    expect(tokenBalance(play.chain, destination), "dollars of the seller").to.equal(quote)
  }

  private burn(): void {
    const { play } = this
    const sent = play.act(
      "burns",
      () => {
        play.ledger.book(TREASURY, -BURNT)
        play.ledger.burnt += BURNT
        return burnOf(play.economy, BURNT)
      },
      [this.treasurer],
    )
    const day = dayOf(play.now)
    const { byPrice, byVelocity } = eventOf(sent, "TokensBurnt")
    expect({ byPrice, byVelocity }).to.deep.equal({ byPrice: true, byVelocity: play.prices.isSlow(day) })
  }

  check(): void {
    const { chain } = this.play
    const { quoteBalance } = readStabilisation(chain, this.market)
    expect(quoteBalance, "dollars for buybacks").to.equal(this.play.prices.quote)
    expect(tokenBalance(chain, this.market.quoteVault)).to.equal(quoteBalance)
  }

  outcome(): void {
    const { play } = this
    expect(play.count("prices")).to.be.at.least(160)
    expect(play.count("sales to the treasury")).to.equal(SELLERS)
    expect(this.bought >= 12_000n * STK, "bought for the treasury").to.equal(true)
    expect(FUNDED - this.paid, "what is left of the dollars").to.equal(play.prices.quote)
    expect(play.ledger.burnt).to.equal(BURNT)
    expect(play.count("refused: NoBuybackTrigger")).to.equal(1)
    expect(play.count("refused: NoBurnTrigger")).to.equal(1)
  }
}
