import { InvalidArgumentError } from "../errors/base.js"

/**
 * What a member gets of a week in which `payable` of `due` base units can be paid: everything, or
 * `floor(reward × payable / due)`; the remainder stays with the Rewards Pool (STK-46).
 */
export function shareFloor(reward: bigint, payable: bigint, due: bigint): bigint {
  if (payable > due) throw new InvalidArgumentError("payable", "at most what is due")
  return payable === due ? reward : (reward * payable) / due
}
