import { cumulativeEmission, DAYS_PER_YEAR, yearAmount, type EmissionCurve } from "./emission.js"
import { compareRatio, type Ratio } from "./stabilisation.js"

/** How a metric of the economy's health stands: within its target, critical, or between the two. */
export type HealthState = "target" | "warning" | "critical"

/** Supply of a token at one time, in base units. */
export interface Supply {
  minted: bigint
  burnt: bigint
}

/**
 * What was minted and not burnt since `before`, 365 days ago, over the supply at that time; null where there was none.
 */
export function inflation(before: Supply, now: Supply): Ratio | null {
  const denominator = before.minted - before.burnt
  const numerator = now.minted - now.burnt - denominator
  return denominator > 0n ? { numerator, denominator } : null
}

/**
 * Inflation that the schedule alone gives at the end of emission year `year`, counted from 0: that year's amount over
 * all before it; null for year 0 (STK-103).
 */
export function scheduleInflation(curve: EmissionCurve, year: bigint): Ratio | null {
  const denominator = cumulativeEmission(curve, year * DAYS_PER_YEAR)
  return denominator > 0n ? { numerator: yearAmount(curve, year), denominator } : null
}

function stateOf(isTarget: boolean, isCritical: boolean): HealthState {
  if (isTarget) return "target"
  return isCritical ? "critical" : "warning"
}

const percent = (ratio: Ratio, bound: bigint): -1 | 0 | 1 => compareRatio(ratio, bound, 100n)

/** Target below 5% a year, critical above 10%. */
export function inflationState(ratio: Ratio): HealthState {
  return stateOf(percent(ratio, 5n) < 0, percent(ratio, 10n) > 0)
}

/** Target from 0.5 to 2.0, critical below 0.2 or above 5. */
export function velocityState(ratio: Ratio): HealthState {
  const isTarget = compareRatio(ratio, 1n, 2n) >= 0 && compareRatio(ratio, 2n, 1n) <= 0
  return stateOf(isTarget, compareRatio(ratio, 1n, 5n) < 0 || compareRatio(ratio, 5n, 1n) > 0)
}

/** Wallets active in 90 days over all: target above 30%, critical below 10%. */
export function activeWalletsState(ratio: Ratio): HealthState {
  return stateOf(percent(ratio, 30n) > 0, percent(ratio, 10n) < 0)
}

/** Frozen over the supply: target below 20%, critical above 40%. */
export function frozenState(ratio: Ratio): HealthState {
  return stateOf(percent(ratio, 20n) < 0, percent(ratio, 40n) > 0)
}

/** The Treasury over the supply: target above 15%, critical below 5%. */
export function treasuryState(ratio: Ratio): HealthState {
  return stateOf(percent(ratio, 15n) > 0, percent(ratio, 5n) < 0)
}
