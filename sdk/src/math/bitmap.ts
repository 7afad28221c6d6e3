/** Whether bit `index` is set; bits are counted from the lowest of the first byte. */
export function hasBit(bits: Uint8Array, index: number): boolean {
  return (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1
}

/** The bits with those at `indexes` set. */
export function withBits(bits: Uint8Array, indexes: readonly number[]): Uint8Array {
  const set = bits.slice()
  for (const index of indexes) set[index >> 3] = (set[index >> 3] ?? 0) | (1 << (index & 7))
  return set
}
