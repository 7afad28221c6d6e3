import { slotsOfPage } from "../accounts/page.js"
import { Fund, PAGE_SLOTS, WeekStatus } from "../constants.js"
import type { StkEvents } from "../events.js"
import { hasBit, withBits } from "../math/bitmap.js"
import { shareFloor } from "../math/pro_rata.js"
import { bytesPerMember, pointsOf, rewardOf, streakAfter, unpackCounts } from "../math/score.js"
import { weekPda } from "../pdas.js"
import { agree, bookBalance, bookFund, memberOf, pageOf, weekAt, type LedgerState } from "./state.js"

export function weekOpened(state: LedgerState, event: StkEvents["WeekOpened"]): void {
  const { economy } = state
  agree("WeekOpened", "members", event.members, economy.members)
  economy.week = event.week
  economy.weekStatus = WeekStatus.Open
  economy.weekMembers = event.members
  economy.weekPages = 0
  economy.weekActive = 0
  economy.weekDue = 0n
  state.weeks.set(event.week, {
    economy: state.address,
    index: event.week,
    members: event.members,
    active: 0,
    due: 0n,
    payable: 0n,
    paid: 0n,
    openedAt: event.openedAt,
    sealedAt: 0,
    settleFrom: 0,
    pagesSettled: 0,
    mismatches: 0,
    detailRoot: event.detailRoot,
    held: false,
    bump: weekPda(state.address, event.week, state.programId)[1],
  })
}

/** The slots that a bitmap marks, counted from `firstSlot`. */
function* markedSlots(bitmap: Uint8Array, firstSlot: number): Generator<number> {
  for (let bit = 0; bit < 8 * bitmap.length; bit++) {
    if (hasBit(bitmap, bit)) yield firstSlot + bit
  }
}

export function scoresSubmitted(state: LedgerState, event: StkEvents["ScoresSubmitted"]): void {
  const { economy } = state
  const { header } = pageOf(state, "ScoresSubmitted", event.page)
  const width = bytesPerMember(economy)
  let due = 0n
  let offset = 0
  for (const slot of markedSlots(event.bitmap, event.firstSlot)) {
    const member = memberOf(state, "ScoresSubmitted", event.page, slot)
    const counts = unpackCounts(economy, event.counts.subarray(offset, offset + width))
    member.points = pointsOf(economy, counts)
    member.streak = streakAfter(member.streak, member.lastActiveWeek, event.week)
    member.lastActiveWeek = event.week
    member.pending = rewardOf(economy, member.points, member.level, member.streak)
    due += member.pending
    offset += width
    economy.weekActive++
  }
  agree("ScoresSubmitted", "due", event.due, due)

  if (header.week !== event.week) {
    header.week = event.week
    header.due = 0n
    header.mismatched = new Uint8Array(header.mismatched.length)
  }
  const expected = slotsOfPage(event.page, economy.weekMembers)
  header.cursor = Math.min(event.firstSlot + 8 * event.bitmap.length, expected)
  header.due += due
  economy.weekDue += due
  if (header.cursor === expected) economy.weekPages++
}

export function weekSealed(state: LedgerState, event: StkEvents["WeekSealed"]): void {
  const { economy } = state
  const week = weekAt(state, "WeekSealed", event.week)
  agree("WeekSealed", "due", event.due, economy.weekDue)
  agree("WeekSealed", "active", event.active, economy.weekActive)
  bookFund(economy, Fund.RewardsPool, -event.payable)
  agree("WeekSealed", "rewardsPool", event.rewardsPool, economy.funds[Fund.RewardsPool])
  economy.unsettled = event.payable
  economy.weekStatus = economy.weekMembers === 0 ? WeekStatus.Settled : WeekStatus.Sealed
  week.due = event.due
  week.payable = event.payable
  week.active = event.active
  week.sealedAt = event.sealedAt
  week.settleFrom = event.settleFrom
}

export function weekHeld(state: LedgerState, event: StkEvents["WeekHeld"]): void {
  const week = weekAt(state, "WeekHeld", event.week)
  week.held = true
  week.settleFrom = event.settleFrom
}

export function pageSettled(state: LedgerState, event: StkEvents["PageSettled"]): void {
  const { economy } = state
  const week = weekAt(state, "PageSettled", event.week)
  const { header, members } = pageOf(state, "PageSettled", event.page)
  let paid = 0n
  for (const member of members.slice(0, header.cursor)) {
    const share = shareFloor(member.pending, week.payable, week.due)
    bookBalance(economy, member, share)
    member.pending = 0n
    paid += share
  }
  agree("PageSettled", "paid", event.paid, paid)
  header.settledWeek = event.week
  header.due = 0n
  week.paid += paid
  week.pagesSettled++
  economy.unsettled -= paid
}

export function weekSettled({ economy }: LedgerState, event: StkEvents["WeekSettled"]): void {
  agree("WeekSettled", "returned", event.returned, economy.unsettled)
  bookFund(economy, Fund.RewardsPool, event.returned)
  economy.unsettled = 0n
  economy.weekStatus = WeekStatus.Settled
}

export function scoreAudited(state: LedgerState, event: StkEvents["ScoreAudited"]): void {
  const week = weekAt(state, "ScoreAudited", event.week)
  week.mismatches = event.mismatches
  if (event.submitted === event.recomputed || event.slot >= PAGE_SLOTS) return
  const { header } = pageOf(state, "ScoreAudited", event.page)
  header.mismatched = withBits(header.mismatched, [event.slot])
}
