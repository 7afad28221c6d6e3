import { getAssociatedTokenAddressSync, TOKEN_PROGRAM_ID } from "@solana/spl-token"
import {
  Keypair,
  PublicKey,
  SystemProgram,
  SYSVAR_RENT_PUBKEY,
  TransactionInstruction,
  type AccountMeta,
} from "@solana/web3.js"
import type { Chain, Sent } from "../../utils/svm"
import { address, bytes, list, text, u16, u32, u64, u8 } from "./bytes"
import type { PublishedProgram } from "./published"

/** SPL Governance at the address that Realms uses. */
export const GOVERNANCE: PublishedProgram = {
  name: "governance",
  address: new PublicKey("GovER5Lthms3bLBqWub97yVrMmEogzX7xNjdXpPPCVZw"),
}

/** The program's own errors that the tests meet. */
export const GovernanceError = {
  InvalidStateCannotExecuteTransaction: 524,
  CannotExecuteTransactionWithinHoldUpTime: 525,
} as const

/** States of a proposal that the tests meet, as the program numbers them. */
export const ProposalState = { Voting: 2, Succeeded: 3, Completed: 5, Defeated: 7 } as const
/** The account's type, the governance and the mint stand before it. */
const STATE_OFFSET = 1 + 32 + 32

const AUTHORITY_SEED = Buffer.from("governance")
const MAX_U64 = 2n ** 64n - 1n

/** Indexes of variants, named as the program names them. */
const YES_VOTE_PERCENTAGE = u8(0)
const THRESHOLD_DISABLED = u8(2)
const [TIP_EARLY, TIP_DISABLED] = [u8(1), u8(2)]
const ABSOLUTE_WEIGHT = u8(1)
const LIQUID_TOKEN = u8(0)
const SINGLE_CHOICE = u8(0)
const [APPROVE, DENY] = [u8(0), u8(1)]

/** A community that votes with a token, and its address that signs what it decides. */
export interface Realm {
  readonly address: PublicKey
  readonly config: PublicKey
  /** The token that votes. */
  readonly mint: PublicKey
  /** Where deposited tokens are. */
  readonly holding: PublicKey
  /** The governance's address: the program signs with it when it executes a proposal. */
  readonly governance: PublicKey
  /** Seconds that lie between the end of a vote and its execution. */
  readonly holdUpSeconds: number
}

/** A transaction that was proposed. */
export interface Proposal {
  readonly address: PublicKey
  /** The account that holds the proposed transaction. */
  readonly transaction: PublicKey
  /** Who proposed it. */
  readonly owner: PublicKey
  readonly instruction: TransactionInstruction
}

const readonly = (pubkey: PublicKey): AccountMeta => ({ pubkey, isSigner: false, isWritable: false })
const writable = (pubkey: PublicKey): AccountMeta => ({ pubkey, isSigner: false, isWritable: true })
const signer = (pubkey: PublicKey): AccountMeta => ({ pubkey, isSigner: true, isWritable: false })
const payerOf = (chain: Chain): AccountMeta => ({
  pubkey: chain.payer.publicKey,
  isSigner: true,
  isWritable: true,
})
const SYSTEM = readonly(SystemProgram.programId)
const TOKEN = readonly(TOKEN_PROGRAM_ID)

function governanceInstruction(
  index: number,
  keys: AccountMeta[],
  ...data: readonly Buffer[]
): TransactionInstruction {
  const programId = GOVERNANCE.address
  return new TransactionInstruction({ programId, keys, data: Buffer.concat([u8(index), ...data]) })
}

function pda(...seeds: readonly Buffer[]): PublicKey {
  return PublicKey.findProgramAddressSync([...seeds], GOVERNANCE.address)[0]
}

function voterOf(realm: Realm, owner: PublicKey): PublicKey {
  return pda(AUTHORITY_SEED, address(realm.address), address(realm.mint), address(owner))
}

export interface RealmOptions {
  readonly name: string
  readonly mint: PublicKey
  /** The weight of which `yesPercent` must vote yes. */
  readonly weight: bigint
  readonly yesPercent: number
  /** Tokens that a proposal takes. */
  readonly weightToPropose: bigint
  /** Seconds that a proposal can be voted on. */
  readonly votingSeconds: number
  /** Seconds that lie between the end of a vote and its execution. */
  readonly holdUpSeconds: number
}

