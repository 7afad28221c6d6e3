import { DAYS_PER_YEAR } from "./emission.js"

/** Decimals of a price: billionths of a whole quote token for a whole token. */
export const PRICE_DECIMALS = 9
/** Days of prices whose mean a fall is measured against. */
export const REFERENCE_DAYS = 30
/** Longest window of the velocity, in days. */
export const VELOCITY_DAYS = 365
/** Fewest daily samples from which a velocity is known. */
export const FEWEST_SAMPLES = 30
const FALLEN_PERCENT = 80n
const U64_MAX = 0xffff_ffff_ffff_ffffn
const U64_BITS = 64

/** What is known of one day. */
export interface DaySample {
  /** Unix day. */
  day: number
  /** Billionths of a whole quote token for a whole token. */
  price: bigint
  /** Base units traded since genesis, modulo 2^64. */
  volume: bigint
  /** Base units that somebody may spend. */
  circulating: bigint
}

/** An exact quotient. */
export interface Ratio {
  numerator: bigint
  /** Positive. */
  denominator: bigint
}

/** Whether `ratio` is below (-1), equal to (0) or above (1) `numerator / denominator`. */
export function compareRatio(ratio: Ratio, numerator: bigint, denominator: bigint): -1 | 0 | 1 {
  const [left, right] = [ratio.numerator * denominator, numerator * ratio.denominator]
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** Sum of 30 prices; null unless there are exactly so many and none is 0, a missing one. */
export function referenceSum(prices: readonly bigint[]): bigint | null {
  if (prices.length !== REFERENCE_DAYS || prices.some((price) => price === 0n)) return null
  return prices.reduce((sum, price) => sum + price, 0n)
}

/** Whether `price` is below 80% of the mean of the 30 prices that sum to `sum`; exactly 80% is not (STK-94). */
export function hasFallen(price: bigint, sum: bigint): boolean {
  return price * 100n * BigInt(REFERENCE_DAYS) < sum * FALLEN_PERCENT
}

/** Whether a buyback may be opened on `today`: it and the 30 days before have prices, and its own has fallen. */
export function isBuybackAllowed(samples: readonly DaySample[], today: number): boolean {
  const prices = new Map(samples.map(({ day, price }) => [day, price]))
  const before = Array.from({ length: REFERENCE_DAYS }, (_, age) => prices.get(today - 1 - age) ?? 0n)
  const [price, sum] = [prices.get(today) ?? 0n, referenceSum(before)]
  return price > 0n && sum !== null && hasFallen(price, sum)
}

/**
 * Volume of the samples up to 365 days before `today`, annualised when they are younger, over the mean that circulated;
 * null without a sample of today, with fewer than 30, or when nothing circulated.
 */
export function velocity(samples: readonly DaySample[], today: number): Ratio | null {
  const window = samples.filter(({ day }) => day <= today && day >= today - VELOCITY_DAYS)
  const [first, last] = [window[0], window.at(-1)]
  if (first === undefined || last === undefined) return null
  if (last.day !== today || window.length < FEWEST_SAMPLES) return null
  const circulating = window.reduce((sum, sample) => sum + sample.circulating, 0n)
  if (circulating === 0n) return null
  const volume = BigInt.asUintN(U64_BITS, last.volume - first.volume)
  return {
    numerator: volume * DAYS_PER_YEAR * BigInt(window.length),
    denominator: circulating * BigInt(last.day - first.day),
  }
}

/** Whether tokens may be burnt on `today`: the velocity is below 0.2, or the price has fallen over 20% (STK-95). */
export function isBurnAllowed(samples: readonly DaySample[], today: number): boolean {
  const known = velocity(samples, today)
  return isBuybackAllowed(samples, today) || (known !== null && compareRatio(known, 1n, 5n) < 0)
}

/**
 * Base units of the quote token for `amount` base units at `price`, rounded down in favour of the buyer; null when it
 * does not fit 64 bits or the quote token has over 9 decimals more than the token.
 */
export function quoteFloor(
  amount: bigint,
  price: bigint,
  tokenDecimals: number,
  quoteDecimals: number,
): bigint | null {
  const decimals = tokenDecimals + PRICE_DECIMALS - quoteDecimals
  if (decimals < 0) return null
  const quote = (amount * price) / 10n ** BigInt(decimals)
  return quote > U64_MAX ? null : quote
}

/** A price of `price × 10^exponent` in billionths, rounded down; null when it is not positive or does not fit 64 bits. */
export function billionths(price: bigint, exponent: number): bigint | null {
  const shift = exponent + PRICE_DECIMALS
  const power = 10n ** BigInt(Math.abs(shift))
  const scaled = shift >= 0 ? price * power : price / power
  return price <= 0n || scaled <= 0n || scaled > U64_MAX ? null : scaled
}
