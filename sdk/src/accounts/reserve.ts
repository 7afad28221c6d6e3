import type { PublicKey } from "@solana/web3.js"
import { ReserveKind, STK_PROGRAM_ID, type ReserveKindValue } from "../constants.js"
import { InvalidAccountError } from "../errors/base.js"
import { readDefined, type Tuple } from "../idl/codec.js"
import { closeAccount, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [43, 242, 204, 202, 26, 247, 59, 127]

/** One asset of a reserve. Amounts are base units of its own mint. */
export interface ReserveAsset {
  mint: PublicKey
  /** The token account that holds it. */
  vault: PublicKey
  kind: ReserveKindValue
  decimals: number
  /** What the reserve has. */
  booked: bigint
  /** Withdrawn since the asset was added. */
  withdrawn: bigint
  /** Booked since the asset was added, by `Inflow`. */
  inflows: Tuple<bigint, 3>
  /** Most that may be withdrawn in a calendar week. */
  weeklyLimit: bigint
  /** Withdrawn in `spentWeek`. */
  spent: bigint
  spentWeek: number
  /** Billionths of a quote unit for a whole token; 0 before the first price. */
  price: bigint
  /** Unix day of `price`. */
  priceDay: number
}

/** What backs an economy. */
export interface Reserve {
  economy: PublicKey
  /** By index. */
  assets: readonly ReserveAsset[]
  /** Startups created; the next startup's id. */
  startups: number
  bump: number
}

/** Checks the number of a kind of asset. @throws {InvalidAccountError} */
export function reserveKind(value: number): ReserveKindValue {
  const kind = Object.values(ReserveKind).find((known) => known === value)
  if (kind !== undefined) return kind
  throw new InvalidAccountError("Reserve", `there is no asset kind ${value}`)
}

/** Decodes a reserve's account data. @throws {InvalidAccountError} */
export function decodeReserve(data: Uint8Array): Reserve {
  const reader = openAccount(data, "Reserve", DISCRIMINATOR)
  const raw = readDefined(reader, "reserve")
  closeAccount(reader, "Reserve")
  return {
    economy: raw.economy,
    assets: raw.assets.slice(0, raw.assetCount).map((asset) => ({
      mint: asset.mint,
      vault: asset.vault,
      kind: reserveKind(asset.kind),
      decimals: asset.decimals,
      booked: asset.booked,
      withdrawn: asset.withdrawn,
      inflows: asset.inflows,
      weeklyLimit: asset.weeklyLimit,
      spent: asset.spent,
      spentWeek: asset.spentWeek,
      price: asset.price,
      priceDay: asset.priceDay,
    })),
    startups: raw.startups,
    bump: raw.bump,
  }
}

/** The reserve at `address`; null when there is none. @throws {InvalidAccountError} */
export function fetchReserve(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<Reserve | null> {
  return fetchDecoded(connection, address, "Reserve", decodeReserve, programId)
}
