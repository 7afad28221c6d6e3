import {
  closingSunday,
  DAYS_PER_WEEK,
  encodeDailyCounts,
  leafData,
  leafHash,
  merkleRoot,
  SECONDS_PER_DAY,
  weekEnd,
  weekStart,
} from "@stk/sdk/math"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { decodeAddress } from "../base58"
import { InputRefused } from "../failure"
import { itemAt } from "../item"
import { receivedTypes, SECOND, type FraudParameters } from "../score/fraud"
import type { EconomyRules } from "../score/rules"
import { prepareEventFile } from "../source/intake"
import { readDiscourseUsers, readMembers, readXapiUsers, splitRecord } from "../source/members"
import { linesOf, RecordReader, type RawEvent, type RecordTotals } from "./records"
import { findSuspicions, type Act } from "./suspects"

/**
 * Counts a week a second time: one record after another into maps, without SQL and from the raw files alone. It shares
 * with `score` only how files are opened, so that a mistake there is seen before anything is posted.
 */

export interface RecountParameters {
  week: number
  rules: EconomyRules
  events: readonly string[]
  members: string
  discourseUsers?: string
  xapiUsers?: string
  /** state.csv of the week before. */
  previousState?: string
  fraud?: FraudParameters
}

export interface RecountedMember {
  userId: string
  wallet: string
  index: number
  level: number
  streak: number
  /** Raw, `day * types + type`; null when there are none. */
  daily: Uint32Array | null
  counted: number[]
  weightSum: number
  /** Thousandths of a point. */
  thousandths: bigint
}

export interface Recount {
  /** By user id. */
  members: RecountedMember[]
  events: RecordTotals & { read: number; duplicates: number; rejected: Record<string, number> }
  /** Accepted events by type. */
  accepted: Record<string, number>
  held: { sourceId: string; rule: string; score: number }[]
  merkle: { leaves: number; root: string }
  /** Rows of state.csv and points.csv as they must be. */
  state: string[][]
  points: string[][]
}

interface StoredEvent extends RawEvent {
  repeats?: StoredEvent[]
}

interface PreviousMember {
  index: number
  userId: string
  wallet: string
  streak: number
  lastActiveWeek: number
}

