import type { PublicKey } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../constants.js"
import { fetchAllDecoded, fetchDecoded, openAccount, type AccountReader } from "./read.js"

/** Not in the IDL, since no instruction names the account: `sha256("account:Membership")`. */
const DISCRIMINATOR = [231, 141, 180, 98, 109, 168, 175, 166]

/** Where a wallet's slot is. */
export interface Membership {
  /** Index of the member page. */
  page: number
  slot: number
  bump: number
}

/** Decodes a membership's account data. @throws {InvalidAccountError} */
export function decodeMembership(data: Uint8Array): Membership {
  const reader = openAccount(data, "Membership", DISCRIMINATOR)
  return { page: reader.u32(), slot: reader.u16(), bump: reader.u8() }
}

/** The membership at `address`; null when there is none. @throws {InvalidAccountError} */
export function fetchMembership(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<Membership | null> {
  return fetchDecoded(connection, address, "Membership", decodeMembership, programId)
}

/** The memberships at `addresses`, in their order. @throws {InvalidAccountError} */
export function fetchAllMemberships(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(Membership | null)[]> {
  return fetchAllDecoded(connection, addresses, "Membership", decodeMembership, programId)
}
