import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** What one member of a page is paid at once. */
export interface RewardPayment {
  slot: number
  /** Base units. */
  amount: bigint
}

/** Parameters of {@link payRewardsInstruction}. */
export interface PayRewardsParameters extends ProgramParameters {
  validator: PublicKey
  economy: PublicKey
  /** Index of a kind that needs no freeze. */
  kind: number
  /** SHA-256 of the reasons for all payments. */
  reason: Uint8Array
  /** Index of the page of all members who are paid. */
  page: number
  payments: readonly RewardPayment[]
}

/**
 * Pays rewards of a kind without a freeze to balances of one page. The validator may.
 * @throws {UnknownRewardKind} @throws {RewardNeedsFreeze} @throws {FundTooSmall} @throws {SnapshotDue}
 */
export function payRewardsInstruction(p: PayRewardsParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const { validator, economy, kind, reason, payments } = p
  return encodeInstruction("payRewards", { validator, economy, page }, { kind, reason, payments }, programId)
}
