import { STK_PRESET, formatAmount, type Economy } from "@stk/sdk"
import { bar, grouped, tokens } from "../show"
import type { Voice } from "../voice"

/** Names of the funds, by their index. */
export const FUND_NAMES = ["Rewards Pool", "Treasury", "Startup Fund", "Team", "Liquidity"] as const

/** Whole tokens; what is left of one is cut. */
export const stk = (baseUnits: bigint) => tokens(baseUnits, STK_PRESET.decimals)
/** All digits of an amount. */
export const exactly = (baseUnits: bigint) => grouped(formatAmount(baseUnits, STK_PRESET.decimals))

/** Who holds what was released. */
export function showEconomy(voice: Voice, economy: Economy): void {
  const rows = [
    ...FUND_NAMES.map((name, index) => [name, economy.funds[index] ?? 0n] as const),
    ["Members", economy.memberBalances] as const,
  ]
  const largest = rows.reduce((high, [, amount]) => (amount > high ? amount : high), 0n)
  voice.say(
    `  ${stk(economy.minted)} STK released in ${economy.releasedDays} days, of at most ${stk(economy.emissionCap)} ever\n`,
  )
  voice.table(
    ["", "STK", ""],
    rows.map(([name, amount]) => [name, stk(amount), bar(amount, largest)]),
    [0, 2],
  )
}
