import type { PublicKey } from "@solana/web3.js"
import { MEMBER_BYTES, PAGE_HEAD_BYTES, PAGE_SLOTS, STK_PROGRAM_ID } from "../constants.js"
import { InvalidAccountError } from "../errors/base.js"
import { Reader, readDefined } from "../idl/codec.js"
import { fetchAllDecoded, fetchDecoded, openAccount, type AccountReader } from "./read.js"

const DISCRIMINATOR = [31, 244, 72, 81, 69, 231, 223, 142]

/** Head of a member page. */
export interface PageHeader {
  economy: PublicKey
  /** Place of the page in the economy. */
  index: number
  /** Base units due in `week` and not settled. */
  due: bigint
  /** The week of the scores submitted last; 0 before the first. */
  week: number
  /** Next slot of that week: a batch must start here. */
  cursor: number
  /** The week settled last. */
  settledWeek: number
  /** A bit for each slot whose score in `week` an audit found wrong, lowest first. */
  mismatched: Uint8Array
  bump: number
  /** Whether members of the page have a stake page. */
  hasStakes: boolean
  /** The calendar quarter, counted from 1970, of the last redistribution; 0 for none. */
  redistributedQuarter: number
  /** The snapshot for which the page's balances were kept last. */
  snapshot: number
}

/** One member of an economy. Amounts are base units. */
export interface Member {
  wallet: PublicKey
  /** Spendable. */
  balance: bigint
  /** Due from a sealed or open week. */
  pending: bigint
  /** Points of `lastActiveWeek` before coefficients. */
  points: number
  /** 0 for none. */
  lastActiveWeek: number
  /** Unix day of the last explicit reward; the registration day before any. */
  lastRewardDay: number
  /** Quarters since 1970; 0 for none. */
  lastRedistributionQuarter: number
  /** Weeks in a row up to `lastActiveWeek`, counted up to 5. */
  streak: number
  /** From 1. */
  level: number
}

/** A member page: its head and its members, by slot. */
export interface MemberPage {
  header: PageHeader
  members: readonly Member[]
  /** Slots that fit into the account as it is. */
  capacity: number
}

/** Bytes of a page account with room for `slots` members. */
export function pageBytes(slots: number): number {
  return PAGE_HEAD_BYTES + MEMBER_BYTES * slots
}

/** How many slots of page `index` belong to a week of `members` members. */
export function slotsOfPage(index: number, members: number): number {
  return Math.min(Math.max(members - index * PAGE_SLOTS, 0), PAGE_SLOTS)
}

/** Decodes the 64 bytes of one slot. @throws {InvalidAccountError} */
export function decodeMember(bytes: Uint8Array): Member {
  const reader = new Reader(bytes, "Member")
  return {
    wallet: reader.address(),
    balance: reader.u64(),
    pending: reader.u64(),
    points: reader.u32(),
    lastActiveWeek: reader.u32(),
    lastRewardDay: reader.u32(),
    lastRedistributionQuarter: reader.u16(),
    streak: reader.u8(),
    level: reader.u8(),
  }
}

/** Decodes the head of a page alone, without its members. @throws {InvalidAccountError} */
export function decodePageHeader(data: Uint8Array): PageHeader {
  const raw = readDefined(openAccount(data, "MemberPage", DISCRIMINATOR), "pageHeader")
  return {
    economy: raw.economy,
    index: raw.index,
    due: raw.due,
    week: raw.week,
    cursor: raw.cursor,
    settledWeek: raw.settledWeek,
    mismatched: raw.mismatched,
    bump: raw.bump,
    hasStakes: raw.hasStakes !== 0,
    redistributedQuarter: raw.redistributedQuarter,
    snapshot: raw.snapshot,
  }
}

/** Decodes a page with its members, which the IDL does not describe. @throws {InvalidAccountError} */
export function decodePage(data: Uint8Array): MemberPage {
  const header = decodePageHeader(data)
  if (data.length < PAGE_HEAD_BYTES)
    throw new InvalidAccountError("MemberPage", "it has no room for its length")
  // Behind the head: how many slots are taken (u32), padding to 8 bytes, the slots.
  const taken = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(
    PAGE_HEAD_BYTES - 8,
    true,
  )
  const capacity = Math.floor((data.length - PAGE_HEAD_BYTES) / MEMBER_BYTES)
  if (taken > capacity) throw new InvalidAccountError("MemberPage", "it names more members than fit")
  const members = Array.from({ length: taken }, (_, slot) => {
    const start = pageBytes(slot)
    return decodeMember(data.subarray(start, start + MEMBER_BYTES))
  })
  return { header, members, capacity }
}

/** The member page at `address`; null when there is none. @throws {InvalidAccountError} */
export function fetchPage(
  connection: AccountReader,
  address: PublicKey,
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<MemberPage | null> {
  return fetchDecoded(connection, address, "MemberPage", decodePage, programId)
}

/** The member pages at `addresses`, in their order. @throws {InvalidAccountError} */
export function fetchAllPages(
  connection: AccountReader,
  addresses: readonly PublicKey[],
  programId: PublicKey = STK_PROGRAM_ID,
): Promise<(MemberPage | null)[]> {
  return fetchAllDecoded(connection, addresses, "MemberPage", decodePage, programId)
}
