import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { proposalPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link closeProposalInstruction}. */
export interface CloseProposalParameters extends ProgramParameters {
  economy: PublicKey
  /** Index of the proposal. */
  proposal: number
  /** Who proposed, and gets the rent back. */
  proposer: PublicKey
}

/** Closes a proposal that was executed, has failed or expired. Anyone may. @throws {ProposalIsOpen} @throws {WrongPayer} */
export function closeProposalInstruction(p: CloseProposalParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [proposal] = proposalPda(p.economy, p.proposal, programId)
  return encodeInstruction("closeProposal", { proposal, proposer: p.proposer }, {}, programId)
}
