import {
  countWidths,
  highestPoints,
  highestReward,
  LEVELS,
  MAX_EVENT_TYPES,
  scoredTypes,
  STREAK_STEPS,
  type ScoringRules,
} from "@stk/sdk/math"
import { presetRules, STK_PRESET } from "@stk/sdk/presets"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { z } from "zod"
import { InputRefused } from "../failure"

/**
 * The scoring rules of an economy as the chain holds them, and what follows from them.
 * Units: weights are points, coefficients tenths and hundredths, rewards base units (10^-decimals).
 */

const U16_MAX = 0xffff
const U32_MAX = 0xffff_ffff
const U64_MAX = 0xffff_ffff_ffff_ffffn
const MAX_NAME_BYTES = 32
/** A member's packed counts must fit a u64 on chain. */
const MAX_PACKED_BITS = 64

const eventSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .refine((name) => Buffer.byteLength(name) <= MAX_NAME_BYTES, `must be at most ${MAX_NAME_BYTES} bytes`),
  weight: z.int().min(0).max(U32_MAX),
  dailyLimit: z.int().min(0).max(U16_MAX),
  /** Rewarded by the validators with an amount of its own, never by the weekly sum (STK-33). */
  explicit: z.boolean().optional(),
})

const discourseSchema = z.strictObject({
  topicCreated: z.string().default("ClubPostCreated"),
  commentCreated: z.string().default("ClubCommentCreated"),
  commentReceived: z.string().default("ClubCommentReceived"),
  likeGiven: z.string().default("ClubLikeGiven"),
  likeReceived: z.string().default("ClubLikeReceived"),
})

const xapiSchema = z.strictObject({
  /** Accounts of these home pages are members; of any when the list is empty. */
  accountHomePages: z.array(z.string().min(1)).default([]),
  /** What a verb and the type of its activity stand for; null for every type that has no entry of its own. */
  events: z.array(
    z.strictObject({
      verb: z.string().min(1),
      activityType: z.string().min(1).nullable().default(null),
      event: z.string().min(1),
    }),
  ),
})

export const economySchema = z.strictObject({
  name: z.string().min(1),
  symbol: z.string().min(1),
  decimals: z.int().min(3).max(9),
  /** Coefficient of levels 1 to 8 in tenths; 0 for a level that the economy does not have. */
  levelTenths: z.array(z.int().min(0).max(U16_MAX)).length(LEVELS),
  /** Coefficient of 1, 2, 3, 4 and 5 or more active weeks in a row, in hundredths. */
  streakHundredths: z.array(z.int().min(1).max(U16_MAX)).length(STREAK_STEPS),
  /** In the order of the chain; types with a weight are scored, the others only ingested. */
  events: z.array(eventSchema).min(1).max(MAX_EVENT_TYPES),
  /** Names that sources use for events which are known but not part of the rules. */
  ingested: z.array(z.string().min(1)).default([]),
  /** Other spellings of a name, such as PostHog's own `$pageview`. */
  aliases: z.record(z.string(), z.string()).default({}),
  /** Event types that activity in a Discourse forum stands for (STK-50). */
  discourse: discourseSchema.prefault({}),
  /** Event types that xAPI statements stand for; the common vocabularies when it is left out. */
  xapi: xapiSchema.optional(),
})

/** Rules of one economy; `STK_RULES` is the default. */
export type EconomyRules = z.infer<typeof economySchema>
export type EventRule = EconomyRules["events"][number]

/** Event types of STK that validators reward; the chain holds them like any other type without a weight. */
const STK_EXPLICIT = ["ProjectMilestoneCompleted", "PeerReviewCompleted"]

/** The SDK's STK preset, with what only the oracle has to know: how sources name events, and who rewards them. */
export const STK_RULES: EconomyRules = economySchema.parse({
  name: STK_PRESET.name,
  symbol: STK_PRESET.symbol,
  decimals: STK_PRESET.decimals,
  levelTenths: presetRules(STK_PRESET).levelTenths,
  streakHundredths: STK_PRESET.streakHundredths,
  events: STK_PRESET.eventTypes.map((event) =>
    STK_EXPLICIT.includes(event.name) ? { ...event, explicit: true } : event,
  ),
  ingested: ["PageView"],
  aliases: { $pageview: "PageView" },
})

