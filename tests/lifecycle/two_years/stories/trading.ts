import { createTransferInstruction } from "@solana/spl-token"
import { absorbSurplusInstruction, setTransferFeeInstruction } from "@stk/sdk"
import { expect } from "chai"
import { depositOf, withdrawalOf } from "../../../utils/actions"
import { transferOf } from "../../../utils/transfers"
import { pageOf } from "../../rules/calendar"
import { part, STK, TREASURY } from "../../rules/ledger"
import type { Play, Story, Today } from "../play"

/** The transfer fee by week of the play: it rises and falls by at most 50 basis points. */
const FEES = new Map([
  [8, 50],
  [16, 100],
  [30, 80],
  [60, 30],
])
const TRANSFERS_A_DAY = 2

/** Members pay each other, within a page and across pages, take tokens out and bring some back. */
export class Trading implements Story {
  private fees = 0n

  constructor(private readonly play: Play) {}

  async day({ week, weekday }: Today): Promise<void> {
    const fee = FEES.get(week)
    if (weekday === 1 && fee !== undefined) this.setFee(fee)
    if (week < 2) return
    for (let done = 0; done < TRANSFERS_A_DAY; done++) this.transfer()
    if (weekday === 2 || weekday === 5) this.withdraw()
    if (weekday === 3) this.deposit()
    if (weekday === 4 && week % 13 === 0) this.donateAndAbsorb()
    if (weekday === 5 && week % 9 === 0) await this.refusals()
  }

  private setFee(bps: number): void {
    const { play } = this
    const { treasurer } = play.economy.actors
    play.transferFeeBps = bps
    const at = { treasurer: treasurer.publicKey, economy: play.economy.address }
    play.act("transfer fees", () => setTransferFeeInstruction({ ...at, bps }), [treasurer])
  }

  private transfer(): void {
    const { play } = this
    const from = play.someone(({ balance }) => balance > STK)
    const to = play.anyone(from)
    const amount = play.random.amountBelow(play.ledger.person(from).balance / 3n) + 1n
    const where = pageOf(from) === pageOf(to) ? "transfers in a page" : "transfers across pages"
    this.fees += part(amount, play.transferFeeBps)
    play.act(where, () => {
      play.ledger.transfer(from, to, amount, play.transferFeeBps)
      return transferOf(play.economy, from, to, amount)
    }, [play.key(from)])
  }

  private withdraw(): void {
    const { play } = this
    const index = play.someone(({ balance }) => balance > STK)
    const destination = play.tokenAccount(index)
    const amount = play.random.amountBelow(play.ledger.person(index).balance / 2n) + 1n
    play.act(
      "withdrawals",
      () => {
        play.ledger.withdraw(index, amount)
        return withdrawalOf(play.economy, index, destination, amount)
      },
      [play.key(index)],
    )
  }

  private deposit(): void {
    const { play } = this
    const index = play.someone(({ tokens }) => tokens > 0n)
    const { tokens } = play.ledger.person(index)
    // Everything now and then.
    const amount = play.random.chance(20) ? tokens : play.random.amountBelow(tokens) + 1n
    play.act(
      "deposits",
      () => {
        play.ledger.deposit(index, amount)
        return depositOf(play.economy, index, play.tokenAccount(index), amount)
      },
      [play.key(index)],
    )
  }

  /** Somebody sends tokens straight to the vault; somebody else books them. */
  private donateAndAbsorb(): void {
    const { play } = this
    const index = play.someone(({ tokens }) => tokens > 10n)
    const amount = play.ledger.person(index).tokens / 10n
    const { publicKey } = play.key(index)
    play.act(
      "donations",
      () => {
        play.ledger.donate(index, amount)
        return createTransferInstruction(play.tokenAccount(index), play.economy.vault, publicKey, amount)
      },
      [play.key(index)],
    )
    play.act("absorptions", () => {
      play.ledger.absorb()
      return absorbSurplusInstruction({ economy: play.economy.address })
    })
  }

  private async refusals(): Promise<void> {
    const { play } = this
    const from = play.someone(({ balance }) => balance > STK)
    const to = play.anyone(from)
    const { balance } = play.ledger.person(from)
    const signers = [play.key(from)]
    await play.refuse("BalanceTooSmall", transferOf(play.economy, from, to, balance + 1n), signers)
    if (play.transferFeeBps === 0) return
    const maxFee = part(balance, play.transferFeeBps) - 1n
    await play.refuse("FeeTooHigh", transferOf(play.economy, from, to, balance, { maxFee }), signers)
  }

  outcome(): void {
    const { play } = this
    expect(play.count("transfers in a page")).to.be.at.least(300)
    expect(play.count("transfers across pages")).to.be.at.least(700)
    expect(play.count("transfer fees")).to.equal(FEES.size)
    expect(play.count("withdrawals")).to.be.at.least(200)
    expect(play.count("deposits")).to.be.at.least(100)
    expect(play.count("absorptions")).to.be.at.least(7)
    expect(play.count("refused: FeeTooHigh")).to.be.at.least(8)
    expect(this.fees > 0n && this.fees < play.ledger.fund(TREASURY)).to.equal(true)
  }
}
