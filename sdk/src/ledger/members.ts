import { FIRST_PAGE_SLOTS, PAGE_SLOTS } from "../constants.js"
import type { StkEvents } from "../events.js"
import { pagePda } from "../pdas.js"
import { agree, memberOf, pageOf, type LedgerState } from "./state.js"

const BITMAP_BYTES = PAGE_SLOTS / 8

export function pageCreated(state: LedgerState, event: StkEvents["PageCreated"]): void {
  agree("PageCreated", "page", event.page, state.pages.length)
  state.pages.push({
    header: {
      economy: state.address,
      index: event.page,
      due: 0n,
      week: 0,
      cursor: 0,
      settledWeek: 0,
      mismatched: new Uint8Array(BITMAP_BYTES),
      bump: pagePda(state.address, event.page, state.programId)[1],
      hasStakes: false,
      redistributedQuarter: 0,
      snapshot: state.economy.snapshot,
    },
    members: [],
    capacity: FIRST_PAGE_SLOTS,
  })
  state.economy.pages++
}

export function pageGrown(state: LedgerState, event: StkEvents["PageGrown"]): void {
  pageOf(state, "PageGrown", event.page).capacity = event.capacity
}

export function membersRegistered(state: LedgerState, event: StkEvents["MembersRegistered"]): void {
  const { members } = pageOf(state, "MembersRegistered", event.page)
  agree("MembersRegistered", "firstSlot", event.firstSlot, members.length)
  for (const wallet of event.wallets) {
    state.places.set(wallet.toBase58(), event.page * PAGE_SLOTS + members.length)
    members.push({
      wallet,
      balance: 0n,
      pending: 0n,
      points: 0,
      lastActiveWeek: 0,
      lastRewardDay: event.day,
      lastRedistributionQuarter: 0,
      streak: 0,
      level: 1,
    })
  }
  state.economy.members += event.wallets.length
}

export function levelsSet(state: LedgerState, event: StkEvents["LevelsSet"]): void {
  event.slots.forEach((slot, index) => {
    const member = memberOf(state, "LevelsSet", event.page, slot)
    member.level = event.levels[index] ?? member.level
  })
}
