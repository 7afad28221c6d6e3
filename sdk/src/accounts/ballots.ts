import type { PublicKey } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../constants.js"
import { hasBit } from "../math/bitmap.js"
import { openAccount, closeAccount, fetchAllDecoded, fetchDecoded, type AccountReader } from "./read.js"
import { readDefined } from "../idl/codec.js"

const DISCRIMINATOR = [83, 221, 227, 79, 148, 86, 207, 98]

/** Who of a member page voted on a proposal. */
export interface Ballots {
  /** Address of the proposal. */
  proposal: PublicKey
  /** Index of the member page. */
  page: number
  /** Who paid the rent, and gets it back. */
  payer: PublicKey
  /** Unix seconds: they can be closed from then on. */
  votingEnds: number
  /** A bit for each slot whose balance has voted, lowest first. */
  slots: Uint8Array
  /** A bit for each place of the page's stakes that has voted, lowest first. */
  stakes: Uint8Array
  bump: number
}

/** Whether bit `index` is set. */
export function hasVoted(bits: Uint8Array, index: number): boolean {
  return hasBit(bits, index)
}

/** Decodes the account data of a page's ballots. @throws {InvalidAccountError} */
export function decodeBallots(data: Uint8Array): Ballots {
  const reader = openAccount(data, "Ballots", DISCRIMINATOR)
  const raw = readDefined(reader, "ballots")
  closeAccount(reader, "Ballots")
  return {
    proposal: raw.proposal,
    page: raw.page,
    payer: raw.payer,
    votingEnds: raw.votingEnds,
    slots: raw.slots,
    stakes: raw.stakes,
    bump: raw.bump,
  }
}

/** The ballots at `address`; null before the page's first vote, and once they are closed. @throws {InvalidAccountError} */
export function fetchBallots(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<Ballots | null> {
  return fetchDecoded(connection, address, "Ballots", decodeBallots, programId)
}

/** The ballots at `addresses`, in their order. @throws {InvalidAccountError} */
export function fetchAllBallots(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(Ballots | null)[]> {
  return fetchAllDecoded(connection, addresses, "Ballots", decodeBallots, programId)
}
