import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { escrowPda, pagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Where a frozen reward is. */
export interface RewardPlace {
  place: number
  id: number
}

/** Parameters of {@link resolveRewardsInstruction}. */
export interface ResolveRewardsParameters extends ProgramParameters {
  economy: PublicKey
  escrowPage: number
  /** Index of the page of all members whose rewards are named. */
  page: number
  places: readonly RewardPlace[]
}

/**
 * Ends frozen rewards of members of one page: to balances, or back to the funds that paid them. Anyone may.
 * @throws {RewardIsFrozen} @throws {Undecided} @throws {StaleReward} @throws {RewardOfAnotherPage} @throws {SnapshotDue}
 */
export function resolveRewardsInstruction(p: ResolveRewardsParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [escrow] = escrowPda(p.economy, p.escrowPage, programId)
  const [page] = pagePda(p.economy, p.page, programId)
  const { economy, places } = p
  return encodeInstruction("resolveRewards", { economy, escrow, page }, { places }, programId)
}
