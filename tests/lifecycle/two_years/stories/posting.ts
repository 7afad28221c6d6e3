import {
  openWeekInstruction,
  planScores,
  sealWeekInstruction,
  settlePageInstruction,
  transactionsOf,
} from "@stk/sdk"
import { expect } from "chai"
import { PAGE, weekAt } from "../../rules/calendar"
import type { Play, Story, Today } from "../play"

/** The oracle posts every week on the Monday after it: opened, scored in packed batches, sealed, settled by pages. */
export class Posting implements Story {
  private posted = 0

  constructor(private readonly play: Play) {}

  day({ week, weekday }: Today): void {
    if (weekday !== 0 || week === 0) return
    this.open()
    this.score(week - 1)
    this.seal()
    this.settle()
    this.posted++
    this.play.compareMembers()
  }

  private open(): void {
    const { play } = this
    const { oracle } = play.economy.actors
    play.act(
      "weeks",
      (now) => {
        const week = weekAt(now) - 1
        play.weeks.open(play.ledger, week)
        const { members } = play.weeks
        const detailRoot = new Uint8Array(32)
        const at = { oracle: oracle.publicKey, economy: play.economy.address }
        return openWeekInstruction({ ...at, week, members, detailRoot })
      },
      [oracle],
    )
  }

  private score(playWeek: number): void {
    const { play } = this
    const { oracle } = play.economy.actors
    const { week, members } = play.weeks
    const scores = Array.from({ length: members }, (_, index) => play.cast.countsOf(index, playWeek))
    scores.forEach((counts, index) => {
      if (counts !== null) play.weeks.score(play.ledger, index, counts)
    })
    const plan = planScores({
      oracle: oracle.publicKey,
      economy: play.economy.address,
      rules: play.economy.preset,
      week,
      members,
      countsOf: (index) => scores[index] ?? null,
    })
    for (const { instructions } of transactionsOf(plan))
      play.act("score batches", () => instructions, [], oracle)
  }

  private seal(): void {
    const { play } = this
    const { oracle } = play.economy.actors
    play.act(
      "seals",
      (now) => {
        play.weeks.seal(play.ledger, now)
        const { week } = play.weeks
        return sealWeekInstruction({ oracle: oracle.publicKey, economy: play.economy.address, week })
      },
      [oracle],
    )
  }

  private settle(): void {
    const { play } = this
    const { week, members } = play.weeks
    for (let page = 0; page * PAGE < members; page++) {
      play.act("settled pages", () => {
        play.weeks.settle(play.ledger, page)
        return settlePageInstruction({ economy: play.economy.address, week, page })
      })
    }
  }

  outcome(): void {
    const { seen, scored, unpaid } = this.play.weeks
    expect(this.posted, "weeks").to.be.at.least(104)
    expect(seen.full, "weeks paid in full").to.be.at.least(10)
    expect(seen.short, "weeks short of pool").to.be.at.least(10)
    expect(unpaid > 0n).to.equal(true)
    expect(scored, "scores of a member for a week").to.be.at.least(150_000)
  }
}
