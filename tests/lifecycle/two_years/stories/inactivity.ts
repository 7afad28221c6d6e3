import { redistributePageInstruction } from "@stk/sdk"
import { expect } from "chai"
import { readPages } from "../../../utils/economy"
import { eventOf } from "../../../utils/events"
import { readStakePage } from "../../../utils/staking"
import { setBands } from "../../../utils/transfers"
import { dayOf, PAGE, quarterAt, sundayOf } from "../../rules/calendar"
import { part } from "../../rules/ledger"
import { rateAfter, redistribute } from "../../rules/redistribution"
import type { Play, Story, Today } from "../play"

/** What somebody had when they left, in balance and stakes. */
interface Left {
  readonly had: bigint
  readonly at: number
  readonly lastActiveWeek: number
}

/** The slots whose bits are set, lowest first. */
function slotsOf(bitmap: Uint8Array): number[] {
  return [...bitmap].flatMap((byte, octet) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte >> bit) & 1).map((bit) => octet * 8 + bit),
  )
}

/** Once in a calendar quarter a part of what the inactive hold goes to the Rewards Pool, page by page. */
export class Inactivity implements Story {
  private readonly left = new Map<number, Left>()
  private readonly times: number[] = []
  private quarter = 0
  private readonly seen = { members: new Set<number>(), taken: 0n, fromStakes: 0n }

  constructor(private readonly play: Play) {
    setBands(play.chain, play.economy)
  }

  async day({ week, weekday }: Today): Promise<void> {
    if (weekday === 2) this.noteWhoLeft(week)
    if (weekday !== 0 || week === 0 || quarterAt(this.play.now) === this.quarter) return
    this.quarter = quarterAt(this.play.now)
    this.times.push(this.play.now)
    for (let page = 0; page * PAGE < this.play.ledger.people.length; page++) this.redistribute(page)
    await this.play.refuse("AlreadyRedistributed", this.instruction(1))
  }

  private instruction(page: number) {
    return redistributePageInstruction({ economy: this.play.economy.address, page, hasStakes: true })
  }

  private redistribute(page: number): void {
    const { play } = this
    const { ledger, stakes } = play
    let taken: ReturnType<typeof redistribute> | undefined
    const sent = play.act("redistributions", (now) => {
      taken = redistribute(ledger, stakes, page, now)
      return this.instruction(page)
    })
    if (taken === undefined) throw new Error("the model was not asked")
    const event = eventOf(sent, "PageRedistributed")
    const ofPage = (members: readonly number[]) => members.map((index) => index % PAGE)
    expect(slotsOf(event.affected), "affected").to.deep.equal(ofPage(taken.members))
    expect(slotsOf(event.warned), "warned").to.deep.equal(ofPage(taken.warned))
    expect(event.taken).to.equal(taken.fromBalances + taken.fromStakes)
    expect(event.takenFromStakes).to.equal(taken.fromStakes)
    taken.members.forEach((index) => this.seen.members.add(index))
    this.seen.taken += event.taken
    this.seen.fromStakes += event.takenFromStakes
  }

  /** The week after their last one their last reward is settled, and those who stake have staked. */
  private noteWhoLeft(week: number): void {
    const { cast, ledger, stakes, now } = this.play
    cast.roles.forEach(({ habit, leaves }, index) => {
      if (habit !== "dropout" || leaves !== week) return
      const { balance, lastActiveWeek } = ledger.person(index)
      if (lastActiveWeek === 0) return
      this.left.set(index, { had: balance + stakes.sum(index), at: now, lastActiveWeek })
    })
  }

  outcome(): void {
    const { play } = this
    expect(this.times.length, "quarters").to.be.at.least(8)
    expect(this.seen.members.size, "members from whom something was taken").to.be.at.least(500)
    expect(this.seen.taken > 0n && this.seen.fromStakes > 0n, "from balances and stakes").to.equal(true)
    expect(play.count("refused: AlreadyRedistributed")).to.equal(this.times.length)
    this.expectSeries()
  }

  /** Whoever left has what the series of 5, 10 and 15% leaves of what they had: nothing else ever touched it. */
  private expectSeries(): void {
    const { chain, economy } = this.play
    const members = readPages(chain, economy).flatMap((page) => page.members)
    const staked = new Map<number, bigint>()
    for (const page of [0, 1, 2]) {
      for (const { slot, amount } of readStakePage(chain, economy, page).stakes) {
        const index = page * PAGE + slot
        staked.set(index, (staked.get(index) ?? 0n) + amount)
      }
    }
    const series = new Map<string, number>()
    for (const [index, { had, at, lastActiveWeek }] of this.left) {
      const rates = this.times
        .filter((time) => time > at)
        .map((time) => rateAfter(dayOf(time) - sundayOf(lastActiveWeek)))
        .filter((rate) => rate > 0)
      const expected = rates.reduce((rest, rate) => rest - part(rest, rate), had)
      const has = (members[index]?.balance ?? 0n) + (staked.get(index) ?? 0n)
      expect(has, `member ${index}, of ${had}, after ${rates.join(", ")}`).to.equal(expected)
      const key = rates.slice(0, 4).join(" ")
      series.set(key, (series.get(key) ?? 0) + 1)
    }
    expect(this.left.size, "members who left").to.be.at.least(300)
    // Two quarters lie between 90 days and 180 for some, one for others; so between 180 and 365.
    const begins = (start: string) =>
      [...series].reduce((sum, [key, count]) => sum + (key.startsWith(start) ? count : 0), 0)
    expect(begins("500 1000 1000 1500"), "5, 10, 10, 15%").to.be.at.least(100)
  }
}
