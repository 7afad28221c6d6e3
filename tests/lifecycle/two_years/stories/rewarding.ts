import {
  confirmActivityInstruction,
  giveVerdictsInstruction,
  grantRewardsInstruction,
  payRewardsInstruction,
  rateRewardInstruction,
  resolveRewardsInstruction,
} from "@stk/sdk"
import { expect } from "chai"
import { addEscrowPage, KIND, REASON, readEscrowPages, setRewardKinds } from "../../../utils/rewards"
import { DAY, PAGE, pageOf } from "../../rules/calendar"
import type { Frozen, Granted } from "../../rules/escrow"
import { POOL, STARTUP, STK } from "../../rules/ledger"
import type { Play, Story, Today } from "../play"

/** What will be said about a reward, drawn when it is granted. */
type Fate = "praised" | "panned" | "confirmed" | "rejected" | "reconsidered" | "silence" | "activity"

/** A kind of reward, how it is granted and what may become of it. */
interface Terms {
  readonly kind: number
  readonly fund: number
  readonly days: number
  readonly fates: readonly Fate[]
}

const TERMS: readonly Terms[] = [
  {
    kind: KIND.mentoring,
    fund: POOL,
    days: 30,
    fates: ["praised", "praised", "panned", "rejected", "silence"],
  },
  { kind: KIND.project, fund: STARTUP, days: 90, fates: ["confirmed", "confirmed", "rejected", "silence"] },
  {
    kind: KIND.peerReview,
    fund: POOL,
    days: 30,
    fates: ["confirmed", "confirmed", "rejected", "reconsidered"],
  },
  { kind: KIND.referral, fund: POOL, days: 90, fates: ["activity"] },
  { kind: KIND.grant, fund: POOL, days: 45, fates: ["confirmed", "reconsidered", "silence"] },
]

/** Validators pay some rewards at once and freeze others; counterparties, weeks and validators decide; all end once. */
export class Rewarding implements Story {
  private readonly fates = new Map<Frozen, Fate>()

  constructor(private readonly play: Play) {
    setRewardKinds(play.chain, play.economy)
    this.addPage()
  }

  private addPage(): void {
    this.play.escrow.addPage()
    addEscrowPage(this.play.chain, this.play.economy)
  }

  async day({ week, weekday }: Today): Promise<void> {
    if (week < 2) return
    if (weekday === 3) this.pay(week)
    if (weekday === 3) TERMS.forEach((terms) => this.grant(terms))
    if (weekday === 4) this.decide()
    if (weekday === 5) this.resolve()
    if (weekday === 5 && week % 8 === 0) await this.refusals()
  }

  /** For content and certified learning, at once. */
  private pay(week: number): void {
    const { play } = this
    const page = play.random.below(3)
    const amounts = new Map<number, bigint>()
    while (amounts.size < 4) {
      const member = play.someone((_, index) => pageOf(index) === page)
      amounts.set(member, BigInt(play.random.between(200, 2_000)) * STK)
    }
    const { validator } = play.economy.actors
    play.act(
      "rewards paid",
      (now) => {
        for (const [member, amount] of amounts) {
          play.ledger.book(POOL, -amount)
          play.escrow.pay(play.ledger, member, amount, now)
        }
        return payRewardsInstruction({
          validator: validator.publicKey,
          economy: play.economy.address,
          kind: week % 2 === 0 ? KIND.learning : KIND.content,
          reason: REASON,
          page,
          payments: [...amounts].map(([member, amount]) => ({ slot: member % PAGE, amount })),
        })
      },
      [validator],
    )
  }

  private grant({ kind, fund, days, fates }: Terms): void {
    const { play } = this
    const grants: Granted[] = Array.from({ length: play.random.between(1, 3) }, () => {
      const member = play.anyone()
      // Who was referred may be anybody, also somebody who never comes.
      const others =
        kind === KIND.referral ? play.random.below(play.ledger.people.length) : play.anyone(member)
      const counterparty = others === member ? (member + 1) % play.ledger.people.length : others
      const needs = kind === KIND.mentoring || kind === KIND.referral
      const amount = BigInt(play.random.between(1_000, 5_000)) * STK
      return { kind, fund, member, counterparty: needs ? counterparty : null, amount }
    })
    const page = this.roomFor(grants.length)
    const places = play.escrow.freePlaces(page).slice(0, grants.length)
    const { validator } = play.economy.actors
    play.act(
      "grants",
      (now) => {
        const made = play.escrow.grant(play.ledger, page, places, grants, now, days)
        for (const frozen of made) this.fates.set(frozen, play.random.pick(fates))
        return grantRewardsInstruction({
          validator: validator.publicKey,
          economy: play.economy.address,
          kind,
          freezeDays: days,
          reason: REASON,
          escrowPage: page,
          grants: made.map(({ place, member, counterparty, amount }) => ({
            place,
            member,
            counterparty: counterparty ?? undefined,
            amount,
          })),
        })
      },
      [validator],
    )
  }

  /** The first page with so many free places, a new one if there is none. */
  private roomFor(grants: number): number {
    const { escrow } = this.play
    const found = escrow.pages.findIndex((_, page) => escrow.freePlaces(page).length >= grants)
    if (found >= 0) return found
    this.addPage()
    return escrow.pages.length - 1
  }

