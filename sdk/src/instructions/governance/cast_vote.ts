import { SystemProgram, type PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../../constants.js"
import { ballotsPda, pagePda, proposalPda, snapshotPda, stakePagePda } from "../../pdas.js"
import { encodeInstruction, type ProgramParameters } from "../encode.js"

/** Parameters of {@link castVoteInstruction}. */
export interface CastVoteParameters extends ProgramParameters {
  /** The member; pays the rent of the page's ballots where it votes first. */
  wallet: PublicKey
  economy: PublicKey
  /** Index of the proposal. */
  proposal: number
  /** Index of the member's page. */
  page: number
  slot: number
  approve: boolean
  /** Number of the page's snapshot that covers the proposal's; null while the page is behind that one. */
  snapshot: number | null
  /** Places of the member's stakes from before the proposal's snapshot. */
  stakePlaces?: readonly number[] | undefined
}

/**
 * Votes with the balance that a member had in the proposal's snapshot, and with stakes from before it. The member may, also
 * while the economy is paused.
 * @throws {VotingIsOver} @throws {SnapshotMissing} @throws {WrongSnapshot} @throws {StakeDoesNotVote}
 * @throws {AlreadyVoted} @throws {NothingToVote}
 */
export function castVoteInstruction(p: CastVoteParameters): TransactionInstruction {
  const programId = p.programId ?? STK_PROGRAM_ID
  const { economy, slot, approve, stakePlaces = [] } = p
  const [proposal] = proposalPda(economy, p.proposal, programId)
  const [ballots] = ballotsPda(proposal, p.page, programId)
  const [page] = pagePda(economy, p.page, programId)
  // The program's own address stands for an account that is left out.
  const snapshot = p.snapshot === null ? programId : snapshotPda(economy, p.page, p.snapshot, programId)[0]
  const stakes = stakePlaces.length === 0 ? programId : stakePagePda(economy, p.page, programId)[0]
  const accounts = {
    wallet: p.wallet,
    proposal,
    ballots,
    page,
    snapshot,
    stakes,
    systemProgram: SystemProgram.programId,
  }
  return encodeInstruction("castVote", accounts, { slot, approve, stakePlaces }, programId)
}
