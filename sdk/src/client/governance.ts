import type { TransactionInstruction } from "@solana/web3.js"
import { fetchBallots } from "../accounts/ballots.js"
import { fetchGovernance, type Governance } from "../accounts/governance.js"
import { fetchAllProposals, fetchProposal, type Proposal } from "../accounts/proposal.js"
import { fetchAllSnapshots } from "../accounts/snapshot.js"
import { AccountNotFoundError } from "../errors/base.js"
import { closeBallotsInstruction } from "../instructions/governance/close_ballots.js"
import { closeProposalInstruction } from "../instructions/governance/close_proposal.js"
import {
  createGovernanceInstruction,
  type GovernanceParameters,
} from "../instructions/governance/create_governance.js"
import { setGovernanceInstruction } from "../instructions/governance/set_governance.js"
import { ballotsPda, governancePda, pagePda, proposalPda, snapshotPda } from "../pdas.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import { planExecution, planProposal, planVote } from "../plan/governance.js"
import { transactionsOf } from "../plan/plan.js"
import type { SentTransaction } from "./send.js"
import type { StkSigner } from "./signer.js"
import { StakingClient } from "./staking.js"

/** Proposals and votes. */
export abstract class GovernanceClient extends StakingClient {
  /** The economy's governance; null when there is none. */
  fetchGovernance(): Promise<Governance | null> {
    return fetchGovernance(this.connection, governancePda(this.economy, this.programId)[0], this.programId)
  }

  /** A proposal; null when there is none, or it was closed. */
  fetchProposal(proposal: number): Promise<Proposal | null> {
    const [address] = proposalPda(this.economy, proposal, this.programId)
    return fetchProposal(this.connection, address, this.programId)
  }

  /** All proposals that were not closed, the oldest first. */
  async fetchProposals(): Promise<Proposal[]> {
    const { proposals } = await this.fetchEconomy()
    const addresses = Array.from(
      { length: proposals },
      (_, index) => proposalPda(this.economy, index, this.programId)[0],
    )
    const found = await fetchAllProposals(this.connection, addresses, this.programId)
    return found.filter((proposal) => proposal !== null)
  }

  /** Creates the economy's governance, as the admin. @throws {NotAdmin} */
  createGovernance(parameters: GovernanceParameters): Promise<SentTransaction> {
    const admin = this.signer.publicKey
    const instruction = createGovernanceInstruction({ ...this.at, admin, parameters })
    const { createGovernance } = ESTIMATED_COMPUTE_UNITS
    return this.sendEstimated("creation of the governance", [instruction], createGovernance)
  }

  /** Proposes to call an instruction as the governance, and keeps all pages' balances for the vote. @throws {BelowThreshold} */
  async propose(
    title: string,
    descriptionHash: Uint8Array,
    instruction: TransactionInstruction,
    now: number = Math.floor(Date.now() / 1000),
  ): Promise<SentTransaction[]> {
    const wallet = this.signer.publicKey
    const { proposals, snapshot } = await this.fetchEconomy()
    const { page, slot } = await this.memberOf(wallet)
    const pages = (await this.fetchPages()).map(({ header }) => header)
    const state = { proposals, snapshot, pages, governance: await this.governance(), now }
    const text = { title, descriptionHash, instruction }
    return this.execute(planProposal({ ...this.planned, ...state, ...text, wallet, page, slot }))
  }

  /** Proposes other terms for later proposals. @throws {BelowThreshold} @throws {BadQuorum} when it is executed */
  proposeGovernance(
    title: string,
    descriptionHash: Uint8Array,
    parameters: GovernanceParameters,
    now?: number,
  ): Promise<SentTransaction[]> {
    return this.propose(title, descriptionHash, setGovernanceInstruction({ ...this.at, parameters }), now)
  }

