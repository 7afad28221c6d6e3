/** Seconds of a day. */
export const DAY = 86_400
/** Seconds of a week. */
export const WEEK = 604_800
/** Members of a full page. */
export const PAGE = 1_024
/** Monday 1970-01-05, which starts week 0. */
const FIRST_MONDAY = 345_600

/** Whole days since 1970. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY)
}

/** The second at which a week starts. */
export function startOf(week: number): number {
  return FIRST_MONDAY + week * WEEK
}

/** The week of a moment. */
export function weekAt(time: number): number {
  return Math.floor((time - FIRST_MONDAY) / WEEK)
}

/** The day of the Sunday that closes a week. */
export function sundayOf(week: number): number {
  return dayOf(startOf(week + 1)) - 1
}

/** Calendar quarters since 1970, by the calendar of JavaScript. */
export function quarterAt(time: number): number {
  const date = new Date(time * 1_000)
  return (date.getUTCFullYear() - 1_970) * 4 + Math.floor(date.getUTCMonth() / 3)
}

/** Page of the member with this global index. */
export function pageOf(member: number): number {
  return Math.floor(member / PAGE)
}
