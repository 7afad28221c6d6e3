import { setLevelsInstruction } from "@stk/sdk"
import { expect } from "chai"
import { addMembers } from "../../../utils/economy"
import type { Play, Story, Today } from "../play"
import { PAGE } from "../../rules/calendar"

/** Members in the first week, and at the end. */
const FOUNDERS = 2_400
const MEMBERS = 3_000
const NEWCOMERS = 12
const PROMOTIONS = 7

/** Members join, in the first week and a few in many weeks after it, and rise to higher levels. */
export class Community implements Story {
  constructor(private readonly play: Play) {
    this.join(FOUNDERS, 0)
  }

  private join(count: number, week: number): void {
    const { chain, economy, ledger, cast } = this.play
    ledger.register(count, this.play.now)
    cast.join(count, week)
    addMembers(
      chain,
      economy,
      Array.from({ length: count }, () => this.play.nextKey()),
    )
    this.play.tell("members", count)
  }

  day({ week, weekday }: Today): void {
    if (weekday !== 0 || week === 0) return
    const { ledger } = this.play
    if (ledger.people.length < MEMBERS) this.join(Math.min(NEWCOMERS, MEMBERS - ledger.people.length), week)
    for (let page = 0; page * PAGE < ledger.people.length; page++) this.promote(page)
  }

  private promote(page: number): void {
    const { play } = this
    const { registrar } = play.economy.actors
    const changes = new Map<number, number>()
    const size = Math.min(PAGE, play.ledger.people.length - page * PAGE)
    while (changes.size < PROMOTIONS) {
      const slot = play.random.below(size)
      changes.set(slot, Math.min(play.ledger.person(page * PAGE + slot).level + 1, 8))
    }
    play.act(
      "levels",
      () => {
        for (const [slot, level] of changes) play.ledger.person(page * PAGE + slot).level = level
        return setLevelsInstruction({
          registrar: registrar.publicKey,
          economy: play.economy.address,
          page,
          changes: [...changes].map(([slot, level]) => ({ slot, level })),
          evidence: new Uint8Array(32).fill(page),
        })
      },
      [registrar],
    )
  }

  outcome(): void {
    const { people } = this.play.ledger
    expect(people.length).to.equal(MEMBERS)
    expect(people.filter(({ level }) => level > 1).length).to.be.at.least(1_000)
    expect(people.filter(({ streak }) => streak === 5).length).to.be.at.least(500)
  }
}
