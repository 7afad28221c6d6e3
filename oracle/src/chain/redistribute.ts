import {
  applyEvent,
  isoWeek,
  LedgerContradictionError,
  MOST_WEEKS_BEHIND,
  PAGE_SLOTS,
  quarterName,
  quarterOf,
  rebuild,
  redistribution,
  WeekStatus,
  weekOf,
  type LedgerState,
} from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { Disagreement, NotReady } from "./failures"
import type { PastEvent } from "./history"
import type { ChainRun } from "./run"
import type { ChainState } from "./state"
import { redistributionLanes, type Lane } from "./steps"

/** The quarter's redistribution from inactive members (STK-86 to STK-91), and who was taken what (STK-92). */

export interface RedistributionReport {
  /** Such as 2026-Q1. */
  quarter: string
  /** `redistributed` now, or `unchanged` when every page was done. */
  outcome: "redistributed" | "unchanged" | "planned"
  /** Pages that this run redistributed, or would. */
  pages: number
  signatures: string[]
}

/** How often a fork may take something back before a person should look. */
const MOST_FORKS = 3

/**
 * Redistributes every page that is due in the quarter of the chain's clock; anyone may. Run again after a failure: a page
 * is redistributed once a quarter.
 *
 * @throws {NotReady} there are no bands, the economy is paused, or a week that has ended is not posted and settled
 */
export async function redistribute(run: ChainRun, dryRun: boolean): Promise<RedistributionReport> {
  const first = await run.reader.read(run.p.economy)
  requireReady(first)
  const quarter = quarterOf(first.now)
  const due = duePages(first, quarter)
  const report = (outcome: RedistributionReport["outcome"]): RedistributionReport => ({
    quarter: quarterName(quarter),
    outcome,
    pages: due,
    signatures: run.landed.map(({ signature }) => signature),
  })
  if (dryRun) return report("planned")
  const next = (chain: ChainState): readonly Lane[] => {
    requireReady(chain)
    const left = duePages(chain, quarter)
    run.events.onProgress("redistributing", due - left, Math.max(due, 1))
    return left === 0 ? [] : redistributionLanes(run.context, { ...chain, quarter: quarterOf(chain.now) })
  }
  for (let fork = 0; ; fork++) {
    await run.work(next)
    if (await run.finalize()) break
    if (fork >= MOST_FORKS) throw new NotReady(["the cluster keeps taking confirmed transactions back"])
  }
  return report(run.landed.length > 0 ? "redistributed" : "unchanged")
}

const duePages = ({ pages }: ChainState, quarter: number): number =>
  pages.filter((page) => page.length > 0 && page.header.redistributedQuarter < quarter).length

/** The program's own conditions, said before a fee is paid. */
function requireReady({ economy, now }: ChainState): void {
  const problems: string[] = []
  if (economy.paused) problems.push("economy: is paused: its admin must resume it")
  if (economy.bands.every((band) => band.days === 0))
    problems.push("bands: the economy has none, so nothing is taken from anybody")
  if (economy.weekStatus === WeekStatus.Open)
    problems.push(`week: ${isoWeek(economy.week)} is being posted: finish it first`)
  // An oracle that posts nothing would otherwise make everybody inactive.
  if ((weekOf(now) ?? 0) > economy.week + MOST_WEEKS_BEHIND)
    problems.push(
      economy.week === 0
        ? "week: none was posted yet"
        : `week: ${isoWeek(economy.week + 1)} has ended and is not posted: post and settle it first`,
    )
  if (problems.length > 0) throw new NotReady(problems)
}

/** What was taken from one member. Base units. */
export interface Taking {
  wallet: PublicKey
  /** Global index. */
  member: number
  amount: bigint
  /** Whole days without activity, and the share that they mean in basis points. */
  days: number
  bps: number
  /** Balance and stakes afterwards. */
  left: bigint
  signature: string
}

/**
 * Who was taken what in a quarter, whoever sent it: follows from the program's events alone, replayed from the first.
 * @throws {Disagreement} the events contradict each other, or some are missing
 */
export async function takingsOf(
  events: AsyncIterable<PastEvent>,
  economy: PublicKey,
  quarter: number,
): Promise<Taking[]> {
  let state: LedgerState | null = null
  const takings: Taking[] = []
  try {
    for await (const { signature, event } of events) {
      if ("economy" in event.data && !event.data.economy.equals(economy)) continue
      if (state === null) {
        if (event.name === "EconomyCreated") state = rebuild([event], economy)
        continue
      }
      if (event.name === "PageRedistributed" && event.data.quarter === quarter)
        takings.push(...takingsOfPage(state, event.data, signature))
      applyEvent(state, event)
    }
  } catch (error) {
    if (!(error instanceof LedgerContradictionError)) throw error
    throw new Disagreement(
      "the program's events do not explain each other: does the cluster still have its whole history?",
      [{ subject: "history", field: error.name, expected: "complete", actual: error.shortMessage }],
    )
  }
  return takings
}

function takingsOfPage(
  { economy, pages, stakePages }: LedgerState,
  event: { page: number; day: number },
  signature: string,
): Taking[] {
  const stakes = stakePages.get(event.page)?.stakes ?? []
  return (pages[event.page]?.members ?? []).flatMap((member, slot) => {
    const amounts = stakes.filter((stake) => stake.slot === slot).map((stake) => stake.amount)
    const { amount, days, band } = redistribution({ ...member, stakes: amounts }, economy.bands, event.day)
    if (amount === 0n || band === null) return []
    const before = amounts.reduce((sum, each) => sum + each, member.balance)
    return [
      {
        wallet: member.wallet,
        member: event.page * PAGE_SLOTS + slot,
        amount,
        days,
        bps: economy.bands[band]?.bps ?? 0,
        left: before - amount,
        signature,
      },
    ]
  })
}
