import type { PublicKey } from "@solana/web3.js"
import { slotsOfPage, type PageHeader } from "../accounts/page.js"
import { MOST_COMPUTE_UNITS, PAGE_SLOTS } from "../constants.js"
import { InvalidArgumentError } from "../errors/base.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { submitScoresInstruction } from "../instructions/weeks/submit_scores.js"
import { buildScoreBatch, OCTET, type MemberCounts } from "../math/batch.js"
import { bytesPerMember, type ScoringRules } from "../math/score.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import type { Lane, Plan } from "./plan.js"
import { mostBytes, planTransaction, transactionBytes, type TransactionOptions } from "./transaction.js"

/** How far a page has come in a week. */
export interface PageProgress {
  /** Index of the page. */
  index: number
  /** Slots whose scores the chain has. */
  cursor: number
}

/** How far the page with this head has come in `week`. */
export function pageProgress(header: PageHeader, week: number): PageProgress {
  return { index: header.index, cursor: header.week === week ? header.cursor : 0 }
}

export interface PlanScoresParameters extends ProgramParameters, TransactionOptions {
  oracle: PublicKey
  economy: PublicKey
  rules: Pick<ScoringRules, "eventTypes">
  /** Index of the open week. */
  week: number
  /** Members of the week: `weekMembers` of the economy. */
  members: number
  /** Weekly counts of the member with this global index; null for one without a counted event. */
  countsOf: (index: number) => MemberCounts
  /** How far the pages have come; those that are not named have not begun. */
  progress?: readonly PageProgress[] | undefined
}

/** What the chain already has of a week's scores. */
export interface ScoresDone {
  /** Members covered. */
  members: number
  /** Pages complete. */
  pages: number
}

/** A batch of one page and what it weighs. */
interface Batch {
  page: number
  firstSlot: number
  members: readonly MemberCounts[]
  active: number
}

const isActive = (counts: MemberCounts): boolean => counts?.some((count) => count > 0) ?? false

/** What a batch uses at most. */
function computeUnitsOf(batch: Pick<Batch, "members" | "active">): number {
  const { base, slot, member } = ESTIMATED_COMPUTE_UNITS.scores
  return base + slot * batch.members.length + member * batch.active
}

function computeUnitsOfAll(batches: readonly Batch[]): number {
  const own = batches.map(computeUnitsOf)
  return own.reduce((sum, units) => sum + units, ESTIMATED_COMPUTE_UNITS.transaction)
}

function instructionOf(p: PlanScoresParameters, batch: Batch) {
  return submitScoresInstruction({
    oracle: p.oracle,
    economy: p.economy,
    page: batch.page,
    batch: buildScoreBatch(p.rules, p.week, batch.firstSlot, batch.members),
    programId: p.programId,
  })
}

/** Bytes for bitmap and counts in a transaction of one batch. */
function roomOf(p: PlanScoresParameters): number {
  // Lengths are compact: measured with a batch long enough for the length that full ones have.
  const long = new Array<MemberCounts>(PAGE_SLOTS).fill(null)
  const batch = { page: 0, firstSlot: 0, members: long, active: 0 }
  return mostBytes(p) - transactionBytes(p.oracle, [instructionOf(p, batch)], p) + PAGE_SLOTS / OCTET
}

/** Cuts the rest of a page into batches as large as a transaction holds. */
function batchesOf(
  p: PlanScoresParameters,
  page: number,
  cursor: number,
  room: number,
  width: number,
): Batch[] {
  const slots = slotsOfPage(page, p.members)
  const batches: Batch[] = []
  let start = cursor
  let used = 0
  let run: MemberCounts[] = []
  let active = 0
  const close = (): void => {
    batches.push({ page, firstSlot: start, members: run, active })
    start += run.length
    used = 0
    run = []
    active = 0
  }
  for (let slot = cursor; slot < slots; slot += OCTET) {
    const length = Math.min(OCTET, slots - slot)
    const octet = Array.from({ length }, (_, index) => p.countsOf(page * PAGE_SLOTS + slot + index))
    const marked = octet.filter(isActive).length
    const bytes = 1 + width * marked
    const units = computeUnitsOf({ members: [...run, ...octet], active: active + marked })
    if (run.length > 0 && (used + bytes > room || units > MOST_COMPUTE_UNITS)) close()
    used += bytes
    run.push(...octet)
    active += marked
  }
  if (run.length > 0) close()
  return batches
}

/**
 * Cuts a week's scores into transactions of measured size. Batches of one page follow each other; pages go side by side,
 * and small rests of several pages share a transaction. With the progress that the chain has, only the rest is planned.
 * @throws {InvalidArgumentError} for counts that the rules do not allow
 */
export function planScores(p: PlanScoresParameters): Plan<ScoresDone> {
  const room = roomOf(p)
  const width = bytesPerMember(p.rules)
  if (room < 1 + OCTET * width)
    throw new InvalidArgumentError("rules", "small enough for eight members to fit")
  const cursors = new Map(p.progress?.map((page) => [page.index, page.cursor]))
  const alreadyDone = { members: 0, pages: 0 }
  const lanes: Lane[] = []
  let shared: Batch[] = []

  const plan = (batches: readonly Batch[]) => {
    const units = computeUnitsOfAll(batches)
    const description = batches
      .map(
        ({ page, firstSlot, members }) => `page ${page} slots ${firstSlot}–${firstSlot + members.length - 1}`,
      )
      .join(", ")
    const instructions = batches.map((batch) => instructionOf(p, batch))
    return planTransaction(`scores of week ${p.week}: ${description}`, p.oracle, instructions, units, p)
  }
  const fits = (batches: readonly Batch[]): boolean => {
    const units = computeUnitsOfAll(batches)
    if (units > MOST_COMPUTE_UNITS) return false
    const instructions = batches.map((batch) => instructionOf(p, batch))
    return transactionBytes(p.oracle, instructions, p) <= mostBytes(p)
  }
  const closeShared = (): void => {
    if (shared.length === 0) return
    const pages = shared.map((batch) => batch.page)
    const name = `${pages.length > 1 ? "pages" : "page"} ${pages.join(", ")}`
    lanes.push({ name, transactions: [plan(shared)] })
    shared = []
  }

  for (let page = 0; page * PAGE_SLOTS < p.members; page++) {
    const cursor = cursors.get(page) ?? 0
    const slots = slotsOfPage(page, p.members)
    alreadyDone.members += Math.min(cursor, slots)
    if (cursor >= slots) {
      alreadyDone.pages += 1
      continue
    }
    const batches = batchesOf(p, page, cursor, room, width)
    const [only] = batches
    if (batches.length > 1 || !only) {
      lanes.push({ name: `page ${page}`, transactions: batches.map((batch) => plan([batch])) })
      continue
    }
    if (shared.length > 0 && !fits([...shared, only])) closeShared()
    shared.push(only)
  }
  closeShared()
  return { lanes, alreadyDone }
}
