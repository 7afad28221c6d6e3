import { InvalidArgumentError } from "../errors/base.js"
import { SECONDS_PER_DAY } from "./week.js"

/** Days of an emission year; it counts from genesis and knows no leap days (STK-08). */
export const DAYS_PER_YEAR = 365n
const U64_MAX = 0xffff_ffff_ffff_ffffn

/** A yearly amount that halves every few years. */
export interface EmissionCurve {
  /** Base units of each year before the first halving. */
  emissionFirstYear: bigint
  /** Years between halvings. */
  halvingYears: number
}

/** Base units of emission year `year`, counted from 0: halved every `halvingYears`, rounded down (STK-05, STK-11). */
export function yearAmount(curve: EmissionCurve, year: bigint): bigint {
  return curve.emissionFirstYear >> (year / BigInt(curve.halvingYears))
}

/**
 * Base units due when `days` whole days have ended since genesis. Within a year the sum up to day `d` is
 * `floor(E × d / 365)`, so a year adds up exactly and days can be released together (STK-07, STK-10).
 */
export function cumulativeEmission(curve: EmissionCurve, days: bigint): bigint {
  const halvingYears = BigInt(curve.halvingYears)
  const year = days / DAYS_PER_YEAR
  const periods = year / halvingYears
  let sum = 0n
  let amount = curve.emissionFirstYear
  for (let period = 0n; period < periods && amount > 0n; period++) {
    sum += amount * halvingYears
    amount >>= 1n
  }
  return sum + amount * (year % halvingYears) + (amount * (days % DAYS_PER_YEAR)) / DAYS_PER_YEAR
}

/** Base units of day `day` since genesis, counted from 0; it is due when it has ended. */
export function dayAmount(curve: EmissionCurve, day: bigint): bigint {
  return cumulativeEmission(curve, day + 1n) - cumulativeEmission(curve, day)
}

/** Base units of the whole series: the most that can ever be minted (STK-09). */
export function totalEmission(curve: EmissionCurve): bigint {
  let sum = 0n
  for (let amount = curve.emissionFirstYear; amount > 0n; amount >>= 1n)
    sum += amount * BigInt(curve.halvingYears)
  return sum
}

/** Checks a curve as `create_economy` does. @throws {InvalidArgumentError} */
export function checkEmission(curve: EmissionCurve & { emissionCap: bigint }): void {
  if (curve.emissionFirstYear <= 0n || curve.emissionFirstYear * DAYS_PER_YEAR > U64_MAX) {
    throw new InvalidArgumentError("emissionFirstYear", "positive, and times 365 below 2^64")
  }
  if (!Number.isInteger(curve.halvingYears) || curve.halvingYears < 1 || curve.halvingYears > 255) {
    throw new InvalidArgumentError("halvingYears", "an integer from 1 to 255")
  }
  const total = totalEmission(curve)
  if (total > U64_MAX)
    throw new InvalidArgumentError("emissionFirstYear", "small enough for the series to fit 2^64")
  if (total > curve.emissionCap) {
    throw new InvalidArgumentError("emissionCap", `at least the whole series, ${total}`)
  }
}

/** Whole days that have ended between `genesis` and `now` (unix seconds); 0 before genesis. */
export function daysEnded(genesis: number, now: number): bigint {
  return now <= genesis ? 0n : BigInt(Math.floor((now - genesis) / SECONDS_PER_DAY))
}
