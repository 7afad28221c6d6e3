import { Fund } from "../constants.js"
import type { StkEvents } from "../events.js"
import { agree, bookBalance, bookFund, memberWith, type LedgerState } from "./state.js"

export function deposited(state: LedgerState, event: StkEvents["Deposited"]): void {
  const member = memberWith(state, "Deposited", event.wallet)
  bookBalance(state.economy, member, event.amount)
  state.economy.deposited += event.amount
  agree("Deposited", "balance", event.balance, member.balance)
}

export function withdrawn(state: LedgerState, event: StkEvents["Withdrawn"]): void {
  const member = memberWith(state, "Withdrawn", event.wallet)
  bookBalance(state.economy, member, -event.amount)
  state.economy.withdrawn += event.amount
  agree("Withdrawn", "balance", event.balance, member.balance)
}

export function surplusAbsorbed({ economy }: LedgerState, event: StkEvents["SurplusAbsorbed"]): void {
  bookFund(economy, Fund.RewardsPool, event.amount)
  economy.deposited += event.amount
  agree("SurplusAbsorbed", "rewardsPool", event.rewardsPool, economy.funds[Fund.RewardsPool])
}
