import type { PublicKey, TransactionInstruction } from "@solana/web3.js"
import { freePlaces, type EscrowPage, type FrozenReward, type LocatedReward } from "../accounts/escrow.js"
import { ESCROW_PLACES, PAGE_SLOTS } from "../constants.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { createEscrowPageInstruction } from "../instructions/rewards/create_escrow_page.js"
import { giveVerdictsInstruction } from "../instructions/rewards/give_verdicts.js"
import { grantRewardsInstruction, type RewardGrant } from "../instructions/rewards/grant_rewards.js"
import { payRewardsInstruction } from "../instructions/rewards/pay_rewards.js"
import { resolveRewardsInstruction } from "../instructions/rewards/resolve_rewards.js"
import { rewardOutcome } from "../math/freeze.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import { packPages } from "./pack.js"
import type { Lane, Plan } from "./plan.js"
import { keepPages, type KeepPagesParameters, type SnapshotDue } from "./snapshot.js"
import {
  mostBytes,
  planTransaction,
  transactionBytes,
  type PlannedTransaction,
  type TransactionOptions,
} from "./transaction.js"

/** A reward that is paid at once. */
export interface MemberPayment {
  /** Global index of the member. */
  member: number
  /** Base units. */
  amount: bigint
}

export interface PlanPaymentsParameters extends ProgramParameters, TransactionOptions {
  validator: PublicKey
  economy: PublicKey
  /** Index of a kind that needs no freeze. */
  kind: number
  /** SHA-256 of the reasons for all payments. */
  reason: Uint8Array
  payments: readonly MemberPayment[]
  /** Pages whose balances a vote needs; none by default. */
  snapshotDue?: SnapshotDue | undefined
}

export interface PlanGrantsParameters extends ProgramParameters, TransactionOptions {
  /** Signs, and pays the rent of new escrow pages. */
  validator: PublicKey
  economy: PublicKey
  /** Index of the kind of all grants. */
  kind: number
  /** Whole days within the kind's bounds; the kind's usual freeze by default. */
  freezeDays?: number | undefined
  /** SHA-256 of the reasons for all grants. */
  reason: Uint8Array
  grants: readonly Omit<RewardGrant, "place">[]
  /** All escrow pages that there are, by index. */
  pages: readonly Pick<EscrowPage, "rewards">[]
}

/** Escrow pages that exist already. */
export interface GrantsDone {
  escrowPages: number
}

/** A verdict on a reward, wherever it is. */
export interface LocatedVerdict extends Pick<LocatedReward, "escrowPage" | "place" | "id"> {
  confirmed: boolean
}

export interface PlanVerdictsParameters extends ProgramParameters, TransactionOptions {
  validator: PublicKey
  economy: PublicKey
  verdicts: readonly LocatedVerdict[]
}

export interface PlanResolutionsParameters extends ProgramParameters, TransactionOptions {
  /** Pays the fees; anyone may. */
  payer: PublicKey
  economy: PublicKey
  /** All escrow pages that there are, by index. */
  pages: readonly Pick<EscrowPage, "rewards">[]
  /** Unix seconds on chain. */
  now: number
  /** Pages whose balances a vote needs; none by default. */
  snapshotDue?: SnapshotDue | undefined
}

/** How many rewards a plan of resolutions leaves as they are. */
export interface ResolutionsDone {
  /** Their end is still to come. */
  frozen: number
  /** They have ended, and there is still time for a verdict. */
  undecided: number
}

/** Instructions about many of something: how a plan packs them into transactions. */
interface Packing<Item> {
  readonly payer: PublicKey
  readonly options: TransactionOptions
  /** Bytes of an item in the instruction's data. */
  readonly itemBytes: number
  /** Most items of one instruction. */
  readonly most: number
  readonly units: { readonly base: number; readonly item: number }
  readonly instructionOf: (items: readonly Item[]) => TransactionInstruction
  readonly nameOf: (count: number) => string
}

function packed<Item>(items: readonly Item[], packing: Packing<Item>): PlannedTransaction[] {
  const { payer, options, itemBytes, units, instructionOf, nameOf } = packing
  const [first] = items
  if (first === undefined) return []
  const measured = new Array<Item>(packing.most).fill(first)
  const excess = transactionBytes(payer, [instructionOf(measured)], options) - mostBytes(options)
  const most = packing.most - Math.max(Math.ceil(excess / itemBytes), 0)
  const transactions: PlannedTransaction[] = []
  for (let start = 0; start < items.length; start += most) {
    const part = items.slice(start, start + most)
    const limit = ESTIMATED_COMPUTE_UNITS.transaction + units.base + units.item * part.length
    transactions.push(planTransaction(nameOf(part.length), payer, [instructionOf(part)], limit, options))
  }
  return transactions
}

function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

const lanesOf = (transactions: readonly PlannedTransaction[]): Lane[] =>
  transactions.map((planned) => ({ name: planned.description, transactions: [planned] }))

/**
 * Lanes of transactions that change balances of member pages: one for each transaction, but one for all of a page whose
 * balances must be kept before the first of them.
 */
function lanesOfPages(
  p: KeepPagesParameters & TransactionOptions,
  works: readonly { page: number; transactions: readonly PlannedTransaction[] }[],
): Lane[] {
  return [...grouped(works, ({ page }) => page)].flatMap(([page, ofPage]) => {
    const transactions = ofPage.flatMap((work) => work.transactions)
    const kept = packPages("balances kept for a vote", p.payer, keepPages(p, [page]), p)
    const [lane] = kept
    if (lane === undefined || transactions.length === 0) return lanesOf(transactions)
    return [{ name: `rewards of page ${page}`, transactions: [...lane.transactions, ...transactions] }]
  })
}

