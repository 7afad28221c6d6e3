import {
  ballotsPda,
  castVoteInstruction,
  createGovernanceInstruction,
  createProposalInstruction,
  decodeBallots,
  decodeGovernance,
  decodeProposal,
  executeProposalInstruction,
  governanceAuthorityPda,
  governancePda,
  PAGE_SLOTS,
  proposalPda,
  proposeRoleInstruction,
  resumeInstruction,
  type Ballots,
  type Governance,
  type GovernanceParameters,
  type Proposal,
  type RoleName,
} from "@stk/sdk"
import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js"
import { memberKey, propose as proposeRole, roleIndex } from "./actions"
import { acceptRoleInstruction } from "@stk/sdk"
import { dataOf, readEconomy, readPage, type TestEconomy } from "./economy"
import { readSnapshot, snapshotPage } from "./staking"
import type { Chain, Sent } from "./svm"

export const DAY = 86_400
/** Seven days of voting, no time lock, a tenth of the circulating tokens, anybody with a token unit may propose. */
export const GOVERNANCE: GovernanceParameters = {
  votingSeconds: 7 * DAY,
  timeLockSeconds: 0,
  quorumBps: 1_000,
  threshold: 1n,
}
/** Hash of a description. */
export const DESCRIPTION = new Uint8Array(32).fill(7)

const placeOf = (index: number) => ({ page: Math.floor(index / PAGE_SLOTS), slot: index % PAGE_SLOTS })

/** Creates the economy's governance; gives the address that its decisions act as. */
export function createGovernance(
  chain: Chain,
  economy: TestEconomy,
  changes: Partial<GovernanceParameters> = {},
): PublicKey {
  const { admin } = economy.actors
  const parameters = { ...GOVERNANCE, ...changes }
  const at = { admin: admin.publicKey, economy: economy.address, parameters }
  chain.send(createGovernanceInstruction(at), [admin])
  return governanceAuthorityPda(economy.address)[0]
}

/** The economy's governance as it stands. */
export function readGovernance(chain: Chain, economy: TestEconomy): Governance {
  return decodeGovernance(dataOf(chain, governancePda(economy.address)[0]))
}

/** A proposal as it stands. */
export function readProposal(chain: Chain, economy: TestEconomy, index = 0): Proposal {
  return decodeProposal(dataOf(chain, proposalPda(economy.address, index)[0]))
}

/** Who of a page voted on a proposal. */
export function readBallots(chain: Chain, economy: TestEconomy, proposal = 0, page = 0): Ballots {
  return decodeBallots(dataOf(chain, ballotsPda(proposalPda(economy.address, proposal)[0], page)[0]))
}

/** What a proposal can always do and nobody minds: the governance offers the admin's role, if it is the admin, to nobody. */
export function harmless(economy: TestEconomy): TransactionInstruction {
  return proposeRoleInstruction({
    authority: governanceAuthorityPda(economy.address)[0],
    economy: economy.address,
    role: roleIndex("guardian"),
    proposed: economy.actors.stranger.publicKey,
  })
}

/** The instruction by which the governance ends a pause. */
export function resumeByGovernance(economy: TestEconomy): TransactionInstruction {
  return resumeInstruction({ admin: governanceAuthorityPda(economy.address)[0], economy: economy.address })
}

export interface ProposalOptions {
  /** The member who proposes, by global index; the first by default. */
  by?: number
  instruction?: TransactionInstruction
  title?: string
  /** Keeps no page's balances. */
  withoutSnapshots?: boolean
}

/** The instruction by which a member proposes. */
export function proposalOf(
  chain: Chain,
  economy: TestEconomy,
  { by = 0, instruction = harmless(economy), title = "A proposal" }: ProposalOptions = {},
): TransactionInstruction {
  return createProposalInstruction({
    wallet: memberKey(economy, by).publicKey,
    economy: economy.address,
    proposal: readEconomy(chain, economy).proposals,
    ...placeOf(by),
    title,
    descriptionHash: DESCRIPTION,
    instruction,
  })
}

