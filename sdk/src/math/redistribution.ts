import type { RedistributionBand } from "../accounts/economy.js"
import { InvalidArgumentError } from "../errors/base.js"
import { bpsShareFloor } from "./split.js"
import { SECONDS_PER_DAY, weekEnd } from "./week.js"

const FEWEST_DAYS = 30
const MOST_BPS = 2_500
const BANDS = 3

/** What inactivity is counted from. */
export interface LastActivity {
  /** The last week with a counted event; 0 for none. */
  lastActiveWeek: number
  /** Unix day of the last explicit reward; the registration day before any. */
  lastRewardDay: number
}

/** A member as a redistribution sees it. Amounts are base units. */
export interface RedistributedMember extends LastActivity {
  balance: bigint
  /** In the order of their places in the stake page. */
  stakes?: readonly bigint[] | undefined
}

/** What a redistribution takes from one member. Amounts are base units. */
export interface Redistributed {
  /** Whole days without activity. */
  days: number
  /** Index of the band; null before the first. Members in the first band are warned. */
  band: number | null
  /** Taken from balance and stakes together. */
  amount: bigint
  fromBalance: bigint
  /** Taken from each stake. */
  fromStakes: readonly bigint[]
}

/** Refuses bands that the program would refuse. @throws {InvalidArgumentError} */
export function checkBands(bands: readonly RedistributionBand[]): void {
  const isOff = bands.every(({ days, bps }) => days === 0 && bps === 0)
  const days = [FEWEST_DAYS - 1, ...bands.map((band) => band.days)]
  const bps = [0, ...bands.map((band) => band.bps), MOST_BPS]
  const isRising = days.every((each, index) => index === 0 || each > (days[index - 1] ?? each))
  const neverFalls = bps.every((each, index) => index === 0 || each >= (bps[index - 1] ?? each))
  if (bands.length === BANDS && (isOff || (isRising && neverFalls))) return
  const rule = "three, by rising days from 30 on, with shares that never fall, up to 2,500; or all zero"
  throw new InvalidArgumentError("bands", rule)
}

/**
 * Whole days from a member's last activity to `today`, a unix day: the later of the Sunday that closes the last active
 * week and the day of the last reward.
 */
export function inactiveDays({ lastActiveWeek, lastRewardDay }: LastActivity, today: number): number {
  const sunday = lastActiveWeek === 0 ? 0 : weekEnd(lastActiveWeek) / SECONDS_PER_DAY - 1
  return Math.max(today - Math.max(sunday, lastRewardDay), 0)
}

/** Which band so many days without activity fall into; null before the first (STK-86), and when there are no bands. */
export function bandOf(bands: readonly RedistributionBand[], days: number): number | null {
  const reached = bands.filter((band) => band.days > 0 && band.days <= days).length
  return reached === 0 ? null : reached - 1
}

/**
 * What is taken from a member in a quarter: the floor of its band's share of balance and stakes, from the balance first,
 * then from stakes in the order of their places (STK-87 to STK-90). What the floor leaves stays with the member.
 */
export function redistribution(
  member: RedistributedMember,
  bands: readonly RedistributionBand[],
  today: number,
): Redistributed {
  const stakes = member.stakes ?? []
  const days = inactiveDays(member, today)
  const band = bandOf(bands, days)
  const bps = band === null ? 0 : (bands[band]?.bps ?? 0)
  const base = stakes.reduce((sum, stake) => sum + stake, member.balance)
  const amount = bpsShareFloor(base, bps)
  const fromBalance = amount < member.balance ? amount : member.balance
  let rest = amount - fromBalance
  const fromStakes = stakes.map((stake) => {
    const share = rest < stake ? rest : stake
    rest -= share
    return share
  })
  return { days, band, amount, fromBalance, fromStakes }
}
