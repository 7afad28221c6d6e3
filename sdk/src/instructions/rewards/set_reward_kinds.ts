import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import type { RewardKind } from "../../accounts/economy.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link setRewardKindsInstruction}. */
export interface SetRewardKindsParameters extends ProgramParameters {
  admin: PublicKey
  economy: PublicKey
  /** At most 8; they replace all that there are. */
  kinds: readonly RewardKind[]
}

/**
 * Replaces the kinds of explicit rewards; rewards granted before keep the terms they have. The admin may.
 * @throws {TooManyRewardKinds} @throws {BadRewardKindName} @throws {BadFreeze}
 */
export function setRewardKindsInstruction(p: SetRewardKindsParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const { admin, economy, kinds } = p
  return encodeInstruction("setRewardKinds", { admin, economy }, { kinds }, programId)
}
