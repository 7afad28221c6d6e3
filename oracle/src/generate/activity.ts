import { SECONDS_PER_WEEK, weekStart } from "@stk/sdk/math"
import { itemAt } from "../item"
import { BOT, HABITS, type Community } from "./community"
import { cumulate, pick, Random } from "./random"

/** What the community does in one week: actions with a member and a time, in the order of time. */

export const ACTIONS = [
  { name: "PageView", share: 150 },
  { name: "SectionCompleted", share: 225 },
  { name: "ExerciseSave", share: 135 },
  { name: "CourseCompleted", share: 8 },
  { name: "ProjectMilestoneCompleted", share: 3 },
  { name: "PeerReviewCompleted", share: 7 },
  { name: "post", share: 42 },
  { name: "like", share: 290 },
  { name: "comment", share: 140 },
] as const
const ACTION_SHARES = cumulate(ACTIONS.map((action) => action.share))

export const POST = 6
export const LIKE = 7
export const COMMENT = 8

/** How much of a local day's activity falls into each hour. */
const HOURS = cumulate([
  4, 2, 1, 1, 1, 2, 8, 20, 38, 52, 58, 60, 54, 56, 60, 58, 55, 56, 64, 78, 90, 84, 58, 24,
])
/** Weekdays, Monday first: weekends are quieter. */
const DAYS = cumulate([160, 165, 160, 155, 140, 105, 115])
const MILLISECONDS_PER_WEEK = SECONDS_PER_WEEK * 1000
const MINUTES_PER_WEEK = SECONDS_PER_WEEK / 60
/** Events that the table of habits gives a member on average, received likes and comments included. */
export const EVENTS_PER_MEMBER = 10

export class Activity {
  private times = new Uint32Array(1 << 16)
  private members = new Uint32Array(1 << 16)
  private actions = new Uint8Array(1 << 16)
  private count = 0

  /** @param eventsPerMember average number of events in the week, members who do nothing included */
  constructor(
    private readonly community: Community,
    readonly week: number,
    weekNumber: number,
    seed: string,
    eventsPerMember: number,
  ) {
    const random = new Random(seed, "activity", weekNumber)
    for (let member = 0; member < community.size; member++) {
      if (community.joined(member) > weekNumber) continue
      const kind = community.habit(member)
      const habit = itemAt(HABITS, kind)
      if (!random.permille(habit.presence)) continue
      // Product of two even spreads: many do less than is typical, a few much more.
      const spread = (1 + random.below(8)) * (1 + random.below(8))
      const scaled = habit.actions * spread * eventsPerMember * 12
      const actions = Math.max(1, Math.floor(scaled / (243 * EVENTS_PER_MEMBER)))
      const favourite = kind === BOT ? (random.permille(500) ? LIKE : random.permille(500) ? 1 : COMMENT) : -1
      const offset = community.offset(member) * 60_000
      for (let i = 0; i < actions; i++) {
        const action =
          favourite >= 0 && random.permille(800) ? favourite : pick(ACTION_SHARES, random.below(1000))
        // A bot knows no night.
        const hour = kind === BOT ? random.below(24) : pick(HOURS, random.below(itemAt(HOURS, 23)))
        const local = (pick(DAYS, random.below(1000)) * 24 + hour) * 3_600_000 + random.below(3_600_000)
        this.add((local - offset + 2 * MILLISECONDS_PER_WEEK) % MILLISECONDS_PER_WEEK, member, action)
      }
    }
  }

  get size(): number {
    return this.count
  }

  private add(time: number, member: number, action: number): void {
    if (this.count === this.times.length) {
      this.times = grow(this.times, new Uint32Array(this.count * 2))
      this.members = grow(this.members, new Uint32Array(this.count * 2))
      this.actions = grow(this.actions, new Uint8Array(this.count * 2))
    }
    this.times[this.count] = time
    this.members[this.count] = member
    this.actions[this.count] = action
    this.count++
  }

  /** All actions in the order of time; equal times in the order in which members were asked. */
  *inOrder(): Generator<{ milliseconds: number; member: number; action: number }> {
    const starts = new Uint32Array(MINUTES_PER_WEEK + 1)
    for (let i = 0; i < this.count; i++) {
      const next = minuteOf(itemAt(this.times, i)) + 1
      starts[next] = itemAt(starts, next) + 1
    }
    for (let minute = 0; minute < MINUTES_PER_WEEK; minute++)
      starts[minute + 1] = itemAt(starts, minute + 1) + itemAt(starts, minute)
    const order = new Uint32Array(this.count)
    const ends = starts.slice()
    for (let i = 0; i < this.count; i++) {
      const minute = minuteOf(itemAt(this.times, i))
      const place = itemAt(ends, minute)
      order[place] = i
      ends[minute] = place + 1
    }
    for (let minute = 0; minute < MINUTES_PER_WEEK; minute++)
      order
        .subarray(starts[minute], ends[minute])
        .sort((a, b) => itemAt(this.times, a) - itemAt(this.times, b) || a - b)
    const start = weekStart(this.week) * 1000
    const entry = { milliseconds: 0, member: 0, action: 0 }
    for (const i of order) {
      entry.milliseconds = start + itemAt(this.times, i)
      entry.member = itemAt(this.members, i)
      entry.action = itemAt(this.actions, i)
      yield entry
    }
  }
}

function minuteOf(milliseconds: number): number {
  return Math.floor(milliseconds / 60_000)
}

function grow<T extends Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from)
  return to
}
