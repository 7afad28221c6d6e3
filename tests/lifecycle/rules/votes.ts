import type { Ledger } from "./ledger"
import type { Stakes } from "./stakes"

/** A proposal and the balances by which votes on it weigh. */
export interface Motion {
  readonly index: number
  readonly snapshot: number
  readonly quorum: bigint
  readonly votingEnds: number
  /** By global index, when its snapshot was taken. */
  readonly balances: readonly bigint[]
  yes: bigint
  no: bigint
}

/** The proposals. */
export class Votes {
  readonly motions: Motion[] = []
  /** Number of the latest snapshot of balances. */
  snapshot = 0

  constructor(
    private readonly votingSeconds: number,
    private readonly quorumBps: bigint,
  ) {}

  /** Each comes after the votes on those before: it takes a snapshot of its own. */
  propose(ledger: Ledger, now: number): Motion {
    const before = this.motions.at(-1)
    if (before !== undefined && now < before.votingEnds) throw new Error("the vote before is not over")
    this.snapshot++
    const motion: Motion = {
      index: this.motions.length,
      snapshot: this.snapshot,
      // Rounded up.
      quorum: (ledger.circulating * this.quorumBps + 9_999n) / 10_000n,
      votingEnds: now + this.votingSeconds,
      balances: ledger.people.map(({ balance }) => balance),
      yes: 0n,
      no: 0n,
    }
    this.motions.push(motion)
    return motion
  }

  /** The member's balance of then, and stakes that are older. */
  weight(stakes: Stakes, motion: Motion, member: number): { weight: bigint; places: number[] } {
    const voting = stakes.of(member).filter(({ snapshot }) => snapshot < motion.snapshot)
    const staked = voting.reduce((sum, { amount }) => sum + amount, 0n)
    return { weight: (motion.balances[member] ?? 0n) + staked, places: voting.map(({ place }) => place) }
  }

  hasPassed({ yes, no, quorum }: Motion): boolean {
    return yes > no && yes + no >= quorum
  }
}
