import type { PublicKey } from "@solana/web3.js"
import { STAKE_BYTES, STAKE_PAGE_HEAD_BYTES, STK_PROGRAM_ID } from "../constants.js"
import { InvalidAccountError } from "../errors/base.js"
import { Reader, readDefined } from "../idl/codec.js"
import { fetchAllDecoded, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [85, 121, 4, 173, 9, 159, 231, 236]

/** Tokens that a member has locked for a term. */
export interface Stake {
  /** Where it is in the stake page; free again once it was taken back. */
  place: number
  /** Never used twice in a stake page. */
  id: number
  /** Slot of the member in the member page. */
  slot: number
  /** Base units. */
  amount: bigint
  termDays: number
  /** Unix second from which on it may be taken back. */
  unlockAt: number
  /** The latest snapshot when it was made: it votes on proposals of later ones. */
  snapshot: number
}

/** The stakes of the members of a page. */
export interface StakePage {
  economy: PublicKey
  /** Index of the member page. */
  index: number
  /** Base units in all stakes. */
  total: bigint
  /** Id of the next stake. */
  nextId: number
  bump: number
  /** By rising place; free places are left out. */
  stakes: readonly Stake[]
  /** Places in use so far, free ones among them included: without a free one the next stake takes this place. */
  places: number
  /** Places that fit into the account as it is. */
  capacity: number
}

/** Bytes of a stake page's account with room for `places` stakes. */
export function stakePageBytes(places: number): number {
  return STAKE_PAGE_HEAD_BYTES + STAKE_BYTES * places
}

/** Decodes the 32 bytes of one place; null when it is free. @throws {InvalidAccountError} */
export function decodeStake(bytes: Uint8Array, place: number): Stake | null {
  const reader = new Reader(bytes, "Stake")
  const [amount, unlockAt] = [reader.u64(), reader.time()]
  const [id, snapshot] = [reader.u32(), reader.u32()]
  const [slot, termDays] = [reader.u16(), reader.u16()]
  return amount === 0n ? null : { place, id, slot, amount, termDays, unlockAt, snapshot }
}

/** Decodes a stake page with its stakes, which the IDL does not describe. @throws {InvalidAccountError} */
export function decodeStakePage(data: Uint8Array): StakePage {
  const raw = readDefined(openAccount(data, "StakePage", DISCRIMINATOR), "stakePageHeader")
  if (data.length < STAKE_PAGE_HEAD_BYTES)
    throw new InvalidAccountError("StakePage", "it has no room for its length")
  // Behind the head: how many places are in use (u32), padding to 8 bytes, the places.
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const places = view.getUint32(STAKE_PAGE_HEAD_BYTES - 8, true)
  const capacity = Math.floor((data.length - STAKE_PAGE_HEAD_BYTES) / STAKE_BYTES)
  if (places > capacity) throw new InvalidAccountError("StakePage", "it names more stakes than fit")
  const all = Array.from({ length: places }, (_, place) => {
    const start = stakePageBytes(place)
    return decodeStake(data.subarray(start, start + STAKE_BYTES), place)
  })
  const { economy, index, total, nextId, bump } = raw
  return {
    economy,
    index,
    total,
    nextId,
    bump,
    stakes: all.filter((stake) => stake !== null),
    places,
    capacity,
  }
}

/** The stake page at `address`; null when there is none. @throws {InvalidAccountError} */
export function fetchStakePage(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<StakePage | null> {
  return fetchDecoded(connection, address, "StakePage", decodeStakePage, programId)
}

/** The stake pages at `addresses`, in their order. @throws {InvalidAccountError} */
export function fetchAllStakePages(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(StakePage | null)[]> {
  return fetchAllDecoded(connection, addresses, "StakePage", decodeStakePage, programId)
}