  /** Votes with everything of the signer's that can and has not. @throws {VotingIsOver} @throws {NothingToVote} */
  async vote(proposal: number, approve: boolean): Promise<SentTransaction[]> {
    const wallet = this.signer.publicKey
    const found = await this.proposalAt(proposal)
    const { page: index, slot } = await this.memberOf(wallet)
    const page = (await this.fetchPage(index))?.header
    if (!page)
      throw new AccountNotFoundError("MemberPage", pagePda(this.economy, index, this.programId)[0].toBase58())
    const [address] = proposalPda(this.economy, proposal, this.programId)
    const [ballots] = ballotsPda(address, index, this.programId)
    const kept = [0, 1].map((parity) => snapshotPda(this.economy, index, parity, this.programId)[0])
    const snapshots = await fetchAllSnapshots(this.connection, kept, this.programId)
    const state = {
      snapshots: snapshots.filter((snapshot) => snapshot !== null),
      stakes: await this.fetchStakes(wallet),
      ballots: await fetchBallots(this.connection, ballots, this.programId),
    }
    return this.execute(planVote({ ...this.planned, ...state, wallet, proposal: found, page, slot, approve }))
  }

  /** Executes a passed proposal; `signers` sign for its instruction. @throws {TimeLocked} @throws {NotPassed} */
  async executeProposal(proposal: number, signers: readonly StkSigner[] = []): Promise<SentTransaction[]> {
    const payer = this.signer.publicKey
    const named = { signers: signers.map((signer) => signer.publicKey) }
    const found = await this.proposalAt(proposal)
    const snapshotDue = await this.snapshotDueOf(await this.pagesIn(found.instruction))
    const plan = planExecution({ ...this.planned, ...named, payer, proposal: found, snapshotDue })
    const sent: SentTransaction[] = []
    for (const planned of transactionsOf(plan)) sent.push(await this.send(planned, signers))
    return sent
  }

  /** Closes a proposal that is over; the rent goes back to its proposer. @throws {ProposalIsOpen} */
  async closeProposal(proposal: number): Promise<SentTransaction> {
    const { proposer } = await this.proposalAt(proposal)
    const instruction = closeProposalInstruction({ ...this.at, proposal, proposer })
    return this.sendEstimated(
      `closing of proposal ${proposal}`,
      [instruction],
      ESTIMATED_COMPUTE_UNITS.closeProposal,
    )
  }

  /** Closes the ballots of a page once the vote is over; the rent goes back to who paid it. @throws {VotingNotOver} */
  async closeBallots(proposal: number, page: number): Promise<SentTransaction> {
    const [address] = proposalPda(this.economy, proposal, this.programId)
    const [ballots] = ballotsPda(address, page, this.programId)
    const found = await fetchBallots(this.connection, ballots, this.programId)
    if (!found) throw new AccountNotFoundError("Ballots", ballots.toBase58())
    const instruction = closeBallotsInstruction({ ...this.at, proposal, page, payer: found.payer })
    const { closeBallots } = ESTIMATED_COMPUTE_UNITS
    return this.sendEstimated(`closing of ballots of page ${page}`, [instruction], closeBallots)
  }

  /** Indexes of the member pages that an instruction changes. */
  private async pagesIn({ keys }: TransactionInstruction): Promise<number[]> {
    const { pages } = await this.fetchEconomy()
    const written = new Set(keys.filter((key) => key.isWritable).map(({ pubkey }) => pubkey.toBase58()))
    const addressOf = (page: number) => pagePda(this.economy, page, this.programId)[0].toBase58()
    return Array.from({ length: pages }, (_, page) => page).filter((page) => written.has(addressOf(page)))
  }

  private async governance(): Promise<Governance> {
    const governance = await this.fetchGovernance()
    if (governance) return governance
    throw new AccountNotFoundError("Governance", governancePda(this.economy, this.programId)[0].toBase58())
  }

  private async proposalAt(proposal: number): Promise<Proposal> {
    const found = await this.fetchProposal(proposal)
    if (found) return found
    const [address] = proposalPda(this.economy, proposal, this.programId)
    throw new AccountNotFoundError("Proposal", address.toBase58())
  }
}
