import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { slotsOfPage } from "../accounts/page.js"
import { MOST_COMPUTE_UNITS, PAGE_SLOTS } from "../constants.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { settlePageInstruction } from "../instructions/weeks/settle_page.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import type { Lane, Plan } from "./plan.js"
import { keepPages, type SnapshotDue } from "./snapshot.js"
import { mostBytes, planTransaction, transactionBytes, type TransactionOptions } from "./transaction.js"

export interface PlanSettlementParameters extends ProgramParameters, TransactionOptions {
  /** Pays the fees; anyone may. */
  payer: PublicKey
  economy: PublicKey
  /** Index of the sealed week. */
  week: number
  /** Members of the week. */
  members: number
  /** Whether less is payable than due: such a week costs more to settle. */
  isShort: boolean
  /** Pages that are settled already. */
  settled?: readonly number[] | undefined
  /** Pages whose balances must be kept for the economy's latest snapshot before they change. */
  snapshotDue?: SnapshotDue | undefined
}

/** Which pages were settled already. */
export interface SettlementDone {
  pages: readonly number[]
}

/** Settles a page; its balances are kept first where a vote needs them. */
function makeInstructions(p: PlanSettlementParameters, page: number): readonly TransactionInstruction[] {
  const { economy, week, programId } = p
  const kept = keepPages(p, [page]).flatMap((work) => work.instructions)
  return [...kept, settlePageInstruction({ economy, week, page, programId })]
}

/** Plans the settling of all pages, as many in a transaction as its bytes and compute units allow, in any order. */
export function planSettlement(p: PlanSettlementParameters): Plan<SettlementDone> {
  const settled = new Set(p.settled)
  const all = Array.from({ length: Math.ceil(p.members / PAGE_SLOTS) }, (_, page) => page)
  const { transaction, settlement } = ESTIMATED_COMPUTE_UNITS
  const member = settlement.slot + (p.isShort ? settlement.shortMember : settlement.member)
  const behind = new Set(p.snapshotDue?.pages)
  const unitsOf = (page: number): number =>
    settlement.base +
    member * slotsOfPage(page, p.members) +
    (behind.has(page) ? ESTIMATED_COMPUTE_UNITS.snapshotPage : 0)
  // Deriving addresses is what planning costs: each page's are derived once.
  const instructions = new Map<number, readonly TransactionInstruction[]>()
  const instructionsOf = (page: number): readonly TransactionInstruction[] => {
    const made = instructions.get(page) ?? makeInstructions(p, page)
    instructions.set(page, made)
    return made
  }

  const lanes: Lane[] = []
  let pages: number[] = []
  const unitsOfAll = (some: readonly number[]) =>
    some.reduce<number>((sum, page) => sum + unitsOf(page), transaction)
  const close = (): void => {
    if (pages.length === 0) return
    const name = `settlement of week ${p.week}: pages ${pages.join(", ")}`
    const planned = planTransaction(name, p.payer, pages.flatMap(instructionsOf), unitsOfAll(pages), p)
    lanes.push({ name, transactions: [planned] })
    pages = []
  }
  for (const page of all) {
    if (settled.has(page)) continue
    const more = [...pages, page]
    const bytes = transactionBytes(p.payer, more.flatMap(instructionsOf), p)
    if (unitsOfAll(more) > MOST_COMPUTE_UNITS || bytes > mostBytes(p)) close()
    pages.push(page)
  }
  close()
  return { lanes, alreadyDone: { pages: all.filter((page) => settled.has(page)) } }
}
