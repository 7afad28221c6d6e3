import type { PublicKey } from "@solana/web3.js"
import { STAKE_PLACES } from "../constants.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { redistributePageInstruction } from "../instructions/redistribution/redistribute_page.js"
import { quarterName } from "../math/quarter.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import { packPages } from "./pack.js"
import type { Plan } from "./plan.js"
import { keepPages, type SnapshotDue } from "./snapshot.js"
import type { TransactionOptions } from "./transaction.js"

/** A page that a redistribution may be due for, as its head says. */
export interface PageToRedistribute {
  index: number
  /** Members in it. */
  members: number
  hasStakes: boolean
  /** The quarter in which it was redistributed last. */
  redistributedQuarter: number
  /** Places of its stake page, where they are known; the most that there can be otherwise. */
  stakePlaces?: number | undefined
}

export interface PlanRedistributionParameters extends ProgramParameters, TransactionOptions {
  /** Pays the fees; anyone may. */
  payer: PublicKey
  economy: PublicKey
  /** The calendar quarter of the moment when it is sent: `quarterOf(now)`. */
  quarter: number
  pages: readonly PageToRedistribute[]
  /** Pages whose balances a vote needs; none by default. */
  snapshotDue?: SnapshotDue | undefined
}

/** Which pages were redistributed already, or have nobody in them. */
export interface RedistributionDone {
  pages: readonly number[]
}

/** Plans the redistribution of all pages that are due in a quarter, in any order. */
export function planRedistribution(p: PlanRedistributionParameters): Plan<RedistributionDone> {
  const { base, member, memberWithStakes, stakePlace } = ESTIMATED_COMPUTE_UNITS.redistribution
  const unitsOf = ({ members, hasStakes, stakePlaces }: PageToRedistribute): number =>
    hasStakes
      ? base + memberWithStakes * members + stakePlace * (stakePlaces ?? STAKE_PLACES)
      : base + member * members
  const isDue = (page: PageToRedistribute) => page.redistributedQuarter < p.quarter && page.members > 0
  const { economy, programId } = p
  const works = p.pages.filter(isDue).map((page) => {
    const { index, hasStakes } = page
    const kept = keepPages(p, [index])
    return {
      page: index,
      instructions: [
        ...kept.flatMap((work) => work.instructions),
        redistributePageInstruction({ economy, page: index, hasStakes, programId }),
      ],
      units: kept.reduce((sum, work) => sum + work.units, unitsOf(page)),
    }
  })
  return {
    lanes: packPages(`redistribution of ${quarterName(p.quarter)}`, p.payer, works, p),
    alreadyDone: { pages: p.pages.filter((page) => !isDue(page)).map(({ index }) => index) },
  }
}
