import { InvalidArgumentError } from "../errors/base.js"
import { SECONDS_PER_DAY, weekEnd, weekStart } from "./week.js"

/** How long a reward without a verdict stays frozen past its end: the time to object, 30 days in seconds. */
export const OBJECTION_SECONDS = 2_592_000
/** Highest rating of a counterparty; the lowest is 1. */
export const HIGHEST_RATING = 5
/** A rating from here on confirms a reward, one below rejects it (STK-81). */
export const CONFIRMING_RATING = 3
const HIGHEST_DAYS = 65_535

/** What somebody who may decide has said about a frozen reward. */
export type RewardVerdictName = "confirmed" | "rejected"

/**
 * What is to be done with a frozen reward: nothing before its end, nothing while there is time to object and no verdict,
 * the amount to the member, or the amount back to its fund (STK-83 to STK-85).
 */
export type RewardOutcome = "frozen" | "undecided" | "active" | "cancelled"

/** The second from which on a reward that was granted at `createdAt` for whole `days` may be resolved. */
export function freezeEnd(createdAt: number, days: number): number {
  if (!Number.isInteger(days) || days < 0 || days > HIGHEST_DAYS) {
    throw new InvalidArgumentError("days", `an integer from 0 to ${HIGHEST_DAYS}`, {
      details: [`it is ${days}`],
    })
  }
  return createdAt + days * SECONDS_PER_DAY
}

/** What becomes of a reward at `now`, in unix seconds; `verdict` is null for none. */
export function rewardOutcome(endsAt: number, verdict: RewardVerdictName | null, now: number): RewardOutcome {
  if (now < endsAt) return "frozen"
  if (verdict !== null) return verdict === "confirmed" ? "active" : "cancelled"
  return now < endsAt + OBJECTION_SECONDS ? "undecided" : "active"
}

/** What a counterparty's rating says; null when there is no such rating. */
export function ratingVerdict(rating: number): RewardVerdictName | null {
  if (!Number.isInteger(rating) || rating < 1 || rating > HIGHEST_RATING) return null
  return rating >= CONFIRMING_RATING ? "confirmed" : "rejected"
}

/**
 * What the activity of a counterparty says about a reward that is frozen from `createdAt` to `endsAt` (STK-82); null while
 * it cannot be told. `lastActiveWeek` is the counterparty's, `scoredWeek` the last of which every score is known; 0 for none.
 */
export function activityVerdict(
  createdAt: number,
  endsAt: number,
  lastActiveWeek: number,
  scoredWeek: number,
): RewardVerdictName | null {
  const wasActiveSince = lastActiveWeek > 0 && weekEnd(lastActiveWeek) > createdAt
  if (wasActiveSince) return weekStart(lastActiveWeek) < endsAt ? "confirmed" : null
  return scoredWeek > 0 && weekEnd(scoredWeek) >= endsAt ? "rejected" : null
}
