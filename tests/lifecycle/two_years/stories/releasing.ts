import { releaseEmissionInstruction, setEmissionFactorInstruction } from "@stk/sdk"
import { expect } from "chai"
import type { Play, Story, Today } from "../play"

/** Weeks in which nobody releases anything. */
const FORGOTTEN = [24, 25, 26]
/** From the price crash on less is released, for some weeks. */
const SLOWED = { week: 58, factorBps: 6_000 }
const WHOLE = { week: 70, factorBps: 10_000 }

/** Emission is released daily in some weeks, on Wednesdays in others, and by a smaller factor for a while. */
export class Releasing implements Story {
  constructor(private readonly play: Play) {}

  async day({ week, weekday }: Today): Promise<void> {
    const isDaily = week % 4 < 2
    const change = [SLOWED, WHOLE].find((each) => each.week === week)
    const changes = change !== undefined && weekday === 4
    if (FORGOTTEN.includes(week)) return
    if (changes) await this.refuseFactor(change.factorBps)
    if (isDaily || weekday === 2 || changes) this.release(isDaily ? "daily releases" : "weekly releases")
    if (changes) this.setFactor(change.factorBps)
  }

  private release(what: string): void {
    const { play } = this
    if (play.emission.daysEnded(play.now) === play.emission.releasedDays) return
    const { address: economy, mint } = play.economy
    play.act(what, (now) => {
      play.emission.release(play.ledger, now)
      return releaseEmissionInstruction({ economy, mint })
    })
  }

  private factor(emissionFactorBps: number) {
    const { address: economy, actors } = this.play.economy
    return setEmissionFactorInstruction({ treasurer: actors.treasurer.publicKey, economy, emissionFactorBps })
  }

  /** The days that have ended are due by the factor that was in force. */
  private async refuseFactor(factorBps: number): Promise<void> {
    await this.play.refuse("ReleaseFirst", this.factor(factorBps), [this.play.economy.actors.treasurer])
  }

  private setFactor(factorBps: number): void {
    const { play } = this
    play.emission.factorBps = factorBps
    play.act("emission factors", () => this.factor(factorBps), [play.economy.actors.treasurer])
  }

  outcome(): void {
    const { play } = this
    expect(play.count("daily releases")).to.be.at.least(300)
    expect(play.count("weekly releases")).to.be.at.least(40)
    expect(play.count("emission factors")).to.equal(2)
    // 84 days at 40% less than 1,000,000,000 a year.
    expect(play.emission.lost > 90_000_000_000_000n).to.equal(true)
  }
}