/**
 * Founds a realm without a council, and in it one governance, over `governed`. A proposal passes as soon as it has its
 * share of yes votes.
 */
export function createRealm(chain: Chain, governed: PublicKey, options: RealmOptions): Realm {
  const { name, mint, holdUpSeconds } = options
  const founder = chain.newSigner()
  const realm = pda(AUTHORITY_SEED, Buffer.from(name))
  const config = pda(Buffer.from("realm-config"), address(realm))
  const holding = pda(AUTHORITY_SEED, address(realm), address(mint))
  const governance = pda(Buffer.from("account-governance"), address(realm), address(governed))

  // Neither plugin, and whoever deposited may withdraw.
  const tokenConfig = Buffer.concat([u8(false), u8(false), LIQUID_TOKEN])
  const foundation = governanceInstruction(
    0,
    [
      writable(realm),
      readonly(founder.publicKey),
      readonly(mint),
      writable(holding),
      payerOf(chain),
      SYSTEM,
      TOKEN,
      readonly(SYSVAR_RENT_PUBKEY),
      writable(config),
    ],
    text(name),
    u8(false),
    u64(options.weightToPropose),
    ABSOLUTE_WEIGHT,
    u64(options.weight),
    tokenConfig,
    tokenConfig,
  )
  const creation = governanceInstruction(
    4,
    [
      readonly(realm),
      writable(governance),
      readonly(governed),
      // No record of a voter: the realm's authority signs.
      readonly(founder.publicKey),
      payerOf(chain),
      SYSTEM,
      signer(founder.publicKey),
      readonly(config),
    ],
    YES_VOTE_PERCENTAGE,
    u8(options.yesPercent),
    u64(options.weightToPropose),
    u32(holdUpSeconds),
    u32(options.votingSeconds),
    TIP_EARLY,
    // There is no council: it neither votes nor vetoes nor proposes.
    THRESHOLD_DISABLED,
    THRESHOLD_DISABLED,
    u64(MAX_U64),
    TIP_DISABLED,
    THRESHOLD_DISABLED,
    // No time at the end of the vote in which only "no" is heard; ten proposals need no deposit.
    u32(0),
    u8(10),
  )
  chain.send([foundation, creation], [founder])
  return { address: realm, config, mint, holding, governance, holdUpSeconds }
}

/** The instruction by which `owner` deposits tokens of its associated account, to vote with them. */
export function joinInstruction(
  chain: Chain,
  realm: Realm,
  owner: PublicKey,
  amount: bigint,
): TransactionInstruction {
  return governanceInstruction(
    1,
    [
      readonly(realm.address),
      writable(realm.holding),
      writable(getAssociatedTokenAddressSync(realm.mint, owner)),
      signer(owner),
      signer(owner),
      writable(voterOf(realm, owner)),
      payerOf(chain),
      SYSTEM,
      TOKEN,
      readonly(realm.config),
    ],
    u64(amount),
  )
}

/** The instruction by which `owner` takes all its tokens back. */
export function leaveInstruction(realm: Realm, owner: PublicKey): TransactionInstruction {
  return governanceInstruction(2, [
    readonly(realm.address),
    writable(realm.holding),
    writable(getAssociatedTokenAddressSync(realm.mint, owner)),
    signer(owner),
    writable(voterOf(realm, owner)),
    TOKEN,
    readonly(realm.config),
  ])
}

