import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { hasVoted, type Ballots } from "../accounts/ballots.js"
import type { Governance } from "../accounts/governance.js"
import type { PageHeader } from "../accounts/page.js"
import type { Proposal } from "../accounts/proposal.js"
import type { Snapshot } from "../accounts/snapshot.js"
import type { Stake } from "../accounts/stake.js"
import { PlanError } from "../errors/base.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { castVoteInstruction } from "../instructions/governance/cast_vote.js"
import { createProposalInstruction } from "../instructions/governance/create_proposal.js"
import { executeProposalInstruction } from "../instructions/governance/execute_proposal.js"
import { snapshotOfProposal } from "../math/governance.js"
import { governanceAuthorityPda } from "../pdas.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import { transactionsOf, type Plan } from "./plan.js"
import {
  keepPages,
  planAfterKeeping,
  planSnapshots,
  type PageSnapshotState,
  type SnapshotDue,
  type SnapshotsDone,
} from "./snapshot.js"
import { planTransaction, type TransactionOptions } from "./transaction.js"

export interface PlanProposalParameters extends ProgramParameters, TransactionOptions {
  /** The member who proposes; pays fees and rents. */
  wallet: PublicKey
  economy: PublicKey
  /** Index of the member's page. */
  page: number
  slot: number
  /** 1 to 64 bytes. */
  title: string
  /** Hash of the text that explains it, 32 bytes. */
  descriptionHash: Uint8Array
  /** What is called when it has passed. */
  instruction: TransactionInstruction
  /** The economy's `proposals`. */
  proposals: number
  /** The economy's `snapshot`. */
  snapshot: number
  governance: Pick<Governance, "votingSeconds" | "snapshotTakenAt" | "votesEnd">
  /** All pages of the economy. */
  pages: readonly PageSnapshotState[]
  /** Unix seconds: decides whether the proposal takes a new snapshot. */
  now: number
}

/**
 * Plans a proposal and then the keeping of all pages' balances for its vote, until when no balance of a page can change.
 * Where the chain's clock decides otherwise than `now`, the proposal stands all the same and `planSnapshots` plans the rest.
 */
export function planProposal(p: PlanProposalParameters): Plan<SnapshotsDone> {
  const { wallet, economy, page, slot, title, descriptionHash, instruction, programId } = p
  const creation = createProposalInstruction({
    wallet,
    economy,
    proposal: p.proposals,
    page,
    slot,
    title,
    descriptionHash,
    instruction,
    programId,
  })
  const { transaction, createProposal } = ESTIMATED_COMPUTE_UNITS
  const bytes = creation.data.length
  const units = transaction + createProposal.base + createProposal.byte * bytes
  const snapshot = snapshotOfProposal(p.snapshot, p.governance, p.now)
  const snapshots = planSnapshots({ ...p, payer: wallet, snapshot })
  const created = planTransaction(`proposal ${p.proposals}`, wallet, [creation], units, p)
  return {
    lanes: [{ name: `proposal ${p.proposals}`, transactions: [created, ...transactionsOf(snapshots)] }],
    alreadyDone: snapshots.alreadyDone,
  }
}

export interface PlanVoteParameters extends ProgramParameters, TransactionOptions {
  /** The member; pays the fee, and the rent of the page's ballots where it votes first. */
  wallet: PublicKey
  economy: PublicKey
  proposal: Pick<Proposal, "index" | "snapshot">
  page: Pick<PageHeader, "index" | "snapshot">
  slot: number
  approve: boolean
  /** The page's kept balances: those of either number that exist. */
  snapshots: readonly Pick<Snapshot, "number" | "since">[]
  /** The member's stakes. */
  stakes?: readonly Pick<Stake, "place" | "slot" | "snapshot">[] | undefined
  /** The page's ballots; null before its first vote. */
  ballots: Pick<Ballots, "slots" | "stakes"> | null
}

/** What has voted already. */
export interface VoteDone {
  balance: boolean
  /** Places of stakes. */
  stakePlaces: readonly number[]
}

/**
 * Plans a vote with the member's balance in the proposal's snapshot and every stake from before it. There is no lane when
 * all of that has voted. @throws {PlanError} when the balances that it weighs by are not given
 */
