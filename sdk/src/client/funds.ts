import type { PublicKey } from "@solana/web3.js"
import { type FundIndex } from "../constants.js"
import type { Tuple } from "../idl/codec.js"
import { setSpendingLimitsInstruction } from "../instructions/funds/set_spending_limits.js"
import { setTeamScheduleInstruction } from "../instructions/funds/set_team_schedule.js"
import { spendFundInstruction } from "../instructions/funds/spend_fund.js"
import { withdrawFundInstruction } from "../instructions/funds/withdraw_fund.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import { GovernanceClient } from "./governance.js"
import type { SentTransaction } from "./send.js"

/** Spending of funds. */
export abstract class FundsClient extends GovernanceClient {
  /** Pays from a fund to a member's balance, as the treasurer. @throws {WeeklyLimitReached} @throws {TeamNotVested} */
  async spendFund(
    fund: FundIndex,
    recipient: PublicKey,
    amount: bigint,
    reason: string,
  ): Promise<SentTransaction> {
    const { page, slot } = await this.memberOf(recipient)
    const spending = { treasurer: this.signer.publicKey, fund, recipient, page, slot, amount, reason }
    const instruction = spendFundInstruction({ ...this.at, ...spending })
    const { spendFund } = ESTIMATED_COMPUTE_UNITS
    return this.sendKeeping("spending of a fund", [page], instruction, spendFund)
  }

  /** Pays from a fund to a token account, as the treasurer. @throws {WeeklyLimitReached} @throws {TeamNotVested} */
  withdrawFund(
    fund: FundIndex,
    destination: PublicKey,
    amount: bigint,
    reason: string,
  ): Promise<SentTransaction> {
    const spending = { treasurer: this.signer.publicKey, fund, destination, amount, reason }
    const instruction = withdrawFundInstruction({ ...this.at, ...spending })
    return this.sendEstimated("withdrawal of a fund", [instruction], ESTIMATED_COMPUTE_UNITS.withdrawFund)
  }

  /** Sets the most that may be spent from each fund in a calendar week, as the admin. */
  setSpendingLimits(limits: Tuple<bigint, 5>): Promise<SentTransaction> {
    const instruction = setSpendingLimitsInstruction({ ...this.at, admin: this.signer.publicKey, limits })
    return this.sendEstimated("limits of spending", [instruction], ESTIMATED_COMPUTE_UNITS.setSpendingLimits)
  }

  /** Sets the schedule of the Team fund, as the admin. @throws {TeamAlreadySpent} */
  setTeamSchedule(cliffSeconds: number, vestingSeconds: number): Promise<SentTransaction> {
    const schedule = { admin: this.signer.publicKey, cliffSeconds, vestingSeconds }
    return this.sendEstimated(
      "schedule of the team",
      [setTeamScheduleInstruction({ ...this.at, ...schedule })],
      ESTIMATED_COMPUTE_UNITS.setTeamSchedule,
    )
  }
}
