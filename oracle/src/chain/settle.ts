import { isoWeek, PAGE_SLOTS, pagesBehindSnapshot, snapshotPda, weekPda, type Week } from "@stk/sdk"
import { encodeAddress } from "../base58"
import { itemAt } from "../item"
import { compareRecord, creditsOf, phaseOf } from "./agreement"
import { Disagreement, NotReady, type Difference } from "./failures"
import { eventsOf, notesOf, pageWithStakes, replayBalances, type MemberNote } from "./movements"
import { finalOnEach } from "./finality"
import type { ChainRun } from "./run"
import type { ScoredWeek } from "./scored_week"
import type { ChainState, PageState } from "./state"
import { settleLanes } from "./steps"

/** Settles the pages of a sealed week, and checks what every member was credited. */

/** Base units as decimal text. */
export interface SettleTotals {
  week: string
  /** `settled` now, or `unchanged` when the chain had everything. */
  outcome: "settled" | "unchanged"
  due: string
  payable: string
  paid: string
  returned: string
  /** Pages and members whose credit was compared with the SDK's mathematics. */
  pages: number
  members_checked: number
  mismatches: number
}

const MOST_FORKS = 3
/** Most accounts of one `getMultipleAccounts` request. */
const ACCOUNTS_OF_A_REQUEST = 100

/**
 * @param p.week index; the economy's current week by default
 * @throws {NotReady} the week is not sealed, or is held @throws {Disagreement} somebody was credited something else
 */
export async function settle(
  run: ChainRun,
  p: { week?: number; scored?: ScoredWeek },
): Promise<SettleTotals> {
  const first = await run.reader.read(run.p.economy)
  const week = p.week ?? first.economy.week
  requireSealed(first, week)
  if (first.economy.week !== week) return ofOldWeek(run, week, p.scored)

  const before = run.landed.length
  const notes = new Map<number, PageNote>()
  const total = Math.ceil(first.economy.weekMembers / PAGE_SLOTS)
  const next = async (chain: ChainState) => {
    requireSealed(chain, week)
    if (chain.economy.week !== week || phaseOf(chain, week) === "settled") return []
    const open = chain.pages.filter((page) => page.header.index < total && page.header.settledWeek !== week)
    for (const page of open) notes.set(page.header.index, noteOf(page))
    run.events.onProgress("settling", total - open.length, total)
    const isShort = chain.week !== null && chain.week.payable < chain.week.due
    return settleLanes(run.context, {
      week,
      members: chain.economy.weekMembers,
      isShort,
      pages: chain.pages.map((page) => page.header),
      snapshot: chain.economy.snapshot,
      snapshotAccounts: await snapshotAccounts(run, chain),
    })
  }
  for (let fork = 0; ; fork++) {
    await run.work(next)
    if (run.landed.length > 0) run.events.onProgress("waiting for finality", total, total)
    if (await run.finalize()) break
    if (fork >= MOST_FORKS) throw new NotReady(["the cluster keeps taking confirmed transactions back"])
  }
  const end = await run.reader.read(run.p.economy, "finalized")
  const record = end.economy.week === week ? end.week : await run.reader.week(run.p.economy, week)
  if (record === null) throw new NotReady([`week: there is no record of ${isoWeek(week)}`])
  const checked = await checkCredits(run, week, record, end, notes)
  checkTotals(record, p.scored, end)
  const others = await finalOnEach(
    run,
    (reader) => reader.week(run.p.economy, week, "finalized"),
    (other) => other !== null && other.pagesSettled === record.pagesSettled,
  )
  for (const { value } of others) if (value !== null) checkTotals(value, p.scored, end)
  return totals(record, run.landed.length > before ? "settled" : "unchanged", checked)
}

/** Pages for whose latest snapshot there is an account already. */
async function snapshotAccounts(run: ChainRun, { economy, pages }: ChainState): Promise<Set<number>> {
  const behind = pagesBehindSnapshot(
    pages.map((page) => page.header),
    economy,
  )
  const found = new Set<number>()
  for (let start = 0; start < behind.length; start += ACCOUNTS_OF_A_REQUEST) {
    const part = behind.slice(start, start + ACCOUNTS_OF_A_REQUEST)
    const addresses = part.map((page) => snapshotPda(run.p.economy, page, economy.snapshot)[0])
    const { accounts } = await run.reader.accounts(addresses)
    for (const [place, page] of part.entries()) if (accounts[place]) found.add(page)
  }
  return found
}

function requireSealed(chain: ChainState, week: number): void {
  const phase = phaseOf(chain, week)
  if (week === 0 || phase === "before") throw new NotReady([`week: ${isoWeek(week)} was never opened`])
  if (phase === "open")
    throw new NotReady([`week: ${isoWeek(week)} is open: its scores must be posted and sealed first`])
  if (phase !== "sealed") return
  if (chain.economy.paused) throw new NotReady(["economy: is paused: its admin must resume it"])
  const from = chain.week?.settleFrom ?? 0
  if (chain.now < from) {
    const why = chain.week?.held === true ? "the guardian holds it" : "of the delay in the economy's rules"
    throw new NotReady([
      `week: ${isoWeek(week)} can be settled from ${new Date(from * 1000).toISOString()} on, because ${why}`,
    ])
  }
}

