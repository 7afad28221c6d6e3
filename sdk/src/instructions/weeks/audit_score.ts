import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda, weekPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link auditScoreInstruction}. */
export interface AuditScoreParameters extends ProgramParameters {
  economy: PublicKey
  /** Index of the week. */
  week: number
  /** Index of the page. */
  page: number
  slot: number
  /** Raw counts as in the published leaf: 7 days × scored types × u16, little endian. */
  dailyCounts: Uint8Array
  /** From the leaf's sibling up. */
  proof: readonly Uint8Array[]
}

/**
 * Recomputes a member's points of the current week from the published daily counts and records a mismatch. Anyone may,
 * until the next week is opened. @throws {AuditIsOver} @throws {ProofDoesNotMatch}
 */
export function auditScoreInstruction(p: AuditScoreParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [week] = weekPda(p.economy, p.week, programId)
  const [page] = pagePda(p.economy, p.page, programId)
  const args = { slot: p.slot, dailyCounts: p.dailyCounts, proof: p.proof }
  return encodeInstruction("auditScore", { economy: p.economy, week, page }, args, programId)
}
