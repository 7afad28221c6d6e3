/** A linear schedule in seconds since genesis. */
export interface VestingSchedule {
  /** Nothing before it. */
  cliffSeconds: number
  /** All from here on; in between a linear part. 0 for all at once. */
  vestingSeconds: number
}

/** `floor(received × elapsed / vesting)`: base units of `received` that may have been spent `elapsed` seconds after genesis. */
export function vestedFloor(received: bigint, elapsed: number, schedule: VestingSchedule): bigint {
  if (elapsed < schedule.cliffSeconds) return 0n
  if (elapsed >= schedule.vestingSeconds) return received
  return (received * BigInt(elapsed)) / BigInt(schedule.vestingSeconds)
}

/** What of the Team fund was spent, received and agreed; an `Economy` has it all. Amounts are base units. */
export interface TeamFund {
  /** Unix seconds. */
  genesis: number
  /** By `Fund`. */
  funds: readonly [bigint, bigint, bigint, bigint, bigint]
  teamSpent: bigint
  teamCliffSeconds: number
  teamVestingSeconds: number
}

/** Base units of the Team fund that are vested and not spent at `now`, in unix seconds. */
export function teamAvailable(economy: TeamFund, now: number): bigint {
  const { genesis, funds, teamSpent, teamCliffSeconds, teamVestingSeconds } = economy
  const schedule = { cliffSeconds: teamCliffSeconds, vestingSeconds: teamVestingSeconds }
  const vested = vestedFloor(funds[3] + teamSpent, now - genesis, schedule)
  return vested > teamSpent ? vested - teamSpent : 0n
}
