import { PublicKey } from "@solana/web3.js"
import { STK_PROGRAM_ID } from "../constants.js"
import { readDefined } from "../idl/codec.js"
import type { DaySample } from "../math/stabilisation.js"
import { closeAccount, fetchAllDecoded, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [32, 201, 178, 35, 217, 139, 192, 70]

/** The last buyback of an economy, open while `quoteLeft` is positive and `expiresAt` has not come. */
export interface Buyback {
  /** What it pays, in billionths of a whole quote token for a whole token. */
  maxPrice: bigint
  /** Base units of the quote token that it has left to spend. */
  quoteLeft: bigint
  openedAt: number
  expiresAt: number
}

/** Prices of an economy's token, and what its treasury holds to buy it back. Times are unix seconds. */
export interface Stabilisation {
  economy: PublicKey
  /** The token that prices are quoted in. */
  quoteMint: PublicKey
  quoteVault: PublicKey
  quoteDecimals: number
  /** Base units of the quote token that are booked. */
  quoteBalance: bigint
  /** Most base units of the quote token that one buyback may spend. */
  buybackLimit: bigint
  /** Seconds between the openings of two buybacks. */
  cooldownSeconds: number
  /** Null before the first. */
  buyback: Buyback | null
  /** Account of the price feed that `readPrice` reads; null for none. */
  feedAccount: PublicKey | null
  feedId: Uint8Array
  /** The days of the last 366 that have a price, oldest first. */
  samples: readonly DaySample[]
  bump: number
}

/** Decodes the account data of an economy's prices and buybacks. @throws {InvalidAccountError} */
export function decodeStabilisation(data: Uint8Array): Stabilisation {
  const reader = openAccount(data, "Stabilisation", DISCRIMINATOR)
  const raw = readDefined(reader, "stabilisation")
  closeAccount(reader, "Stabilisation")
  // The sample of unix day d stands at d modulo the length; one without a price is none.
  const { length } = raw.samples
  const samples = Array.from({ length }, (_, age) => raw.lastDay - (length - 1 - age)).flatMap((day) => {
    const sample = day < 0 ? undefined : raw.samples[day % length]
    return sample === undefined || sample.price === 0n ? [] : [{ day, ...sample }]
  })
  const buyback: Buyback = {
    maxPrice: raw.orderPrice,
    quoteLeft: raw.orderQuoteLeft,
    openedAt: raw.orderOpenedAt,
    expiresAt: raw.orderExpiresAt,
  }
  return {
    economy: raw.economy,
    quoteMint: raw.quoteMint,
    quoteVault: raw.quoteVault,
    quoteDecimals: raw.quoteDecimals,
    quoteBalance: raw.quoteBalance,
    buybackLimit: raw.buybackLimit,
    cooldownSeconds: raw.cooldownSeconds,
    buyback: raw.orderOpenedAt === 0 ? null : buyback,
    feedAccount: raw.feedAccount.equals(PublicKey.default) ? null : raw.feedAccount,
    feedId: raw.feedId,
    samples,
    bump: raw.bump,
  }
}

/** The prices and buybacks at `address`; null when there are none. @throws {InvalidAccountError} */
export function fetchStabilisation(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<Stabilisation | null> {
  return fetchDecoded(connection, address, "Stabilisation", decodeStabilisation, programId)
}

/** The prices and buybacks at `addresses`, in their order. @throws {InvalidAccountError} */
export function fetchAllStabilisations(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(Stabilisation | null)[]> {
  return fetchAllDecoded(connection, addresses, "Stabilisation", decodeStabilisation, programId)
}
