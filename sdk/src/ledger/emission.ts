import { Fund } from "../constants.js"
import type { StkEvents } from "../events.js"
import { agree, bookFund, type LedgerState } from "./state.js"

export function emissionReleased({ economy }: LedgerState, event: StkEvents["EmissionReleased"]): void {
  for (const fund of Object.values(Fund)) bookFund(economy, fund, event.shares[fund])
  economy.minted += event.amount
  economy.releasedDays = event.releasedDays
  agree("EmissionReleased", "minted", event.minted, economy.minted)
}
