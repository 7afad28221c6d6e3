import { Fund, type FundIndex } from "../constants.js"
import type { StkEvents } from "../events.js"
import { agree, bookBalance, bookFund, fundAt, memberOf, type LedgerState } from "./state.js"

/** Takes what was spent from its fund, and counts it for the calendar week and the Team's schedule. */
function spend(
  { economy }: LedgerState,
  event: "FundSpent" | "FundWithdrawn",
  { fund, amount, fundBalance, spentThisWeek, week }: StkEvents["FundWithdrawn"] | StkEvents["FundSpent"],
): void {
  const index = fundAt(event, fund)
  if (economy.spentWeek !== week) {
    economy.spentWeek = week
    economy.spent = [0n, 0n, 0n, 0n, 0n]
  }
  economy.spent = withFund(economy.spent, index, economy.spent[index] + amount)
  if (index === Fund.Team) economy.teamSpent += amount
  bookFund(economy, index, -amount)
  agree(event, "fundBalance", fundBalance, economy.funds[index])
  agree(event, "spentThisWeek", spentThisWeek, economy.spent[index])
}

/** The amounts by fund with another one for `fund`. */
function withFund<Amounts extends readonly bigint[]>(
  amounts: Amounts,
  fund: FundIndex,
  amount: bigint,
): Amounts {
  // One place has another number: length and order are the same.
  return amounts.map((own, index) => (index === fund ? amount : own)) as readonly bigint[] as Amounts
}

export function fundSpent(state: LedgerState, event: StkEvents["FundSpent"]): void {
  const member = memberOf(state, "FundSpent", event.page, event.slot)
  spend(state, "FundSpent", event)
  bookBalance(state.economy, member, event.amount)
  agree("FundSpent", "balance", event.balance, member.balance)
}

export function fundWithdrawn(state: LedgerState, event: StkEvents["FundWithdrawn"]): void {
  spend(state, "FundWithdrawn", event)
  state.economy.withdrawn += event.amount
}

export function spendingLimitsSet({ economy }: LedgerState, event: StkEvents["SpendingLimitsSet"]): void {
  economy.spendingLimits = event.limits
}

export function teamScheduleSet({ economy }: LedgerState, event: StkEvents["TeamScheduleSet"]): void {
  economy.teamCliffSeconds = event.cliffSeconds
  economy.teamVestingSeconds = event.vestingSeconds
}
