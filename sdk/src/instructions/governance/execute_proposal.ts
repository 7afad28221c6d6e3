import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { governanceAuthorityPda, proposalPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link executeProposalInstruction}. */
export interface ExecuteProposalParameters extends ProgramParameters {
  economy: PublicKey
  /** Index of the proposal. */
  proposal: number
  /** The proposed instruction. Whoever it names as a signer besides the governance must sign the transaction. */
  instruction: TransactionInstruction
}

/**
 * Calls the instruction of a passed proposal, once. Anyone may, within 30 days after the time lock.
 * @throws {AlreadyExecuted} @throws {TimeLocked} @throws {ProposalExpired} @throws {NotPassed} @throws {WrongInstruction}
 */
export function executeProposalInstruction(p: ExecuteProposalParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [authority] = governanceAuthorityPda(p.economy, programId)
  const [proposal] = proposalPda(p.economy, p.proposal, programId)
  const accounts = { proposal, targetProgram: p.instruction.programId }
  // The program signs for the governance, which has no key.
  const remaining = p.instruction.keys.map((key) => ({
    ...key,
    isSigner: key.isSigner && !key.pubkey.equals(authority),
  }))
  return encodeInstruction("executeProposal", accounts, {}, programId, remaining)
}
