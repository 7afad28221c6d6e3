import {
  PAGE_SLOTS,
  setSpendingLimitsInstruction,
  setTeamScheduleInstruction,
  spendFundInstruction,
  withdrawFundInstruction,
  type EconomyPreset,
  type FundIndex,
  type SetSpendingLimitsParameters,
} from "@stk/sdk"
import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { memberKey } from "./actions"
import type { TestEconomy } from "./economy"
import { PLAIN_PRESET } from "./presets"
import type { Chain, Sent } from "./svm"

/** Plain rules with a million base units a day in all five funds: 500,000, 200,000, 150,000, 100,000 and 50,000. */
export const FUNDED_PRESET: EconomyPreset = { ...PLAIN_PRESET, fundBps: [5_000, 2_000, 1_500, 1_000, 500] }

/** No limit for any fund that can be spent from. */
export const NO_LIMITS: SetSpendingLimitsParameters["limits"] = [
  0n,
  2n ** 64n - 1n,
  2n ** 64n - 1n,
  2n ** 64n - 1n,
  2n ** 64n - 1n,
]

/** Sets the weekly limits. */
export function setLimits(
  chain: Chain,
  economy: TestEconomy,
  limits: SetSpendingLimitsParameters["limits"],
): Sent {
  const { admin } = economy.actors
  const parameters = { admin: admin.publicKey, economy: economy.address, limits }
  return chain.send(setSpendingLimitsInstruction(parameters), [admin])
}

/** Sets the schedule of the Team fund. */
export function setSchedule(
  chain: Chain,
  economy: TestEconomy,
  cliffSeconds: number,
  vestingSeconds: number,
): Sent {
  const { admin } = economy.actors
  const parameters = { admin: admin.publicKey, economy: economy.address, cliffSeconds, vestingSeconds }
  return chain.send(setTeamScheduleInstruction(parameters), [admin])
}

export interface Spending {
  fund: FundIndex
  amount: bigint
  reason?: string
  /** Global index of the member who is paid; 0 by default. */
  index?: number
}

/** The instruction by which the treasurer pays a member. */
export function spendingOf(
  economy: TestEconomy,
  { fund, amount, reason = "prize", index = 0 }: Spending,
): TransactionInstruction {
  return spendFundInstruction({
    treasurer: economy.actors.treasurer.publicKey,
    economy: economy.address,
    fund,
    recipient: memberKey(economy, index).publicKey,
    page: Math.floor(index / PAGE_SLOTS),
    slot: index % PAGE_SLOTS,
    amount,
    reason,
  })
}

/** Pays a member from a fund. */
export function spend(chain: Chain, economy: TestEconomy, spending: Spending): Sent {
  return chain.send(spendingOf(economy, spending), [economy.actors.treasurer])
}

/** The instruction by which the treasurer pays a token account. */
export function fundWithdrawalOf(
  economy: TestEconomy,
  destination: PublicKey,
  { fund, amount, reason = "pool" }: Omit<Spending, "index">,
): TransactionInstruction {
  return withdrawFundInstruction({
    treasurer: economy.actors.treasurer.publicKey,
    economy: economy.address,
    fund,
    destination,
    amount,
    reason,
  })
}

/** Pays a token account from a fund. */
export function withdrawFromFund(
  chain: Chain,
  economy: TestEconomy,
  destination: PublicKey,
  spending: Omit<Spending, "index">,
): Sent {
  return chain.send(fundWithdrawalOf(economy, destination, spending), [economy.actors.treasurer])
}