/** Proposes that the governance executes `instruction`, and opens the vote. */
export function propose(
  chain: Chain,
  realm: Realm,
  owner: Keypair,
  name: string,
  instruction: TransactionInstruction,
): Proposal {
  const seed = Keypair.generate().publicKey
  const proposal = pda(AUTHORITY_SEED, address(realm.governance), address(realm.mint), address(seed))
  const transaction = pda(AUTHORITY_SEED, address(proposal), u8(0), u16(0))
  const voter = voterOf(realm, owner.publicKey)
  const creation = governanceInstruction(
    6,
    [
      readonly(realm.address),
      writable(proposal),
      writable(realm.governance),
      writable(voter),
      readonly(realm.mint),
      signer(owner.publicKey),
      payerOf(chain),
      SYSTEM,
      readonly(realm.config),
    ],
    text(name),
    text(""),
    SINGLE_CHOICE,
    list([text("Approve")]),
    // Without a "no" it would be a survey, which executes nothing.
    u8(true),
    address(seed),
  )
  const accounts = instruction.keys.map(({ pubkey, isSigner, isWritable }) =>
    Buffer.concat([address(pubkey), u8(isSigner), u8(isWritable)]),
  )
  const insertion = governanceInstruction(
    9,
    [
      readonly(realm.governance),
      writable(proposal),
      readonly(voter),
      signer(owner.publicKey),
      writable(transaction),
      payerOf(chain),
      SYSTEM,
      readonly(SYSVAR_RENT_PUBKEY),
    ],
    u8(0),
    u16(0),
    u32(realm.holdUpSeconds),
    list([Buffer.concat([address(instruction.programId), list(accounts), bytes(instruction.data)])]),
  )
  const signing = governanceInstruction(12, [
    readonly(realm.address),
    readonly(realm.governance),
    writable(proposal),
    signer(owner.publicKey),
    readonly(voter),
  ])
  chain.send([creation, insertion], [owner])
  chain.send(signing, [owner])
  return { address: proposal, transaction, owner: owner.publicKey, instruction }
}

function voteRecordOf(realm: Realm, proposal: Proposal, voter: PublicKey): PublicKey {
  return pda(AUTHORITY_SEED, address(proposal.address), address(voterOf(realm, voter)))
}

/** Votes with everything that `voter` deposited. */
export function vote(chain: Chain, realm: Realm, proposal: Proposal, voter: Keypair, yes: boolean): Sent {
  // One choice of the first rank, with all the weight.
  const data = yes ? [APPROVE, list([Buffer.concat([u8(0), u8(100)])])] : [DENY]
  const instruction = governanceInstruction(
    13,
    [
      readonly(realm.address),
      writable(realm.governance),
      writable(proposal.address),
      writable(voterOf(realm, proposal.owner)),
      writable(voterOf(realm, voter.publicKey)),
      signer(voter.publicKey),
      writable(voteRecordOf(realm, proposal, voter.publicKey)),
      readonly(realm.mint),
      payerOf(chain),
      SYSTEM,
      readonly(realm.config),
    ],
    ...data,
  )
  return chain.send(instruction, [voter])
}

/** Counts the votes of a proposal whose time is over. Anybody may. */
export function finalise(chain: Chain, realm: Realm, proposal: Proposal): Sent {
  return chain.send(
    governanceInstruction(14, [
      readonly(realm.address),
      writable(realm.governance),
      writable(proposal.address),
      writable(voterOf(realm, proposal.owner)),
      readonly(realm.mint),
      readonly(realm.config),
    ]),
  )
}

/** The instruction that frees what was voted with on a proposal that is decided. */
export function releaseVoteInstruction(
  realm: Realm,
  proposal: Proposal,
  voter: PublicKey,
): TransactionInstruction {
  return governanceInstruction(15, [
    readonly(realm.address),
    readonly(realm.governance),
    writable(proposal.address),
    writable(voterOf(realm, voter)),
    writable(voteRecordOf(realm, proposal, voter)),
    readonly(realm.mint),
  ])
}

/** Executes what a proposal decided. Anybody may. */
export function execute(chain: Chain, realm: Realm, { address, transaction, instruction }: Proposal): Sent {
  // The governance signs inside the program: outside nobody can.
  const accounts = instruction.keys.map((key) => ({
    ...key,
    isSigner: key.isSigner && !key.pubkey.equals(realm.governance),
  }))
  return chain.send(
    governanceInstruction(16, [
      readonly(realm.governance),
      writable(address),
      writable(transaction),
      readonly(instruction.programId),
      ...accounts,
    ]),
  )
}

/** One of `ProposalState`. */
export function stateOf(chain: Chain, proposal: Proposal): number {
  const state = chain.getAccount(proposal.address)?.data.at(STATE_OFFSET)
  if (state === undefined) throw new Error(`there is no proposal at ${proposal.address.toBase58()}`)
  return state
}
