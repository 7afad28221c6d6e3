import { createHash } from "node:crypto"
import {
  decodeScoreBatch,
  ESTIMATED_COMPUTE_UNITS,
  FIRST_PAGE_SLOTS,
  GROWTH_SLOTS,
  MOST_WALLETS,
  openWeekInstruction,
  PAGE_SLOTS,
  pageBytes,
  pagePda,
  pageProgress,
  pagesBehindSnapshot,
  planLevels,
  planRedistribution,
  planRegistration,
  planScores,
  planSettlement,
  planTransaction,
  releaseEmissionInstruction,
  sealWeekInstruction,
  signersOf,
  slotsOfPage,
  snapshotPda,
  transactionsOf,
  type Economy,
  type MemberCounts,
  type PageHeader,
  type PlannedTransaction,
} from "@stk/sdk"
import { PublicKey, type TransactionInstruction } from "@solana/web3.js"
import { encodeAddress } from "../base58"
import { itemAt } from "../item"
import { canonicalJson } from "../score/rules"
import type { MemberRange } from "./journal"
import { ACCOUNT_OVERHEAD_BYTES, type PageState } from "./state"

/** Which transactions a week needs, in which order, and what they cost. Nothing here reads or sends. */

export type StepKind =
  | "create_economy"
  | "set_policy"
  | "release_emission"
  | "create_page"
  | "register_members"
  | "set_levels"
  | "open_week"
  | "submit_scores"
  | "seal_week"
  | "settle_pages"
  | "return_sol"
  | "redistribute_pages"

/** One transaction. */
export interface Step {
  kind: StepKind
  planned: PlannedTransaction
  /** Bytes that its payer begins to pay rent for. */
  rentBytes: number
  /** Canonical JSON of what an evidence hash stands for. */
  evidence?: string
  /** Members that it scores or credits. */
  members?: readonly MemberRange[]
}

/** Groups of steps; a group begins when the one before has succeeded, its steps run side by side. */
export type Lane = Iterable<readonly Step[]>

export interface PlanContext {
  economy: PublicKey
  /** Pays fees, and is the oracle. */
  payer: PublicKey
  /** Registers members and sets levels, and pays for that; often the same. */
  registrar: PublicKey
  microLamportsPerUnit: bigint
  /** Bytes of each transaction that are left free for what is put before its instructions. */
  reservedBytes?: number
}

/** Bytes of the accounts that steps create. */
const MEMBERSHIP_BYTES = 16
const WEEK_BYTES = 176
const SNAPSHOT_BYTES = 8_248
/** Bytes of an instruction that say which one it is. */
const DISCRIMINATOR_BYTES = 8
/** Lamports of a signature. */
export const LAMPORTS_PER_SIGNATURE = 5_000n
const MICRO = 1_000_000n

/** Lamports that a transaction pays, whether it succeeds or not. */
export function feeOf(planned: PlannedTransaction): bigint {
  const priority = (planned.microLamportsPerUnit * BigInt(planned.computeUnitLimit) + MICRO - 1n) / MICRO
  return LAMPORTS_PER_SIGNATURE * BigInt(signersOf(planned).length) + priority
}

const inOrder = (steps: readonly Step[]): Step[][] => steps.map((step) => [step])

export function emissionStep(context: PlanContext, economy: Pick<Economy, "mint">): Step {
  const { transaction, releaseEmission } = ESTIMATED_COMPUTE_UNITS
  const instruction = releaseEmissionInstruction({ economy: context.economy, mint: economy.mint })
  return {
    kind: "release_emission",
    planned: planTransaction(
      "release of the emission",
      context.payer,
      [instruction],
      transaction + releaseEmission,
      context,
    ),
    rentBytes: 0,
  }
}

export interface RegistrationPlan {
  /** Members on chain. */
  members: number
  /** Slots of each page that exists. */
  capacities: readonly number[]
  wallets: readonly Uint8Array[]
  /** Whether a page's members may be registered side by side: faster, but the network decides their places. */
  parallel: boolean
}

/** Wallets planned at once: deriving their addresses takes time that the first transactions need not wait for. */
const WALLETS_AT_ONCE = 112

