import { pauseInstruction, releaseEmissionInstruction, resumeInstruction } from "@stk/sdk"
import { expect } from "chai"
import { withdrawalOf } from "../../../utils/actions"
import { transferOf } from "../../../utils/transfers"
import { STK } from "../../rules/ledger"
import type { Play, Story, Today } from "../play"

const ALARM = { week: 33, weekday: 2 }

/** The guardian stops everything for a while; the admin lets it go on. */
export class Pausing implements Story {
  constructor(private readonly play: Play) {}

  async day({ week, weekday }: Today): Promise<void> {
    if (week !== ALARM.week || weekday !== ALARM.weekday) return
    const { play } = this
    const { address: economy, mint, actors } = play.economy
    const { admin, guardian } = actors
    play.act("pauses", () => pauseInstruction({ guardian: guardian.publicKey, economy }), [guardian])
    const from = play.someone(({ balance }) => balance > STK)
    const destination = play.tokenAccount(from)
    await play.refuse("Paused", transferOf(play.economy, from, play.anyone(from), 1n), [play.key(from)])
    await play.refuse("Paused", withdrawalOf(play.economy, from, destination, 1n), [play.key(from)])
    await play.refuse("Paused", releaseEmissionInstruction({ economy, mint }))
    play.act("resumptions", () => resumeInstruction({ admin: admin.publicKey, economy }), [admin])
  }

  outcome(): void {
    const { play } = this
    expect([play.count("pauses"), play.count("refused: Paused"), play.count("resumptions")]).to.deep.equal([
      1, 3, 1,
    ])
  }
}
