import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { z } from "zod"
import { InputRefused } from "../failure"
import { DAYS_PER_WEEK } from "./weeks"

/**
 * The scoring rules of an economy as the chain holds them, and what follows from them.
 * Units: weights are points, coefficients tenths and hundredths, rewards base units (10^-decimals).
 */

const U16_MAX = 0xffff
const U32_MAX = 0xffff_ffff
const U64_MAX = 0xffff_ffff_ffff_ffffn
const MAX_EVENT_TYPES = 16
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

export const economySchema = z.strictObject({
  name: z.string().min(1),
  symbol: z.string().min(1),
  decimals: z.int().min(3).max(9),
  /** Coefficient of levels 1 to 8 in tenths. */
  levelTenths: z.array(z.int().min(1).max(U16_MAX)).length(8),
  /** Coefficient of 1, 2, 3, 4 and 5 or more active weeks in a row, in hundredths. */
  streakHundredths: z.array(z.int().min(1).max(U16_MAX)).length(5),
  /** In the order of the chain; types with a weight are scored, the others only ingested. */
  events: z.array(eventSchema).min(1).max(MAX_EVENT_TYPES),
  /** Names that sources use for events which are known but not part of the rules. */
  ingested: z.array(z.string().min(1)).default([]),
  /** Other spellings of a name, such as PostHog's own `$pageview`. */
  aliases: z.record(z.string(), z.string()).default({}),
  /** Event types that activity in a Discourse forum stands for (STK-50). */
  discourse: discourseSchema.prefault({}),
})

/** Rules of one economy; `STK_RULES` is the default. */
export type EconomyRules = z.infer<typeof economySchema>
export type EventRule = EconomyRules["events"][number]

/** The STK preset: spec 4.2 (weights, limits), 4.4 (levels), 4.5 (consistency). */
export const STK_RULES: EconomyRules = economySchema.parse({
  name: "SysTok",
  symbol: "STK",
  decimals: 6,
  levelTenths: [10, 12, 15, 18, 22, 26, 30, 36],
  streakHundredths: [100, 102, 105, 110, 120],
  events: [
    { name: "SectionCompleted", weight: 50, dailyLimit: 5 },
    { name: "ExerciseSave", weight: 100, dailyLimit: 5 },
    { name: "ClubPostCreated", weight: 200, dailyLimit: 1 },
    { name: "ClubLikeGiven", weight: 10, dailyLimit: 5 },
    { name: "ClubLikeReceived", weight: 20, dailyLimit: 10 },
    { name: "ClubCommentCreated", weight: 50, dailyLimit: 5 },
    { name: "ClubCommentReceived", weight: 50, dailyLimit: 5 },
    { name: "CourseCompleted", weight: 0, dailyLimit: 0 },
    { name: "ProjectMilestoneCompleted", weight: 0, dailyLimit: 0, explicit: true },
    { name: "PeerReviewCompleted", weight: 0, dailyLimit: 0, explicit: true },
  ],
  ingested: ["PageView"],
  aliases: { $pageview: "PageView" },
})

/** The types with a weight, in the order of the rules: the order of packed counts and Merkle leaves. */
export function scoredEvents(rules: EconomyRules): EventRule[] {
  return rules.events.filter((event) => event.weight > 0)
}

/** Bits of each scored type's weekly count: enough for 7 × the daily limit. */
export function packedWidths(rules: EconomyRules): number[] {
  return scoredEvents(rules).map((event) => (DAYS_PER_WEEK * event.dailyLimit).toString(2).length)
}

/** Largest weighted sum that one week can reach; must fit the u32 of a member's slot. */
export function maximumWeightSum(rules: EconomyRules): number {
  return scoredEvents(rules).reduce((sum, event) => sum + DAYS_PER_WEEK * event.dailyLimit * event.weight, 0)
}

/** Weeks in a row after a scored week: one more after an active week right before, else 1 (STK-44). */
export function streakAfter(
  previous: { streak: number; lastActiveWeek: number },
  week: number,
  maximum: number,
): number {
  return previous.lastActiveWeek === week - 1 ? Math.min(previous.streak + 1, maximum) : 1
}

/** Reward in base units; exact, since decimals ≥ 3 (STK-45). `level` is 1…8, `streak` ≥ 1. */
export function rewardBaseUnits(
  rules: EconomyRules,
  weightSum: number,
  level: number,
  streak: number,
): bigint {
  const tenths = rules.levelTenths[level - 1]
  const hundredths = rules.streakHundredths[Math.min(Math.max(streak, 1), rules.streakHundredths.length) - 1]
  if (tenths === undefined || hundredths === undefined) throw new RangeError(`level: ${level} is not 1 to 8`)
  return BigInt(weightSum) * BigInt(tenths) * BigInt(hundredths) * 10n ** BigInt(rules.decimals - 3)
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
  const bits = packedWidths(rules).reduce((sum, width) => sum + width, 0)
  if (bits > MAX_PACKED_BITS)
    problems.push({
      field: "events",
      rule: `weekly counts need ${bits} bits, at most ${MAX_PACKED_BITS} fit`,
    })
  const highest = maximumWeightSum(rules)
  if (highest > U32_MAX) {
    problems.push({ field: "events", rule: `a week can reach ${highest} points, at most ${U32_MAX} fit` })
  } else {
    const tenths = BigInt(Math.max(...rules.levelTenths))
    const hundredths = BigInt(Math.max(...rules.streakHundredths))
    if (BigInt(highest) * tenths * hundredths * 10n ** BigInt(rules.decimals - 3) > U64_MAX)
      problems.push({
        field: "events",
        rule: "a member's highest weekly reward does not fit a u64 of base units",
      })
  }
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
