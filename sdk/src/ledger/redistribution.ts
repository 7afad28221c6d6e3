import { Fund } from "../constants.js"
import type { StkEvents } from "../events.js"
import { redistribution } from "../math/redistribution.js"
import { agree, bookBalance, bookFund, pageOf, type LedgerState } from "./state.js"

export function redistributionBandsSet(
  { economy }: LedgerState,
  event: StkEvents["RedistributionBandsSet"],
): void {
  economy.bands = event.bands
}

/** Who is taken what follows from the day, the bands, and what the members have. */
export function pageRedistributed(state: LedgerState, event: StkEvents["PageRedistributed"]): void {
  const { economy } = state
  const { header, members } = pageOf(state, "PageRedistributed", event.page)
  const page = state.stakePages.get(event.page)
  let fromBalances = 0n
  let fromStakes = 0n
  members.forEach((member, slot) => {
    const stakes = page?.stakes.filter((stake) => stake.slot === slot) ?? []
    const amounts = stakes.map((stake) => stake.amount)
    const taken = redistribution({ ...member, stakes: amounts }, economy.bands, event.day)
    if (taken.amount === 0n) return
    bookBalance(economy, member, -taken.fromBalance)
    member.lastRedistributionQuarter = event.quarter
    fromBalances += taken.fromBalance
    stakes.forEach((stake, index) => {
      const share = taken.fromStakes[index] ?? 0n
      stake.amount -= share
      fromStakes += share
    })
  })
  agree("PageRedistributed", "taken", event.taken, fromBalances + fromStakes)
  agree("PageRedistributed", "takenFromStakes", event.takenFromStakes, fromStakes)
  if (page) {
    page.total -= fromStakes
    // A stake of which nothing is left frees its place.
    page.stakes = page.stakes.filter((stake) => stake.amount > 0n)
  }
  economy.staked -= fromStakes
  header.redistributedQuarter = event.quarter
  bookFund(economy, Fund.RewardsPool, event.taken)
  agree("PageRedistributed", "rewardsPool", event.rewardsPool, economy.funds[Fund.RewardsPool])
}
