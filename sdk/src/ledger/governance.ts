import { Buffer } from "buffer"
import { TransactionInstruction, type PublicKey } from "@solana/web3.js"
import type { Proposal } from "../accounts/proposal.js"
import { LedgerContradictionError } from "../errors/base.js"
import type { StkEvents } from "../events.js"
import { hasBit, withBits } from "../math/bitmap.js"
import { ballotsPda, governanceAuthorityPda, governancePda, proposalPda } from "../pdas.js"
import { agree, type LedgerState } from "./state.js"

/** Bytes of a bit for every slot of a page, and for every place of a stake page. */
const SLOT_BYTES = 128
const STAKE_BYTES = 512

function proposalOf(state: LedgerState, event: string, index: number): Proposal {
  const proposal = state.proposals.get(index)
  if (proposal === undefined) throw new LedgerContradictionError(event, "proposal", index, "no such proposal")
  return proposal
}

export function governanceSet(state: LedgerState, event: StkEvents["GovernanceSet"]): void {
  const { votingSeconds, timeLockSeconds, quorumBps, threshold } = event.parameters
  const before = state.governance
  const [authority, authorityBump] = governanceAuthorityPda(state.address, state.programId)
  agree("GovernanceSet", "authority", event.authority.toBase58(), authority.toBase58())
  state.governance = {
    economy: state.address,
    authority,
    votingSeconds,
    timeLockSeconds,
    quorumBps,
    threshold,
    snapshotTakenAt: before?.snapshotTakenAt ?? 0,
    votesEnd: before?.votesEnd ?? [0, 0],
    bump: governancePda(state.address, state.programId)[1],
    authorityBump,
  }
}

export function proposalCreated(state: LedgerState, event: StkEvents["ProposalCreated"]): void {
  const { economy, governance } = state
  agree("ProposalCreated", "proposal", event.proposal, economy.proposals)
  if (governance === null)
    throw new LedgerContradictionError("ProposalCreated", "economy", state.address, "no governance")
  const votingStarted = event.votingEnds - governance.votingSeconds
  if (event.snapshot !== economy.snapshot) {
    governance.snapshotTakenAt = votingStarted
    economy.snapshotTakenAt = votingStarted
  }
  economy.snapshot = event.snapshot
  economy.proposals++
  const [even, odd] = governance.votesEnd
  governance.votesEnd =
    event.snapshot % 2 === 0
      ? [Math.max(even, event.votingEnds), odd]
      : [even, Math.max(odd, event.votingEnds)]
  const { programId, accounts, data } = event.instruction
  state.proposals.set(event.proposal, {
    economy: state.address,
    index: event.proposal,
    proposer: event.wallet,
    title: event.title,
    descriptionHash: event.descriptionHash,
    snapshot: event.snapshot,
    quorum: event.quorum,
    yes: 0n,
    no: 0n,
    voters: 0,
    votingEnds: event.votingEnds,
    executableAt: event.executableAt,
    executed: false,
    instruction: new TransactionInstruction({
      programId,
      keys: accounts.map(({ address, isSigner, isWritable }) => ({ pubkey: address, isSigner, isWritable })),
      data: Buffer.from(data),
    }),
    bump: proposalPda(state.address, event.proposal, state.programId)[1],
    authorityBump: governance.authorityBump,
  })
}

export function voteCast(state: LedgerState, event: StkEvents["VoteCast"]): void {
  const proposal = proposalOf(state, "VoteCast", event.proposal)
  const [address] = proposalPda(state.address, event.proposal, state.programId)
  const [key, bump] = ballotsPda(address, event.page, state.programId)
  const ballots = state.ballots.get(key.toBase58()) ?? {
    proposal: address,
    page: event.page,
    payer: event.wallet,
    votingEnds: proposal.votingEnds,
    slots: new Uint8Array(SLOT_BYTES),
    stakes: new Uint8Array(STAKE_BYTES),
    bump,
  }
  const isFirst = !hasBit(ballots.slots, event.slot)
  state.ballots.set(key.toBase58(), {
    ...ballots,
    slots: withBits(ballots.slots, [event.slot]),
    stakes: withBits(ballots.stakes, event.stakePlaces),
  })
  if (event.approve) proposal.yes += event.weight
  else proposal.no += event.weight
  if (isFirst) proposal.voters++
  agree("VoteCast", "yes", event.yes, proposal.yes)
  agree("VoteCast", "no", event.no, proposal.no)
}

export function proposalExecuted(state: LedgerState, event: StkEvents["ProposalExecuted"]): void {
  const proposal = proposalOf(state, "ProposalExecuted", event.proposal)
  agree("ProposalExecuted", "yes", event.yes, proposal.yes)
  agree("ProposalExecuted", "no", event.no, proposal.no)
  proposal.executed = true
}

export function proposalClosed(state: LedgerState, event: StkEvents["ProposalClosed"]): void {
  proposalOf(state, "ProposalClosed", event.proposal)
  state.proposals.delete(event.proposal)
}

/** Names no economy, so it is passed over unless the ballots are of one of this economy's proposals. */
export function ballotsClosed(
  state: LedgerState,
  event: { readonly proposal: PublicKey; readonly page: number },
): void {
  state.ballots.delete(ballotsPda(event.proposal, event.page, state.programId)[0].toBase58())
}
