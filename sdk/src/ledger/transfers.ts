import { Fund } from "../constants.js"
import type { StkEvents } from "../events.js"
import { agree, bookBalance, bookFund, bookVolume, memberWith, type LedgerState } from "./state.js"

export function transferred(state: LedgerState, event: StkEvents["Transferred"]): void {
  const { economy } = state
  const sender = memberWith(state, "Transferred", event.wallet)
  const recipient = memberWith(state, "Transferred", event.recipient)
  bookBalance(economy, sender, -event.amount)
  bookBalance(economy, recipient, event.amount - event.fee)
  bookFund(economy, Fund.Treasury, event.fee)
  bookVolume(economy, event.amount)
  agree("Transferred", "balance", event.balance, sender.balance)
  agree("Transferred", "recipientBalance", event.recipientBalance, recipient.balance)
  agree("Transferred", "treasury", event.treasury, economy.funds[Fund.Treasury])
}

export function transferFeeSet({ economy }: LedgerState, event: StkEvents["TransferFeeSet"]): void {
  economy.transferFeeBps = event.bps
}
