/**
 * A second scorer, written from the specification alone and another way: one event after another into maps,
 * fractions instead of scaled integers. Only for comparison.
 */

export interface ReferenceEvent {
  id: string
  type: string
  user: string
  /** Milliseconds since 1970. */
  time: number
}

export interface ReferenceMember {
  user: string
  level: number
  /** Weeks in a row before this week; 0 when the week before was missed. */
  weeksBefore: number
}

const WEIGHTS = new Map<string, [weight: number, perDay: number]>([
  ["SectionCompleted", [50, 5]],
  ["ExerciseSave", [100, 5]],
  ["ClubPostCreated", [200, 1]],
  ["ClubLikeGiven", [10, 5]],
  ["ClubLikeReceived", [20, 10]],
  ["ClubCommentCreated", [50, 5]],
  ["ClubCommentReceived", [50, 5]],
])
const LEVELS = ["1.0", "1.2", "1.5", "1.8", "2.2", "2.6", "3.0", "3.6"]
const WEEKS = ["1.00", "1.02", "1.05", "1.10", "1.20"]

/** A decimal text as an exact fraction. */
function fraction(text: string): [bigint, bigint] {
  const [whole = "", digits = ""] = text.split(".")
  return [BigInt(whole + digits), 10n ** BigInt(digits.length)]
}

/** A fraction whose denominator divides a power of ten, as plain decimal text. */
function decimal(numerator: bigint, denominator: bigint): string {
  let text = (numerator / denominator).toString()
  let rest = numerator % denominator
  if (rest > 0n) text += "."
  while (rest > 0n) {
    rest *= 10n
    text += (rest / denominator).toString()
    rest %= denominator
  }
  return text
}

/** Points of every member; `monday` is the week's start in milliseconds. */
export function referencePoints(
  events: readonly ReferenceEvent[],
  members: readonly ReferenceMember[],
  monday: number,
): { points: Map<string, string>; active: Set<string> } {
  const seen = new Set<string>()
  const used = new Map<string, number>()
  const sums = new Map<string, number>()
  const known = new Set(members.map((member) => member.user))
  for (const event of [...events].sort((a, b) => a.time - b.time)) {
    if (seen.has(event.id)) continue
    seen.add(event.id)
    const rule = WEIGHTS.get(event.type)
    const day = Math.floor((event.time - monday) / 86_400_000)
    if (rule === undefined || !known.has(event.user) || day < 0 || day > 6) continue
    const counter = `${event.user}/${event.type}/${day}`
    const count = used.get(counter) ?? 0
    if (count >= rule[1]) continue
    used.set(counter, count + 1)
    sums.set(event.user, (sums.get(event.user) ?? 0) + rule[0])
  }
  const points = new Map<string, string>()
  for (const member of members) {
    const sum = sums.get(member.user) ?? 0
    const level = fraction(LEVELS[member.level - 1] ?? "")
    const weeks = fraction(WEEKS[Math.min(member.weeksBefore, 4)] ?? "")
    points.set(member.user, decimal(BigInt(sum) * level[0] * weeks[0], level[1] * weeks[1]))
  }
  return { points, active: new Set(sums.keys()) }
}
