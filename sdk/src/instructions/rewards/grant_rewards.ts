import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { DEFAULT_FREEZE, NO_COUNTERPARTY, STK_PROGRAM_ID } from "../../constants.js"
import { escrowPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** A reward to be frozen. */
export interface RewardGrant {
  /** A free place of the escrow page. */
  place: number
  /** Global index of the member who gets it. */
  member: number
  /** Global index of the member who confirms it, or whose activity does; nobody by default. */
  counterparty?: number | undefined
  /** Base units. */
  amount: bigint
}

/** Parameters of {@link grantRewardsInstruction}. */
export interface GrantRewardsParameters extends ProgramParameters {
  validator: PublicKey
  economy: PublicKey
  /** Index of the kind of all grants. */
  kind: number
  /** Whole days within the kind's bounds; the kind's usual freeze by default. */
  freezeDays?: number | undefined
  /** SHA-256 of the reasons for all grants. */
  reason: Uint8Array
  escrowPage: number
  grants: readonly RewardGrant[]
}

/**
 * Freezes rewards in free places of an escrow page. The validator may.
 * @throws {FreezeOutOfRange} @throws {PlaceTaken} @throws {WrongCounterparty} @throws {FundTooSmall}
 */
export function grantRewardsInstruction(p: GrantRewardsParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [escrow] = escrowPda(p.economy, p.escrowPage, programId)
  const { validator, economy, kind, reason } = p
  const args = {
    kind,
    freezeDays: p.freezeDays ?? DEFAULT_FREEZE,
    reason,
    grants: p.grants.map((grant) => ({ ...grant, counterparty: grant.counterparty ?? NO_COUNTERPARTY })),
  }
  return encodeInstruction("grantRewards", { validator, economy, escrow }, args, programId)
}