/**
 * Plans rewards that are paid at once, page by page, as many in a transaction as fit; a page's balances are kept first
 * where a vote needs them.
 */
export function planPayments(p: PlanPaymentsParameters): Plan<null> {
  const { validator, economy, kind, reason, programId } = p
  const byPage = grouped(p.payments, ({ member }) => Math.floor(member / PAGE_SLOTS))
  const works = [...byPage].map(([page, payments]) => ({
    page,
    transactions: packed(payments, {
      payer: validator,
      options: p,
      itemBytes: 10,
      most: PAGE_SLOTS,
      units: ESTIMATED_COMPUTE_UNITS.rewardPayments,
      instructionOf: (part) =>
        payRewardsInstruction({
          validator,
          economy,
          kind,
          reason,
          page,
          payments: part.map(({ member, amount }) => ({ slot: member % PAGE_SLOTS, amount })),
          programId,
        }),
      nameOf: (count) => `rewards of ${count} members of page ${page}`,
    }),
  }))
  return { lanes: lanesOfPages({ ...p, payer: validator }, works), alreadyDone: null }
}

/**
 * Plans grants: into the free places of the escrow pages that there are, then into new ones, which it creates. New pages
 * are in a lane of their own, since they are created one after the other.
 */
export function planGrants(p: PlanGrantsParameters): Plan<GrantsDone> {
  const { validator, economy, kind, freezeDays, reason, programId } = p
  const transactionsFor = (escrowPage: number, grants: readonly RewardGrant[]): PlannedTransaction[] =>
    packed(grants, {
      payer: validator,
      options: p,
      itemBytes: 17,
      most: ESCROW_PLACES,
      units: ESTIMATED_COMPUTE_UNITS.rewardGrants,
      instructionOf: (part) =>
        grantRewardsInstruction({
          validator,
          economy,
          kind,
          freezeDays,
          reason,
          escrowPage,
          grants: part,
          programId,
        }),
      nameOf: (count) => `${count} frozen rewards in escrow page ${escrowPage}`,
    })
  const creationOf = (escrowPage: number): PlannedTransaction => {
    const instruction = createEscrowPageInstruction({ payer: validator, economy, escrowPage, programId })
    const limit = ESTIMATED_COMPUTE_UNITS.transaction + ESTIMATED_COMPUTE_UNITS.createEscrowPage
    return planTransaction(`creation of escrow page ${escrowPage}`, validator, [instruction], limit, p)
  }

  const waiting = [...p.grants]
  const put = (places: readonly number[]): RewardGrant[] =>
    waiting.splice(0, places.length).map((grant, index) => ({ ...grant, place: places[index] ?? 0 }))
  const lanes = p.pages.flatMap((page, index) => lanesOf(transactionsFor(index, put(freePlaces(page)))))
  const ofNewPages: PlannedTransaction[] = []
  for (let index = p.pages.length; waiting.length > 0; index++) {
    ofNewPages.push(creationOf(index), ...transactionsFor(index, put(freePlaces({ rewards: [] }))))
  }
  if (ofNewPages.length > 0) lanes.push({ name: "new escrow pages", transactions: ofNewPages })
  return { lanes, alreadyDone: { escrowPages: p.pages.length } }
}

/** Plans verdicts, escrow page by escrow page, as many in a transaction as fit. */
export function planVerdicts(p: PlanVerdictsParameters): Plan<null> {
  const { validator, economy, programId } = p
  const byPage = grouped(p.verdicts, ({ escrowPage }) => escrowPage)
  const transactions = [...byPage].flatMap(([escrowPage, verdicts]) =>
    packed(verdicts, {
      payer: validator,
      options: p,
      itemBytes: 6,
      most: ESCROW_PLACES,
      units: ESTIMATED_COMPUTE_UNITS.rewardVerdicts,
      instructionOf: (part) =>
        giveVerdictsInstruction({ validator, economy, escrowPage, verdicts: part, programId }),
      nameOf: (count) => `${count} verdicts in escrow page ${escrowPage}`,
    }),
  )
  return { lanes: lanesOf(transactions), alreadyDone: null }
}

/**
 * Plans the resolution of every frozen reward that is due at `now`, as many in a transaction as fit; a page's balances are
 * kept first where a vote needs them.
 */
export function planResolutions(p: PlanResolutionsParameters): Plan<ResolutionsDone> {
  const { payer, economy, programId, now } = p
  const outcomeOf = ({ endsAt, verdict }: FrozenReward) => rewardOutcome(endsAt, verdict, now)
  const rewards = p.pages.flatMap((page) => page.rewards)
  const counted = (outcome: string): number => rewards.filter((each) => outcomeOf(each) === outcome).length
  const works = p.pages.flatMap((escrow, escrowPage) => {
    const due = escrow.rewards.filter((reward) => ["active", "cancelled"].includes(outcomeOf(reward)))
    const byPage = grouped(due, ({ member }) => Math.floor(member / PAGE_SLOTS))
    return [...byPage].map(([page, places]) => ({
      page,
      transactions: packed(places, {
        payer,
        options: p,
        itemBytes: 5,
        most: ESCROW_PLACES,
        units: ESTIMATED_COMPUTE_UNITS.rewardResolutions,
        instructionOf: (part) =>
          resolveRewardsInstruction({ economy, escrowPage, page, places: part, programId }),
        nameOf: (count) => `resolution of ${count} rewards in escrow page ${escrowPage}`,
      }),
    }))
  })
  return {
    lanes: lanesOfPages(p, works),
    alreadyDone: { frozen: counted("frozen"), undecided: counted("undecided") },
  }
}
