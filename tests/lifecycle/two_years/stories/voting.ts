import {
  acceptRoleInstruction,
  castVoteInstruction,
  createProposalInstruction,
  Fund,
  resumeInstruction,
  Role,
  spendFundInstruction,
} from "@stk/sdk"
import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { propose as offerRole } from "../../../utils/actions"
import { readEconomy } from "../../../utils/economy"
import { spendingOf } from "../../../utils/funds"
import { createGovernance, DESCRIPTION, executionOf, readProposal } from "../../../utils/governance"
import { snapshotPageOf } from "../../../utils/staking"
import { transferOf } from "../../../utils/transfers"
import { PAGE, pageOf } from "../../rules/calendar"
import { STK, TREASURY } from "../../rules/ledger"
import type { Motion } from "../../rules/votes"
import { QUORUM_BPS, VOTING_SECONDS, type Play, type Story, type Today } from "../play"

/** A proposal: when, on what, how many vote and how many of a hundred for it, and what comes of it. */
interface Plot {
  readonly week: number
  readonly title: string
  readonly voters: number
  readonly percentFor: number
  readonly ends: "executed" | "refused"
}

const PLOTS: readonly Plot[] = [
  { week: 20, title: "Too few care", voters: 3, percentFor: 100, ends: "refused" },
  { week: 40, title: "Most are against it", voters: 150, percentFor: 25, ends: "refused" },
  { week: 76, title: "The community spends", voters: 150, percentFor: 80, ends: "executed" },
  { week: 84, title: "A prize of the community", voters: 150, percentFor: 85, ends: "executed" },
]
/** What the community decides to pay. */
const PRIZE = 123_456n * STK
const [UNHEARD, OUTVOTED, HANDOVER, SPENDING] = PLOTS

/** Members propose and vote: nothing without a quorum or a majority, then the treasurer's role and a spending. */
export class Voting implements Story {
  private readonly governance: PublicKey
  private readonly winner: number
  private current: { plot: Plot; motion: Motion } | null = null
  private readonly voted = new Set<number>()

  constructor(private readonly play: Play) {
    this.governance = createGovernance(play.chain, play.economy, {
      votingSeconds: VOTING_SECONDS,
      quorumBps: QUORUM_BPS,
      threshold: 1_000n * STK,
    })
    this.winner = play.anyone()
  }

  async day({ week, weekday }: Today): Promise<void> {
    const plot = PLOTS.find((each) => each.week === week)
    if (plot !== undefined && weekday === 1) await this.propose(plot)
    if (this.current === null) return
    // From the day after the proposal on: balances have moved by then.
    if (week === this.current.plot.week && weekday >= 2) await this.vote(this.current, weekday - 2)
    if (week === this.current.plot.week + 1 && weekday === 3) await this.end(this.current)
  }

  private instructionOf(plot: Plot): TransactionInstruction {
    const { address: economy } = this.play.economy
    const { governance } = this
    if (plot === HANDOVER) return acceptRoleInstruction({ holder: governance, economy, role: Role.Treasurer })
    if (plot !== SPENDING) return resumeInstruction({ admin: governance, economy })
    return spendFundInstruction({
      treasurer: governance,
      economy,
      fund: Fund.Treasury,
      recipient: this.play.key(this.winner).publicKey,
      ...this.play.place(this.winner),
      amount: PRIZE,
      reason: plot.title,
    })
  }

  private async propose(plot: Plot): Promise<void> {
    const { play } = this
    const { economy } = play
    if (plot === HANDOVER) offerRole(play.chain, economy, "treasurer", this.governance)
    const by = play.someone(({ balance }) => balance > 1_000n * STK)
    const key = play.payingKey(by)
    play.act(
      "proposals",
      (now) => {
        const motion = play.votes.propose(play.ledger, now)
        this.current = { plot, motion }
        this.voted.clear()
        return createProposalInstruction({
          wallet: key.publicKey,
          economy: economy.address,
          proposal: motion.index,
          ...play.place(by),
          title: plot.title,
          descriptionHash: DESCRIPTION,
          instruction: this.instructionOf(plot),
        })
      },
      [key],
    )
    const from = play.someone(({ balance }) => balance > STK)
    const transfer = transferOf(economy, from, play.anyone(from), 1n)
    await play.refuse("SnapshotDue", transfer, [play.key(from)])
    for (let page = 0; page * PAGE < play.ledger.people.length; page++) {
      play.act("snapshots", () => snapshotPageOf(play.chain, economy, page))
    }
  }

