import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import type { Economy } from "../accounts/economy.js"
import type { PageHeader } from "../accounts/page.js"
import { MOST_COMPUTE_UNITS } from "../constants.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { snapshotPageInstruction } from "../instructions/staking/snapshot_page.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import { packPages, type PageWork } from "./pack.js"
import type { Lane, Plan } from "./plan.js"
import {
  mostBytes,
  planTransaction,
  transactionBytes,
  type PlannedTransaction,
  type TransactionOptions,
} from "./transaction.js"

/** What says whether the balances of a page are kept for the latest snapshot. */
export type PageSnapshotState = Pick<PageHeader, "index" | "snapshot">

/** Indexes of the pages whose balances must be kept for the economy's latest snapshot before any of them changes. */
export function pagesBehindSnapshot(
  pages: readonly PageSnapshotState[],
  economy: Pick<Economy, "snapshot">,
): number[] {
  return pages.filter((page) => page.snapshot !== economy.snapshot).map((page) => page.index)
}

/**
 * What must stand before an instruction that changes a balance of the page: one `snapshot_page` where the page is behind
 * the economy's latest snapshot, nothing otherwise. It uses at most `ESTIMATED_COMPUTE_UNITS.snapshotPage`.
 */
export function snapshotInstructionsIfDue(
  page: PageSnapshotState & Pick<PageHeader, "economy">,
  economy: Pick<Economy, "snapshot">,
  payer: PublicKey,
  programId?: PublicKey,
): TransactionInstruction[] {
  return pagesBehindSnapshot([page], economy).map((index) =>
    snapshotPageInstruction({
      payer,
      economy: page.economy,
      page: index,
      snapshot: economy.snapshot,
      programId,
    }),
  )
}

/** Pages whose balances must be kept for the economy's latest snapshot before they change. */
export interface SnapshotDue {
  /** Number of the economy's latest snapshot. */
  readonly snapshot: number
  readonly pages: readonly number[]
}

/** What plans that change balances take: which pages of an economy are due, and who pays for keeping them. */
export interface KeepPagesParameters extends ProgramParameters {
  payer: PublicKey
  economy: PublicKey
  /** None by default. */
  snapshotDue?: SnapshotDue | undefined
}

/** What keeps the balances of those of `pages` that are due, one after the other. */
export function keepPages(p: KeepPagesParameters, pages: readonly number[]): PageWork[] {
  const { payer, economy, snapshotDue, programId } = p
  if (snapshotDue === undefined) return []
  const { snapshot } = snapshotDue
  const due = [...new Set(pages)].filter((page) => snapshotDue.pages.includes(page))
  return due.map((page) => ({
    page,
    instructions: [snapshotPageInstruction({ payer, economy, page, snapshot, programId })],
    units: ESTIMATED_COMPUTE_UNITS.snapshotPage,
  }))
}

/**
 * Plans instructions that change balances: with what keeps the pages first in one transaction, so that nothing comes in
 * between; where that is too large, in transactions before it.
 * @throws {PlanError} when the instructions alone are too large
 */
export function planAfterKeeping(
  description: string,
  payer: PublicKey,
  kept: readonly PageWork[],
  instructions: readonly TransactionInstruction[],
  units: number,
  options: TransactionOptions,
): PlannedTransaction[] {
  const all = [...kept.flatMap((work) => work.instructions), ...instructions]
  const ofAll = kept.reduce((sum, work) => sum + work.units, units)
  if (ofAll <= MOST_COMPUTE_UNITS && transactionBytes(payer, all, options) <= mostBytes(options)) {
    return [planTransaction(description, payer, all, ofAll, options)]
  }
  return [
    ...packPages("balances kept for a vote", payer, kept, options).flatMap((lane) => lane.transactions),
    planTransaction(description, payer, instructions, units, options),
  ]
}

export interface PlanSnapshotsParameters extends ProgramParameters, TransactionOptions {
  /** Pays the fees and the rent of new snapshots; anyone may. */
  payer: PublicKey
  economy: PublicKey
  /** Number of the economy's latest snapshot. */
  snapshot: number
  /** The pages to look at: all of the economy, usually. */
  pages: readonly PageSnapshotState[]
}

/** Pages whose balances were kept already. */
export interface SnapshotsDone {
  pages: readonly number[]
}

/** Plans the keeping of the balances of all pages that are behind, as many in a transaction as fit, in any order. */
export function planSnapshots(p: PlanSnapshotsParameters): Plan<SnapshotsDone> {
  const { payer, economy, snapshot, programId } = p
  const behind = pagesBehindSnapshot(p.pages, p)
  const { transaction, snapshotPage } = ESTIMATED_COMPUTE_UNITS
  const lanes: Lane[] = []
  let pages: number[] = []
  let instructions: TransactionInstruction[] = []
  const unitsOf = (count: number): number => transaction + count * snapshotPage
  const close = (): void => {
    if (pages.length === 0) return
    const name = `snapshot ${snapshot} of pages ${pages.join(", ")}`
    lanes.push({
      name,
      transactions: [planTransaction(name, payer, instructions, unitsOf(pages.length), p)],
    })
    pages = []
    instructions = []
  }
  for (const page of behind) {
    const instruction = snapshotPageInstruction({ payer, economy, page, snapshot, programId })
    const bytes = transactionBytes(payer, [...instructions, instruction], p)
    if (unitsOf(pages.length + 1) > MOST_COMPUTE_UNITS || bytes > mostBytes(p)) close()
    pages.push(page)
    instructions.push(instruction)
  }
  close()
  const due = new Set(behind)
  const kept = p.pages.map((page) => page.index).filter((index) => !due.has(index))
  return { lanes, alreadyDone: { pages: kept } }
}
