import { InvalidArgumentError } from "../errors/base.js"

/** Base units as plain decimal text without superfluous zeros: `61200000n` with 6 decimals is `61.2`. */
export function formatAmount(baseUnits: bigint, decimals: number): string {
  const sign = baseUnits < 0n ? "-" : ""
  const digits = (baseUnits < 0n ? -baseUnits : baseUnits).toString().padStart(decimals + 1, "0")
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "")
  return fraction ? `${sign}${whole}.${fraction}` : `${sign}${whole}`
}

/**
 * Base units of plain decimal text, exact. @throws {InvalidArgumentError} for anything else than digits with at most one
 * point, and for more digits behind it than there are decimals
 */
export function parseAmount(text: string, decimals: number): bigint {
  const [, sign, whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined) {
    throw new InvalidArgumentError("amount", "a plain decimal number", { details: [`it is ${text}`] })
  }
  if (fraction.length > decimals) {
    throw new InvalidArgumentError("amount", `of at most ${decimals} decimals`, {
      details: [`it is ${text}`],
    })
  }
  const units = BigInt(whole + fraction.padEnd(decimals, "0"))
  return sign === "-" ? -units : units
}
