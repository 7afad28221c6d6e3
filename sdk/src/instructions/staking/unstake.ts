import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda, stakePagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link unstakeInstruction}. */
export interface UnstakeParameters extends ProgramParameters {
  wallet: PublicKey
  economy: PublicKey
  /** Index of the member's page. */
  page: number
  slot: number
  /** Where the stake is in the stake page. */
  place: number
  /** Id of the stake: another one may be in the place by then. */
  id: number
}

/**
 * Returns a stake whose term is over to the balance. The member may.
 * @throws {StakeIsLocked} @throws {StaleStake} @throws {SnapshotDue}
 */
export function unstakeInstruction(p: UnstakeParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const [stakes] = stakePagePda(p.economy, p.page, programId)
  const { slot, place, id } = p
  const accounts = { wallet: p.wallet, economy: p.economy, page, stakes }
  return encodeInstruction("unstake", accounts, { slot, place, id }, programId)
}