/** A page before it is settled. */
interface PageNote {
  pending: bigint[]
  members: MemberNote[]
  /** Slot of the chain that it was read at. */
  slot: number
}

function noteOf(page: PageState): PageNote {
  const pending = Array.from({ length: page.length }, (_, slot) => page.member(slot).pending)
  return { pending, members: notesOf(page), slot: page.slot }
}

/** Compares every credit of this run with the SDK's pro-rata shares. @throws {Disagreement} */
async function checkCredits(
  run: ChainRun,
  week: number,
  record: Week,
  end: ChainState,
  before: ReadonlyMap<number, PageNote>,
): Promise<{ pages: number; members: number }> {
  const differences: Difference[] = []
  let members = 0
  for (const [index, note] of before) {
    const page = itemAt(end.pages, index)
    const credits = creditsOf(note.pending, record.payable, record.due)
    members += credits.length
    const isPlain = credits.every((credit, slot) => {
      const { balance, pending } = page.member(slot)
      return isSettled(pending, slot, page) && balance === itemAt(note.members, slot).balance + credit
    })
    if (!isPlain) differences.push(...(await compareMoved(run, week, note, credits, end, index)))
  }
  if (differences.length > 0)
    throw new Disagreement("ALARM: members were not credited what the rules say", differences)
  return { pages: before.size, members }
}

/** Pending scores are gone, unless the member was registered after the scores were posted. */
const isSettled = (pending: bigint, slot: number, page: PageState): boolean =>
  pending === 0n || slot >= page.header.cursor

/** The same for a page whose members have moved tokens since: what its events say of that is counted in. */
async function compareMoved(
  run: ChainRun,
  week: number,
  note: PageNote,
  credits: readonly bigint[],
  { economy }: ChainState,
  index: number,
): Promise<Difference[]> {
  const address = run.p.economy
  const { slot: upTo, page, staked } = await pageWithStakes(run.reader, address, index)
  const events = await eventsOf(run.connection, address, index, note.slot, upTo)
  const { members } = note
  const of = { economy: address.toBase58(), page: index, members, week, credits }
  const expected = replayBalances({ ...of, bands: economy.bands, events, staked })
  return credits.flatMap((credit, slot) => {
    const { balance, pending } = page.member(slot)
    if (isSettled(pending, slot, page) && balance === expected[slot]) return []
    const wrong = balance - itemAt(expected, slot)
    return [
      {
        subject: encodeAddress(page.wallet(slot)),
        field: `credit of ${isoWeek(week)}`,
        expected: String(credit),
        actual: String(credit + wrong),
      },
    ]
  })
}

/** @throws {Disagreement} */
function checkTotals(record: Week, scored: ScoredWeek | undefined, end: ChainState): void {
  const differences: Difference[] = []
  const compare = (field: string, expected: bigint, actual: bigint): void => {
    if (expected !== actual)
      differences.push({ subject: "week", field, expected: String(expected), actual: String(actual) })
  }
  if (scored !== undefined) {
    const credits = creditsOf(
      scored.members.map((member) => member.reward),
      record.payable,
      record.due,
    )
    compare(
      "paid",
      credits.reduce((sum, credit) => sum + credit, 0n),
      record.paid,
    )
    differences.push(...compareRecord(scored, record, end))
  }
  if (end.economy.week === record.index) compare("unsettled after settling", 0n, end.economy.unsettled)
  if (record.paid > record.payable) compare("paid, at most", record.payable, record.paid)
  if (differences.length > 0)
    throw new Disagreement("ALARM: the week was not paid as it was scored", differences)
}

async function ofOldWeek(run: ChainRun, week: number, scored: ScoredWeek | undefined): Promise<SettleTotals> {
  const chain = await run.reader.read(run.p.economy)
  const record = await run.reader.week(run.p.economy, week)
  if (record === null)
    throw new NotReady([
      `week: there is no record of ${isoWeek(week)} at ${weekPda(run.p.economy, week)[0].toBase58()}`,
    ])
  checkTotals(record, scored, chain)
  return totals(record, "unchanged", { pages: 0, members: 0 })
}

function totals(
  record: Week,
  outcome: SettleTotals["outcome"],
  checked: { pages: number; members: number },
): SettleTotals {
  return {
    week: isoWeek(record.index),
    outcome,
    due: record.due.toString(),
    payable: record.payable.toString(),
    paid: record.paid.toString(),
    returned: (record.payable - record.paid).toString(),
    pages: checked.pages,
    members_checked: checked.members,
    mismatches: record.mismatches,
  }
}
