import {
  createAssociatedTokenAccountIdempotentInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token"
import {
  setSpendingLimitsInstruction,
  setTeamScheduleInstruction,
  STK_POLICY,
  type FundIndex,
} from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { tokenBalance } from "../../../utils/expect"
import { fundWithdrawalOf, spendingOf } from "../../../utils/funds"
import { LIQUIDITY, STARTUP, STK, TEAM, TREASURY } from "../../rules/ledger"
import type { Play, Story, Today } from "../play"

/** Weeks in which the team is paid: all that its schedule gives. */
const PAYDAYS = [54, 60, 70]
const SPENDABLE = [TREASURY, STARTUP, LIQUIDITY] as const

/** The treasurer pays members and a pool from the funds, within weekly limits and the schedule of the team. */
export class Treasury implements Story {
  private readonly pool: PublicKey

  constructor(private readonly play: Play) {
    const { chain, economy } = play
    const { admin, stranger } = economy.actors
    const at = { admin: admin.publicKey, economy: economy.address }
    const { spendingLimits: limits, teamCliffSeconds, teamVestingSeconds } = STK_POLICY
    chain.send(
      [
        setSpendingLimitsInstruction({ ...at, limits }),
        setTeamScheduleInstruction({
          ...at,
          cliffSeconds: teamCliffSeconds,
          vestingSeconds: teamVestingSeconds,
        }),
      ],
      [admin],
    )
    this.pool = getAssociatedTokenAddressSync(economy.mint, stranger.publicKey)
    const { publicKey: payer } = chain.payer
    chain.send(
      createAssociatedTokenAccountIdempotentInstruction(payer, this.pool, stranger.publicKey, economy.mint),
    )
  }

  async day({ week, weekday }: Today): Promise<void> {
    const { play } = this
    if (weekday !== 4 || week < 2 || !play.treasurerActs) return
    const fund = play.random.pick(SPENDABLE)
    this.spend(fund, BigInt(play.random.between(10_000, 400_000)) * STK)
    if (week % 6 === 0) this.fillPool()
    if (week % 10 === 0) await this.overspend(fund)
    if (week === 45) await this.refuse(TEAM, 1n, "TeamNotVested")
    if (PAYDAYS.includes(week)) await this.payTeam()
  }

  private spend(fund: FundIndex, amount: bigint): void {
    const { play } = this
    const index = play.anyone()
    play.act(
      fund === TEAM ? "team payments" : "spendings",
      (now) => {
        play.spending.spend(play.ledger, fund, amount, now)
        play.ledger.credit(index, amount)
        return spendingOf(play.economy, { fund, amount, index, reason: "grant of the week" })
      },
      [play.economy.actors.treasurer],
    )
  }

  private fillPool(): void {
    const { play } = this
    const amount = BigInt(play.random.between(1_000, 50_000)) * STK
    play.act(
      "payments to the pool",
      (now) => {
        play.spending.spend(play.ledger, LIQUIDITY, amount, now)
        play.ledger.withdrawn += amount
        play.ledger.outside += amount
        return fundWithdrawalOf(play.economy, this.pool, { fund: LIQUIDITY, amount })
      },
      [play.economy.actors.treasurer],
    )
  }

  private async refuse(fund: FundIndex, amount: bigint, error: string): Promise<void> {
    const { play } = this
    expect(play.spending.refusal(play.ledger, fund, amount, play.now), "by the model").to.equal(error)
    const instruction = spendingOf(play.economy, { fund, amount })
    await play.refuse(error, instruction, [play.economy.actors.treasurer])
  }

  /** What is left of the week's limit can be spent, and nothing beyond it. */
  private async overspend(fund: FundIndex): Promise<void> {
    const { play } = this
    const left = play.spending.left(fund, play.now)
    await this.refuse(fund, left + 1n, "WeeklyLimitReached")
    if (left > 0n && play.ledger.fund(fund) >= left) {
      this.spend(fund, left)
      play.tell("limits exhausted")
    }
  }

  /** As much as the week's limit and the schedule allow; of the schedule all of it on the last payday. */
  private async payTeam(): Promise<void> {
    const { play } = this
    const limit = play.spending.left(TEAM, play.now)
    // The clock may move by 90 seconds before it is paid, by which more is due, never less.
    const due = play.spending.teamLeft(play.ledger, play.now)
    this.spend(TEAM, due < limit ? due : limit)
    await this.refuse(TEAM, limit + 1n, "WeeklyLimitReached")
    play.tell("paydays")
  }

  check(): void {
    expect(tokenBalance(this.play.chain, this.pool), "the pool").to.equal(this.play.ledger.outside)
  }

  outcome(): void {
    const { play } = this
    expect(play.count("spendings")).to.be.at.least(60)
    expect(play.count("limits exhausted")).to.be.at.least(2)
    expect(play.count("payments to the pool")).to.be.at.least(10)
    expect(play.count("refused: WeeklyLimitReached")).to.be.at.least(7)
    expect(play.count("refused: TeamNotVested")).to.be.at.least(1)
    expect(play.count("team payments")).to.equal(PAYDAYS.length)
    expect(play.spending.teamSpent > 0n).to.equal(true)
  }
}
