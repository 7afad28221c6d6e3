import type { PublicKey } from "@solana/web3.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { redistributePageInstruction } from "../instructions/redistribution/redistribute_page.js"
import { quarterName } from "../math/quarter.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import { packPages } from "./pack.js"
import type { Plan } from "./plan.js"
import type { TransactionOptions } from "./transaction.js"

/** Most stakes of a page. */
const MOST_STAKE_PLACES = 4_096

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
}

/** Which pages were redistributed already, or have nobody in them. */
export interface RedistributionDone {
  pages: readonly number[]
}

/** Plans the redistribution of all pages that are due in a quarter, in any order. */
export function planRedistribution(p: PlanRedistributionParameters): Plan<RedistributionDone> {
  const { base, member, stakePlace } = ESTIMATED_COMPUTE_UNITS.redistribution
  const isDue = (page: PageToRedistribute) => page.redistributedQuarter < p.quarter && page.members > 0
  const { economy, programId } = p
  const works = p.pages.filter(isDue).map(({ index, hasStakes, members, stakePlaces }) => ({
    page: index,
    instruction: redistributePageInstruction({ economy, page: index, hasStakes, programId }),
    units: base + member * members + (hasStakes ? stakePlace * (stakePlaces ?? MOST_STAKE_PLACES) : 0),
  }))
  return {
    lanes: packPages(`redistribution of ${quarterName(p.quarter)}`, p.payer, works, p),
    alreadyDone: { pages: p.pages.filter((page) => !isDue(page)).map(({ index }) => index) },
  }
}