/** Registers wallets behind those on chain, page after page, each page made and grown as it is needed. */
export function* registrationLane(context: PlanContext, p: RegistrationPlan): Generator<readonly Step[]> {
  let members = p.members
  for (let next = 0; next < p.wallets.length; ) {
    const page = Math.floor(members / PAGE_SLOTS)
    const pageEnd = Math.min(members + p.wallets.length - next, (page + 1) * PAGE_SLOTS)
    const room = roomStep(context, page, p.capacities[page] ?? null, pageEnd - page * PAGE_SLOTS)
    if (room !== null) yield [room]
    while (members < pageEnd) {
      const count = Math.min(pageEnd - members, p.parallel ? PAGE_SLOTS : WALLETS_AT_ONCE)
      const plan = planRegistration({
        ...context,
        wallets: p.wallets.slice(next, next + count).map((wallet) => new PublicKey(wallet)),
        state: { members, pages: page + 1, capacity: PAGE_SLOTS },
      })
      const steps = transactionsOf(plan).map((planned): Step => {
        // Each wallet brings one account behind the four of the instruction itself.
        const wallets = itemAt(planned.instructions, 0).keys.length - 4
        return {
          kind: "register_members",
          planned,
          rentBytes: wallets * (ACCOUNT_OVERHEAD_BYTES + MEMBERSHIP_BYTES),
        }
      })
      if (p.parallel) yield steps
      else yield* inOrder(steps)
      members += count
      next += count
    }
  }
}

/** The transaction that gives a page room for `slots` members; null when it has enough. `capacity` is null for a new page. */
function roomStep(context: PlanContext, page: number, capacity: number | null, slots: number): Step | null {
  if (capacity !== null && capacity >= slots) return null
  const plan = planRegistration({
    ...context,
    wallets: [PublicKey.default],
    state: {
      members: page * PAGE_SLOTS + slots - 1,
      pages: capacity === null ? page : page + 1,
      capacity: capacity ?? 0,
    },
  })
  const before = capacity === null ? -ACCOUNT_OVERHEAD_BYTES : pageBytes(capacity)
  return {
    kind: "create_page",
    planned: itemAt(transactionsOf(plan), 0),
    rentBytes: pageBytes(roomAfter(capacity ?? 0, slots)) - before,
  }
}

function roomAfter(before: number, needed: number): number {
  const from = Math.max(before, FIRST_PAGE_SLOTS)
  return Math.min(from + Math.ceil(Math.max(needed - from, 0) / GROWTH_SLOTS) * GROWTH_SLOTS, PAGE_SLOTS)
}

/** A level to set. */
export interface LevelStep {
  /** Global index of the member. */
  index: number
  userId: string
  wallet: Uint8Array
  from: number
  to: number
}

/** Sets levels; the evidence of a page's changes is the hash of their list in canonical JSON, which the journal keeps. */
export function levelLanes(context: PlanContext, week: number, changes: readonly LevelStep[]): Lane[] {
  const pages = new Map<number, LevelStep[]>()
  for (const change of [...changes].sort((a, b) => a.index - b.index)) {
    const page = Math.floor(change.index / PAGE_SLOTS)
    const list = pages.get(page) ?? []
    list.push(change)
    pages.set(page, list)
  }
  return [...pages].flatMap(([page, list]) => {
    const evidence = canonicalJson({
      economy: context.economy.toBase58(),
      week,
      page,
      changes: list.map((change) => ({
        slot: change.index % PAGE_SLOTS,
        user_id: change.userId,
        wallet: encodeAddress(change.wallet),
        from: change.from,
        to: change.to,
      })),
    })
    const plan = planLevels({
      ...context,
      levels: list.map((change) => ({ index: change.index, level: change.to })),
      evidence: createHash("sha256").update(evidence).digest(),
    })
    return transactionsOf(plan).map(
      (planned): Lane => [[{ kind: "set_levels", planned, rentBytes: 0, evidence }]],
    )
  })
}

