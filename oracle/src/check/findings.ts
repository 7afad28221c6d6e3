import { gradeOf, type SanityRules } from "../config/checks"
import type { FraudSummary } from "../score/fraud"
import type { WeekFigures } from "./figures"

/** What is unusual in a scored week, in sentences that a person can judge by. */
export interface Finding {
  rule: string
  /** What it is about: a user id, an event type, a source, or `week`. */
  subject: string
  /** 0 to 100. */
  score: number
  text: string
  figures: Record<string, string | number>
}

/** A source of the week, as the store knows it. */
export interface SourceActivity {
  name: string
  /** Events of this week, and of the weeks that it is compared with. */
  events: number
  before: number[]
  /** Hours from its last event to the week's end; null without any. */
  silentHours: number | null
  /** Why its last pull failed. */
  error: string | null
}

const WHOLE = 1000
/** A failing source alone holds nothing: what it did not give is seen by its silence. */
const ERROR_SCORE = 50
/** A change that no ratio can tell: from something to nothing. */
const BEYOND_MEASURE = 1_000_000

/** How far a number is from the usual one, in either direction, in per mille: twice and half are both 1,000. */
export function changeOf(value: bigint, usual: bigint): number {
  if (value === usual) return 0
  const [low, high] = value < usual ? [value, usual] : [usual, value]
  if (low === 0n) return BEYOND_MEASURE
  const change = ((high - low) * BigInt(WHOLE)) / low
  return change > BigInt(BEYOND_MEASURE) ? BEYOND_MEASURE : Number(change)
}

/** The middle one; of an even number the lower of the two in the middle, so that it is one that was there. */
export function medianOf(values: readonly bigint[]): bigint {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0n
}

export interface Evidence {
  figures: WeekFigures
  /** Weeks before, the latest first. */
  history: readonly WeekFigures[]
  fraud: FraudSummary | null
  sources: readonly SourceActivity[]
}

/** All findings with a score, the highest first; held events are named whatever they score. */
export function judgeWeek(evidence: Evidence, rules: SanityRules): Finding[] {
  const findings = [
    ...changes(evidence, rules),
    ...ofMembers(evidence, rules),
    ...ofEvents(evidence, rules),
    ...ofSources(evidence, rules),
  ]
  return findings
    .filter((finding) => finding.score > 0 || "held" in finding.figures)
    .sort((a, b) => b.score - a.score || (a.rule + a.subject < b.rule + b.subject ? -1 : 1))
}

function changes({ figures, history }: Evidence, rules: SanityRules): Finding[] {
  const weeks = history.slice(0, rules.history)
  if (weeks.length < rules.leastHistory) return []
  const findings: Finding[] = []
  const compare = (
    rule: string,
    subject: string,
    what: string,
    value: bigint,
    usual: bigint,
    grades: { tolerated: number; certain: number },
  ): void => {
    const change = changeOf(value, usual)
    const direction = value < usual ? "fewer" : "more"
    findings.push({
      rule,
      subject,
      score: gradeOf(change, grades),
      text: `${what}: ${value}, and the median of the last ${weeks.length} weeks is ${usual} (${direction})`,
      figures: { value: value.toString(), median: usual.toString(), change_permille: change },
    })
  }
  const whole = (text: string): bigint => BigInt(text.split(".")[0] ?? "0")
  const median = (pick: (week: WeekFigures) => bigint): bigint => medianOf(weeks.map(pick))
  compare(
    "change",
    "points",
    "points",
    whole(figures.points),
    median((w) => whole(w.points)),
    rules.change,
  )
  compare(
    "change",
    "active members",
    "active members",
    BigInt(figures.active),
    median((w) => BigInt(w.active)),
    rules.change,
  )
  compare(
    "change",
    "events",
    "accepted events",
    BigInt(figures.accepted),
    median((w) => BigInt(w.accepted)),
    rules.change,
  )
  for (const [type, count] of Object.entries(figures.by_type)) {
    const usual = median((week) => BigInt(week.by_type[type] ?? 0))
    const { leastEvents } = rules.typeChange
    if (usual < BigInt(leastEvents) && count < leastEvents) continue
    compare("type-change", type, `events of ${type}`, BigInt(count), usual, rules.typeChange)
  }
  const gini = Number(median((week) => BigInt(week.gini)))
  findings.push({
    rule: "gini",
    subject: "week",
    score: gradeOf(figures.gini - gini, rules.giniJump),
    text: `points are spread more unevenly: a Gini coefficient of ${figures.gini} thousandths, usually ${gini}`,
    figures: { gini: figures.gini, median: gini },
  })
  return findings
}

function permille(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((part * WHOLE) / whole)
}

