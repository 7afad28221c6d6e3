import type { PublicKey } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../constants.js"
import { readDefined } from "../idl/codec.js"
import type { ActivationState } from "../math/service.js"
import { closeAccount, fetchAllDecoded, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [126, 103, 164, 158, 220, 35, 33, 132]

/** What one buyer has of one service. Times are unix seconds. */
export interface Activation extends ActivationState {
  /** Address of the service, which may be gone. */
  service: PublicKey
  /** The buyer. */
  wallet: PublicKey
  /** Purchases so far. */
  purchases: number
  /** Ratings given so far: at most one for each purchase. */
  ratings: number
  bump: number
}

/** Decodes an activation's account data. @throws {InvalidAccountError} */
export function decodeActivation(data: Uint8Array): Activation {
  const reader = openAccount(data, "Activation", DISCRIMINATOR)
  const raw = readDefined(reader, "activation")
  closeAccount(reader, "Activation")
  return {
    service: raw.service,
    wallet: raw.wallet,
    activeFrom: raw.activeFrom,
    activeTo: raw.activeTo,
    sessionsLeft: raw.sessionsLeft,
    countsSessions: raw.countsSessions !== 0,
    purchases: raw.purchases,
    ratings: raw.ratings,
    bump: raw.bump,
  }
}

/** The activation at `address`; null when there is none. @throws {InvalidAccountError} */
export function fetchActivation(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<Activation | null> {
  return fetchDecoded(connection, address, "Activation", decodeActivation, programId)
}

/** The activations at `addresses`, in their order. @throws {InvalidAccountError} */
export function fetchAllActivations(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(Activation | null)[]> {
  return fetchAllDecoded(connection, addresses, "Activation", decodeActivation, programId)
}
