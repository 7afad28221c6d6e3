import type { PublicKey } from "@solana/web3.js"
import {
  ESCROW_HEAD_BYTES,
  ESCROW_PLACES,
  FROZEN_REWARD_BYTES,
  NO_COUNTERPARTY,
  STK_PROGRAM_ID,
  type FundIndex,
  type VerdictByValue,
} from "../constants.js"
import { InvalidAccountError } from "../errors/base.js"
import { Reader, readDefined } from "../idl/codec.js"
import type { RewardVerdictName } from "../math/freeze.js"
import { fundIndex, verdictBy } from "./enumerations.js"
import { fetchAllDecoded, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [114, 127, 18, 120, 126, 15, 115, 150]
/** By the program's numbers. */
const VERDICTS: readonly (RewardVerdictName | null)[] = [null, "confirmed", "rejected"]

/** Head of a page of frozen rewards. */
export interface EscrowHeader {
  economy: PublicKey
  /** Place of the page in the economy. */
  index: number
  /** Base units in all rewards of the page. */
  total: bigint
  /** Id of the next reward. */
  nextId: number
  bump: number
}

/** A reward that is frozen. Times are unix seconds. */
export interface FrozenReward {
  /** Where it is in its page. */
  place: number
  /** With the place, what names it until it is resolved. */
  id: number
  /** Base units. */
  amount: bigint
  /** Global index of the member who gets it. */
  member: number
  /** Global index of the member who confirms it, or whose activity does; null for nobody. */
  counterparty: number | null
  /** Index of the kind when it was granted. */
  kind: number
  /** The fund that paid, and gets it back when it is cancelled. */
  fund: FundIndex
  verdictBy: VerdictByValue
  /** What was said about it; null for nothing. */
  verdict: RewardVerdictName | null
  /** The counterparty's rating; null for none. */
  rating: number | null
  /** Whether the validator gave the verdict: nobody else changes it then. */
  byValidator: boolean
  createdAt: number
  /** From this second on it may be resolved. */
  endsAt: number
}

/** A page of frozen rewards: its head and the places that are taken. */
export interface EscrowPage {
  header: EscrowHeader
  rewards: readonly FrozenReward[]
}

/** A frozen reward and the page that it is in. */
export interface LocatedReward extends FrozenReward {
  escrowPage: number
}

/** The frozen rewards of the member with this global index, in all pages. */
export function rewardsOf(pages: readonly EscrowPage[], member: number): LocatedReward[] {
  return pages.flatMap(({ header, rewards }) =>
    rewards
      .filter((reward) => reward.member === member)
      .map((reward) => ({ ...reward, escrowPage: header.index })),
  )
}

/** The places of a page that are free, in their order. */
export function freePlaces({ rewards }: Pick<EscrowPage, "rewards">): number[] {
  const taken = new Set(rewards.map(({ place }) => place))
  return Array.from({ length: ESCROW_PLACES }, (_, place) => place).filter((place) => !taken.has(place))
}

function verdict(value: number): RewardVerdictName | null {
  const found = VERDICTS[value]
  if (found !== undefined) return found
  throw new InvalidAccountError("EscrowPage", `there is no verdict ${value}`)
}

/** Decodes the 48 bytes of one place; null when it is free. @throws {InvalidAccountError} */
export function decodeFrozenReward(bytes: Uint8Array, place: number): FrozenReward | null {
  const reader = new Reader(bytes, "FrozenReward")
  const [amount, createdAt, endsAt] = [reader.u64(), reader.time(), reader.time()]
  const [id, member, counterparty] = [reader.u32(), reader.u32(), reader.u32()]
  const [kind, fund, by, said] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()]
  const [rating, byValidator] = [reader.u8(), reader.u8()]
  if (amount === 0n) return null
  return {
    place,
    id,
    amount,
    member,
    counterparty: counterparty === NO_COUNTERPARTY ? null : counterparty,
    kind,
    fund: fundIndex(fund, "EscrowPage"),
    verdictBy: verdictBy(by, "EscrowPage"),
    verdict: verdict(said),
    rating: rating === 0 ? null : rating,
    byValidator: byValidator !== 0,
    createdAt,
    endsAt,
  }
}

/** Decodes a page with its rewards, which the IDL does not describe. @throws {InvalidAccountError} */
export function decodeEscrowPage(data: Uint8Array): EscrowPage {
  const raw = readDefined(openAccount(data, "EscrowPage", DISCRIMINATOR), "escrowHeader")
  if (data.length !== ESCROW_HEAD_BYTES + ESCROW_PLACES * FROZEN_REWARD_BYTES) {
    throw new InvalidAccountError(
      "EscrowPage",
      `${data.length} bytes are not those of ${ESCROW_PLACES} places`,
    )
  }
  const rewards = Array.from({ length: ESCROW_PLACES }, (_, place) => {
    const start = ESCROW_HEAD_BYTES + place * FROZEN_REWARD_BYTES
    return decodeFrozenReward(data.subarray(start, start + FROZEN_REWARD_BYTES), place)
  })
  const { economy, index, total, nextId, bump } = raw
  return {
    header: { economy, index, total, nextId, bump },
    rewards: rewards.filter((reward) => reward !== null),
  }
}

/** The escrow page at `address`; null when there is none. @throws {InvalidAccountError} */
export function fetchEscrowPage(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<EscrowPage | null> {
  return fetchDecoded(connection, address, "EscrowPage", decodeEscrowPage, programId)
}

/** The escrow pages at `addresses`, in their order. @throws {InvalidAccountError} */
export function fetchAllEscrowPages(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(EscrowPage | null)[]> {
  return fetchAllDecoded(connection, addresses, "EscrowPage", decodeEscrowPage, programId)
}
