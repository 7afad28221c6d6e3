import { expect } from "chai"
import { addStakePage, readStakePage, stakeOf, unstakeOf } from "../../../utils/staking"
import { DAY, PAGE } from "../../rules/calendar"
import { STK } from "../../rules/ledger"
import type { Staked } from "../../rules/stakes"
import type { Play, Story, Today } from "../play"

const TERMS = [30, 90, 180, 365] as const
const STAKES_A_WEEK = 4
const MOST_STAKES = 4

/** Members lock tokens for a term and take them back; some of those who leave for good lock nearly all they have. */
export class Staking implements Story {
  constructor(private readonly play: Play) {
    for (const page of [0, 1, 2]) addStakePage(play.chain, play.economy, page)
  }

  async day({ week, weekday }: Today): Promise<void> {
    const { play } = this
    if (weekday !== 1 || week < 3) return
    this.unstake()
    for (let done = 0; done < STAKES_A_WEEK; done++) {
      const member = play.someone(({ balance }, index) => {
        return balance > 10n * STK && play.stakes.of(index).length < MOST_STAKES
      })
      const amount = (play.ledger.person(member).balance * BigInt(play.random.between(10, 60))) / 100n
      this.stake(member, amount, play.random.pick(TERMS))
    }
    play.cast.roles.forEach(({ habit, leaves }, member) => {
      const { balance } = play.ledger.person(member)
      if (habit !== "dropout" || leaves !== week || member % 4 !== 0 || balance < 10n * STK) return
      // Two, so that what is taken later can use one up and reach the other.
      this.stake(member, balance / 50n, 30)
      this.stake(member, (balance * 47n) / 50n, 365)
      play.tell("stakes left behind", 2)
    })
    if (week % 10 === 0) await this.refuse()
  }

  private stake(member: number, amount: bigint, termDays: number): void {
    const { play } = this
    play.act(
      `stakes for ${termDays} days`,
      (now) => {
        play.stakes.stake(play.ledger, member, amount, termDays, now, play.votes.snapshot)
        return stakeOf(play.economy, member, amount, termDays)
      },
      [play.key(member)],
    )
  }

  private get all(): Staked[] {
    return this.play.stakes.pages.flat().filter(({ amount }) => amount > 0n)
  }

  /** Half of what is free to go, of those who are still there. */
  private unstake(): void {
    const { play } = this
    for (const stake of this.all) {
      if (stake.unlockAt > play.now || !play.cast.takesPart(stake.member) || play.random.chance(50)) continue
      play.act(
        "stakes taken back",
        () => {
          play.stakes.unstake(play.ledger, stake)
          return unstakeOf(play.economy, stake.member, stake.place, stake.id)
        },
        [play.key(stake.member)],
      )
    }
  }

  private async refuse(): Promise<void> {
    const { play } = this
    const locked = this.all.find(({ unlockAt }) => unlockAt > play.now + DAY)
    if (locked === undefined) return
    const { member, place, id } = locked
    await play.refuse("StakeIsLocked", unstakeOf(play.economy, member, place, id), [play.key(member)])
  }

  check(): void {
    const { chain, economy, stakes } = this.play
    stakes.pages.forEach((places, page) => {
      const found = readStakePage(chain, economy, page)
      const expected = places
        .filter(({ amount }) => amount > 0n)
        .map(({ member, ...stake }) => ({ ...stake, slot: member % PAGE }))
      expect(found.stakes).to.have.deep.members(expected)
      expect(found.places).to.equal(places.length)
    })
  }

  outcome(): void {
    const { play } = this
    for (const term of TERMS) expect(play.count(`stakes for ${term} days`), `${term}`).to.be.at.least(50)
    expect(play.count("stakes taken back")).to.be.at.least(150)
    expect(play.count("stakes left behind")).to.be.at.least(50)
    expect(play.count("refused: StakeIsLocked")).to.be.at.least(8)
    const used = play.stakes.pages.reduce((sum, { length }) => sum + length, 0)
    const made = TERMS.reduce((sum, term) => sum + play.count(`stakes for ${term} days`), 0)
    expect(used, "places were used again").to.be.below(made)
  }
}
