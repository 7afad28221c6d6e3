import { InvalidArgumentError } from "../errors/base.js"

/** Most event types of an economy. */
export const MAX_EVENT_TYPES = 16
/** Days of a week: the weekly cap of a type is seven times its daily limit. */
export const DAYS_PER_WEEK = 7
/** Qualification levels, counted from 1. */
export const LEVELS = 8
/** Steps of the consistency coefficient; further weeks in a row keep the last. */
export const STREAK_STEPS = 5
/** Bits that the counts of a week may have. */
const MOST_BITS = 64
/** Tenths times hundredths are thousandths. */
const FRACTION_DIGITS = 3
const HIGHEST_COUNT = 65_535

/** One event type as the score sees it. */
export interface EventWeight {
  /** Points for one event; 0 for a type that is not scored. */
  weight: number
  /** Most counted events in a UTC day. */
  dailyLimit: number
}

/** The rules of the weekly score: an `Economy` or a preset's parameters with decimals. */
export interface ScoringRules {
  /** Those with a weight are scored, in this order. */
  eventTypes: readonly EventWeight[]
  /** Coefficient of levels 1 to 8 in tenths; 0 for a level that the economy does not have. */
  levelTenths: readonly number[]
  /** Coefficient of 1 to 5 weeks in a row in hundredths. */
  streakHundredths: readonly number[]
  decimals: number
}

/** The event types with a weight, in the order of the packed counts. */
export function scoredTypes<T extends EventWeight>(rules: { eventTypes: readonly T[] }): T[] {
  return rules.eventTypes.filter((eventType) => eventType.weight > 0)
}

/** Most counted events of a type in a week. */
export function weeklyCap(eventType: EventWeight): number {
  return eventType.dailyLimit * DAYS_PER_WEEK
}

/** Bits of each scored type's count: the bit length of its weekly cap. @throws {InvalidArgumentError} above 64 in all */
export function countWidths(rules: Pick<ScoringRules, "eventTypes">): number[] {
  const widths = scoredTypes(rules).map((eventType) => weeklyCap(eventType).toString(2).length)
  const bits = widths.reduce((sum, width) => sum + width, 0)
  if (widths.length === 0) throw new InvalidArgumentError("eventTypes", "of at least one type with a weight")
  if (bits > MOST_BITS) {
    throw new InvalidArgumentError("eventTypes", "countable in 64 bits", { details: [`they need ${bits}`] })
  }
  return widths
}

/** Bytes that an active member takes in a batch. */
export function bytesPerMember(rules: Pick<ScoringRules, "eventTypes">): number {
  return Math.ceil(countWidths(rules).reduce((sum, width) => sum + width, 0) / 8)
}

function checkCounts(rules: Pick<ScoringRules, "eventTypes">, counts: readonly number[]): void {
  const types = scoredTypes(rules)
  if (counts.length !== types.length) {
    throw new InvalidArgumentError("counts", `of length ${types.length}`, {
      details: [`it has ${counts.length}`],
    })
  }
  types.forEach((eventType, index) => {
    const count = counts[index]
    const cap = weeklyCap(eventType)
    if (count === undefined || !Number.isInteger(count) || count < 0 || count > cap) {
      throw new InvalidArgumentError(`counts[${index}]`, `an integer from 0 to ${cap}`, {
        details: [`it is ${count}`],
      })
    }
  })
}

/** Weekly counts side by side in the bytes of a batch, the first scored type in the lowest bits. */
export function packCounts(rules: Pick<ScoringRules, "eventTypes">, counts: readonly number[]): Uint8Array {
  checkCounts(rules, counts)
  let packed = 0n
  let shift = 0n
  countWidths(rules).forEach((width, index) => {
    packed |= BigInt(counts[index] ?? 0) << shift
    shift += BigInt(width)
  })
  const bytes = new Uint8Array(bytesPerMember(rules))
  for (let index = 0; index < bytes.length; index++, packed >>= 8n) bytes[index] = Number(packed & 0xffn)
  return bytes
}

/** The weekly counts in the bytes of one member of a batch. @throws {InvalidArgumentError} */
export function unpackCounts(rules: Pick<ScoringRules, "eventTypes">, bytes: Uint8Array): number[] {
  const length = bytesPerMember(rules)
  if (bytes.length !== length) throw new InvalidArgumentError("bytes", `of length ${length}`)
  let packed = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  const counts = countWidths(rules).map((width) => {
    const count = Number(packed & ((1n << BigInt(width)) - 1n))
    packed >>= BigInt(width)
    return count
  })
  if (packed !== 0n) throw new InvalidArgumentError("bytes", "without bits above the counts")
  checkCounts(rules, counts)
  return counts
}

