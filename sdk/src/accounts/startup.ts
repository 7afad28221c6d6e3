import type { PublicKey } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../constants.js"
import { readDefined } from "../idl/codec.js"
import { unpad } from "./economy.js"
import { closeAccount, fetchAllDecoded, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [99, 107, 22, 203, 78, 40, 25, 207]

/** A startup of the ecosystem that pays a share of its successes into the reserve. */
export interface Startup {
  economy: PublicKey
  id: number
  name: string
  /** Share of its payments that is booked to the reserve; 0 until it is set. */
  shareBps: number
  bump: number
}

/** Decodes a startup's account data. @throws {InvalidAccountError} */
export function decodeStartup(data: Uint8Array): Startup {
  const reader = openAccount(data, "Startup", DISCRIMINATOR)
  const { economy, id, name, shareBps, bump } = readDefined(reader, "startup")
  closeAccount(reader, "Startup")
  return { economy, id, name: unpad(name), shareBps, bump }
}

/** The startup at `address`; null when there is none. @throws {InvalidAccountError} */
export function fetchStartup(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<Startup | null> {
  return fetchDecoded(connection, address, "Startup", decodeStartup, programId)
}

/** The startups at `addresses`, in their order. @throws {InvalidAccountError} */
export function fetchAllStartups(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(Startup | null)[]> {
  return fetchAllDecoded(connection, addresses, "Startup", decodeStartup, programId)
}
