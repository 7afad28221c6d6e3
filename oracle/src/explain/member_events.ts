import { SECONDS_PER_DAY, weekEnd, weekStart } from "@stk/sdk/math"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { itemAt } from "../item"
import { SECOND } from "../score/fraud"
import type { HeldEvent } from "../score/held"
import type { EconomyRules } from "../score/rules"
import { prepareEventFile } from "../source/intake"
import { linesOf, parseLine, RecordReader, type RawEvent } from "../verify/records"

/** Every event of one member in a week, and what became of it. */

export interface MemberEvent {
  source_id: string
  type: string
  timestamp: string
  counterpart: string | null
  /** From 0, Monday; null outside the week. */
  day: number | null
  /** `counted`, `recorded` (a type that is not scored), `over_limit`, `held`, or why it does not count. */
  outcome: string
  /** The outcome in words. */
  why: string
  points: number
}

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
const OUTCOMES: Record<string, string> = {
  duplicate: "the same event came more than once: one of them counts",
  conflicting_duplicate: "another event with the same source id came first",
  unknown_type: "the rules do not know this type of event",
  outside_week: "it happened in another week",
  late: "it arrived when the week was closed",
  unknown_member: "its user is not in the members file",
  unknown_recipient: "it is not known whose post it answers",
  self: "members cannot like or answer themselves for points",
  deleted: "the post was deleted",
}

