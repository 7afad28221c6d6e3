import { expect } from "chai"
import fc from "fast-check"
import { scoreWeek, weekStart } from "stk-oracle"
import { event, Folder, lines, membersCsv, pointsOf, WEEK_INDEX } from "./utils/fixtures"
import { referencePoints, type ReferenceEvent } from "./reference"

/** Pairs of weeks in a row: twice as many data sets are compared. */
const RUNS = 100
const MINUTE = 60_000
const DAY = 86_400_000

describe("points beside an independent scorer", () => {
  let folder: Folder

  before(() => {
    folder = new Folder()
  })
  after(() => folder.remove())

  const TYPES = ["SectionCompleted", "ExerciseSave", "ClubPostCreated", "ClubLikeGiven", "ClubLikeReceived"]
  TYPES.push("ClubCommentCreated", "ClubCommentReceived", "CourseCompleted", "PageView", "Unheard")
  const USERS = ["anna", "boris", "мария", "zoe", "stranger"]
  const FORMS: ((time: number) => string)[] = [
    (time) => new Date(time).toISOString(),
    (time) => new Date(time + 180 * MINUTE).toISOString().replace("Z", "+03:00"),
    (time) => new Date(time - 570 * MINUTE).toISOString().replace("Z", "-0930"),
  ]

  /** Events around a week: bursts over the limits, repeated ids, times just at the edges. */
  const activity = (week: number): fc.Arbitrary<(ReferenceEvent & { form: number })[]> => {
    const monday = weekStart(week) * 1000
    const time = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: -DAY, max: 8 * DAY }) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 7 }).map((day) => day * DAY) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 7 }).map((day) => day * DAY - 1) },
    )
    const burst = fc.record({
      user: fc.constantFrom(...USERS),
      type: fc.constantFrom(...TYPES),
      time,
      count: fc.integer({ min: 1, max: 14 }),
      form: fc.integer({ min: 0, max: FORMS.length - 1 }),
      repeats: fc.boolean(),
    })
    return fc.array(burst, { maxLength: 25 }).map((bursts) =>
      bursts.flatMap((b, n) =>
        Array.from({ length: b.count }, (_, i) => ({
          // Some sources send everything twice.
          id: `${week}-${n}-${b.repeats ? i >> 1 : i}`,
          user: b.user,
          type: b.type,
          time: monday + b.time,
          form: b.form,
        })),
      ),
    )
  }

  it("[STK-52] agrees to the last digit for random weeks in a row", async () => {
    let run = 0
    let compared = 0
    await fc.assert(
      fc.asyncProperty(
        activity(WEEK_INDEX - 1),
        activity(WEEK_INDEX),
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 4, maxLength: 4 }),
        async (...[first, second, levels]) => {
          run++
          const members = USERS.slice(0, 4).map((user, i) => ({ user, level: levels[i] ?? 1 }))
          const csv = folder.file("members.csv", membersCsv(members))
          let active = new Set<string>()
          let previous: string | undefined
          for (const [number, events] of [first, second].entries()) {
            const week = WEEK_INDEX - 1 + number
            const text = events.map((e) =>
              event({ uuid: e.id, event: e.type, distinct_id: e.user, timestamp: FORMS[e.form]?.(e.time) }),
            )
            // Two files in an order that means nothing.
            const half = text.length >> 1
            const out = folder.at(`${run}-${number}`)
            await scoreWeek({
              week,
              events: [
                folder.file("b.jsonl", lines(text.slice(half).reverse())),
                folder.file("a.jsonl", lines(text.slice(0, half))),
              ],
              members: csv,
              out,
              ...(previous === undefined ? {} : { previous }),
            })
            const expected = referencePoints(
              events,
              members.map((m) => ({ ...m, weeksBefore: active.has(m.user) ? 1 : 0 })),
              weekStart(week) * 1000,
            )
            expect(pointsOf(folder.read(`${run}-${number}/points.csv`))).to.deep.equal(
              Object.fromEntries(expected.points),
            )
            active = expected.active
            previous = out
            compared++
          }
        },
      ),
      { numRuns: RUNS, seed: 20251215, endOnFailure: true },
    )
    expect(compared).to.be.at.least(200)
    // Two hundred runs of the whole engine, on a machine that may have other work.
  }).timeout(400_000)
})
