import { gradeOf, type FraudRules } from "../config/checks"
import { allowanceOf, MINUTE, SECOND, type FraudRule } from "../score/fraud"

/** The fraud rules a second time, event by event and without SQL; what they are for stands in `config/checks.ts`. */

/** An accepted event of a scored type. */
export interface Act {
  /** Names the event to the caller. */
  event: number
  user: string
  type: number
  counterpart: string | null
  moment: number
}

export interface Suspicion {
  event: number
  rule: FraudRule
  score: number
  count: number
}

export interface SuspectTypes {
  likeGiven: number
  likeReceived: number
  /** Types of what others did to the member's posts. */
  received: ReadonlySet<number>
}

/** Every event that a rule suspects at all, with the rule and its score. */
export function findSuspicions(events: readonly Act[], rules: FraudRules, types: SuspectTypes): Suspicion[] {
  const found: Suspicion[] = []
  const note = (
    rule: FraudRule,
    count: number,
    grades: { tolerated: number; certain: number },
    acts: readonly Act[],
  ) => {
    const score = gradeOf(count, grades)
    if (score > 0) for (const act of acts) found.push({ event: act.event, rule, score, count })
  }
  const acts = events.filter((event) => !types.received.has(event.type))
  const ofMember = groupBy(acts, (act) => act.user)
  if (rules.burst !== false) {
    const { burst } = rules
    const width = burst.windowSeconds * SECOND
    for (const own of ofMember.values()) {
      if (own.length <= burst.tolerated) continue
      own.sort((a, b) => a.moment - b.moment)
      const sizes = own.map(
        (act) => own.filter((o) => o.moment > act.moment - width && o.moment <= act.moment).length,
      )
      own.forEach((act) => {
        let most = 0
        own.forEach((other, at) => {
          if (other.moment >= act.moment && other.moment < act.moment + width)
            most = Math.max(most, sizes[at] ?? 0)
        })
        note("burst", most, burst, [act])
      })
    }
  }
  if (rules.sameMinute !== false) {
    for (const own of ofMember.values()) {
      for (const minute of groupBy(own, (act) => String(Math.floor(act.moment / MINUTE))).values()) {
        if (new Set(minute.map((act) => act.type)).size < rules.sameMinute.leastTypes) continue
        note("sameMinute", minute.length, rules.sameMinute, minute)
      }
    }
  }
  if (rules.sameInstant !== false) {
    const allowance = allowanceOf(acts.filter((act) => act.moment % SECOND === 0).length)
    for (const [moment, together] of groupBy(acts, (act) => String(act.moment))) {
      const members = new Set(together.map((act) => act.user)).size
      note(
        "sameInstant",
        members - (Number(moment) % SECOND === 0 ? allowance : 0),
        rules.sameInstant,
        together,
      )
    }
  }
  if (rules.reciprocalLikes !== false) {
    const { leastSharePercent } = rules.reciprocalLikes
    const directed = groupBy(
      events.filter(
        (event) =>
          event.type === types.likeGiven && event.counterpart !== null && event.counterpart !== event.user,
      ),
      (event) => JSON.stringify([event.user, event.counterpart]),
    )
    const given = new Map<string, number>()
    for (const likes of directed.values()) {
      const giver = likes[0]?.user ?? ""
      given.set(giver, (given.get(giver) ?? 0) + likes.length)
    }
    const both = new Map<string, number>()
    for (const [pair, likes] of directed) {
      const [giver, receiver] = JSON.parse(pair) as [string, string]
      const back = directed.get(JSON.stringify([receiver, giver]))?.length ?? 0
      const isMost = (n: number, who: string): boolean => n * 100 >= leastSharePercent * (given.get(who) ?? 0)
      if (isMost(likes.length, giver) && isMost(back, receiver)) both.set(pair, Math.min(likes.length, back))
    }
    for (const event of events) {
      const isGiven = event.type === types.likeGiven
      if (!isGiven && event.type !== types.likeReceived) continue
      const count = both.get(
        JSON.stringify(isGiven ? [event.user, event.counterpart] : [event.counterpart, event.user]),
      )
      if (count !== undefined) note("reciprocalLikes", count, rules.reciprocalLikes, [event])
    }
  }
  return found
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
