import type { PublicKey } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../constants.js"
import { readDefined } from "../idl/codec.js"
import { closeAccount, fetchAllDecoded, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [189, 31, 84, 251, 1, 211, 185, 155]

/** The record of one week. Amounts are base units, times unix seconds. */
export interface Week {
  economy: PublicKey
  index: number
  /** Members registered when the week was opened. */
  members: number
  /** Members with a score. */
  active: number
  /** Due by the rules. */
  due: bigint
  /** What the Rewards Pool could pay of it. */
  payable: bigint
  /** Credited so far. */
  paid: bigint
  openedAt: number
  /** 0 until the week is sealed. */
  sealedAt: number
  settleFrom: number
  pagesSettled: number
  /** Scores that an audit found wrong. */
  mismatches: number
  /** Merkle root of the daily detail. */
  detailRoot: Uint8Array
  /** Whether the guardian has held the week. */
  held: boolean
  bump: number
}

/** Decodes a week's account data. @throws {InvalidAccountError} */
export function decodeWeek(data: Uint8Array): Week {
  const reader = openAccount(data, "Week", DISCRIMINATOR)
  const raw = readDefined(reader, "week")
  closeAccount(reader, "Week")
  return {
    economy: raw.economy,
    index: raw.index,
    members: raw.members,
    active: raw.active,
    due: raw.due,
    payable: raw.payable,
    paid: raw.paid,
    openedAt: raw.openedAt,
    sealedAt: raw.sealedAt,
    settleFrom: raw.settleFrom,
    pagesSettled: raw.pagesSettled,
    mismatches: raw.mismatches,
    detailRoot: raw.detailRoot,
    held: raw.held !== 0,
    bump: raw.bump,
  }
}

/** The week at `address`; null when there is none. @throws {InvalidAccountError} */
export function fetchWeek(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<Week | null> {
  return fetchDecoded(connection, address, "Week", decodeWeek, programId)
}

/** The weeks at `addresses`, in their order. @throws {InvalidAccountError} */
export function fetchAllWeeks(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(Week | null)[]> {
  return fetchAllDecoded(connection, addresses, "Week", decodeWeek, programId)
}
