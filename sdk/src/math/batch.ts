import { InvalidArgumentError } from "../errors/base.js"
import { bytesPerMember, packCounts, type ScoringRules } from "./score.js"

/** Slots in a byte of the bitmap. */
export const OCTET = 8
const HEADER_BYTES = 4
const HIGHEST = { week: 2 ** 15 - 1, octet: 2 ** 7 - 1, octets: 2 ** 7, bytes: 2 ** 3 }

/** A run of slots with their scores, as `submit_scores` takes it. */
export interface ScoreBatch {
  week: number
  /** A multiple of 8. */
  firstSlot: number
  /** Bytes of each active member, 1 to 8. */
  bytesPerMember: number
  /** A bit for each slot from `firstSlot` on, lowest first. */
  bitmap: Uint8Array
  /** Packed counts of the slots with a bit, in their order. */
  counts: Uint8Array
}

/** Weekly counts of the scored types, in the order of the rules; null for a member without a counted event. */
export type MemberCounts = readonly number[] | null

/**
 * The batch for a run of slots from `firstSlot` on. Members whose counts are all zero are left out like null ones: the
 * program refuses to mark them. @throws {InvalidArgumentError}
 */
export function buildScoreBatch(
  rules: Pick<ScoringRules, "eventTypes">,
  week: number,
  firstSlot: number,
  members: readonly MemberCounts[],
): ScoreBatch {
  const bitmap = new Uint8Array(Math.ceil(members.length / OCTET))
  const packed: Uint8Array[] = []
  members.forEach((counts, index) => {
    if (!counts?.some((count) => count > 0)) return
    const octet = Math.floor(index / OCTET)
    bitmap[octet] = (bitmap[octet] ?? 0) | (1 << index % OCTET)
    packed.push(packCounts(rules, counts))
  })
  const width = bytesPerMember(rules)
  const counts = new Uint8Array(packed.length * width)
  packed.forEach((bytes, index) => counts.set(bytes, index * width))
  return { week, firstSlot, bytesPerMember: width, bitmap, counts }
}

function within(value: number, lowest: number, highest: number, field: string): number {
  if (!Number.isInteger(value) || value < lowest || value > highest) {
    throw new InvalidArgumentError(field, `an integer from ${lowest} to ${highest}`, {
      details: [`it is ${value}`],
    })
  }
  return value
}

/** The bytes of a batch behind the discriminator. */
export function encodeScoreBatch(batch: ScoreBatch): Uint8Array {
  const week = within(batch.week, 0, HIGHEST.week, "batch.week")
  const octet = within(batch.firstSlot / OCTET, 0, HIGHEST.octet, "batch.firstSlot / 8")
  const octets = within(batch.bitmap.length, 1, HIGHEST.octets, "batch.bitmap.length")
  const width = within(batch.bytesPerMember, 1, HIGHEST.bytes, "batch.bytesPerMember")

  const bytes = new Uint8Array(HEADER_BYTES + octets + batch.counts.length)
  // Shifts would make the header negative once its topmost bit is set.
  const header = week + octet * 2 ** 15 + (octets - 1) * 2 ** 22 + (width - 1) * 2 ** 29
  new DataView(bytes.buffer).setUint32(0, header, true)
  bytes.set(batch.bitmap, HEADER_BYTES)
  bytes.set(batch.counts, HEADER_BYTES + octets)
  return bytes
}

/** The batch in the bytes behind the discriminator. @throws {InvalidArgumentError} when they are too few. */
export function decodeScoreBatch(bytes: Uint8Array): ScoreBatch {
  if (bytes.length < HEADER_BYTES) throw new InvalidArgumentError("bytes", "at least 4")
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
  const octets = ((header >>> 22) & 127) + 1
  if (bytes.length < HEADER_BYTES + octets)
    throw new InvalidArgumentError("bytes", "long enough for the bitmap")
  return {
    week: header & 0x7fff,
    firstSlot: ((header >>> 15) & 127) * OCTET,
    bytesPerMember: (header >>> 29) + 1,
    bitmap: bytes.slice(HEADER_BYTES, HEADER_BYTES + octets),
    counts: bytes.slice(HEADER_BYTES + octets),
  }
}
