import { sha256 } from "@noble/hashes/sha2"
import type { PublicKey } from "@solana/web3.js"
import { InvalidArgumentError } from "../errors/base.js"

/** Prefixes of what is hashed: they differ so that neither a leaf nor a node can pass for the other. */
const LEAF_PREFIX = Uint8Array.of(0)
const NODE_PREFIX = Uint8Array.of(1)
const HASH_BYTES = 32
const ADDRESS_BYTES = 32

/** Hash of a leaf of the tree of RFC 9162, section 2.1. */
export function leafHash(data: Uint8Array): Uint8Array {
  return sha256.create().update(LEAF_PREFIX).update(data).digest()
}

/** Hash of the node above two others. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256.create().update(NODE_PREFIX).update(left).update(right).digest()
}

/** Data of a member's leaf in the tree over a week's daily detail; `wallet` as a key or as its 32 bytes. */
export function leafData(wallet: PublicKey | Uint8Array, week: number, dailyCounts: Uint8Array): Uint8Array {
  const address = wallet instanceof Uint8Array ? wallet : wallet.toBytes()
  if (address.length !== ADDRESS_BYTES) {
    throw new InvalidArgumentError("wallet", `of ${ADDRESS_BYTES} bytes`, {
      details: [`it has ${address.length}`],
    })
  }
  const data = new Uint8Array(address.length + 4 + dailyCounts.length)
  data.set(address)
  new DataView(data.buffer).setUint32(address.length, week, true)
  data.set(dailyCounts, address.length + 4)
  return data
}

/** The levels of the tree, leaves first: an odd node at the end of a level moves up as it is. */
function levels(leaves: readonly Uint8Array[]): (readonly Uint8Array[])[] {
  const all: (readonly Uint8Array[])[] = [leaves]
  for (let below = leaves; below.length > 1; ) {
    const level: Uint8Array[] = []
    for (let index = 0; index < below.length; index += 2) {
      const left = below[index]
      const right = below[index + 1]
      if (left) level.push(right ? nodeHash(left, right) : left)
    }
    all.push(level)
    below = level
  }
  return all
}

/** Root over leaf hashes; that of no leaves is the hash of nothing. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return levels(leaves).at(-1)?.[0] ?? sha256(new Uint8Array())
}

/** A Merkle tree over leaf hashes that gives many proofs. */
export class MerkleTree {
  private readonly levels: readonly (readonly Uint8Array[])[]

  constructor(leaves: readonly Uint8Array[]) {
    this.levels = levels(leaves)
  }

  get size(): number {
    return this.levels[0]?.length ?? 0
  }

  get root(): Uint8Array {
    return this.levels.at(-1)?.[0] ?? sha256(new Uint8Array())
  }

  /** Siblings of leaf `index` from below; none where a node had no sibling. */
  proof(index: number): Uint8Array[] {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw new InvalidArgumentError("index", `an integer from 0 to ${this.size - 1}`)
    }
    return this.levels.flatMap((level, height) => {
      const sibling = level[Math.floor(index / 2 ** height) ^ 1]
      return level.length > 1 && sibling ? [sibling] : []
    })
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** Whether `proof` shows that `leaf`, a leaf's hash, is number `index` of `size` under `root` (RFC 9162, 2.1.3.2). */
export function isIncluded(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!Number.isInteger(index) || index < 0 || index >= size) return false
  let position = index
  let last = size - 1
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== HASH_BYTES) return false
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash)
      while (position % 2 === 0 && position !== 0) {
        position = Math.floor(position / 2)
        last = Math.floor(last / 2)
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    position = Math.floor(position / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && isEqual(hash, root)
}
