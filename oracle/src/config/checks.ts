import { z } from "zod"

/** Score from which a finding is certain. */
const HIGHEST_SCORE = 100
const score = z.int().min(1).max(HIGHEST_SCORE)

/**
 * How a number becomes a score: 0 up to `tolerated`, 100 from `certain` on, and a straight line between.
 * A rule of events that is `false` is off.
 */
const grades = (tolerated: number, certain: number) => ({
  tolerated: z.int().min(0).max(1_000_000).default(tolerated),
  certain: z.int().min(1).max(1_000_000).default(certain),
})
const rises = (rule: { tolerated: number; certain: number }): boolean => rule.certain > rule.tolerated
const RISES = { path: ["certain"], message: "must be above tolerated" }

/**
 * Rules that look at each event before it counts (STK-140). The defaults are meant to never meet a person who is just
 * diligent: what is held costs the member a week's patience and somebody's time.
 */
export const fraudRulesSchema = z.strictObject({
  /** An event whose highest score reaches this is held. At 80 an event is well past anything tolerated. */
  holdAt: score.default(80),
  /**
   * What one member does within a short time; what others do to the member's posts is not the member's doing.
   * Reading a section or a post takes seconds at least: 10 a minute is fast, 26 (score 80) is a script.
   */
  burst: z
    .strictObject({ ...grades(10, 30), windowSeconds: z.int().min(1).max(86_400).default(60) })
    .refine(rises, RISES)
    .prefault({})
    .or(z.literal(false)),
  /**
   * Two members who like each other: the smaller of both numbers. Friends like each other's posts too, so it counts only
   * where each gives the other this share of all its likes.
   */
  reciprocalLikes: z
    .strictObject({ ...grades(8, 20), leastSharePercent: z.int().min(0).max(100).default(40) })
    .refine(rises, RISES)
    .prefault({})
    .or(z.literal(false)),
  /** One member's events of several types within one minute of the clock: people change what they do more slowly. */
  sameMinute: z
    .strictObject({ ...grades(5, 15), leastTypes: z.int().min(2).max(16).default(4) })
    .refine(rises, RISES)
    .prefault({})
    .or(z.literal(false)),
  /**
   * Members who act in the very same microsecond. Chance brings two or three together in a week of a million events; a
   * source that knows only whole seconds brings more, which is allowed for (`WHOLE_SECOND_ALLOWANCE`).
   */
  sameInstant: z
    .strictObject({ ...grades(4, 9) })
    .refine(rises, RISES)
    .prefault({})
    .or(z.literal(false)),
})
export type FraudRules = z.infer<typeof fraudRulesSchema>

export const DEFAULT_FRAUD_RULES: FraudRules = fraudRulesSchema.parse({})

/** Per mille of what is usual: a week is compared with the median of the last ones. */
const change = (tolerated: number, certain: number) =>
  z.strictObject(grades(tolerated, certain)).refine(rises, RISES).prefault({})

/** Sanity of a whole scored week, before it is posted. */
export const sanityRulesSchema = z.strictObject({
  /** A week whose highest score reaches this is held until somebody decides. */
  holdAt: score.default(80),
  /** So many weeks before give the median; with fewer than `leastHistory` nothing is compared with the past. */
  history: z.int().min(1).max(52).default(8),
  leastHistory: z.int().min(1).max(52).default(3),
  /**
   * Change of points, active members or events against the median, in per mille of the median: a holiday halves a week,
   * a campaign doubles it; half as much again is normal.
   */
  change: change(600, 2_000),
  /** The same for one event type, which varies more; types with fewer events than `leastEvents` are left out. */
  typeChange: z
    .strictObject({ ...grades(1_000, 4_000), leastEvents: z.int().min(0).default(50) })
    .refine(rises, RISES)
    .prefault({}),
  /** Per mille of the active members who reach the daily limit of a type on every day. */
  atLimits: change(100, 400),
  /** Per mille of the accepted events that the fraud rules hold. */
  held: change(20, 120),
  /** Per mille of the members who are new, from the second week on. */
  newMembers: change(300, 800),
  /**
   * Points of one member in per mille of all; judged from `leastActive` active members on: in a small community somebody
   * busy has a third of a week without anything being wrong.
   */
  largestShare: z
    .strictObject({ ...grades(100, 300), leastActive: z.int().min(1).default(100) })
    .refine(rises, RISES)
    .prefault({}),
  /** Rise of the Gini coefficient of the points against the median, in thousandths. */
  giniJump: change(80, 250),
  /** Per mille of the events read that do not count for a reason other than a repetition or the wrong week. */
  rejected: change(100, 400),
  /** Hours before the week's end in which a source must have been heard that was heard in the weeks before. */
  silentHours: z
    .strictObject({ ...grades(24, 96) })
    .refine(rises, RISES)
    .prefault({}),
  /** Up to so many events the week is counted a second time by another program, record by record. */
  recountUpTo: z.int().min(0).default(2_000_000),
})
export type SanityRules = z.infer<typeof sanityRulesSchema>

/** Thresholds of the fraud rules and of the sanity checks. */
export const checksConfigSchema = z.strictObject({
  fraud: fraudRulesSchema.prefault({}).or(z.literal(false)),
  sanity: sanityRulesSchema.prefault({}),
})
export type ChecksConfig = z.infer<typeof checksConfigSchema>

/** What a number scores by a rule: whole points, rounded down. */
export function gradeOf(value: number, rule: { tolerated: number; certain: number }): number {
  if (value <= rule.tolerated) return 0
  if (value >= rule.certain) return HIGHEST_SCORE
  return Math.floor(((value - rule.tolerated) * HIGHEST_SCORE) / (rule.certain - rule.tolerated))
}