export function planVote(p: PlanVoteParameters): Plan<VoteDone> {
  const { wallet, economy, proposal, page, slot, approve, ballots, programId } = p
  const places = (p.stakes ?? [])
    .filter((stake) => stake.slot === slot && stake.snapshot < proposal.snapshot)
    .map((stake) => stake.place)
  const balance = ballots !== null && hasVoted(ballots.slots, slot)
  const voted = places.filter((place) => ballots !== null && hasVoted(ballots.stakes, place))
  const stakePlaces = places.filter((place) => !voted.includes(place))
  const alreadyDone = { balance, stakePlaces: voted }
  if (balance && stakePlaces.length === 0) return { lanes: [], alreadyDone }
  const vote = castVoteInstruction({
    wallet,
    economy,
    proposal: proposal.index,
    page: page.index,
    slot,
    approve,
    snapshot: coveringSnapshot(p),
    stakePlaces,
    programId,
  })
  const { transaction, castVote } = ESTIMATED_COMPUTE_UNITS
  const name = `vote on proposal ${proposal.index}`
  const planned = planTransaction(name, wallet, [vote], transaction + castVote, p)
  return { lanes: [{ name, transactions: [planned] }], alreadyDone }
}

/** Number of the kept balances that a vote weighs by; null while the page itself still has them. */
function coveringSnapshot({ proposal, page, snapshots }: PlanVoteParameters): number | null {
  if (page.snapshot < proposal.snapshot) return null
  const covering = snapshots.find(
    ({ since, number }) => since <= proposal.snapshot && proposal.snapshot <= number,
  )
  if (covering) return covering.number
  // A page that was created after the snapshot has none; its members had nothing.
  throw new PlanError("The page has no balances of the proposal's snapshot", {
    details: [`page ${page.index}, snapshot ${proposal.snapshot}`],
  })
}

export interface PlanExecutionParameters extends ProgramParameters, TransactionOptions {
  /** Pays the fee; anyone may. */
  payer: PublicKey
  economy: PublicKey
  proposal: Pick<Proposal, "index" | "instruction" | "executed">
  /** Whoever signs for the proposed instruction besides the governance; nobody by default. */
  signers?: readonly PublicKey[] | undefined
  /** What the proposed instruction uses at most. */
  computeUnits?: number | undefined
  /** Pages whose balances the instruction changes and a vote needs; none by default. */
  snapshotDue?: SnapshotDue | undefined
}

/** Whether the proposal was executed already. */
export interface ExecutionDone {
  executed: boolean
}

/**
 * Plans the execution of a proposal. @throws {PlanError} when its instruction takes the signature of somebody who is not
 * named in `signers`, the payer included: it could do anything in that name
 */
export function planExecution(p: PlanExecutionParameters): Plan<ExecutionDone> {
  const { payer, economy, proposal, signers = [], programId } = p
  const alreadyDone = { executed: proposal.executed }
  if (proposal.executed) return { lanes: [], alreadyDone }
  const [authority] = governanceAuthorityPda(economy, programId)
  const { instruction } = proposal
  const unnamed = instruction.keys.find(
    ({ pubkey, isSigner }) =>
      isSigner && !pubkey.equals(authority) && !signers.some((signer) => signer.equals(pubkey)),
  )
  // The payer signs the transaction, so that the call would have its signature wherever the proposal asks for it.
  if (unnamed) {
    throw new PlanError("The proposed instruction takes a signature that was not agreed to", {
      details: [unnamed.pubkey.toBase58()],
    })
  }
  const execution = executeProposalInstruction({ economy, proposal: proposal.index, instruction, programId })
  const { transaction, executeProposal } = ESTIMATED_COMPUTE_UNITS
  const units = transaction + executeProposal.base + (p.computeUnits ?? executeProposal.instruction)
  const kept = keepPages(p, p.snapshotDue?.pages ?? [])
  const name = `execution of proposal ${proposal.index}`
  return {
    lanes: [{ name, transactions: planAfterKeeping(name, payer, kept, [execution], units, p) }],
    alreadyDone,
  }
}