/** @throws {InputRefused} a file is none of the known kinds */
export async function recountWeek(p: RecountParameters): Promise<Recount> {
  const scratch = await mkdtemp(join(tmpdir(), "stk-recount-"))
  try {
    return await recount(p, scratch)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function recount(p: RecountParameters, scratch: string): Promise<Recount> {
  const { week, rules } = p
  const people = await readPeople(p.members, rules)
  const users = p.discourseUsers === undefined ? null : await readUsers(p.discourseUsers)
  const first = new Map<string, StoredEvent>()
  let read = 0
  const addresses = p.xapiUsers === undefined ? null : await readAddresses(p.xapiUsers)
  const reader = new RecordReader(rules, week, users, addresses, (event) => {
    read++
    const key = `${event.isPosthog ? "p" : "d"}${event.sourceId}`
    const known = first.get(key) as StoredEvent | undefined
    if (known === undefined) first.set(key, event)
    else if (isBefore(event, known)) {
      first.set(key, { ...event, repeats: [...(known.repeats ?? []), known] })
      delete known.repeats
    } else (known.repeats ??= []).push(event)
  })
  for (const [index, path] of p.events.entries()) {
    const prepared = await prepareEventFile(path, scratch, index)
    await reader.read(prepared, index)
    if (prepared.readable !== path) await rm(prepared.readable)
  }
  reader.finish()

  const start = weekStart(week) * SECOND
  const end = weekEnd(week) * SECOND
  const rejected: Record<string, number> = {}
  const reject = (reason: string): void => void (rejected[reason] = (rejected[reason] ?? 0) + 1)
  let duplicates = 0
  const accepted: StoredEvent[] = []
  for (const event of first.values()) {
    for (const repeat of event.repeats ?? []) {
      duplicates++
      if (event.reason !== "deleted" && !isAlike(repeat, event)) reject("conflicting_duplicate")
    }
    if (event.reason !== null) reject(event.reason)
    else if (!event.isKnown) reject("unknown_type")
    else if (event.moment < start || event.moment >= end) reject("outside_week")
    else if (event.isLate) reject("late")
    else if (!people.has(event.userId)) reject("unknown_member")
    else accepted.push(event)
  }
  if (reader.totals.malformed > 0) rejected.malformed = reader.totals.malformed

  const scored = rules.events.filter((event) => event.weight > 0)
  const position = new Map(scored.map((event, place) => [event.name, place]))
  const { held, heldEvents } = hold(accepted, position, p)
  for (let n = 0; n < heldEvents.size; n++) reject("held")
  const byType: Record<string, number> = {}
  const daily = new Map<string, Uint32Array>()
  for (const event of accepted) {
    if (heldEvents.has(event)) continue
    byType[event.type] = (byType[event.type] ?? 0) + 1
    const place = position.get(event.type)
    if (place === undefined) continue
    let counts = daily.get(event.userId)
    if (counts === undefined)
      daily.set(event.userId, (counts = new Uint32Array(DAYS_PER_WEEK * scored.length)))
    const slot = Math.floor((event.moment - start) / (SECONDS_PER_DAY * SECOND)) * scored.length + place
    counts[slot] = itemAt(counts, slot) + 1
  }
  const previous = p.previousState === undefined ? [] : await readState(p.previousState)
  const members = scoreMembers(p, people, daily, previous)
  return {
    members,
    events: { ...reader.totals, read, duplicates, rejected },
    accepted: byType,
    held,
    merkle: treeOf(week, members, previous, scored.length),
    state: stateOf(week, members, previous),
    points: pointsOf(week, members),
  }
}

/** Order in which equal source ids are preferred: one that takes the event back, the earliest, then by content. */
function isBefore(a: RawEvent, b: RawEvent): boolean {
  const text = (x: string | null, y: string | null): number =>
    x === y ? 0 : x === null ? -1 : y === null ? 1 : Buffer.compare(Buffer.from(x), Buffer.from(y))
  const isKept = (event: RawEvent): number => Number(event.reason !== "deleted")
  const order =
    isKept(a) - isKept(b) ||
    a.moment - b.moment ||
    Number(a.isLate) - Number(b.isLate) ||
    text(a.reason, b.reason) ||
    Number(!a.isKnown) - Number(!b.isKnown) ||
    text(a.type, b.type) ||
    text(a.userId, b.userId)
  return order < 0
}

function isAlike(a: RawEvent, b: RawEvent): boolean {
  return a.moment === b.moment && a.type === b.type && a.isKnown === b.isKnown && a.userId === b.userId
}

function hold(
  accepted: readonly StoredEvent[],
  position: ReadonlyMap<string, number>,
  p: RecountParameters,
): { held: Recount["held"]; heldEvents: Set<StoredEvent> } {
  const held: Recount["held"] = []
  const heldEvents = new Set<StoredEvent>()
  if (p.fraud === undefined) return { held, heldEvents }
  const acts: Act[] = []
  accepted.forEach((event, place) => {
    const type = position.get(event.type)
    if (type === undefined) return
    const { userId: user, counterpart, moment } = event
    acts.push({ event: place, user, type, counterpart, moment })
  })
  const { likeGiven, likeReceived } = p.rules.discourse
  const types = {
    likeGiven: position.get(likeGiven) ?? -1,
    likeReceived: position.get(likeReceived) ?? -1,
    received: new Set(receivedTypes(p.rules).flatMap((name) => position.get(name) ?? [])),
  }
  const released = new Set(p.fraud.released)
  for (const { event, rule, score } of findSuspicions(acts, p.fraud.rules, types)) {
    if (score < p.fraud.rules.holdAt) continue
    const found = itemAt(accepted, event)
    if (released.has(found.sourceId)) continue
    heldEvents.add(found)
    held.push({ sourceId: found.sourceId, rule, score })
  }
  return { held, heldEvents }
}

type People = Map<string, { wallet: string; level: number }>

async function readPeople(path: string, rules: EconomyRules): Promise<People> {
  const people: People = new Map()
  const reading = await readMembers(
    path,
    rules.levelTenths,
    ({ userId, wallet, level }) => people.set(userId, { wallet, level }),
    1,
  )
  if (reading.problemCount > 0) throw new InputRefused(reading.problems, reading.problemCount)
  return people
}

/** User id by lower-case Discourse username. */
export async function readUsers(path: string): Promise<Map<string, string>> {
  const users = new Map<string, string>()
  const reading = await readDiscourseUsers(
    path,
    (row) => users.set(row.username.toLowerCase(), row.userId),
    1,
  )
  if (reading.problemCount > 0) throw new InputRefused(reading.problems, reading.problemCount)
  return users
}

/** User id by SHA-1 of an address. */
export async function readAddresses(path: string): Promise<Map<string, string>> {
  const users = new Map<string, string>()
  const reading = await readXapiUsers(path, (row) => users.set(row.mboxSha1sum, row.userId), 1)
  if (reading.problemCount > 0) throw new InputRefused(reading.problems, reading.problemCount)
  return users
}

async function readState(path: string): Promise<PreviousMember[]> {
  const members: PreviousMember[] = []
  for await (const { text, line } of linesOf(path)) {
    if (line === 1) continue
    const fields = splitRecord(text)
    const [index = "", userId = "", wallet = "", streak = "", lastActiveWeek = ""] =
      typeof fields === "string" ? [] : fields
    members.push({
      index: Number(index),
      userId,
      wallet,
      streak: Number(streak),
      lastActiveWeek: Number(lastActiveWeek),
    })
  }
  return members
}

function scoreMembers(
  { week, rules }: RecountParameters,
  people: People,
  daily: ReadonlyMap<string, Uint32Array>,
  previous: readonly PreviousMember[],
): RecountedMember[] {
  const scored = rules.events.filter((event) => event.weight > 0)
  const before = new Map(previous.map((member) => [member.wallet, member]))
  let next = previous.reduce((most, member) => Math.max(most, member.index + 1), 0)
  const names = [...people.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return names.map((userId) => {
    const { wallet, level } = people.get(userId) ?? { wallet: "", level: 0 }
    const was = before.get(wallet)
    const raw = daily.get(userId) ?? null
    const counted = scored.map((event, type) => {
      let sum = 0
      for (let day = 0; day < DAYS_PER_WEEK; day++)
        sum += Math.min(raw?.[day * scored.length + type] ?? 0, event.dailyLimit)
      return sum
    })
    const weightSum = counted.reduce((sum, n, type) => sum + n * itemAt(scored, type).weight, 0)
    // Weeks in a row: one more after an active week, else from the start.
    const goesOn = was !== undefined && was.lastActiveWeek > 0 && was.lastActiveWeek + 1 === week
    const streak = weightSum === 0 ? 0 : goesOn ? Math.min(was.streak + 1, rules.streakHundredths.length) : 1
    const coefficient =
      BigInt(rules.levelTenths[level - 1] ?? 0) *
      BigInt(streak === 0 ? 0 : itemAt(rules.streakHundredths, streak - 1))
    return {
      userId,
      wallet,
      index: was?.index ?? next++,
      level,
      streak,
      daily: raw,
      counted,
      weightSum,
      thousandths: BigInt(weightSum) * coefficient,
    }
  })
}

function treeOf(
  week: number,
  members: readonly RecountedMember[],
  previous: readonly PreviousMember[],
  types: number,
): Recount["merkle"] {
  const present = new Set(members.map((member) => member.wallet))
  const none = new Uint32Array(DAYS_PER_WEEK * types)
  const leaves = [
    ...members.map(({ index, wallet, daily }) => ({ index, wallet, daily: daily ?? none })),
    ...previous.filter(({ wallet }) => !present.has(wallet)).map((member) => ({ ...member, daily: none })),
  ]
    .sort((a, b) => a.index - b.index)
    .map(({ wallet, daily }) => {
      const address = decodeAddress(wallet)
      if (address === null) throw new Error(`wallet: ${wallet} is not an address`)
      return leafHash(leafData(address, week, encodeDailyCounts([daily])))
    })
  return { leaves: leaves.length, root: Buffer.from(merkleRoot(leaves)).toString("hex") }
}

function stateOf(
  week: number,
  members: readonly RecountedMember[],
  previous: readonly PreviousMember[],
): string[][] {
  const present = new Set(members.map((member) => member.wallet))
  const before = new Map(previous.map((member) => [member.wallet, member]))
  const rows = [
    ...members.map((member) => {
      const was = before.get(member.wallet)
      const isActive = member.weightSum > 0
      return {
        ...member,
        streak: isActive ? member.streak : (was?.streak ?? 0),
        lastActiveWeek: isActive ? week : (was?.lastActiveWeek ?? 0),
      }
    }),
    ...previous.filter(({ wallet }) => !present.has(wallet)),
  ].sort((a, b) => a.index - b.index)
  return rows.map((row) => [row.index, row.userId, row.wallet, row.streak, row.lastActiveWeek].map(String))
}

function pointsOf(week: number, members: readonly RecountedMember[]): string[][] {
  const date = closingSunday(week)
  return members.map((member) => [date, member.userId, decimal(member.thousandths)])
}

/** Thousandths as plain decimal text. */
export function decimal(thousandths: bigint): string {
  const digits = thousandths.toString().padStart(4, "0")
  return `${digits.slice(0, -3)}.${digits.slice(-3)}`.replace(/\.?0+$/, "")
}
