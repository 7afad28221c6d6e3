import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import type { StakePage } from "../accounts/stake.js"
import { STAKE_PLACES } from "../constants.js"
import { PlanError } from "../errors/base.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { createStakePageInstruction } from "../instructions/staking/create_stake_page.js"
import { growStakePageInstruction } from "../instructions/staking/grow_stake_page.js"
import { stakeInstruction } from "../instructions/staking/stake.js"
import { unstakeInstruction } from "../instructions/staking/unstake.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import type { Plan } from "./plan.js"
import { keepPages, type SnapshotDue } from "./snapshot.js"
import { planTransaction, type TransactionOptions } from "./transaction.js"

interface PlanStakingParameters extends ProgramParameters, TransactionOptions {
  /** The member, who signs. */
  wallet: PublicKey
  /** Pays the fee, and the rent of places and of a snapshot; the member by default. */
  payer?: PublicKey | undefined
  economy: PublicKey
  /** Index of the member's page. */
  page: number
  slot: number
  /** Pages whose balances a vote needs; none by default. */
  snapshotDue?: SnapshotDue | undefined
}

export interface PlanStakeParameters extends PlanStakingParameters {
  /** Base units; at least one whole token. */
  amount: bigint
  /** 30, 90, 180 or 365. */
  termDays: number
  /** The stakes of the member's page; null where there is no account for them yet. */
  stakePage: Pick<StakePage, "stakes" | "places" | "capacity"> | null
}

export interface PlanUnstakeParameters extends PlanStakingParameters {
  /** Where the stake is in the stake page. */
  place: number
  id: number
}

/** What existed already of what a stake needs. */
export interface StakingDone {
  /** Whether there was a free place. */
  place: boolean
  /** Whether the page's balances were kept for the latest snapshot. */
  snapshot: boolean
}

interface Preparation {
  instructions: TransactionInstruction[]
  units: number
}

/** The balance of the page changes: it is kept for a vote first. */
function prepareSnapshot(p: PlanStakingParameters): Preparation {
  const kept = keepPages({ ...p, payer: p.payer ?? p.wallet }, [p.page])
  return {
    instructions: kept.flatMap((work) => [...work.instructions]),
    units: kept.reduce((sum, work) => sum + work.units, 0),
  }
}

/** Makes a free place where there is none. @throws {PlanError} when all 4,096 are taken */
function preparePlace(p: PlanStakeParameters): Preparation {
  const { economy, page, programId, stakePage } = p
  const at = { payer: p.payer ?? p.wallet, economy, page, programId }
  const { createStakePage, growStakePage } = ESTIMATED_COMPUTE_UNITS
  if (stakePage === null) return { instructions: [createStakePageInstruction(at)], units: createStakePage }
  if (stakePage.stakes.length < stakePage.capacity) return { instructions: [], units: 0 }
  if (stakePage.capacity >= STAKE_PLACES) throw new PlanError("The stake page has no free place")
  return { instructions: [growStakePageInstruction(at)], units: growStakePage }
}

/**
 * Plans a stake in one transaction, with what must exist first: the page's balances kept for a vote, the stake page, a free
 * place in it. @throws {PlanError} when all places of the page are taken
 */
export function planStake(p: PlanStakeParameters): Plan<StakingDone> {
  const { wallet, economy, page, slot, amount, termDays, programId } = p
  const [place, snapshot] = [preparePlace(p), prepareSnapshot(p)]
  const instruction = stakeInstruction({ wallet, economy, page, slot, amount, termDays, programId })
  const { transaction, stake } = ESTIMATED_COMPUTE_UNITS
  const own = stake.base + stake.place * (p.stakePage?.places ?? 0)
  const planned = planTransaction(
    "stake",
    p.payer ?? wallet,
    [...place.instructions, ...snapshot.instructions, instruction],
    transaction + place.units + snapshot.units + own,
    p,
  )
  const alreadyDone = {
    place: place.instructions.length === 0,
    snapshot: snapshot.instructions.length === 0,
  }
  return { lanes: [{ name: "stake", transactions: [planned] }], alreadyDone }
}

/** Plans the return of a stake whose term is over, with the page's balances kept for a vote first where that is due. */
export function planUnstake(p: PlanUnstakeParameters): Plan<Pick<StakingDone, "snapshot">> {
  const { wallet, economy, page, slot, place, id, programId } = p
  const snapshot = prepareSnapshot(p)
  const instruction = unstakeInstruction({ wallet, economy, page, slot, place, id, programId })
  const { transaction, unstake } = ESTIMATED_COMPUTE_UNITS
  const units = transaction + snapshot.units + unstake
  const instructions = [...snapshot.instructions, instruction]
  const planned = planTransaction("return of a stake", p.payer ?? wallet, instructions, units, p)
  return {
    lanes: [{ name: "return of a stake", transactions: [planned] }],
    alreadyDone: { snapshot: snapshot.instructions.length === 0 },
  }
}
