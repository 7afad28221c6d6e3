import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { pagePda, stakePagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link redistributePageInstruction}. */
export interface RedistributePageParameters extends ProgramParameters {
  economy: PublicKey
  /** Index of the page. */
  page: number
  /** Whether the page has a stake page, as its head says. */
  hasStakes: boolean
}

/**
 * Takes the share of its band from every inactive member of a page, once a quarter. Anyone may.
 * @throws {AlreadyRedistributed} @throws {NoBands} @throws {WeekIsOpen} @throws {WeeksBehind} @throws {StakePageMissing}
 */
export function redistributePageInstruction(p: RedistributePageParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [page] = pagePda(p.economy, p.page, programId)
  const stakes = p.hasStakes ? stakePagePda(p.economy, p.page, programId)[0] : null
  return encodeInstruction("redistributePage", { economy: p.economy, page, stakes }, {}, programId)
}
