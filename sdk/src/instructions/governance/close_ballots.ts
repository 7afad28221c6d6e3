import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { ballotsPda, proposalPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link closeBallotsInstruction}. */
export interface CloseBallotsParameters extends ProgramParameters {
  economy: PublicKey
  /** Index of the proposal. */
  proposal: number
  /** Index of the member page. */
  page: number
  /** Who paid the rent, and gets it back. */
  payer: PublicKey
}

/** Closes the ballots of a page after the vote. Anyone may. @throws {VotingNotOver} @throws {WrongPayer} */
export function closeBallotsInstruction(p: CloseBallotsParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [proposal] = proposalPda(p.economy, p.proposal, programId)
  const [ballots] = ballotsPda(proposal, p.page, programId)
  return encodeInstruction("closeBallots", { ballots, payer: p.payer }, {}, programId)
}
