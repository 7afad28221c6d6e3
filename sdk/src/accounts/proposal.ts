import { Buffer } from "buffer"
import { TransactionInstruction, type AccountMeta, type PublicKey } from "@solana/web3.js"
import { PROPOSAL_HEAD_BYTES, PROPOSED_ACCOUNT_BYTES, STK_PROGRAM_ID } from "../constants.js"
import { InvalidAccountError } from "../errors/base.js"
import { Reader, readDefined } from "../idl/codec.js"
import { unpad } from "./economy.js"
import { fetchAllDecoded, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [106, 203, 34, 250, 187, 255, 87, 155]
/** Flags of an account of the instruction. */
const SIGNER = 1
const WRITABLE = 2
const EXECUTED = 1

/** A proposal with the instruction that it calls when it has passed. Amounts are base units, times unix seconds. */
export interface Proposal {
  economy: PublicKey
  /** Place among the economy's proposals. */
  index: number
  /** Who proposed, and gets the rent back. */
  proposer: PublicKey
  title: string
  /** Hash of the text that explains it. */
  descriptionHash: Uint8Array
  /** Number of the snapshot by which votes weigh. */
  snapshot: number
  /** How much must vote. */
  quorum: bigint
  yes: bigint
  no: bigint
  /** Members who voted. */
  voters: number
  /** Votes are taken before this second. */
  votingEnds: number
  /** It may be executed from this second on, for 30 days. */
  executableAt: number
  executed: boolean
  /** What it calls: `decodeInstruction` reads it when it is one of this program. */
  instruction: TransactionInstruction
  bump: number
  authorityBump: number
}

function readAccount(reader: Reader): AccountMeta {
  const pubkey = reader.address()
  const flags = reader.u8()
  return { pubkey, isSigner: (flags & SIGNER) !== 0, isWritable: (flags & WRITABLE) !== 0 }
}

/** Decodes a proposal with its instruction, which the IDL does not describe. @throws {InvalidAccountError} */
export function decodeProposal(data: Uint8Array): Proposal {
  const raw = readDefined(openAccount(data, "Proposal", DISCRIMINATOR), "proposalHeader")
  if (data.length < PROPOSAL_HEAD_BYTES)
    throw new InvalidAccountError("Proposal", "it has no room for its length")
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const stored = view.getUint32(PROPOSAL_HEAD_BYTES - 4, true)
  const reader = new Reader(data.subarray(PROPOSAL_HEAD_BYTES, PROPOSAL_HEAD_BYTES + stored), "Proposal")
  const keys = Array.from({ length: raw.accountCount }, () => readAccount(reader))
  if (reader.rest !== stored - keys.length * PROPOSED_ACCOUNT_BYTES)
    throw new InvalidAccountError("Proposal", "its instruction is cut off")
  return {
    economy: raw.economy,
    index: raw.index,
    proposer: raw.proposer,
    title: unpad(raw.title),
    descriptionHash: raw.descriptionHash,
    snapshot: raw.snapshot,
    quorum: raw.quorum,
    yes: raw.yes,
    no: raw.no,
    voters: raw.voters,
    votingEnds: raw.votingEnds,
    executableAt: raw.executableAt,
    executed: raw.status === EXECUTED,
    instruction: new TransactionInstruction({
      programId: raw.programId,
      keys,
      data: Buffer.from(reader.take(reader.rest)),
    }),
    bump: raw.bump,
    authorityBump: raw.authorityBump,
  }
}

/** The proposal at `address`; null when there is none, or it was closed. @throws {InvalidAccountError} */
export function fetchProposal(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<Proposal | null> {
  return fetchDecoded(connection, address, "Proposal", decodeProposal, programId)
}

/** The proposals at `addresses`, in their order; null for each that was closed. @throws {InvalidAccountError} */
export function fetchAllProposals(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(Proposal | null)[]> {
  return fetchAllDecoded(connection, addresses, "Proposal", decodeProposal, programId)
}
