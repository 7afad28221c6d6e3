import { fundIndex, verdictBy } from "../accounts/enumerations.js"
import type { FrozenReward } from "../accounts/escrow.js"
import { NO_COUNTERPARTY } from "../constants.js"
import { LedgerContradictionError } from "../errors/base.js"
import type { StkEvents } from "../events.js"
import { escrowPda } from "../pdas.js"
import {
  agree,
  bookBalance,
  bookFund,
  fundAt,
  memberAt,
  memberOf,
  type LedgerEscrowPage,
  type LedgerState,
} from "./state.js"

function escrowOf(state: LedgerState, event: string, index: number): LedgerEscrowPage {
  const page = state.escrowPages[index]
  if (page === undefined) throw new LedgerContradictionError(event, "escrowPage", index, "no such page")
  return page
}

interface RewardName {
  escrowPage: number
  place: number
  id: number
}

function rewardOf(state: LedgerState, event: string, { escrowPage, place, id }: RewardName): FrozenReward {
  const { rewards } = escrowOf(state, event, escrowPage)
  const reward = rewards.find((each) => each.place === place && each.id === id)
  if (reward === undefined) throw new LedgerContradictionError(event, "id", id, "no such reward")
  return reward
}

const verdictName = (confirmed: boolean) => (confirmed ? "confirmed" : "rejected")

export function rewardKindsSet({ economy }: LedgerState, event: StkEvents["RewardKindsSet"]): void {
  economy.rewardKinds = event.kinds.map(({ fund, verdictBy: by, ...kind }) => ({
    ...kind,
    fund: fundIndex(fund, "Economy"),
    verdictBy: verdictBy(by, "Economy"),
  }))
}

export function escrowPageCreated(state: LedgerState, event: StkEvents["EscrowPageCreated"]): void {
  agree("EscrowPageCreated", "escrowPage", event.escrowPage, state.escrowPages.length)
  const index = event.escrowPage
  const [, bump] = escrowPda(state.address, index, state.programId)
  state.escrowPages.push({
    header: { economy: state.address, index, total: 0n, nextId: 0, bump },
    rewards: [],
  })
  state.economy.escrowPages++
}

export function rewardsPaid(state: LedgerState, event: StkEvents["RewardsPaid"]): void {
  const { economy } = state
  const fund = fundAt("RewardsPaid", event.fund)
  for (const { slot, amount } of event.payments) {
    const member = memberOf(state, "RewardsPaid", event.page, slot)
    bookBalance(economy, member, amount)
    bookFund(economy, fund, -amount)
    member.lastRewardDay = event.day
  }
  agree("RewardsPaid", "fundBalance", event.fundBalance, economy.funds[fund])
}

export function rewardsGranted(state: LedgerState, event: StkEvents["RewardsGranted"]): void {
  const { economy } = state
  const fund = fundAt("RewardsGranted", event.fund)
  const page = escrowOf(state, "RewardsGranted", event.escrowPage)
  agree("RewardsGranted", "firstId", event.firstId, page.header.nextId)
  for (const { place, member, counterparty, amount } of event.grants) {
    page.rewards.push({
      place,
      id: page.header.nextId,
      amount,
      member,
      counterparty: counterparty === NO_COUNTERPARTY ? null : counterparty,
      kind: event.kind,
      fund,
      verdictBy: verdictBy(event.verdictBy, "EscrowPage"),
      verdict: null,
      rating: null,
      byValidator: false,
      createdAt: event.createdAt,
      endsAt: event.endsAt,
    })
    page.header.nextId++
    page.header.total += amount
    economy.frozen += amount
    bookFund(economy, fund, -amount)
  }
  page.rewards.sort((left, right) => left.place - right.place)
  agree("RewardsGranted", "fundBalance", event.fundBalance, economy.funds[fund])
  agree("RewardsGranted", "frozen", event.frozen, economy.frozen)
}

export function verdictsGiven(state: LedgerState, event: StkEvents["VerdictsGiven"]): void {
  for (const { place, id, confirmed } of event.verdicts) {
    const reward = rewardOf(state, "VerdictsGiven", { escrowPage: event.escrowPage, place, id })
    reward.verdict = verdictName(confirmed)
    reward.byValidator = true
  }
}

export function rewardRated(state: LedgerState, event: StkEvents["RewardRated"]): void {
  const reward = rewardOf(state, "RewardRated", event)
  reward.rating = event.rating
  reward.verdict = verdictName(event.confirmed)
}

export function activityChecked(state: LedgerState, event: StkEvents["ActivityChecked"]): void {
  rewardOf(state, "ActivityChecked", event).verdict = verdictName(event.confirmed)
}

export function rewardsResolved(state: LedgerState, event: StkEvents["RewardsResolved"]): void {
  const { economy } = state
  const page = escrowOf(state, "RewardsResolved", event.escrowPage)
  for (const { place, id, amount, active } of event.rewards) {
    const reward = rewardOf(state, "RewardsResolved", { escrowPage: event.escrowPage, place, id })
    agree("RewardsResolved", "amount", amount, reward.amount)
    page.rewards.splice(page.rewards.indexOf(reward), 1)
    page.header.total -= amount
    economy.frozen -= amount
    if (active) {
      const member = memberAt(state, "RewardsResolved", reward.member)
      bookBalance(economy, member, amount)
      member.lastRewardDay = event.day
    } else bookFund(economy, reward.fund, amount)
  }
  agree("RewardsResolved", "frozen", event.frozen, economy.frozen)
  agree("RewardsResolved", "memberBalances", event.memberBalances, economy.memberBalances)
  event.funds.forEach((fund, index) => agree("RewardsResolved", "funds", fund, economy.funds[index]))
}
