import { InvalidArgumentError } from "../errors/base.js"

const FIRST_YEAR = 1_970
const QUARTERS_OF_YEAR = 4
const MONTHS_OF_QUARTER = 3
const HIGHEST_QUARTER = 65_535

function checkQuarter(quarter: number): number {
  if (Number.isInteger(quarter) && quarter >= 0 && quarter <= HIGHEST_QUARTER) return quarter
  throw new InvalidArgumentError("quarter", "an integer from 0 to 65,535", { details: [`it is ${quarter}`] })
}

/**
 * The calendar quarter, in UTC, that holds `unixSeconds`: 0 for January to March 1970, 223 for the last of 2025 (STK-91).
 * @throws {InvalidArgumentError} for a time before 1970
 */
export function quarterOf(unixSeconds: number): number {
  const date = new Date(unixSeconds * 1000)
  const quarter = Math.floor(date.getUTCMonth() / MONTHS_OF_QUARTER)
  return checkQuarter((date.getUTCFullYear() - FIRST_YEAR) * QUARTERS_OF_YEAR + quarter)
}

/** The second at which `quarter` begins. */
export function quarterStart(quarter: number): number {
  const year = FIRST_YEAR + Math.floor(checkQuarter(quarter) / QUARTERS_OF_YEAR)
  return Date.UTC(year, (quarter % QUARTERS_OF_YEAR) * MONTHS_OF_QUARTER, 1) / 1000
}

/** Name of `quarter`, such as `2025-Q4`. */
export function quarterName(quarter: number): string {
  const year = FIRST_YEAR + Math.floor(checkQuarter(quarter) / QUARTERS_OF_YEAR)
  return `${year}-Q${(quarter % QUARTERS_OF_YEAR) + 1}`
}
