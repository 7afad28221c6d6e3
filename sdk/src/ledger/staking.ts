import { PAGE_SLOTS } from "../constants.js"
import { LedgerContradictionError } from "../errors/base.js"
import type { StkEvents } from "../events.js"
import { snapshotPda, stakePagePda } from "../pdas.js"
import { agree, bookBalance, memberOf, pageOf, type LedgerStakePage, type LedgerState } from "./state.js"

function stakePageOf(state: LedgerState, event: string, page: number): LedgerStakePage {
  const stakes = state.stakePages.get(page)
  if (stakes === undefined) throw new LedgerContradictionError(event, "page", page, "no stake page")
  return stakes
}

export function stakePageCreated(state: LedgerState, event: StkEvents["StakePageCreated"]): void {
  pageOf(state, "StakePageCreated", event.page).header.hasStakes = true
  state.stakePages.set(event.page, {
    economy: state.address,
    index: event.page,
    total: 0n,
    nextId: 0,
    bump: stakePagePda(state.address, event.page, state.programId)[1],
    stakes: [],
    places: 0,
    capacity: event.capacity,
  })
}

export function stakePageGrown(state: LedgerState, event: StkEvents["StakePageGrown"]): void {
  stakePageOf(state, "StakePageGrown", event.page).capacity = event.capacity
}

export function staked(state: LedgerState, event: StkEvents["Staked"]): void {
  const { economy } = state
  const member = memberOf(state, "Staked", event.page, event.slot)
  const page = stakePageOf(state, "Staked", event.page)
  agree("Staked", "id", event.id, page.nextId)
  const { place, id, slot, amount, termDays, unlockAt, snapshot } = event
  page.stakes = [...page.stakes, { place, id, slot, amount, termDays, unlockAt, snapshot }].sort(
    (left, right) => left.place - right.place,
  )
  page.places = Math.max(page.places, place + 1)
  page.nextId++
  page.total += amount
  economy.staked += amount
  bookBalance(economy, member, -amount)
  agree("Staked", "balance", event.balance, member.balance)
  agree("Staked", "total", event.total, page.total)
}

export function unstaked(state: LedgerState, event: StkEvents["Unstaked"]): void {
  const { economy } = state
  const member = memberOf(state, "Unstaked", event.page, event.slot)
  const page = stakePageOf(state, "Unstaked", event.page)
  const stake = page.stakes.find(({ place, id }) => place === event.place && id === event.id)
  agree("Unstaked", "amount", event.amount, stake?.amount)
  page.stakes = page.stakes.filter((other) => other !== stake)
  page.total -= event.amount
  economy.staked -= event.amount
  bookBalance(economy, member, event.amount)
  agree("Unstaked", "balance", event.balance, member.balance)
  agree("Unstaked", "total", event.total, page.total)
}

export function pageSnapshotted(state: LedgerState, event: StkEvents["PageSnapshotted"]): void {
  const { header, members } = pageOf(state, "PageSnapshotted", event.page)
  agree("PageSnapshotted", "snapshot", event.snapshot, state.economy.snapshot)
  const [address, bump] = snapshotPda(state.address, event.page, event.snapshot, state.programId)
  state.snapshots.set(address.toBase58(), {
    economy: state.address,
    page: event.page,
    number: event.snapshot,
    since: header.snapshot + 1,
    balances: Array.from({ length: PAGE_SLOTS }, (_, slot) => members[slot]?.balance ?? 0n),
    bump,
  })
  header.snapshot = event.snapshot
}
