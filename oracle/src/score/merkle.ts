import {
  DAYS_PER_WEEK,
  encodeDailyCounts,
  leafData as leafDataOfCounts,
  merkleRoot,
  nodeHash,
} from "@stk/sdk/math"

export { leafHash } from "@stk/sdk/math"

/**
 * Data of one leaf, from raw daily counts as they come from counting: `daily[day * types + type]`, Monday first.
 *
 * @throws RangeError when a length does not fit
 */
export function leafData(
  wallet: Uint8Array,
  week: number,
  daily: ArrayLike<number>,
  types: number,
): Uint8Array {
  if (daily.length !== DAYS_PER_WEEK * types)
    throw new RangeError(`daily: has ${daily.length} counts, not ${DAYS_PER_WEEK * types}`)
  return leafDataOfCounts(wallet, week, encodeDailyCounts([daily]))
}

/** Root of a tree whose leaf hashes arrive one by one; keeps one hash a level, where the SDK's tree keeps all. */
export class StreamingRoot {
  private readonly pending: (Uint8Array | undefined)[] = []
  private count = 0

  /** Number of leaves so far. */
  get size(): number {
    return this.count
  }

  push(leaf: Uint8Array): void {
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
    let root: Uint8Array | undefined
    for (const left of this.pending) {
      if (left !== undefined) root = root === undefined ? left : nodeHash(left, root)
    }
    return Buffer.from(root ?? merkleRoot([]))
  }
}
