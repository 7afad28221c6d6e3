/** A deterministic sequence of numbers: the same seed gives the same test (xorshift128+ over splitmix64). */
export class Random {
  private low: bigint
  private high: bigint

  constructor(seed: number) {
    let state = BigInt(seed)
    const mixed = (): bigint => {
      state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n)
      let value = state
      value = BigInt.asUintN(64, (value ^ (value >> 30n)) * 0xbf58476d1ce4e5b9n)
      value = BigInt.asUintN(64, (value ^ (value >> 27n)) * 0x94d049bb133111ebn)
      return value ^ (value >> 31n)
    }
    this.low = mixed()
    this.high = mixed()
  }

  /** Any 64 bits. */
  word(): bigint {
    let first = this.low
    const second = this.high
    this.low = second
    first ^= BigInt.asUintN(64, first << 23n)
    this.high = first ^ second ^ (first >> 17n) ^ (second >> 26n)
    return BigInt.asUintN(64, this.high + second)
  }

  /** An integer from 0 to `end` − 1. */
  below(end: number): number {
    return Number(this.word() % BigInt(end))
  }

  /** An integer from `first` to `last`. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1)
  }

  /** An amount from 0 to `end` − 1. */
  amountBelow(end: bigint): bigint {
    return this.word() % end
  }

  /** True in `percent` of all cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)]
    if (picked === undefined) throw new Error("there is nothing to pick from")
    return picked
  }
}
