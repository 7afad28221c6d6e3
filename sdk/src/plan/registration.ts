import { PublicKey } from "@solana/web3.js"
import { FIRST_PAGE_SLOTS, GROWTH_SLOTS, MOST_WALLETS, PAGE_SLOTS } from "../constants.js"
import { createPageInstruction } from "../instructions/members/create_page.js"
import type { ProgramParameters } from "../instructions/encode.js"
import { growPageInstruction } from "../instructions/members/grow_page.js"
import { registerMembersInstruction } from "../instructions/members/register_members.js"
import { membershipPda } from "../pdas.js"
import { ESTIMATED_COMPUTE_UNITS } from "./estimate.js"
import type { Plan } from "./plan.js"
import {
  mostBytes,
  planTransaction,
  transactionBytes,
  type PlannedTransaction,
  type TransactionOptions,
} from "./transaction.js"

/** How far the member pages of an economy go. */
export interface RegistrationState {
  /** Members registered so far. */
  members: number
  /** Pages created so far. */
  pages: number
  /** Slots that fit into the last page; 0 without one. */
  capacity: number
}

export interface PlanRegistrationParameters extends ProgramParameters, TransactionOptions {
  /** Signs, and pays the rent of pages and memberships. */
  registrar: PublicKey
  economy: PublicKey
  /** In the order in which they get their slots. */
  wallets: readonly PublicKey[]
  state: RegistrationState
  /** Those of the wallets that are members already. */
  registered?: readonly PublicKey[] | undefined
}

/** Which of the wallets were members already. */
export interface RegistrationDone {
  wallets: readonly PublicKey[]
}

const HIGHEST_BUMP = 255

/** What the address searches and creations of a registration use at most. */
function computeUnitsOf(p: PlanRegistrationParameters, wallets: readonly PublicKey[]): number {
  const { base, wallet, bumpSearch } = ESTIMATED_COMPUTE_UNITS.registration
  return wallets.reduce<number>((sum, each) => {
    const [, bump] = membershipPda(p.economy, each, p.programId)
    return sum + wallet + bumpSearch * (HIGHEST_BUMP - bump + 1)
  }, base + ESTIMATED_COMPUTE_UNITS.transaction)
}

function registerInstruction(p: PlanRegistrationParameters, page: number, wallets: readonly PublicKey[]) {
  return registerMembersInstruction({
    registrar: p.registrar,
    economy: p.economy,
    page,
    wallets,
    programId: p.programId,
  })
}

/** An address unlike any other of this number; only its length matters. */
function placeholder(index: number): PublicKey {
  return new PublicKey(new Uint8Array(32).fill(index + 1))
}

/** How many wallets fit into a transaction: all of them weigh the same. */
function walletsOfATransaction(p: PlanRegistrationParameters): number {
  const fits = (count: number): boolean => {
    const wallets = Array.from({ length: count }, (_, index) => placeholder(index))
    return transactionBytes(p.registrar, [registerInstruction(p, 0, wallets)], p) <= mostBytes(p)
  }
  // Halving: each try searches the address of every membership in it.
  let [most, tooMany] = [1, MOST_WALLETS + 1]
  while (tooMany - most > 1) {
    const middle = Math.floor((most + tooMany) / 2)
    if (fits(middle)) most = middle
    else tooMany = middle
  }
  return most
}

/**
 * Plans the registration of wallets, with the creation and growth of the pages they need. Wallets that are members
 * already, and repeated ones, are left out. Everything follows one order: slots are given as they come.
 */
export function planRegistration(p: PlanRegistrationParameters): Plan<RegistrationDone> {
  const known = new Set(p.registered?.map((wallet) => wallet.toBase58()))
  const alreadyDone = { wallets: p.wallets.filter((wallet) => known.has(wallet.toBase58())) }
  const fresh: PublicKey[] = []
  for (const wallet of p.wallets) {
    if (known.has(wallet.toBase58())) continue
    known.add(wallet.toBase58())
    fresh.push(wallet)
  }
  if (fresh.length === 0) return { lanes: [], alreadyDone }

  const most = walletsOfATransaction(p)
  const transactions: PlannedTransaction[] = []
  let { members, pages, capacity } = p.state
  for (let next = 0; next < fresh.length; ) {
    const page = Math.floor(members / PAGE_SLOTS)
    const needed = Math.min(members + fresh.length - next - page * PAGE_SLOTS, PAGE_SLOTS)
    if (pages <= page) capacity = 0
    if (capacity < needed) {
      const made = planSlots(p, page, pages <= page, capacity, needed)
      transactions.push(made.transaction)
      capacity = made.capacity
      pages = Math.max(pages, page + 1)
    }
    const end = page * PAGE_SLOTS + needed
    while (members < end) {
      const batch = fresh.slice(next, next + Math.min(most, end - members))
      const description = `members ${members}–${members + batch.length - 1}`
      const units = computeUnitsOf(p, batch)
      const instruction = registerInstruction(p, page, batch)
      transactions.push(planTransaction(description, p.registrar, [instruction], units, p))
      members += batch.length
      next += batch.length
    }
  }
  return { lanes: [{ name: "registration", transactions }], alreadyDone }
}

/** One transaction that gives page `page` room for `needed` members; growing is allowed once an instruction. */
function planSlots(
  p: PlanRegistrationParameters,
  page: number,
  isNew: boolean,
  capacity: number,
  needed: number,
): { transaction: PlannedTransaction; capacity: number } {
  const at = { payer: p.registrar, economy: p.economy, page, programId: p.programId }
  const before = isNew ? FIRST_PAGE_SLOTS : capacity
  const growths = Math.max(Math.ceil((needed - before) / GROWTH_SLOTS), 0)
  const instructions = [
    ...(isNew ? [createPageInstruction(at)] : []),
    ...Array.from({ length: growths }, () => growPageInstruction(at)),
  ]
  const { transaction, createPage, growPage } = ESTIMATED_COMPUTE_UNITS
  const units = transaction + (isNew ? createPage : 0) + growths * growPage
  const after = Math.min(before + growths * GROWTH_SLOTS, PAGE_SLOTS)
  const description = `page ${page}: room for ${after} members`
  return { transaction: planTransaction(description, p.registrar, instructions, units, p), capacity: after }
}
