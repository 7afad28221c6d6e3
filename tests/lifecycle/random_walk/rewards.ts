import {
  confirmActivityInstruction,
  giveVerdictsInstruction,
  payRewardsInstruction,
  rateRewardInstruction,
  resolveRewardsInstruction,
} from "@stk/sdk"
import type { TransactionInstruction } from "@solana/web3.js"
import { grant as grantRewards, KIND, REASON } from "../../utils/rewards"
import type { Frozen, Granted } from "../rules/escrow"
import { POOL, STARTUP } from "../rules/ledger"
import type { Choices, Walk } from "./walk"

/** Kinds that are frozen: the fund that pays, and the shortest and longest freeze. */
const KINDS = [
  { kind: KIND.mentoring, fund: POOL, days: [30, 30] },
  { kind: KIND.project, fund: STARTUP, days: [60, 90] },
  { kind: KIND.grant, fund: POOL, days: [1, 90] },
  { kind: KIND.peerReview, fund: POOL, days: [30, 30] },
  { kind: KIND.referral, fund: POOL, days: [90, 90] },
] as const
const MOST_FROZEN = 150

/** Explicit rewards: paid, frozen, decided and resolved. */
export function rewardChoices(walk: Walk): Choices {
  const { chain, escrow, ledger, random, now } = walk
  const { frozen } = escrow
  const choices: Choices = {}
  const pool = ledger.fund(POOL)
  if (pool > 1_000n && random.chance(30)) choices.payRewards = () => payRewards(walk, pool / 200n + 1n)
  if (frozen.length < MOST_FROZEN && random.chance(50)) {
    const { kind, fund, days } = random.pick(KINDS)
    const most = ledger.fund(fund) / 300n
    if (most > 0n) choices.grant = () => grant(walk, kind, fund, random.between(days[0], days[1]), most)
  }
  if (frozen.length > 0 && random.chance(40))
    choices.giveVerdict = () => giveVerdict(walk, random.pick(frozen))
  const rated = frozen.filter(({ kind, byValidator }) => kind === KIND.mentoring && !byValidator)
  if (rated.length > 0 && random.chance(40)) choices.rateReward = () => rateReward(walk, random.pick(rated))
  const referrals = frozen.filter(({ kind, byValidator }) => kind === KIND.referral && !byValidator)
  const told = referrals.filter((each) => escrow.activity(ledger, each, walk.weeks.scoredWeek) !== null)
  if (told.length > 0 && random.chance(40)) choices.confirmActivity = () => confirm(walk, random.pick(told))
  const due = frozen.filter((reward) => escrow.outcome(reward, now) !== null)
  if (due.length > 0) {
    choices.resolve = () => {
      const [first] = due
      const batch = due.filter(({ page }) => page === first?.page).slice(0, random.between(1, 5))
      for (const reward of batch) {
        const outcome = escrow.outcome(reward, now) ?? "none"
        walk.done.set(outcome, (walk.done.get(outcome) ?? 0) + 1)
        escrow.resolve(ledger, reward, now)
      }
      chain.send(resolutionOf(walk, batch))
    }
  }
  return choices
}

/** The instruction that resolves rewards of the first escrow page. */
export function resolutionOf({ economy }: Walk, batch: readonly Frozen[]): TransactionInstruction {
  return resolveRewardsInstruction({ economy: economy.address, escrowPage: 0, page: 0, places: batch })
}

function payRewards(walk: Walk, most: bigint): void {
  const { validator } = walk.economy.actors
  const payments = Array.from({ length: walk.random.between(1, 4) }, () => ({
    slot: walk.lively(),
    amount: walk.partOf(most),
  }))
  for (const { slot, amount } of payments) {
    walk.ledger.book(POOL, -amount)
    walk.escrow.pay(walk.ledger, slot, amount, walk.now)
  }
  const at = { validator: validator.publicKey, economy: walk.economy.address, page: 0 }
  walk.chain.send(payRewardsInstruction({ ...at, kind: KIND.content, reason: REASON, payments }), [validator])
}

function grant(walk: Walk, kind: number, fund: number, days: number, most: bigint): void {
  const { chain, economy, escrow, ledger, random } = walk
  const needs = kind === KIND.mentoring || kind === KIND.referral
  const grants: Granted[] = Array.from({ length: random.between(1, 3) }, () => {
    const member = walk.lively()
    return { kind, fund, member, counterparty: needs ? walk.other(member) : null, amount: walk.partOf(most) }
  })
  const made = escrow.grant(ledger, 0, escrow.freePlaces(0), grants, walk.now, days)
  grantRewards(
    chain,
    economy,
    kind,
    made.map(({ place, member, counterparty, amount }) => {
      return { place, member, counterparty: counterparty ?? undefined, amount }
    }),
    { freezeDays: days },
  )
}

function giveVerdict(walk: Walk, reward: Frozen): void {
  const { validator } = walk.economy.actors
  const confirmed = walk.random.chance(60)
  reward.verdict = confirmed ? "confirmed" : "rejected"
  reward.byValidator = true
  const { place, id } = reward
  const at = { validator: validator.publicKey, economy: walk.economy.address, escrowPage: 0 }
  walk.chain.send(giveVerdictsInstruction({ ...at, verdicts: [{ place, id, confirmed }] }), [validator])
}

function rateReward(walk: Walk, reward: Frozen): void {
  const slot = reward.counterparty ?? -1
  const key = walk.key(slot)
  const rating = walk.random.between(1, 5)
  reward.verdict = rating >= 3 ? "confirmed" : "rejected"
  const { place, id } = reward
  const at = { wallet: key.publicKey, economy: walk.economy.address, escrowPage: 0, place, id }
  walk.chain.send(rateRewardInstruction({ ...at, page: 0, slot, rating }), [key])
}

function confirm(walk: Walk, reward: Frozen): void {
  reward.verdict = walk.escrow.activity(walk.ledger, reward, walk.weeks.scoredWeek)
  const { place, id } = reward
  const at = { economy: walk.economy.address, escrowPage: 0, page: 0 }
  walk.chain.send(confirmActivityInstruction({ ...at, place, id }))
}
