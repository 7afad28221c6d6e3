import { SECONDS_PER_DAY } from "./week.js"

/** The terms for which tokens can be staked, in days (STK-136). */
export const STAKE_TERMS_DAYS = [30, 90, 180, 365] as const

/** The first unix second at which a stake made at `stakedAt` may be taken back: its term in seconds, not in calendar days. */
export function stakeUnlocksAt(stakedAt: number, termDays: number): number {
  return stakedAt + termDays * SECONDS_PER_DAY
}
