import { InvalidArgumentError } from "../errors/base.js"
import { Inflow, type InflowValue } from "../enumerations.js"
import { bpsShareFloor, WHOLE_BPS } from "./split.js"

/** Billionths of a quote unit (a dollar, by the usual prices) in a quote unit: the unit of prices. */
export const QUOTE_BILLIONTHS = 1_000_000_000n

/** Share of a subscription or donation that is booked to the reserve, in basis points (STK-18, STK-19). */
export const BACKING_BPS = 5_000

/**
 * Base units of a gross payment that are booked to the reserve, floored: 50 of a subscription of 101. `shareBps` is the
 * startup's, and of no other inflow.
 */
export function bookedShare(inflow: InflowValue, gross: bigint, shareBps = 0): bigint {
  return bpsShareFloor(gross, inflow === Inflow.Startup ? shareBps : BACKING_BPS)
}

/** What the coverage needs to know of an asset; a `ReserveAsset` has it all. */
export interface ValuedAsset {
  /** Base units of the asset's mint. */
  booked: bigint
  decimals: number
  /** Billionths of a quote unit for a whole token; 0 before the first price. */
  price: bigint
  /** Unix day of the price. */
  priceDay: number
}

export interface CoverageParameters {
  assets: readonly ValuedAsset[]
  /** Circulating base units of the economy's token. */
  circulating: bigint
  /** Decimals of the economy's token. */
  decimals: number
  /** Unix day of the report. */
  today: number
  /** Prices may be so many days old. */
  oldestDays: number
  /** Billionths of a quote unit for a whole token of the economy; a quote unit by default. */
  tokenPrice?: bigint | undefined
}

/** How far a reserve covers the circulating tokens. Everything is floored. */
export interface Coverage {
  /** Value of the reserve in billionths of a quote unit. */
  value: bigint
  /** Billionths of a quote unit behind each whole circulating token; null when none circulates. */
  perToken: bigint | null
  /** The reserve's value in basis points of that of the circulating tokens; null when that is nothing. */
  bps: bigint | null
}

/** Value of what is booked of an asset, in billionths of a quote unit, floored. */
export function assetValue(asset: ValuedAsset): bigint {
  return (asset.booked * asset.price) / 10n ** BigInt(asset.decimals)
}

/**
 * Reserve value / circulating supply (STK-21). It is reported only: nobody has a right of redemption.
 * @throws {InvalidArgumentError} when the price of an asset that the reserve has is missing, too old or of a day to come
 */
export function coverage(p: CoverageParameters): Coverage {
  p.assets.forEach((asset, index) => {
    const age = p.today - asset.priceDay
    if (asset.booked === 0n || (asset.price > 0n && age >= 0 && age <= p.oldestDays)) return
    const details = [`price ${asset.price} of day ${asset.priceDay}, today is ${p.today}`]
    throw new InvalidArgumentError(`assets[${index}].price`, `of the last ${p.oldestDays} days`, { details })
  })
  const value = p.assets.reduce((sum, asset) => sum + assetValue(asset), 0n)
  const whole = 10n ** BigInt(p.decimals)
  const market = p.circulating * (p.tokenPrice ?? QUOTE_BILLIONTHS)
  return {
    value,
    perToken: p.circulating === 0n ? null : (value * whole) / p.circulating,
    bps: market === 0n ? null : (value * whole * BigInt(WHOLE_BPS)) / market,
  }
}