  /** A fifth of the voters a day, those with the most first. */
  private async vote({ plot, motion }: { plot: Plot; motion: Motion }, turn: number): Promise<void> {
    const { play } = this
    const weights = play.ledger.people
      .map((_, index) => ({ index, ...play.votes.weight(play.stakes, motion, index) }))
      .filter(({ index, weight }) => weight > 0n && play.cast.takesPart(index) && !this.voted.has(index))
      .sort((left, right) => (left.weight < right.weight ? 1 : -1))
    const share = Math.ceil(plot.voters / 5)
    const voters = weights.slice(0, Math.max(Math.min(share, plot.voters - turn * share), 0))
    for (const { index, weight, places } of voters) {
      const approve = play.random.chance(plot.percentFor)
      this.voted.add(index)
      motion[approve ? "yes" : "no"] += weight
      const key = play.payingKey(index)
      const vote = this.voteOf(motion, index, approve, places)
      play.act(places.length > 0 ? "votes with stakes" : "votes without stakes", () => vote, [key])
    }
    const [again] = this.voted
    if (again === undefined) return
    await play.refuse("AlreadyVoted", this.voteOf(motion, again, true, []), [play.key(again)])
  }

  private voteOf(motion: Motion, index: number, approve: boolean, stakePlaces: readonly number[]) {
    const { play } = this
    return castVoteInstruction({
      wallet: play.key(index).publicKey,
      economy: play.economy.address,
      proposal: motion.index,
      ...play.place(index),
      approve,
      snapshot: motion.snapshot,
      stakePlaces,
    })
  }

  private async end({ plot, motion }: { plot: Plot; motion: Motion }): Promise<void> {
    const { play } = this
    const { chain, economy } = play
    const { yes, no, quorum, snapshot } = readProposal(chain, economy, motion.index)
    expect({ yes, no, quorum, snapshot }, plot.title).to.deep.equal({
      yes: motion.yes,
      no: motion.no,
      quorum: motion.quorum,
      snapshot: motion.snapshot,
    })
    if (plot === UNHEARD) expect(yes > no && yes + no < quorum, "a majority of too few").to.equal(true)
    if (plot === OUTVOTED) expect(yes < no && yes + no >= quorum, "enough, most against").to.equal(true)
    expect(play.votes.hasPassed(motion)).to.equal(plot.ends === "executed")

    const execution = executionOf(chain, economy, motion.index)
    this.current = null
    if (plot.ends === "refused") return play.refuse("NotPassed", execution)
    play.act("executions", (now) => {
      if (plot === SPENDING) {
        play.spending.spend(play.ledger, TREASURY, PRIZE, now)
        play.ledger.credit(this.winner, PRIZE)
      }
      return execution
    })
    await play.refuse("AlreadyExecuted", execution)
    if (plot === HANDOVER) await this.expectHandedOver()
  }

  /** The governance is the treasurer, and the key that was can spend nothing. */
  private async expectHandedOver(): Promise<void> {
    const { play } = this
    play.treasurerActs = false
    expect(readEconomy(play.chain, play.economy).roles.treasurer.equals(this.governance)).to.equal(true)
    const spending = spendingOf(play.economy, { fund: Fund.Treasury, amount: STK })
    await play.refuse("NotTreasurer", spending, [play.economy.actors.treasurer])
  }

  outcome(): void {
    const { play } = this
    expect(play.count("proposals")).to.equal(PLOTS.length)
    expect(play.count("executions")).to.equal(2)
    expect(play.count("refused: NotPassed")).to.equal(2)
    expect(play.count("refused: SnapshotDue")).to.equal(PLOTS.length)
    expect(play.count("snapshots")).to.equal(3 * PLOTS.length)
    expect(play.count("votes with stakes")).to.be.at.least(15)
    expect(play.count("votes without stakes")).to.be.at.least(200)
    expect(new Set([...this.voted].map(pageOf)).size, "pages of the voters").to.equal(3)
    expect(play.treasurerActs).to.equal(false)
  }
}
