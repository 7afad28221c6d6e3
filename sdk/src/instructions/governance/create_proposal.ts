import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { governancePda, pagePda, proposalPda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link createProposalInstruction}. */
export interface CreateProposalParameters extends ProgramParameters {
  /** The member who proposes; pays the rent. */
  wallet: PublicKey
  economy: PublicKey
  /** The economy's `proposals`: the index that the proposal gets. */
  proposal: number
  /** Index of the member's page. */
  page: number
  slot: number
  /** 1 to 64 bytes. */
  title: string
  /** Hash of the text that explains it, 32 bytes. */
  descriptionHash: Uint8Array
  /** What is called when it has passed, with the signature of the governance's address. */
  instruction: TransactionInstruction
}

/**
 * Proposes to call an instruction with the governance's signature. A member whose balance reaches the threshold may.
 * @throws {BelowThreshold} @throws {BadTitle} @throws {InstructionTooLarge}
 */
export function createProposalInstruction(p: CreateProposalParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const [governance] = governancePda(p.economy, programId)
  const [proposal] = proposalPda(p.economy, p.proposal, programId)
  const [page] = pagePda(p.economy, p.page, programId)
  const accounts = {
    wallet: p.wallet,
    economy: p.economy,
    governance,
    proposal,
    page,
    systemProgram: SystemProgram.programId,
  }
  const instruction = {
    programId: p.instruction.programId,
    accounts: p.instruction.keys.map(({ pubkey, isSigner, isWritable }) => ({
      address: pubkey,
      isSigner,
      isWritable,
    })),
    data: p.instruction.data,
  }
  const { slot, title, descriptionHash } = p
  return encodeInstruction(
    "createProposal",
    accounts,
    { slot, title, descriptionHash, instruction },
    programId,
  )
}
