import {
  bytesPerMember,
  isoWeek,
  PAGE_SLOTS,
  pointsOf,
  rewardOf,
  shareFloor,
  slotsOfPage,
  streakAfter,
  unpackCounts,
  WeekStatus,
  type Economy,
  type StkEvent,
  type StkEvents,
  type Week,
} from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { encodeAddress } from "../base58"
import {
  compareRecord,
  compareRules,
  disagreements,
  phaseOf,
  placesOf,
  type WeekPhase,
} from "../chain/agreement"
import { eventsOf } from "../chain/movements"
import type { ScoredWeek } from "../chain/scored_week"
import type { ChainReader, PageState } from "../chain/state"
import { itemAt } from "../item"
import type { DifferenceList } from "./compare"

/** Compares a scored week with what the chain has of it: its record, its members' slots, and its events. */

export interface ChainVerdict {
  economy: string
  phase: WeekPhase
  due: string
  payable: string
  paid: string
  /** Members whose slot still shows this week. */
  slots_compared: number
  /** Members whose submission was found in the events, with its counts. */
  submissions_compared: number
  /** Members whose level and weeks in a row follow from events since their registration. */
  levels_compared: number
  pages_settled: number
  /** Pages of which the cluster no longer gives all transactions. */
  pages_without_history: number[]
}

/** Pages whose transactions are read at once. */
const PAGES_AT_ONCE = 4

export async function verifyOnChain(
  reader: ChainReader,
  address: PublicKey,
  scored: ScoredWeek,
  out: DifferenceList,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<ChainVerdict> {
  const chain = await reader.read(address, "finalized")
  const { economy } = chain
  const phase = phaseOf(chain, scored.week)
  const record = await reader.week(address, scored.week, "finalized")
  const verdict: ChainVerdict = {
    economy: address.toBase58(),
    phase,
    due: (record?.due ?? 0n).toString(),
    payable: (record?.payable ?? 0n).toString(),
    paid: (record?.paid ?? 0n).toString(),
    slots_compared: 0,
    submissions_compared: 0,
    levels_compared: 0,
    pages_settled: record?.pagesSettled ?? 0,
    pages_without_history: [],
  }
  if (record === null) {
    out.compare(isoWeek(scored.week), "record of the week", "on chain", "not there")
    return verdict
  }
  out.add(...compareRules(scored.rules, economy, new Set(scored.members.map((member) => member.level))))
  if (phase === "sealed" || phase === "settled") out.add(...compareRecord(scored, record, chain))
  else out.compare("week", "phase", "sealed or settled", phase)
  compareTotals(record, economy, scored, out)
  const places = placesOf(scored, chain)
  if (economy.week === scored.week) {
    out.add(...disagreements(scored, chain, places))
    verdict.slots_compared = Math.min(record.members, economy.members)
  }
  const pages = chain.pages.filter((page) => slotsOfPage(page.header.index, record.members) > 0)
  let done = 0
  const work = async (): Promise<void> => {
    for (let page = pages.shift(); page !== undefined; page = pages.shift()) {
      const events = await eventsOf(
        reader.connection,
        address,
        page.header.index,
        -1,
        Number.MAX_SAFE_INTEGER,
      )
      const replayed = replayPage({ address, economy, page, record, scored, places, events, out })
      verdict.submissions_compared += replayed.submissions
      verdict.levels_compared += replayed.levels
      if (!replayed.isComplete) verdict.pages_without_history.push(page.header.index)
      onProgress(++done, done + pages.length)
    }
  }
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, work))
  verdict.pages_without_history.sort((a, b) => a - b)
  return verdict
}

function compareTotals(record: Week, economy: Economy, scored: ScoredWeek, out: DifferenceList): void {
  if (record.payable > record.due) out.compare("week", "payable, at most", record.due, record.payable)
  if (record.paid > record.payable) out.compare("week", "paid, at most", record.payable, record.paid)
  const isSettled = economy.week > scored.week || economy.weekStatus === WeekStatus.Settled
  if (!isSettled) return
  const paid = scored.members.reduce(
    (sum, member) =>
      sum + (member.reward === 0n ? 0n : shareFloor(member.reward, record.payable, record.due)),
    0n,
  )
  out.compare("week", "paid", paid, record.paid)
}

