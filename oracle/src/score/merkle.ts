import { itemAt } from "../item"
import { createHash } from "node:crypto"
import { ADDRESS_BYTES } from "../base58"
import { DAYS_PER_WEEK } from "./weeks"

/**
 * The Merkle tree over a week's daily detail: RFC 9162 section 2.1 with SHA-256, one leaf a member,
 * in the order of the chain's global member index. Pure: the caller decides the order.
 */

export const HASH_BYTES = 32
const LEAF_PREFIX = Uint8Array.of(0)
const NODE_PREFIX = Uint8Array.of(1)
const U16_MAX = 0xffff

/**
 * Data of one leaf: wallet ‖ week u32 LE ‖ for each of the 7 days, Monday first, each scored type's raw count u16 LE.
 * Raw means before the daily limit; counts above 65,535 stay at 65,535.
 *
 * @param daily raw counts, day by day: `daily[day * types + type]`
 * @throws RangeError when a length does not fit
 */
export function leafData(wallet: Uint8Array, week: number, daily: ArrayLike<number>, types: number): Buffer {
  if (wallet.length !== ADDRESS_BYTES)
    throw new RangeError(`wallet: has ${wallet.length} bytes, not ${ADDRESS_BYTES}`)
  if (daily.length !== DAYS_PER_WEEK * types)
    throw new RangeError(`daily: has ${daily.length} counts, not ${DAYS_PER_WEEK * types}`)
  const data = Buffer.alloc(ADDRESS_BYTES + 4 + 2 * daily.length)
  data.set(wallet, 0)
  data.writeUInt32LE(week, ADDRESS_BYTES)
  for (let i = 0; i < daily.length; i++)
    data.writeUInt16LE(Math.min(itemAt(daily, i), U16_MAX), ADDRESS_BYTES + 4 + 2 * i)
  return data
}

export function leafHash(data: Uint8Array): Buffer {
  return createHash("sha256").update(LEAF_PREFIX).update(data).digest()
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash("sha256").update(NODE_PREFIX).update(left).update(right).digest()
}

/** Root of the empty tree. */
export function emptyRoot(): Buffer {
  return createHash("sha256").digest()
}

/** Root of a tree whose leaf hashes arrive one by one; keeps one hash a level. */
export class StreamingRoot {
  private readonly pending: (Buffer | undefined)[] = []
  private count = 0

  /** Number of leaves so far. */
  get size(): number {
    return this.count
  }

  push(leaf: Buffer): void {
    let hash = leaf
    let level = 0
    for (let left = this.pending[level]; left !== undefined; left = this.pending[level]) {
      hash = nodeHash(left, hash)
      this.pending[level] = undefined
      level++
    }
    this.pending[level] = hash
    this.count++
  }

  root(): Buffer {
    let root: Buffer | undefined
    for (const left of this.pending) {
      if (left !== undefined) root = root === undefined ? left : nodeHash(left, root)
    }
    return root ?? emptyRoot()
  }
}

/** All levels of a tree, for many inclusion proofs; 64 bytes a leaf. */
export class MerkleTree {
  /** Level 0 are the leaf hashes; an odd last node moves up unchanged, which is RFC 9162's split. */
  private readonly levels: Buffer[]

  /** @param leaves the leaf hashes, 32 bytes each, one after the other */
  constructor(leaves: Buffer) {
    if (leaves.length % HASH_BYTES !== 0) throw new RangeError("leaves: length is not a multiple of 32")
    this.levels = [leaves]
    for (let level = leaves; level.length > HASH_BYTES; level = itemAt(this.levels, this.levels.length - 1)) {
      const nodes = level.length / HASH_BYTES
      const above = Buffer.alloc(Math.ceil(nodes / 2) * HASH_BYTES)
      for (let i = 0; i < nodes; i += 2) {
        const left = level.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)
        const node =
          i + 1 < nodes ? nodeHash(left, level.subarray((i + 1) * HASH_BYTES, (i + 2) * HASH_BYTES)) : left
        above.set(node, (i / 2) * HASH_BYTES)
      }
      this.levels.push(above)
    }
  }

  get size(): number {
    return itemAt(this.levels, 0).length / HASH_BYTES
  }

  root(): Buffer {
    return this.size === 0 ? emptyRoot() : Buffer.from(itemAt(this.levels, this.levels.length - 1))
  }

  /** Inclusion proof of a leaf, bottom up. @throws RangeError when the tree has no such leaf */
  proof(index: number): Buffer[] {
    if (!Number.isInteger(index) || index < 0 || index >= this.size)
      throw new RangeError(`index: ${index} is not a leaf of a tree of ${this.size}`)
    const proof: Buffer[] = []
    for (let level = 0, at = index; level < this.levels.length - 1; level++, at >>>= 1) {
      const sibling = (at ^ 1) * HASH_BYTES
      const nodes = itemAt(this.levels, level)
      if (sibling < nodes.length) proof.push(Buffer.from(nodes.subarray(sibling, sibling + HASH_BYTES)))
    }
    return proof
  }
}

/** Checks an inclusion proof as RFC 9162 section 2.1.3.2 says. */
export function verifyInclusion(p: {
  leaf: Uint8Array
  index: number
  size: number
  proof: readonly Uint8Array[]
  root: Uint8Array
}): boolean {
  if (!Number.isInteger(p.index) || p.index < 0 || p.index >= p.size) return false
  let node = p.index
  let last = p.size - 1
  let hash: Buffer = Buffer.from(p.leaf)
  for (const sibling of p.proof) {
    if (sibling.length !== HASH_BYTES || last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && hash.equals(p.root)
}