export function openStep(context: PlanContext, week: number, members: number, detailRoot: Uint8Array): Step {
  const { transaction, openWeek } = ESTIMATED_COMPUTE_UNITS
  const instruction = openWeekInstruction({
    oracle: context.payer,
    economy: context.economy,
    week,
    members,
    detailRoot,
  })
  return {
    kind: "open_week",
    planned: planTransaction(
      `opening of week ${week}`,
      context.payer,
      [instruction],
      transaction + openWeek,
      context,
    ),
    rentBytes: ACCOUNT_OVERHEAD_BYTES + WEEK_BYTES,
  }
}

export interface ScorePlan {
  rules: Pick<Economy, "eventTypes">
  week: number
  /** Members of the week. */
  members: number
  pages: readonly PageHeader[]
  countsOf: (index: number) => MemberCounts
}

/** Batches from each page's cursor on: a page in order, pages side by side. */
export function scoreLanes(context: PlanContext, p: ScorePlan): Lane[] {
  const plan = planScores({
    ...context,
    oracle: context.payer,
    rules: p.rules,
    week: p.week,
    members: p.members,
    countsOf: p.countsOf,
    progress: p.pages.map((header) => pageProgress(header, p.week)),
  })
  const pages = pageIndexes(context, Math.ceil(p.members / PAGE_SLOTS))
  const membersOf = (planned: PlannedTransaction): MemberRange[] =>
    planned.instructions.map((instruction) => {
      const { firstSlot, bitmap } = decodeScoreBatch(instruction.data.subarray(DISCRIMINATOR_BYTES))
      const page = pageOf(pages, instruction)
      // The bitmap is filled up to whole bytes.
      const end = Math.min(firstSlot + 8 * bitmap.length, slotsOfPage(page, p.members))
      return { first: page * PAGE_SLOTS + firstSlot, last: page * PAGE_SLOTS + end - 1 }
    })
  return plan.lanes.map((lane) =>
    inOrder(
      lane.transactions.map(
        (planned): Step => ({
          kind: "submit_scores",
          planned,
          rentBytes: 0,
          members: membersOf(planned),
        }),
      ),
    ),
  )
}

/** Pages by their addresses. */
function pageIndexes({ economy }: PlanContext, pages: number): ReadonlyMap<string, number> {
  return new Map(Array.from({ length: pages }, (_, page) => [pagePda(economy, page)[0].toBase58(), page]))
}

/** The page that an instruction is about. */
function pageOf(pages: ReadonlyMap<string, number>, { keys }: TransactionInstruction): number {
  for (const { pubkey } of keys) {
    const page = pages.get(pubkey.toBase58())
    if (page !== undefined) return page
  }
  throw new Error("an instruction of a week is about no page")
}

export function sealStep(context: PlanContext, week: number): Step {
  const { transaction, sealWeek } = ESTIMATED_COMPUTE_UNITS
  const instruction = sealWeekInstruction({ oracle: context.payer, economy: context.economy, week })
  return {
    kind: "seal_week",
    planned: planTransaction(
      `sealing of week ${week}`,
      context.payer,
      [instruction],
      transaction + sealWeek,
      context,
    ),
    rentBytes: 0,
  }
}

export interface SettlePlan {
  week: number
  members: number
  isShort: boolean
  pages: readonly PageHeader[]
  /** Number of the economy's latest snapshot: pages behind it are kept for it before their balances change. */
  snapshot: number
  /** Pages of which an account for that snapshot exists, which the one before the last has left. */
  snapshotAccounts: ReadonlySet<number>
}

