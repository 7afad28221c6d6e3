import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda, snapshotPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link snapshotPageInstruction}. */
export interface SnapshotPageParameters extends ProgramParameters {
  /** Pays the rent of the snapshot where there is none. */
  payer: PublicKey
  economy: PublicKey
  /** Index of the member page. */
  page: number
  /** Number of the economy's latest snapshot. */
  snapshot: number
}

/**
 * Keeps the balances of a member page for the votes on the latest snapshot's proposals. Anyone may, also while the economy
 * is paused. @throws {SnapshotNotDue}
 */
export function snapshotPageInstruction(p: SnapshotPageParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const [snapshot] = snapshotPda(p.economy, p.page, p.snapshot, programId)
  const accounts = {
    payer: p.payer,
    economy: p.economy,
    page,
    snapshot,
    systemProgram: SystemProgram.programId,
  }
  return encodeInstruction("snapshotPage", accounts, {}, programId)
}
