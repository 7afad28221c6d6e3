import { Fund, VerdictBy, type FundIndex, type VerdictByValue } from "../constants.js"
import { InvalidAccountError } from "../errors/base.js"

/** A fund by its number in an account. @throws {InvalidAccountError} */
export function fundIndex(value: number, accountType: string): FundIndex {
  const fund = Object.values(Fund).find((index) => index === value)
  if (fund !== undefined) return fund
  throw new InvalidAccountError(accountType, `there is no fund ${value}`)
}

/** Who gives verdicts, by the number in an account. @throws {InvalidAccountError} */
export function verdictBy(value: number, accountType: string): VerdictByValue {
  const by = Object.values(VerdictBy).find((index) => index === value)
  if (by !== undefined) return by
  throw new InvalidAccountError(accountType, `nobody gives verdicts by ${value}`)
}