/** Settles the pages that are not settled, as many in a transaction as fit. */
export function settleLanes(context: PlanContext, p: SettlePlan): Lane[] {
  const plan = planSettlement({
    ...context,
    week: p.week,
    members: p.members,
    isShort: p.isShort,
    settled: p.pages.flatMap((header) => (header.settledWeek === p.week ? [header.index] : [])),
    snapshotDue: { snapshot: p.snapshot, pages: pagesBehindSnapshot(p.pages, p) },
  })
  const created = new Set(
    pagesBehindSnapshot(p.pages, p)
      .filter((page) => !p.snapshotAccounts.has(page))
      .map((page) => snapshotPda(context.economy, page, p.snapshot)[0].toBase58()),
  )
  const pages = pageIndexes(context, Math.ceil(p.members / PAGE_SLOTS))
  const membersOf = (planned: PlannedTransaction): MemberRange[] =>
    [...new Set(planned.instructions.map((instruction) => pageOf(pages, instruction)))].map((page) => ({
      first: page * PAGE_SLOTS,
      last: page * PAGE_SLOTS + slotsOfPage(page, p.members) - 1,
    }))
  const rentBytesOf = (planned: PlannedTransaction): number => {
    const accounts = planned.instructions.flatMap(({ keys }) => keys.map(({ pubkey }) => pubkey.toBase58()))
    return accounts.filter((each) => created.has(each)).length * (ACCOUNT_OVERHEAD_BYTES + SNAPSHOT_BYTES)
  }
  return plan.lanes.map((lane) =>
    inOrder(
      lane.transactions.map(
        (planned): Step => ({
          kind: "settle_pages",
          planned,
          rentBytes: rentBytesOf(planned),
          members: membersOf(planned),
        }),
      ),
    ),
  )
}

/** One transaction of a plan for people: what it is and what it costs. */
export interface PlanEntry {
  kind: StepKind
  what: string
  /** On the wire. */
  bytes: number
  /** Lamports. */
  fee: bigint
  rentBytes: number
}

/** What lanes hold, in order. */
export function entriesOf(lanes: readonly Lane[]): PlanEntry[] {
  return lanes.flatMap((lane) =>
    [...lane].flat().map(({ kind, planned, rentBytes }) => ({
      kind,
      what: planned.description,
      bytes: planned.bytes,
      fee: feeOf(planned),
      rentBytes,
    })),
  )
}

/**
 * What a registration takes, without deriving an address for each wallet: every batch of one size weighs the same, and
 * addresses cost minutes for a million members.
 */
export function registrationEntries(
  context: PlanContext,
  p: { members: number; capacities: readonly number[]; count: number },
): PlanEntry[] {
  const sample = (wallets: number): PlanEntry[] =>
    entriesOf([
      registrationLane(context, {
        members: 0,
        capacities: [PAGE_SLOTS],
        wallets: Array.from({ length: wallets }, (_, index) => new Uint8Array(32).fill(index + 1)),
        parallel: false,
      }),
    ])
  const most = batchWallets(itemAt(sample(MOST_WALLETS), 0))
  const weights = new Map<number, PlanEntry>()
  const weightOf = (wallets: number): PlanEntry => {
    const weight = weights.get(wallets) ?? itemAt(sample(wallets), 0)
    weights.set(wallets, weight)
    return weight
  }
  const entries: PlanEntry[] = []
  const end = p.members + p.count
  for (let next = p.members; next < end; ) {
    const page = Math.floor(next / PAGE_SLOTS)
    const pageEnd = Math.min(end, (page + 1) * PAGE_SLOTS)
    const room = roomStep(context, page, p.capacities[page] ?? null, pageEnd - page * PAGE_SLOTS)
    if (room !== null) entries.push(...entriesOf([[[room]]]))
    for (; next < pageEnd; next += Math.min(most, pageEnd - next)) {
      const wallets = Math.min(most, pageEnd - next)
      entries.push({ ...weightOf(wallets), what: `members ${next}–${next + wallets - 1}` })
    }
  }
  return entries
}

const batchWallets = (entry: PlanEntry): number =>
  entry.rentBytes / (ACCOUNT_OVERHEAD_BYTES + MEMBERSHIP_BYTES)

/** Redistributes the pages that are due in a quarter, in any order. */
export function redistributionLanes(
  context: PlanContext,
  p: { economy: Pick<Economy, "snapshot">; pages: readonly PageState[]; quarter: number },
): Lane[] {
  const pages = p.pages.map(({ header, length }) => ({ ...header, members: length }))
  const { snapshot } = p.economy
  const plan = planRedistribution({
    ...context,
    quarter: p.quarter,
    pages,
    snapshotDue: { snapshot, pages: pagesBehindSnapshot(pages, { snapshot }) },
  })
  return plan.lanes.map((lane) =>
    inOrder(
      lane.transactions.map((planned): Step => ({ kind: "redistribute_pages", planned, rentBytes: 0 })),
    ),
  )
}