function ofMembers({ figures }: Evidence, rules: SanityRules): Finding[] {
  const findings: Finding[] = figures.impossible.map((member) => ({
    rule: "impossible",
    subject: member.user_id,
    score: 100,
    text: `${member.user_id} has more than the rules make possible: ${member.weight_sum} before coefficients`,
    figures: { weight_sum: member.weight_sum, reward: member.reward },
  }))
  const atLimits = permille(figures.at_limits, figures.active)
  findings.push({
    rule: "at-limits",
    subject: "week",
    score: figures.active < rules.largestShare.leastActive ? 0 : gradeOf(atLimits, rules.atLimits),
    text: `${figures.at_limits} of ${figures.active} active members reach a daily limit on every day`,
    figures: { members: figures.at_limits, active: figures.active, permille: atLimits },
  })
  if (!figures.is_first) {
    const fresh = permille(figures.new_members, figures.members)
    findings.push({
      rule: "new-members",
      subject: "week",
      score: gradeOf(fresh, rules.newMembers),
      text: `${figures.new_members} of ${figures.members} members are new`,
      figures: { new: figures.new_members, members: figures.members, permille: fresh },
    })
  }
  if (figures.largest !== null && figures.active >= rules.largestShare.leastActive) {
    const share = Number((BigInt(figures.largest.reward) * BigInt(WHOLE)) / BigInt(figures.reward))
    findings.push({
      rule: "largest-share",
      subject: figures.largest.user_id,
      score: gradeOf(share, rules.largestShare),
      text: `${figures.largest.user_id} alone has ${share} of 1,000 parts of all points`,
      figures: { reward: figures.largest.reward, of: figures.reward, permille: share },
    })
  }
  return findings
}

const RULE_TEXTS: Record<string, string> = {
  burst: "follow each other faster than people act",
  reciprocalLikes: "are likes of pairs that like each other most",
  sameInstant: "stand at the very same instant over several members",
  sameMinute: "are of many types within one minute",
}

function ofEvents({ figures, fraud }: Evidence, rules: SanityRules): Finding[] {
  const findings: Finding[] = []
  const whole = figures.accepted + figures.held
  for (const [rule, counts] of Object.entries(fraud?.by_rule ?? {})) {
    if (counts.held === 0) continue
    const share = permille(counts.held, whole)
    findings.push({
      rule: `held-${rule}`,
      subject: "week",
      score: gradeOf(share, rules.held),
      text: `${counts.held} events of ${counts.members} members ${RULE_TEXTS[rule] ?? rule}: they are held and do not count`,
      figures: { held: counts.held, members: counts.members, permille: share },
    })
  }
  const refused = Object.entries(figures.rejected)
    .filter(([reason]) => reason !== "outside_week" && reason !== "held")
    .reduce((sum, [, count]) => sum + count, 0)
  const share = permille(refused, figures.read)
  findings.push({
    rule: "rejected",
    subject: "week",
    score: gradeOf(share, rules.rejected),
    text: `${refused} of ${figures.read} events do not count: late, unknown, malformed or otherwise refused`,
    figures: { rejected: refused, read: figures.read, permille: share },
  })
  return findings
}

function ofSources({ figures, history, sources }: Evidence, rules: SanityRules): Finding[] {
  const findings: Finding[] = []
  const silent = (subject: string, before: readonly number[]): Finding => ({
    rule: "silent-source",
    subject,
    score: 100,
    text: `there is no event of ${subject}, which had ${before.join(", ")} in the weeks before`,
    figures: { events: 0, before: before.join(" ") },
  })
  const weeks = history.slice(0, rules.history)
  // Of a directory only the kinds are known; the store knows each source.
  if (sources.length === 0) {
    for (const kind of new Set(weeks.flatMap((week) => Object.keys(week.by_kind)))) {
      const before = weeks.map((week) => week.by_kind[kind] ?? 0)
      const isUsual = before.every((count) => count > 0)
      if (isUsual && (figures.by_kind[kind] ?? 0) === 0) findings.push(silent(kind, before))
    }
    return findings
  }
  for (const source of sources) {
    const isUsual = source.before.length > 0 && source.before.every((count) => count > 0)
    if (isUsual && source.events === 0) findings.push(silent(source.name, source.before))
    else if (isUsual && source.silentHours !== null)
      findings.push({
        rule: "lagging-source",
        subject: source.name,
        score: gradeOf(source.silentHours, rules.silentHours),
        text: `the last event of ${source.name} is ${source.silentHours} hours before the week's end`,
        figures: { hours: source.silentHours, events: source.events },
      })
    if (source.error !== null)
      findings.push({
        rule: "source-error",
        subject: source.name,
        score: ERROR_SCORE,
        text: `the last request to ${source.name} failed: ${source.error}`,
        figures: { events: source.events },
      })
  }
  return findings
}
