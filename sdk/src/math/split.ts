import { InvalidArgumentError } from "../errors/base.js"

/** Basis points of the whole. */
export const WHOLE_BPS = 10_000

/** `floor(amount × bps / 10,000)`. */
export function bpsShareFloor(amount: bigint, bps: number): bigint {
  return (amount * BigInt(bps)) / BigInt(WHOLE_BPS)
}

/**
 * Splits `amount` by basis points: every share is floored and the remainder goes to the first (STK-17: the Rewards Pool).
 * @throws {InvalidArgumentError} unless they sum to 10,000
 */
export function splitByBps(amount: bigint, bps: readonly number[]): bigint[] {
  const sum = bps.reduce((total, part) => total + part, 0)
  if (sum !== WHOLE_BPS) throw new InvalidArgumentError("bps", "of sum 10,000", { details: [`it is ${sum}`] })
  const shares = bps.map((part) => bpsShareFloor(amount, part))
  const given = shares.reduce((total, share) => total + share, 0n)
  return shares.map((share, index) => (index === 0 ? share + amount - given : share))
}