/** The rules as the SDK's mathematics takes them. */
export function scoringRules(rules: EconomyRules): ScoringRules & { eventTypes: readonly EventRule[] } {
  const { events: eventTypes, levelTenths, streakHundredths, decimals } = rules
  return { eventTypes, levelTenths, streakHundredths, decimals }
}

/** The types with a weight, in the order of the rules: the order of packed counts and Merkle leaves. */
export function scoredEvents(rules: EconomyRules): EventRule[] {
  return scoredTypes(scoringRules(rules))
}

/** SHA-256 of the rules in canonical JSON: two weeks belong together only when it is equal. */
export function rulesHash(rules: EconomyRules): string {
  return createHash("sha256").update(canonicalJson(rules)).digest("hex")
}

/** Reads an economy's rules from a JSON file and checks what `create_economy` would check. @throws {InputRefused} */
export function readRules(path: string): EconomyRules {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, "utf8"))
  } catch (cause) {
    throw new InputRefused([
      { file: path, field: "economy", rule: `cannot be read as JSON (${(cause as Error).message})` },
    ])
  }
  const parsed = economySchema.safeParse(json)
  if (!parsed.success) {
    throw new InputRefused(
      parsed.error.issues.map((issue) => ({
        file: path,
        field: issue.path.join(".") || "economy",
        rule: issue.message,
      })),
    )
  }
  const problems = ruleProblems(parsed.data)
  if (problems.length > 0) throw new InputRefused(problems.map((problem) => ({ file: path, ...problem })))
  return parsed.data
}

/** Rules that only hold between fields; empty when the economy is sound. */
export function ruleProblems(rules: EconomyRules): { field: string; rule: string }[] {
  const problems: { field: string; rule: string }[] = []
  const names = [...rules.events.map((event) => event.name), ...rules.ingested]
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index) problems.push({ field: "events", rule: `name ${name} appears twice` })
  })
  for (const [alias, name] of Object.entries(rules.aliases)) {
    if (!names.includes(name))
      problems.push({ field: `aliases.${alias}`, rule: `${name} is not an event of the economy` })
    if (names.includes(alias))
      problems.push({ field: `aliases.${alias}`, rule: "is already the name of an event" })
  }
  rules.events.forEach((event, index) => {
    if (event.weight > 0 && event.dailyLimit === 0)
      problems.push({
        field: `events.${index}.dailyLimit`,
        rule: "must be at least 1 for an event with a weight",
      })
    if (event.weight > 0 && event.explicit === true)
      problems.push({ field: `events.${index}.explicit`, rule: "an event with a weight cannot be explicit" })
  })
  if (scoredEvents(rules).length === 0)
    problems.push({ field: "events", rule: "at least one event must have a weight" })
  const pairs = (rules.xapi?.events ?? []).map(({ verb, activityType }) => `${verb} ${activityType ?? ""}`)
  pairs.forEach((pair, index) => {
    if (pairs.indexOf(pair) !== index)
      problems.push({ field: `xapi.events.${index}`, rule: "names a verb and an activity type again" })
  })
  // One type after the other, so that the sum can be named whatever it is.
  const bits = scoredEvents(rules)
    .flatMap((event) => countWidths({ eventTypes: [event] }))
    .reduce((sum, width) => sum + width, 0)
  if (bits > MAX_PACKED_BITS)
    problems.push({
      field: "events",
      rule: `weekly counts need ${bits} bits, at most ${MAX_PACKED_BITS} fit`,
    })
  if (rules.levelTenths[0] === 0)
    problems.push({ field: "levelTenths.0", rule: "must be at least 1: every member starts at level 1" })
  const scoring = scoringRules(rules)
  const highest = highestPoints(scoring)
  if (highest > U32_MAX)
    problems.push({ field: "events", rule: `a week can reach ${highest} points, at most ${U32_MAX} fit` })
  else if (highestReward(scoring) > U64_MAX)
    problems.push({
      field: "events",
      rule: "a member's highest weekly reward does not fit a u64 of base units",
    })
  return problems
}

/** JSON with sorted keys and no spaces, so that equal values have equal bytes. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`
  }
  return JSON.stringify(value)
}
