import { itemAt } from "../item"
import { createHash } from "node:crypto"

/**
 * Reproducible randomness: 32-bit integer arithmetic and exact double products only (IEEE 754 basic operations,
 * no transcendental functions), so that a seed gives the same bytes on every machine.
 */

/** A stream of random numbers (sfc32), as fast as the machine adds. */
export class Random {
  private a: number
  private b: number
  private c: number
  private counter = 1

  constructor(...seed: (string | number)[]) {
    const digest = createHash("sha256").update(seed.join("\u0000")).digest()
    this.a = digest.readInt32LE(0)
    this.b = digest.readInt32LE(4)
    this.c = digest.readInt32LE(8)
    for (let i = 0; i < 12; i++) this.next()
  }

  /** Uniform in [0, 2^32). */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** Uniform in [0, bound), bound ≤ 2^20 exactly so, above with a bias below 2^-12. */
  below(bound: number): number {
    return Math.floor((this.next() * bound) / 4_294_967_296)
  }

  /** True in `share` of 1,000 cases. */
  permille(share: number): boolean {
    return this.below(1000) < share
  }
}

/** A number in [0, 2^32) that belongs to a member and a purpose, without a stream. */
export function mix(seed: number, index: number, purpose: number): number {
  let h = (seed ^ Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(purpose + 1, 0x85ebca6b)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** 32 bits of a seed text, for `mix`. */
export function seedNumber(seed: string): number {
  return createHash("sha256").update(seed).digest().readUInt32LE(12)
}

/** Index of the first cumulative share above a number; shares end with the whole. */
export function pick(cumulative: readonly number[], value: number): number {
  let index = 0
  while (value >= itemAt(cumulative, index)) index++
  return index
}

/** [3, 1, 6] → [3, 4, 10]. */
export function cumulate(shares: readonly number[]): number[] {
  let sum = 0
  return shares.map((share) => (sum += share))
}