/** A member proposes, and all pages' balances are kept; gives the proposal's index. */
export function propose(chain: Chain, economy: TestEconomy, options: ProposalOptions = {}): number {
  const { proposals: index } = readEconomy(chain, economy)
  chain.send(proposalOf(chain, economy, options), [payingMember(chain, economy, options.by ?? 0)])
  if (options.withoutSnapshots !== true) keepBalances(chain, economy)
  return index
}

/** Keeps the balances of every page that is behind. */
export function keepBalances(chain: Chain, economy: TestEconomy): void {
  const { pages, snapshot } = readEconomy(chain, economy)
  for (let page = 0; page < pages; page++) {
    if (readPage(chain, economy, page).header.snapshot !== snapshot) snapshotPage(chain, economy, page)
  }
}

/** The key of a member, with lamports for rents. */
export function payingMember(chain: Chain, economy: TestEconomy, index: number): Keypair {
  const key = memberKey(economy, index)
  if (chain.getAccount(key.publicKey) === null) chain.airdrop(key.publicKey)
  return key
}

export interface VoteOptions {
  proposal?: number
  approve?: boolean
  stakePlaces?: readonly number[]
  /** Number of the kept balances; those of the proposal by default, none while the page is behind it. */
  snapshot?: number | null
}

/** The instruction by which the member with this global index votes. */
export function voteOf(
  chain: Chain,
  economy: TestEconomy,
  index: number,
  { proposal = 0, approve = true, stakePlaces = [], snapshot }: VoteOptions = {},
): TransactionInstruction {
  const { page } = placeOf(index)
  const number = readProposal(chain, economy, proposal).snapshot
  const isBehind = readPage(chain, economy, page).header.snapshot < number
  return castVoteInstruction({
    wallet: memberKey(economy, index).publicKey,
    economy: economy.address,
    proposal,
    ...placeOf(index),
    approve,
    snapshot: snapshot === undefined ? (isBehind ? null : number) : snapshot,
    stakePlaces,
  })
}

/** A member votes. */
export function vote(chain: Chain, economy: TestEconomy, index: number, options: VoteOptions = {}): Sent {
  const key = payingMember(chain, economy, index)
  return chain.send(voteOf(chain, economy, index, options), [key])
}

/** The instruction that executes a proposal. */
export function executionOf(chain: Chain, economy: TestEconomy, proposal = 0): TransactionInstruction {
  const { instruction } = readProposal(chain, economy, proposal)
  return executeProposalInstruction({ economy: economy.address, proposal, instruction })
}

/** Executes a proposal. */
export function execute(
  chain: Chain,
  economy: TestEconomy,
  proposal = 0,
  signers: readonly Keypair[] = [],
): Sent {
  return chain.send(executionOf(chain, economy, proposal), signers)
}

/** Proposes, lets the members vote for it and moves the clock to where it can be executed; gives the index. */
export function pass(
  chain: Chain,
  economy: TestEconomy,
  instruction: TransactionInstruction,
  voters: readonly number[] = [0],
): number {
  const proposal = propose(chain, economy, { instruction })
  for (const voter of voters) vote(chain, economy, voter, { proposal })
  chain.unixTime = readProposal(chain, economy, proposal).executableAt
  return proposal
}

/** Hands a role to the governance: offered by the admin, accepted by a passed proposal. */
export function handToGovernance(chain: Chain, economy: TestEconomy, role: RoleName): void {
  const [governance] = governanceAuthorityPda(economy.address)
  proposeRole(chain, economy, role, governance)
  const at = { holder: governance, economy: economy.address, role: roleIndex(role) }
  execute(chain, economy, pass(chain, economy, acceptRoleInstruction(at)))
}

/** What a member's balance was when snapshot `number` was taken. */
export function keptBalance(chain: Chain, economy: TestEconomy, index: number, number: number): bigint {
  const { page, slot } = placeOf(index)
  return readSnapshot(chain, economy, page, number).balances[slot] ?? 0n
}