/** Reads the raw files for one member: of a large file only the lines that can be about the member are looked at. */
export async function readMemberEvents(p: {
  userId: string
  week: number
  rules: EconomyRules
  events: readonly string[]
  /** User id by lower-case Discourse username; null when a username is the user id. */
  users: ReadonlyMap<string, string> | null
  /** User id by SHA-1 of an address; null when the address is the user id. */
  addresses: ReadonlyMap<string, string> | null
}): Promise<{ events: RawEvent[]; files: { path: string; sha256: string }[] }> {
  const names = [p.userId]
  if (p.users !== null)
    for (const [username, userId] of p.users) if (userId === p.userId) names.push(username)
  const scratch = await mkdtemp(join(tmpdir(), "stk-explain-"))
  try {
    const events: RawEvent[] = []
    const reader = new RecordReader(p.rules, p.week, p.users, p.addresses, (event) => {
      if (event.userId === p.userId) events.push(event)
    })
    const files: { path: string; sha256: string }[] = []
    for (const [index, path] of p.events.entries()) {
      const prepared = await prepareEventFile(path, scratch, index)
      files.push({ path, sha256: prepared.sha256 })
      const mentions = spellings(names)
      if (prepared.kind === "discourse") mentions.push(...(await topicsOf(prepared.readable, mentions)))
      // An address stands in a statement in several ways: all of them are read.
      await reader.read(prepared, index, prepared.kind === "xapi" ? undefined : mentions)
    }
    reader.finish()
    return { events, files }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** How a name may stand in JSON: as it is, in other case, and with escapes. */
function spellings(names: readonly string[]): Buffer[] {
  const all = names.flatMap((name) => [name, name.toLowerCase(), name.toUpperCase(), capitalised(name)])
  const escape = (text: string, isUpper: boolean): string =>
    text.replace(/[^\u0020-\u007e]/g, (unit) => {
      const hex = unit.charCodeAt(0).toString(16).padStart(4, "0")
      return `\\u${isUpper ? hex.toUpperCase() : hex}`
    })
  const texts = all.flatMap((name) => {
    const json = JSON.stringify(name).slice(1, -1)
    return [json, escape(json, false), escape(json, true)]
  })
  return [...new Set(texts)].map((text) => Buffer.from(text))
}

function capitalised(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}

const TOPIC = /"topic_id"\s*:\s*(\d+)/g

/** Topics in which the member wrote: an answer may name only the number of the post. */
async function topicsOf(path: string, mentions: readonly Buffer[]): Promise<Buffer[]> {
  const topics = new Set<string>()
  for await (const { text } of linesOf(path, mentions)) {
    const parsed = parseLine(text)
    const collect = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(collect)
      else if (typeof value === "object" && value !== null) {
        const own = JSON.stringify(value)
        if ("topic_id" in value) {
          if (mentions.some((mention) => own.includes(mention.toString())))
            for (const match of own.matchAll(TOPIC)) topics.add(match[1] ?? "")
        } else Object.values(value).forEach(collect)
      }
    }
    collect(parsed)
  }
  return [...topics].flatMap((topic) => [
    Buffer.from(`"topic_id":${topic}`),
    Buffer.from(`"topic_id": ${topic}`),
  ])
}

/** What became of each event, in the order of time; the later ones of a day are over its limit. */
export function judgeMemberEvents(
  events: readonly RawEvent[],
  p: {
    week: number
    rules: EconomyRules
    held: readonly Pick<HeldEvent, "source_id" | "rule" | "score" | "count" | "other">[]
    /** Source ids that `score` listed as conflicting. */
    conflicting: ReadonlySet<string>
  },
): MemberEvent[] {
  const { rules } = p
  const start = weekStart(p.week) * SECOND
  const end = weekEnd(p.week) * SECOND
  const held = new Map<string, string>()
  for (const { source_id, rule, score, count, other } of p.held) {
    const text = `${rule} scores ${score}: ${count}${other === null ? "" : ` with ${other}`}`
    held.set(source_id, [held.get(source_id), text].filter((part) => part !== undefined).join("; "))
  }
  const byType = new Map(rules.events.map((event) => [event.name, event]))
  const used = new Map<string, number>()
  const seen = new Set<string>()
  const bytes = (text: string): Buffer => Buffer.from(text)
  const ordered = [...events].sort(
    (a, b) =>
      a.moment - b.moment ||
      Buffer.compare(bytes(a.sourceId), bytes(b.sourceId)) ||
      Number(a.isPosthog) - Number(b.isPosthog),
  )
  return ordered.map((event) => {
    const isInside = event.moment >= start && event.moment < end
    const day = isInside ? Math.floor((event.moment - start) / (SECONDS_PER_DAY * SECOND)) : null
    const rule = byType.get(event.type)
    const judge = (): Pick<MemberEvent, "outcome" | "why" | "points"> => {
      const no = (outcome: string, why = OUTCOMES[outcome] ?? outcome) => ({ outcome, why, points: 0 })
      const key = `${event.isPosthog ? "p" : "d"}${event.sourceId}`
      if (seen.has(key)) return no("duplicate")
      if (p.conflicting.has(event.sourceId)) return no("conflicting_duplicate")
      seen.add(key)
      if (event.reason !== null) return no(event.reason)
      if (!event.isKnown) return no("unknown_type")
      if (day === null) return no("outside_week")
      if (event.isLate) return no("late")
      if (rule === undefined || rule.weight === 0)
        return no("recorded", rule?.explicit === true ? "validators reward it" : "recorded, not scored")
      const because = held.get(event.sourceId)
      if (because !== undefined) return no("held", `held: ${because}`)
      const nth = (used.get(`${event.type}/${day}`) ?? 0) + 1
      used.set(`${event.type}/${day}`, nth)
      if (nth > rule.dailyLimit)
        return no("over_limit", `number ${nth} on ${itemAt(DAYS, day)}: ${rule.dailyLimit} of a day count`)
      return {
        outcome: "counted",
        why: `number ${nth} of ${rule.dailyLimit} on ${itemAt(DAYS, day)}`,
        points: rule.weight,
      }
    }
    return {
      source_id: event.sourceId,
      type: event.type,
      timestamp: isoMicroseconds(event.moment),
      counterpart: event.counterpart,
      day,
      ...judge(),
    }
  })
}

/** Microseconds since 1970 as ISO 8601 with six digits, as in `rejected.jsonl`. */
export function isoMicroseconds(moment: number): string {
  const seconds = Math.floor(moment / SECOND)
  const micros = String(moment - seconds * SECOND).padStart(6, "0")
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${micros}Z`
}
