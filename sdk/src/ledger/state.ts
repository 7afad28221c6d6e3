import type { PublicKey } from "@solana/web3.js"
import type { Activation } from "../accounts/activation.js"
import type { Ballots } from "../accounts/ballots.js"
import type { Economy } from "../accounts/economy.js"
import type { EscrowHeader, FrozenReward } from "../accounts/escrow.js"
import type { Governance } from "../accounts/governance.js"
import type { Member, PageHeader } from "../accounts/page.js"
import type { Proposal } from "../accounts/proposal.js"
import type { Reserve } from "../accounts/reserve.js"
import type { Service } from "../accounts/service.js"
import type { Snapshot } from "../accounts/snapshot.js"
import type { Stabilisation } from "../accounts/stabilisation.js"
import type { Stake, StakePage } from "../accounts/stake.js"
import type { Startup } from "../accounts/startup.js"
import type { Week } from "../accounts/week.js"
import { Fund, PAGE_SLOTS, type FundIndex } from "../constants.js"
import { LedgerContradictionError } from "../errors/base.js"

/** A member page as the events tell it. */
export interface LedgerPage {
  header: PageHeader
  /** By slot. */
  members: Member[]
  /** Slots that fit into the account. */
  capacity: number
}

/** A stake page as the events tell it. */
export interface LedgerStakePage extends Omit<StakePage, "stakes"> {
  /** By rising place; free places are left out. */
  stakes: Stake[]
}

/** A page of frozen rewards as the events tell it. */
export interface LedgerEscrowPage {
  header: EscrowHeader
  /** By rising place; free places are left out. */
  rewards: FrozenReward[]
}

/** Everything of one economy that its events tell, in the form in which the accounts are decoded. */
export interface LedgerState {
  readonly address: PublicKey
  readonly programId: PublicKey
  readonly economy: Economy
  /** By index. */
  readonly pages: LedgerPage[]
  /** By index of the week. */
  readonly weeks: Map<number, Week>
  /** By index of the member page. */
  readonly stakePages: Map<number, LedgerStakePage>
  /** By address, in base58. */
  readonly snapshots: Map<string, Snapshot>
  /** By index. */
  readonly escrowPages: LedgerEscrowPage[]
  /** By address, in base58; closed ones are gone. */
  readonly services: Map<string, Service>
  /** By address, in base58; closed ones are gone. */
  readonly activations: Map<string, Activation>
  /** Null before it was created. */
  reserve: Reserve | null
  /** Null before it was created. */
  stabilisation: Stabilisation | null
  /** Null before it was created. */
  governance: Governance | null
  /** By index; closed ones are gone. */
  readonly proposals: Map<number, Proposal>
  /** By address, in base58; closed ones are gone. */
  readonly ballots: Map<string, Ballots>
  /** By id. */
  readonly startups: Map<number, Startup>
  /** Global index of each member by wallet, in base58. */
  readonly places: Map<string, number>
}

/** Compares what an event states with what was rebuilt. @throws {LedgerContradictionError} */
export function agree(event: string, field: string, stated: unknown, rebuilt: unknown): void {
  if (stated !== rebuilt) throw new LedgerContradictionError(event, field, stated, rebuilt)
}

/** The page with this index. @throws {LedgerContradictionError} */
export function pageOf(state: LedgerState, event: string, index: number): LedgerPage {
  const page = state.pages[index]
  if (page === undefined) throw new LedgerContradictionError(event, "page", index, "no such page")
  return page
}

/** The member in a slot. @throws {LedgerContradictionError} */
export function memberOf(state: LedgerState, event: string, page: number, slot: number): Member {
  const member = pageOf(state, event, page).members[slot]
  if (member === undefined) throw new LedgerContradictionError(event, "slot", slot, "no member")
  return member
}

/** The member with this global index. @throws {LedgerContradictionError} */
export function memberAt(state: LedgerState, event: string, index: number): Member {
  return memberOf(state, event, Math.floor(index / PAGE_SLOTS), index % PAGE_SLOTS)
}

/** The member with this wallet. @throws {LedgerContradictionError} */
export function memberWith(state: LedgerState, event: string, wallet: PublicKey): Member {
  const place = state.places.get(wallet.toBase58())
  if (place === undefined) throw new LedgerContradictionError(event, "wallet", wallet, "no member")
  return memberAt(state, event, place)
}

/** The week with this index. @throws {LedgerContradictionError} */
export function weekAt(state: LedgerState, event: string, index: number): Week {
  const week = state.weeks.get(index)
  if (week === undefined) throw new LedgerContradictionError(event, "week", index, "no such week")
  return week
}

/** Adds to a fund, or takes from it. */
export function bookFund(economy: Economy, fund: FundIndex, amount: bigint): void {
  const funds = [...economy.funds]
  funds[fund] = economy.funds[fund] + amount
  const [rewardsPool = 0n, treasury = 0n, startup = 0n, team = 0n, liquidity = 0n] = funds
  economy.funds = [rewardsPool, treasury, startup, team, liquidity]
}

/** Adds to a member's balance, or takes from it. */
export function bookBalance(economy: Economy, member: Member, amount: bigint): void {
  member.balance += amount
  economy.memberBalances += amount
}

/** Counts what members transfer and pay each other, modulo 2^64 as the program does. */
export function bookVolume(economy: Economy, amount: bigint): void {
  economy.volume = BigInt.asUintN(64, economy.volume + amount)
}

/** The fund with this index. @throws {LedgerContradictionError} */
export function fundAt(event: string, index: number): FundIndex {
  const fund = Object.values(Fund).find((each) => each === index)
  if (fund === undefined) throw new LedgerContradictionError(event, "fund", index, "no such fund")
  return fund
}
