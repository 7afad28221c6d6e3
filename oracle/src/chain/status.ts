import {
  cumulativeEmission,
  daysEnded,
  isoWeek,
  PAGE_SLOTS,
  slotsOfPage,
  weekEnd,
  weekOf,
  type Economy,
} from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { itemAt } from "../item"
import { phaseOf, type WeekPhase } from "./agreement"
import type { ChainReader, ChainState } from "./state"

/** What an operator looks at first. Amounts are base units as decimal text, times ISO 8601. */
export interface Status {
  economy: string
  name: string
  symbol: string
  decimals: number
  mint: string
  vault: string
  paused: boolean
  chain_time: string
  genesis: string
  week: {
    name: string
    phase: WeekPhase
    members: number
    active: number
    pages: number
    pages_scored: number
    members_scored: number
    pages_settled: number
    due: string
    payable: string
    paid: string
    settle_from: string | null
    held: boolean
    mismatches: number
    detail_root: string
  } | null
  /** The week that is to be posted next, and from when on it can be. */
  next: { name: string; from: string; is_over: boolean }
  members: number
  pages: { count: number; slots: number }
  funds: Record<FundName, string>
  member_balances: string
  staked: string
  frozen: string
  unsettled: string
  emission: { released_days: string; due_days: string; due: string; minted: string; cap: string }
  supply: string
  vault_balance: string
  /** What the ledger owes; the vault holds at least that. */
  owed: string
  /** Tokens in the vault that nobody has: somebody sent them there. */
  surplus: string
  roles: Record<string, string>
  /** Lamports of those who pay for posting. */
  sol: { oracle: string; registrar: string }
  /** What the admin has set after the creation. */
  policy: {
    /** By their indexes. */
    reward_kinds: {
      name: string
      freeze_days: { least: number; usual: number; most: number }
      fund: FundName
      verdict_by: string
    }[]
    /** Empty when nothing is taken from inactive members. */
    bands: { days: number; bps: number }[]
    /** Most that may be spent in a calendar week. */
    spending_limits: Record<FundName, string>
    team: { cliff_seconds: number; vesting_seconds: number; spent: string }
  }
}

/** By `Fund`. */
const FUND_NAMES = ["rewards_pool", "treasury", "startup", "team", "liquidity"] as const
type FundName = (typeof FUND_NAMES)[number]
/** By `VerdictBy`. */
const VERDICTS = ["validator", "counterparty", "activity"] as const

/** Amounts of the five funds as text, by their names. */
function byFund(amounts: Economy["funds"]): Record<FundName, string> {
  const [rewardsPool, treasury, startup, team, liquidity] = amounts
  return {
    rewards_pool: String(rewardsPool),
    treasury: String(treasury),
    startup: String(startup),
    team: String(team),
    liquidity: String(liquidity),
  }
}

export async function readStatus(reader: ChainReader, address: PublicKey): Promise<Status> {
  const chain = await reader.read(address)
  const { economy } = chain
  const { vault, supply } = await reader.tokens(economy)
  const { accounts: payers } = await reader.accounts([economy.roles.oracle, economy.roles.registrar])
  const [oracle, registrar] = payers.map((account) => account?.lamports ?? 0)
  const owed = owedBy(economy)
  const days = daysEnded(economy.genesis, chain.now)
  const dueDays = days > economy.releasedDays ? days - economy.releasedDays : 0n
  const due = cumulativeEmission(economy, days) - cumulativeEmission(economy, economy.releasedDays)
  const next = economy.week === 0 ? (weekOf(economy.genesis) ?? 0) : economy.week + 1
  return {
    economy: address.toBase58(),
    name: economy.name,
    symbol: economy.symbol,
    decimals: economy.decimals,
    mint: economy.mint.toBase58(),
    vault: economy.vault.toBase58(),
    paused: economy.paused,
    chain_time: iso(chain.now),
    genesis: iso(economy.genesis),
    week: weekStatusOf(chain),
    next: { name: isoWeek(next), from: iso(weekEnd(next)), is_over: chain.now >= weekEnd(next) },
    members: economy.members,
    pages: { count: economy.pages, slots: chain.pages.reduce((sum, page) => sum + page.capacity, 0) },
    funds: byFund(economy.funds),
    member_balances: String(economy.memberBalances),
    staked: String(economy.staked),
    frozen: String(economy.frozen),
    unsettled: String(economy.unsettled),
    emission: {
      released_days: String(economy.releasedDays),
      due_days: String(dueDays),
      due: String(dueDays > 0n ? due : 0n),
      minted: String(economy.minted),
      cap: String(economy.emissionCap),
    },
    supply: String(supply),
    vault_balance: String(vault),
    owed: String(owed),
    surplus: String(vault - owed),
    roles: Object.fromEntries(
      Object.entries(economy.roles).map(([role, holder]) => [role, holder.toBase58()]),
    ),
    sol: { oracle: String(oracle), registrar: String(registrar) },
    policy: policyOf(economy),
  }
}

function policyOf(economy: Economy): Status["policy"] {
  return {
    reward_kinds: economy.rewardKinds.map((kind) => ({
      name: kind.name,
      freeze_days: {
        least: kind.minFreezeDays,
        usual: kind.defaultFreezeDays,
        most: kind.maxFreezeDays,
      },
      fund: itemAt(FUND_NAMES, kind.fund),
      verdict_by: itemAt(VERDICTS, kind.verdictBy),
    })),
    bands: economy.bands.filter(({ days }) => days > 0),
    spending_limits: byFund(economy.spendingLimits),
    team: {
      cliff_seconds: economy.teamCliffSeconds,
      vesting_seconds: economy.teamVestingSeconds,
      spent: String(economy.teamSpent),
    },
  }
}

function weekStatusOf(chain: ChainState): Status["week"] {
  const { economy, week } = chain
  if (week === null) return null
  const pages = Math.ceil(economy.weekMembers / PAGE_SLOTS)
  const scored = chain.pages.map((page) =>
    page.header.week === economy.week
      ? Math.min(page.header.cursor, slotsOfPage(page.header.index, economy.weekMembers))
      : 0,
  )
  return {
    name: isoWeek(economy.week),
    phase: phaseOf(chain, economy.week),
    members: economy.weekMembers,
    active: economy.weekActive,
    pages,
    pages_scored: economy.weekPages,
    members_scored: scored.reduce((sum, slots) => sum + slots, 0),
    pages_settled: week.pagesSettled,
    due: String(economy.weekDue),
    payable: String(week.payable),
    paid: String(week.paid),
    settle_from: week.settleFrom === 0 ? null : iso(week.settleFrom),
    held: week.held,
    mismatches: week.mismatches,
    detail_root: Buffer.from(week.detailRoot).toString("hex"),
  }
}

function owedBy(economy: Economy): bigint {
  const { funds, memberBalances, staked, frozen, unsettled } = economy
  return [...funds, memberBalances, staked, frozen, unsettled].reduce((sum, amount) => sum + amount, 0n)
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z")
}