  /** A week or more after the grant those who may decide do so; whoever changes their mind does it in another week. */
  private decide(): void {
    const { play } = this
    for (const reward of play.escrow.frozen) {
      const fate = this.fates.get(reward)
      const age = play.now - reward.createdAt
      if (fate === "activity") this.confirmActivity(reward)
      if (age < 7 * DAY) continue
      const isFresh = reward.verdict === null
      if (fate === "praised" && isFresh) this.rate(reward, play.random.between(3, 5))
      if (fate === "panned" && isFresh) this.rate(reward, play.random.between(1, 2))
      if (fate === "confirmed" && isFresh) this.judge(reward, true)
      if (fate === "rejected" && isFresh) this.judge(reward, false)
      if (fate === "reconsidered" && isFresh) this.judge(reward, true)
      else if (fate === "reconsidered" && age > 14 * DAY && reward.verdict === "confirmed")
        this.judge(reward, false)
    }
  }

  private judge(reward: Frozen, confirmed: boolean): void {
    const { play } = this
    const { validator } = play.economy.actors
    reward.verdict = confirmed ? "confirmed" : "rejected"
    reward.byValidator = true
    const { page: escrowPage, place, id } = reward
    const at = { validator: validator.publicKey, economy: play.economy.address, escrowPage }
    play.act("verdicts", () => giveVerdictsInstruction({ ...at, verdicts: [{ place, id, confirmed }] }), [
      validator,
    ])
  }

  private rate(reward: Frozen, rating: number): void {
    const { play } = this
    const counterparty = reward.counterparty ?? -1
    const key = play.key(counterparty)
    reward.verdict = rating >= 3 ? "confirmed" : "rejected"
    const { page: escrowPage, place, id } = reward
    const at = { wallet: key.publicKey, economy: play.economy.address, escrowPage, place, id }
    play.act("ratings", () => rateRewardInstruction({ ...at, ...play.place(counterparty), rating }), [key])
  }

  private confirmActivity(reward: Frozen): void {
    const { play } = this
    const { ledger, weeks, escrow } = play
    const verdict = escrow.activity(ledger, reward, weeks.scoredWeek)
    if (verdict === null || verdict === reward.verdict) return
    reward.verdict = verdict
    const { page: escrowPage, place, id } = reward
    const page = pageOf(reward.counterparty ?? -1)
    play.act(`activity ${verdict}`, () =>
      confirmActivityInstruction({ economy: play.economy.address, escrowPage, place, id, page }),
    )
  }

  /** Everything that has ended and is decided, in batches by escrow page and member page. */
  private resolve(): void {
    const { play } = this
    const due = play.escrow.frozen.filter((reward) => play.escrow.outcome(reward, play.now) !== null)
    for (const escrowPage of play.escrow.pages.keys()) {
      for (let page = 0; page < 3; page++) {
        const batch = due.filter((each) => each.page === escrowPage && pageOf(each.member) === page)
        if (batch.length > 0) this.resolveBatch(escrowPage, page, batch)
      }
    }
  }

  private resolveBatch(escrowPage: number, page: number, batch: readonly Frozen[]): void {
    const { play } = this
    play.act("resolutions", (now) => {
      for (const reward of batch) {
        const outcome = play.escrow.outcome(reward, now) ?? "none"
        const by = reward.verdict === null ? "silence" : (this.fates.get(reward) ?? "nobody")
        play.tell(`reward ${outcome} by ${by}`)
        play.escrow.resolve(play.ledger, reward, now)
      }
      return resolveRewardsInstruction({ economy: play.economy.address, escrowPage, page, places: batch })
    })
  }

  private async refusals(): Promise<void> {
    const { play } = this
    const resolution = ({ page: escrowPage, member, place, id }: Frozen) =>
      resolveRewardsInstruction({
        economy: play.economy.address,
        escrowPage,
        page: pageOf(member),
        places: [{ place, id }],
      })
    const running = play.escrow.frozen.find(({ endsAt }) => endsAt > play.now + DAY)
    if (running !== undefined) await play.refuse("RewardIsFrozen", resolution(running))
    const undecided = play.escrow.frozen.find(({ endsAt, verdict }) => endsAt < play.now && verdict === null)
    if (undecided !== undefined) await play.refuse("Undecided", resolution(undecided))
  }

  check(): void {
    const { play } = this
    const pages = readEscrowPages(play.chain, play.economy)
    const found = pages.flatMap(({ header, rewards }) =>
      rewards.map(({ place, id, amount, member, endsAt, verdict, byValidator }) => {
        return { page: header.index, place, id, amount, member, endsAt, verdict, byValidator }
      }),
    )
    const expected = play.escrow.frozen.map(
      ({ page, place, id, amount, member, endsAt, verdict, byValidator }) => {
        return { page, place, id, amount, member, endsAt, verdict, byValidator }
      },
    )
    expect(found).to.deep.equal(expected)
  }

  outcome(): void {
    const { play } = this
    const least: Record<string, number> = {
      "rewards paid": 100,
      grants: 500,
      ratings: 80,
      verdicts: 200,
      "reward active by praised": 50,
      "reward cancelled by panned": 20,
      "reward cancelled by rejected": 50,
      "reward cancelled by reconsidered": 50,
      "reward active by confirmed": 100,
      "reward active by silence": 50,
      "reward active by activity": 80,
      "reward cancelled by activity": 5,
      "refused: RewardIsFrozen": 8,
      "refused: Undecided": 4,
    }
    for (const [what, times] of Object.entries(least)) expect(play.count(what), what).to.be.at.least(times)
  }
}
