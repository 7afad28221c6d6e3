import { expect } from "chai"
import fc from "fast-check"
import { weekStart } from "@stk/sdk"
import { scoreWeek } from "stk-oracle"
import { event, Folder, lines, membersCsv, pointsOf, WEEK_INDEX } from "./utils/fixtures"
import { referencePoints, type ReferenceEvent } from "./reference"

/** Communities that are scored together: none may see anything of the others. */
const COMMUNITIES = 8
/** Pairs of weeks in a row, of so many communities: twice as many data sets are compared. */
const RUNS = 13
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

  type Activity = (ReferenceEvent & { form: number })[]

  /** Events of a community around a week: bursts over the limits, repeated ids, times just at the edges. */
  const activity = (week: number): fc.Arbitrary<Activity> => {
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

  const community = fc.record({
    weeks: fc.tuple(activity(WEEK_INDEX - 1), activity(WEEK_INDEX)),
    levels: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 4, maxLength: 4 }),
  })

  it("[STK-52] agrees to the last digit for random weeks in a row", async () => {
    let run = 0
    let compared = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(community, { minLength: COMMUNITIES, maxLength: COMMUNITIES }),
        async (drawn) => {
          run++
          // The same names everywhere, told apart by the community's number.
          const communities = drawn.map(({ weeks, levels }, place) => ({
            weeks: weeks.map((events) =>
              events.map((e) => ({ ...e, id: `${place}-${e.id}`, user: `${e.user}${place}` })),
            ),
            members: USERS.slice(0, 4).map((user, i) => ({ user: `${user}${place}`, level: levels[i] ?? 1 })),
            active: new Set<string>(),
          }))
          const csv = folder.file("members.csv", membersCsv(communities.flatMap((c) => c.members)))
          let previous: string | undefined
          for (const number of [0, 1]) {
            const week = WEEK_INDEX - 1 + number
            const text = communities
              .flatMap((c) => c.weeks[number] ?? [])
              .map((e) =>
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
            const points: Record<string, string> = {}
            for (const c of communities) {
              const expected = referencePoints(
                c.weeks[number] ?? [],
                c.members.map((m) => ({ ...m, weeksBefore: c.active.has(m.user) ? 1 : 0 })),
                weekStart(week) * 1000,
              )
              Object.assign(points, Object.fromEntries(expected.points))
              c.active = expected.active
              compared++
            }
            expect(pointsOf(folder.read(`${run}-${number}/points.csv`))).to.deep.equal(points)
            previous = out
          }
        },
      ),
      { numRuns: RUNS, seed: 20251215, endOnFailure: true },
    )
    expect(compared).to.be.at.least(200)
    // Dozens of runs of the whole engine, on a machine that may have other work.
  }).timeout(200_000)
})
