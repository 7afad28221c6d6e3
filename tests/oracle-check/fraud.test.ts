import { expect } from "chai"
import fc from "fast-check"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { isoWeek } from "@stk/sdk"
import { STK_RULES } from "stk-oracle"
import { BOT, Community } from "../../oracle/src/generate/community"
import { generateDataSet } from "../../oracle/src/generate/generate"
import type { HeldEvent } from "../../oracle/src/score/held"
import { recountDirectory } from "../../oracle/src/verify/again"
import { cli, Folder, jsonLines, WEEK, WEEK_INDEX } from "../oracle/utils/fixtures"
import { acts, likes, noon, scorePlanted } from "./utils/planted"

const MINUTE = 60_000

/** So many times, evenly over a stretch that begins at noon of a day. */
function spread(count: number, stretch: number, day = 0): number[] {
  return Array.from({ length: count }, (_, n) => noon(day) + Math.floor((n * stretch) / (count - 1)))
}

const heldOf = (held: readonly HeldEvent[], rule: string): HeldEvent[] =>
  held.filter((event) => event.rule === rule)

describe("fraud rules", () => {
  let folder: Folder

  before(() => {
    folder = new Folder()
  })
  after(() => folder.remove())

  describe("at their thresholds", () => {
    // By the default rules: 10 events a minute score 0, 30 score 100, so 26 are the first with 80.
    const burst = async (count: number, stretch: number) =>
      scorePlanted(folder, { posthog: acts("anna", spread(count, stretch)), members: ["anna"] })

    it("[STK-140] holds a burst from the first event on that reaches the threshold, and not one below", async () => {
      const [below, reached] = [await burst(25, 59_000), await burst(26, 59_000)]

      expect(below.held).to.deep.equal([])
      expect(below.result.summary.fraud?.by_rule.burst).to.deep.equal({
        suspected: 25,
        held: 0,
        members: 0,
        highest_score: 75,
      })
      expect(below.points).to.deep.equal({ anna: "250" })
      expect(reached.held.map(({ rule, score, count }) => [rule, score, count])).to.deep.equal(
        Array(26).fill(["burst", 80, 26]),
      )
      expect(reached.points).to.deep.equal({ anna: "0" })
      expect(reached.result.summary.events.rejected).to.deep.equal({ held: 26 })
      const [line] = jsonLines<{ reason: string; detail: string }>(
        readFileSync(join(reached.directory, "rejected.jsonl"), "utf8"),
      )
      expect(line).to.include({ reason: "held", detail: "burst 80" })
    })

    it("counts a window of 60 seconds without its end", async () => {
      const inside = await burst(26, MINUTE - 1)
      const outside = await burst(26, MINUTE)

      expect(heldOf(inside.held, "burst")).to.have.length(26)
      expect(heldOf(outside.held, "burst")).to.have.length(0)
    })

    it("[STK-140] holds the likes of a pair that likes each other most, on both sides, and no others", async () => {
      const pair = async (there: number, back: number, elsewhere: number) =>
        scorePlanted(folder, {
          posthog: acts("zoe", [noon(1)]),
          discourse: [
            ...likes("anna", "boris", there),
            ...likes("boris", "anna", back),
            ...likes("anna", "zoe", elsewhere),
          ],
          members: ["anna", "boris", "zoe"],
        })
      const [below, reached] = [await pair(30, 17, 0), await pair(18, 30, 0)]

      expect(below.held).to.deep.equal([])
      // 18 given and 30 back, each of them also received: 96 events of the pair.
      expect(reached.held).to.have.length(96)
      expect(new Set(reached.held.map(({ score, count }) => `${score} ${count}`))).to.deep.equal(
        new Set(["83 18"]),
      )
      expect(reached.points.anna).to.equal("0")

      // Of 45 likes 18 are two fifths, of 46 they are less.
      expect((await pair(18, 30, 27)).held).to.have.length(96)
      expect((await pair(18, 30, 28)).held).to.have.length(0)
    })

    it("[STK-140] holds a minute with events of many types, and not one of few", async () => {
      const four = ["SectionCompleted", "ExerciseSave", "ClubLikeGiven", "ClubPostCreated"]
      const minute = async (count: number, types: string[]) =>
        scorePlanted(folder, { posthog: acts("anna", spread(count, 50_000), types), members: ["anna"] })
      const [below, reached] = [await minute(12, four), await minute(13, four)]
      const fewTypes = await minute(13, four.slice(0, 3))

      expect(heldOf(below.held, "sameMinute")).to.have.length(0)
      expect(heldOf(reached.held, "sameMinute").map((event) => event.score)).to.deep.equal(Array(13).fill(80))
      expect(heldOf(fewTypes.held, "sameMinute")).to.have.length(0)
    })

    it("[STK-140] holds members who act in one microsecond, with an allowance where times are whole seconds", async () => {
      const together = async (count: number, milliseconds: number) => {
        const members = Array.from({ length: count }, (_, n) => `user${n}`)
        const time = noon(2, milliseconds)
        return scorePlanted(folder, { posthog: members.flatMap((user) => acts(user, [time])), members })
      }

      expect((await together(7, 123)).held).to.have.length(0)
      expect((await together(8, 123)).held.map((event) => event.score)).to.deep.equal(Array(8).fill(80))
      expect((await together(15, 0)).held).to.have.length(0)
      expect((await together(16, 0)).held).to.have.length(16)
    })

    it("does not blame members for what others do to their posts", async () => {
      const fans = Array.from({ length: 40 }, (_, n) => `fan${n}`)
      const { held, differences } = await scorePlanted(folder, {
        posthog: acts("anna", [noon(0)]),
        discourse: fans.flatMap((fan) => likes(fan, "anna", 1)),
        members: ["anna", ...fans],
      })

      expect(held).to.deep.equal([])
      expect(differences.kept).to.deep.equal([])
    })
  })

  it("counts what somebody has released, and says so", async () => {
    const posthog = acts("anna", spread(26, 59_000))
    const members = ["anna"]
    const { held } = await scorePlanted(folder, { posthog, members })
    const released = held.slice(0, 2).map((event) => event.source_id)

    const after = await scorePlanted(folder, { posthog, members, released })

    expect(after.points).to.deep.equal({ anna: "100" })
    expect(after.held.filter((event) => event.released).map((event) => event.source_id)).to.have.members(
      released,
    )
    expect(after.result.summary.fraud).to.include({ held: 24, released: 2 })
    expect(after.differences.kept).to.deep.equal([])
  })

  it("changes nothing but its own files while no rule holds anything", async () => {
    const week = { posthog: acts("anna", spread(9, MINUTE)), members: ["anna"] }
    const [plain, judged] = [
      await scorePlanted(folder, { ...week, rules: null }),
      await scorePlanted(folder, week),
    ]

    for (const [name, sha256] of Object.entries(plain.result.summary.outputs))
      expect(judged.result.summary.outputs[name], name).to.equal(sha256)
    expect(Object.keys(plain.result.summary.outputs)).to.not.include("held.jsonl")
    expect(plain.result.summary).to.not.have.property("fraud")
  })

  it("[STK-52] lists the later events of a day as those over its limit", async () => {
    const times = [4, 1, 6, 2, 5, 3, 7].map((hour) => noon(1) + hour * 600_000)
    const { capped, points } = await scorePlanted(folder, {
      posthog: acts("anna", times).reverse(),
      members: ["anna"],
    })

    expect(points).to.deep.equal({ anna: "250" })
    expect(
      capped.map(({ timestamp, nth, daily_limit }) => [timestamp.slice(11, 16), nth, daily_limit]).sort(),
    ).to.deep.equal([
      ["13:00", 6, 5],
      ["13:10", 7, 5],
    ])
  })

  describe("beside a second implementation", () => {
    const USERS = ["anna", "boris", "мария", "zoe"]
    const TYPES = ["SectionCompleted", "ExerciseSave", "ClubPostCreated", "ClubLikeGiven", "PageView"]
    const burst = fc.record({
      user: fc.constantFrom(...USERS),
      start: fc.integer({ min: 0, max: 8 }).map((n) => n * 30_000),
      step: fc.constantFrom(0, 1, 500, 1000, 2400, 7000),
      count: fc.integer({ min: 1, max: 40 }),
      types: fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1 }),
    })
    const pair = fc.record({
      from: fc.constantFrom(...USERS),
      to: fc.constantFrom(...USERS),
      count: fc.integer({ min: 1, max: 25 }),
    })

    it("[STK-140] holds the same events for random weeks, in any order of files and lines", async () => {
      let held = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(burst, { maxLength: 8 }),
          fc.array(pair, { maxLength: 6 }),
          async (bursts, pairs) => {
            const posthog = bursts.flatMap(({ user, start, step, count, types }, n) =>
              acts(
                user,
                Array.from({ length: count }, (_, i) => noon(n % 2, 0) + start + i * step),
                types,
              ).map((line) => line.replace(`"uuid":"`, `"uuid":"${n}-`)),
            )
            const discourse = pairs.flatMap(({ from, to, count }) => likes(from, to, count))
            const week = { posthog, discourse, members: USERS }
            const one = await scorePlanted(folder, week)
            const other = await scorePlanted(folder, { ...week, reversed: true })

            const ids = (events: readonly HeldEvent[]): string[] =>
              events
                .map(({ source_id, rule, score, count }) => `${source_id} ${rule} ${score} ${count}`)
                .sort()
            expect(one.differences.kept).to.deep.equal([])
            expect(ids(other.held)).to.deep.equal(ids(one.held))
            expect(other.points).to.deep.equal(one.points)
            expect(other.result.summary.fraud).to.deep.equal(one.result.summary.fraud)
            held += one.held.length
          },
        ),
        { numRuns: 6 },
      )
      expect(held, "held events over all runs").to.be.greaterThan(20)
    })
  })

  it("[STK-140] holds nobody in generated weeks but the made-up cheats", async () => {
    let [events, held, ofCheats] = [0, 0, 0]
    for (const seed of ["a", "b"]) {
      const size = 700
      const out = folder.at(`generated-${seed}`)
      await generateDataSet({
        members: size,
        week: WEEK_INDEX,
        weeks: 1,
        out,
        seed,
        eventsPerMember: 20,
        late: 4,
        duplicates: 10,
        unknown: 4,
        malformed: 3,
        keypairs: 0,
      })
      const data = join(out, isoWeek(WEEK_INDEX))
      const files = ["posthog.jsonl", "discourse-posts.json", "discourse-likes.json"].map((name) =>
        join(data, name),
      )
      const directory = folder.at(`scored-${seed}`)
      const members = join(data, "members.csv")
      const result = await cli([
        ...["score", "--week", WEEK, "--members", members, "--out", directory, "--skip-malformed"],
        ...["--fraud", "default", "--json", "--events", ...files],
      ])
      expect(result.code, result.stderr).to.equal(0)
      const { summary } = JSON.parse(result.stdout) as { summary: { events: { accepted: number } } }
      events += summary.events.accepted
      const community = new Community(seed, size, 1)
      const cheats = new Set(
        Array.from({ length: size }, (_, member) => member)
          .filter((member) => community.habit(member) === BOT || community.accomplice(member) >= 0)
          .map((member) => community.userId(member)),
      )
      for (const event of jsonLines<HeldEvent>(readFileSync(join(directory, "held.jsonl"), "utf8"))) {
        held++
        if (cheats.has(event.user_id)) ofCheats++
      }
      const differences = await recountDirectory(directory, STK_RULES, {
        week: WEEK_INDEX,
        events: files,
        members,
      })
      expect(differences.kept).to.deep.equal([])
    }
    expect(held - ofCheats, `held of ${events} events, without those of made-up cheats`).to.equal(0)
  })
})
