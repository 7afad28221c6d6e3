import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda, stakePagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link stakeInstruction}. */
export interface StakeParameters extends ProgramParameters {
  wallet: PublicKey
  economy: PublicKey
  /** Index of the member's page. */
  page: number
  slot: number
  /** Base units; at least one whole token. */
  amount: bigint
  /** 30, 90, 180 or 365. */
  termDays: number
}

/**
 * Locks part of a balance for a term. The member may, with at most four stakes at a time.
 * @throws {UnknownTerm} @throws {StakeTooSmall} @throws {TooManyStakes} @throws {StakePageFull} @throws {BalanceTooSmall}
 * @throws {SnapshotDue}
 */
export function stakeInstruction(p: StakeParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const [stakes] = stakePagePda(p.economy, p.page, programId)
  const { slot, amount, termDays } = p
  const accounts = { wallet: p.wallet, economy: p.economy, page, stakes }
  return encodeInstruction("stake", accounts, { slot, amount, termDays }, programId)
}