/** Points of weekly counts before coefficients. @throws {InvalidArgumentError} for a count above its weekly cap */
export function pointsOf(rules: Pick<ScoringRules, "eventTypes">, counts: readonly number[]): number {
  checkCounts(rules, counts)
  return scoredTypes(rules).reduce((sum, { weight }, index) => sum + weight * (counts[index] ?? 0), 0)
}

/** What of `count` events of one UTC day is counted (STK-30). */
export function countedOfDay(eventType: EventWeight, count: number): number {
  return Math.min(count, eventType.dailyLimit)
}

/** Weekly counts from raw daily ones, with the daily limits applied: `days` from Monday, of each the scored types. */
export function weeklyCounts(
  rules: Pick<ScoringRules, "eventTypes">,
  days: readonly (readonly number[])[],
): number[] {
  if (days.length !== DAYS_PER_WEEK) throw new InvalidArgumentError("days", "seven")
  const types = scoredTypes(rules)
  days.forEach((day, index) => {
    if (day.length !== types.length)
      throw new InvalidArgumentError(`days[${index}]`, `of length ${types.length}`)
  })
  return types.map((eventType, index) =>
    days.reduce((sum, day) => sum + countedOfDay(eventType, day[index] ?? 0), 0),
  )
}

/** Points of raw daily counts, as `audit_score` recomputes them. */
export function pointsOfDays(
  rules: Pick<ScoringRules, "eventTypes">,
  days: readonly (readonly number[])[],
): number {
  return pointsOf(rules, weeklyCounts(rules, days))
}

/** Raw daily counts as the bytes of a leaf: seven days × scored types × `u16`, saturating at 65,535. */
export function encodeDailyCounts(days: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(2 * days.reduce((length, counts) => length + counts.length, 0))
  const view = new DataView(bytes.buffer)
  let offset = 0
  for (const counts of days) {
    for (let type = 0; type < counts.length; type++, offset += 2)
      view.setUint16(offset, Math.min(counts[type] ?? 0, HIGHEST_COUNT), true)
  }
  return bytes
}

/** Weeks in a row including `week`, counted up to 5: one more when the week before was active, else 1 (STK-43, STK-44). */
export function streakAfter(streak: number, lastActiveWeek: number, week: number): number {
  return lastActiveWeek + 1 === week ? Math.min(streak + 1, STREAK_STEPS) : 1
}

/** Base units that a point is worth at a level and streak, both from 1; exact since 3 ≤ decimals (STK-45). */
export function unitOf(rules: ScoringRules, level: number, streak: number): bigint {
  const tenths = rules.levelTenths[level - 1]
  const hundredths = rules.streakHundredths[streak - 1]
  if (tenths === undefined) throw new InvalidArgumentError("level", `from 1 to ${LEVELS}`)
  if (hundredths === undefined) throw new InvalidArgumentError("streak", `from 1 to ${STREAK_STEPS}`)
  return BigInt(tenths) * BigInt(hundredths) * 10n ** BigInt(rules.decimals - FRACTION_DIGITS)
}

/** Base units for points at a level and streak (STK-22). */
export function rewardOf(rules: ScoringRules, points: number, level: number, streak: number): bigint {
  return BigInt(points) * unitOf(rules, level, streak)
}

/** The highest points that a member can have in a day (STK-31). */
export function highestDailyPoints(rules: Pick<ScoringRules, "eventTypes">): number {
  return scoredTypes(rules).reduce((sum, { weight, dailyLimit }) => sum + weight * dailyLimit, 0)
}

/** The highest points that a member can have in a week, before coefficients (STK-31). */
export function highestPoints(rules: Pick<ScoringRules, "eventTypes">): number {
  return highestDailyPoints(rules) * DAYS_PER_WEEK
}

/** The highest base units that a member can earn in a week (STK-31). */
export function highestReward(rules: ScoringRules): bigint {
  const units = rules.levelTenths.flatMap((tenths, level) =>
    tenths > 0 ? rules.streakHundredths.map((_, streak) => unitOf(rules, level + 1, streak + 1)) : [],
  )
  const highest = units.reduce((most, unit) => (unit > most ? unit : most), 0n)
  return BigInt(highestPoints(rules)) * highest
}
