import { WHOLE_BPS } from "./split.js"

/** How long a proposal may be executed once its time lock has passed, in seconds: 30 days. */
const EXECUTION_SECONDS = 2_592_000

/** `ceil(circulating × bps / 10,000)`: how many base units must vote. Rounded up, so that it is never easier than its share. */
export function quorumCeil(circulating: bigint, bps: number): bigint {
  const whole = BigInt(WHOLE_BPS)
  return (circulating * BigInt(bps) + whole - 1n) / whole
}

/** Base units for and against a proposal, and how many must vote. */
export interface Tally {
  yes: bigint
  no: bigint
  quorum: bigint
}

/** Whether a proposal passes: more votes for it than against, and the quorum reached by both together (STK-137). */
export function isPassed({ yes, no, quorum }: Tally): boolean {
  return yes > no && yes + no >= quorum
}

/** When a governance took its latest snapshot, and until when earlier ones are needed. */
export interface SnapshotState {
  /** How long a vote runs. */
  votingSeconds: number
  /** 0 before the first. */
  snapshotTakenAt: number
  /** When the last vote ends that weighs by the latest snapshot of an even, of an odd number. */
  votesEnd: readonly [even: number, odd: number]
}

/**
 * The snapshot by which votes on a proposal of `now` weigh: the latest, or the next one when the latest is as old as a vote
 * and no vote runs on the one whose place the next one takes.
 */
export function snapshotOfProposal(latest: number, governance: SnapshotState, now: number): number {
  const next = latest + 1
  if (latest === 0) return next
  const [even, odd] = governance.votesEnd
  const isOld = now >= governance.snapshotTakenAt + governance.votingSeconds
  return isOld && now >= (next % 2 === 0 ? even : odd) ? next : latest
}

/** Where a proposal stands. */
export type ProposalState = "voting" | "failed" | "timeLocked" | "executable" | "executed" | "expired"

/** What decides where a proposal stands. Times are unix seconds. */
export interface ProposalProgress extends Tally {
  votingEnds: number
  executableAt: number
  executed: boolean
}

/** Where a proposal stands at `now`. */
export function proposalState(proposal: ProposalProgress, now: number): ProposalState {
  if (proposal.executed) return "executed"
  if (now < proposal.votingEnds) return "voting"
  if (!isPassed(proposal)) return "failed"
  if (now < proposal.executableAt) return "timeLocked"
  return now < proposal.executableAt + EXECUTION_SECONDS ? "executable" : "expired"
}

/** The votes of a proposal in numbers to show. */
export interface TallyShares {
  /** For it, of those who voted, in basis points, floored; 0 before the first vote. */
  yesBps: number
  /** Voted, of the quorum, in basis points, floored; 10,000 and more when it is reached. */
  quorumBps: number
  /** What is missing to the quorum. */
  missing: bigint
}

/** Shares of a tally. */
export function tallyShares({ yes, no, quorum }: Tally): TallyShares {
  const votes = yes + no
  const whole = BigInt(WHOLE_BPS)
  return {
    yesBps: votes === 0n ? 0 : Number((yes * whole) / votes),
    quorumBps: quorum === 0n ? WHOLE_BPS : Number((votes * whole) / quorum),
    missing: votes >= quorum ? 0n : quorum - votes,
  }
}