interface PageReplay {
  address: PublicKey
  economy: Economy
  page: PageState
  record: Week
  scored: ScoredWeek
  places: Int32Array
  events: readonly StkEvent[]
  out: DifferenceList
}

interface Standing {
  level: number
  streak: number
  lastActiveWeek: number
}

/** Goes through everything that happened to a page, and stops to compare at this week's submissions. */
function replayPage(p: PageReplay): { submissions: number; levels: number; isComplete: boolean } {
  const { page, record, scored, economy, out } = p
  const index = page.header.index
  const slots = slotsOfPage(index, record.members)
  // Undefined where the registration is not among the events: then nothing is known of level and weeks in a row.
  const standings: (Standing | undefined)[] = []
  const submitted = new Uint8Array(slots)
  const nameOf = (slot: number): string =>
    scored.members[p.places[index * PAGE_SLOTS + slot] ?? -1]?.userId ?? encodeAddress(page.wallet(slot))
  let [submissions, levels, reached] = [0, 0, 0]
  let rewards: bigint[] = []

  const scores = (event: StkEvents["ScoresSubmitted"]): void => {
    const width = bytesPerMember(economy)
    let due = 0n
    let at = 0
    let isKnown = true
    for (let bit = 0; bit < 8 * event.bitmap.length; bit++) {
      if (((event.bitmap[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) continue
      const slot = event.firstSlot + bit
      const counts = unpackCounts(economy, event.counts.subarray(at, at + width))
      at += width
      const standing = standings[slot]
      if (standing !== undefined) {
        standing.streak = streakAfter(standing.streak, standing.lastActiveWeek, event.week)
        standing.lastActiveWeek = event.week
      }
      if (event.week !== scored.week) continue
      submissions++
      submitted[slot] = 1
      const member = scored.members[p.places[index * PAGE_SLOTS + slot] ?? -1]
      const name = nameOf(slot)
      out.compare(name, "submitted counts", member?.counted?.join(" ") ?? "none", counts.join(" "))
      if (standing === undefined) {
        isKnown = false
        continue
      }
      levels++
      const reward = rewardOf(economy, pointsOf(economy, counts), standing.level, standing.streak)
      due += reward
      out.compare(name, "level", member?.level ?? "none", standing.level)
      out.compare(name, "weeks in a row", member?.streak ?? "none", standing.streak)
      out.compare(name, "reward", member?.reward ?? "none", reward)
    }
    if (event.week !== scored.week) return
    reached = Math.max(reached, Math.min(event.firstSlot + 8 * event.bitmap.length, slots))
    if (isKnown) out.compare(`page ${index}`, `due from slot ${event.firstSlot}`, due, event.due)
  }

  for (const { name, data } of p.events) {
    if (!("economy" in data) || !data.economy.equals(p.address) || !("page" in data) || data.page !== index)
      continue
    if (name === "MembersRegistered")
      data.wallets.forEach((wallet, place) => {
        const slot = data.firstSlot + place
        standings[slot] = { level: 1, streak: 0, lastActiveWeek: 0 }
        out.compare(
          `page ${index} slot ${slot}`,
          "wallet",
          wallet.toBase58(),
          encodeAddress(page.wallet(slot)),
        )
      })
    else if (name === "LevelsSet")
      Array.from(data.slots).forEach((slot, place) => {
        const standing = standings[slot]
        if (standing !== undefined) standing.level = itemAt(data.levels, place)
      })
    else if (name === "ScoresSubmitted") scores(data)
    else if (name === "PageSettled" && data.week === scored.week) {
      rewards = Array.from(
        { length: slots },
        (_, slot) => scored.members[p.places[index * PAGE_SLOTS + slot] ?? -1]?.reward ?? 0n,
      )
      const paid = rewards.reduce(
        (sum, reward) => sum + (reward === 0n ? 0n : shareFloor(reward, record.payable, record.due)),
        0n,
      )
      out.compare(`page ${index}`, "paid", paid, data.paid)
    }
  }
  const isComplete = reached === slots
  if (isComplete)
    submitted.forEach((isSubmitted, slot) => {
      const member = scored.members[p.places[index * PAGE_SLOTS + slot] ?? -1]
      if (isSubmitted === 0 && member?.counted)
        out.compare(nameOf(slot), "submitted counts", member.counted.join(" "), "none")
    })
  return { submissions, levels, isComplete }
}
