import type { PublicKey } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../constants.js"
import { readDefined } from "../idl/codec.js"
import { closeAccount, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [18, 143, 88, 13, 73, 217, 47, 49]

/** How an economy decides by vote. Amounts are base units, times unix seconds. */
export interface Governance {
  economy: PublicKey
  /** The address that decisions act as. */
  authority: PublicKey
  /** How long a vote runs. */
  votingSeconds: number
  /** How long a passed proposal waits before it may be executed. */
  timeLockSeconds: number
  /** Part of the circulating tokens that must vote. */
  quorumBps: number
  /** What a member's balance must be to propose. */
  threshold: bigint
  /** When the economy's latest snapshot was taken; 0 before the first. */
  snapshotTakenAt: number
  /** When the last vote ends that weighs by the latest snapshot of an even, of an odd number. */
  votesEnd: readonly [even: number, odd: number]
  bump: number
  /** Of the address that decisions act as. */
  authorityBump: number
}

/** Decodes a governance's account data. @throws {InvalidAccountError} */
export function decodeGovernance(data: Uint8Array): Governance {
  const reader = openAccount(data, "Governance", DISCRIMINATOR)
  const raw = readDefined(reader, "governance")
  closeAccount(reader, "Governance")
  return {
    economy: raw.economy,
    authority: raw.authority,
    votingSeconds: raw.votingSeconds,
    timeLockSeconds: raw.timeLockSeconds,
    quorumBps: raw.quorumBps,
    threshold: raw.threshold,
    snapshotTakenAt: raw.snapshotTakenAt,
    votesEnd: raw.votesEnd,
    bump: raw.bump,
    authorityBump: raw.authorityBump,
  }
}

/** The governance at `address`; null when there is none. @throws {InvalidAccountError} */
export function fetchGovernance(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<Governance | null> {
  return fetchDecoded(connection, address, "Governance", decodeGovernance, programId)
}
