import { isoWeek, weekEnd, weekOfIso } from "@stk/sdk/math"
import { expect } from "chai"
import { eq, sql } from "drizzle-orm"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Interrupted } from "../../oracle/src/chain/failures"
import { events, rejections, results, steps, weeks } from "../../oracle/src/store/schema"
import type { Store } from "../../oracle/src/store/store"
import type { StepName, StepRun } from "../../oracle/src/week/step"
import { STEP_RUNS } from "../../oracle/src/week/steps"
import { onPostgres } from "../utils/postgres"
import { Community, dump, Operator, SteeredProcess } from "./utils/operator"

const FIRST = weekOfIso("2025-W48")
const HOUR = 3_600
const TABLES = ["weeks", "steps", "results", "rejections", "events", "pulls", "members", "findings"]

describe("The weekly process", () => {
  let community: Community
  const operators: Operator[] = []
  const operator = (): Operator => {
    // Weeks of a dozen people vary too much to be compared with each other.
    const created = new Operator(community, { checks: { sanity: { leastHistory: 52 } } })
    operators.push(created)
    return created
  }
  before(async () => {
    // As many as the longest outage: a week without any event would be held.
    community = await Community.generate(FIRST, 5, 6)
  })
  after(() => {
    for (const { remove } of operators.map((one) => ({ remove: () => one.remove() }))) remove()
    community.remove()
  })

  /** Steps that only take notes, in place of those that need a chain. */
  function noted(taken: string[]): Partial<Record<StepName, StepRun>> {
    const note =
      (step: StepName): StepRun =>
      (context) => {
        taken.push(`${isoWeek(context.week)} ${step}`)
        return Promise.resolve({ step })
      }
    return { ...STEP_RUNS, report: note("report"), post: note("post"), notify: note("notify") }
  }

  onPostgres((stores) => {
    const open = async (): Promise<{ one: Operator; store: Store }> => ({
      one: operator(),
      store: await stores.open(),
    })

    it("[STK-55] [STK-56] [STK-57] [STK-58] [STK-59] [STK-60] starts no step before its window, and each as soon as it opens", async () => {
      const { one, store } = await open()
      const weekly = new SteeredProcess(one, store, { runs: noted([]) })
      one.drop(FIRST)
      const end = weekEnd(FIRST)
      const name = isoWeek(FIRST)
      expect(await weekly.at(end - 60)).to.deep.equal([])
      expect(await weekly.at(end - 1)).to.deep.equal([])
      expect(await store.database.$count(steps)).to.equal(0)
      // At 00:00 intake begins; it ends, and the inputs are fixed, at 02:00.
      for (const second of [0, 1, 2 * HOUR - 1]) {
        expect(await weekly.at(end + second)).to.deep.equal([])
        const [row] = await store.database.select().from(steps)
        expect([row?.step, row?.state]).to.deep.equal(["aggregate", "running"])
      }
      expect(await store.database.$count(events)).to.be.greaterThan(0)
      expect(await weekly.at(end + 2 * HOUR)).to.deep.equal([`${name} aggregate`, `${name} score`])
      for (const [step, opens] of [
        ["report", 4 * HOUR],
        ["post", 6 * HOUR],
        ["notify", 8 * HOUR],
      ] as const) {
        expect(await weekly.at(end + opens - 1)).to.deep.equal([])
        expect(await weekly.at(end + opens)).to.deep.equal([`${name} ${step}`])
        expect(await weekly.at(end + opens + 1)).to.deep.equal([])
      }
    })

    it("[STK-56] counts what arrives until 02:00, and lists what comes afterwards as late", async () => {
      const { one, store } = await open()
      const weekly = new SteeredProcess(one, store)
      one.drop(FIRST)
      const event = (id: string, created: string): string =>
        JSON.stringify({
          ...{ uuid: id, event: "SectionCompleted", distinct_id: member, properties: {} },
          ...{ timestamp: "2025-11-28T10:00:00.000Z", created_at: created },
        }) + "\n"
      const member = readFileSync(join(one.folder, "members.csv"), "utf8").split("\n")[1]?.split(",")[0] ?? ""
      const ids = [
        "019ad000-0000-7000-8000-000000000001",
        "019ad000-0000-7000-8000-000000000002",
        "019ad000-0000-7000-8000-000000000003",
      ] as const
      const end = weekEnd(FIRST)
      await weekly.at(end + 60)
      const monday = new Date(end * 1000).toISOString().slice(0, 10)
      writeFileSync(
        join(one.folder, "drop", "more.jsonl"),
        event(ids[0], `${monday}T01:59:59.000Z`) + event(ids[1], `${monday}T02:00:00.000Z`),
      )
      await weekly.at(end + 2 * HOUR)
      // In time by its own word, but nobody saw it before the inputs were fixed.
      writeFileSync(join(one.folder, "drop", "later.jsonl"), event(ids[2], `${monday}T01:59:59.000Z`))
      weekly.seconds = end + 3 * HOUR
      await weekly.process.collect()
      const kept = await store.database.select().from(events).where(eq(events.sourceId, ids[0]))
      expect(kept.length).to.equal(1)
      for (const id of ids.slice(1)) {
        expect(await store.database.$count(events, eq(events.sourceId, id))).to.equal(0)
        const [row] = await store.database.select().from(rejections).where(eq(rejections.sourceId, id))
        expect(row?.reason).to.equal("late")
      }
      const rejected = readFileSync(join(one.folder, "data/weeks/2025-W48/score/rejected.jsonl"), "utf8")
      expect(rejected).to.contain(ids[1]).and.not.to.contain(ids[0])
      expect(rejected).not.to.contain(ids[2])
    })

    it("[STK-61] changes nothing when any step runs again", async () => {
      const { one, store } = await open()
      one.dropAll()
      const weekly = new SteeredProcess(one, store)
      const now = weekEnd(FIRST + 1) + 3 * HOUR
      expect((await weekly.at(now)).length).to.equal(4)
      const before = { files: one.files(), tables: await dump(store, TABLES) }
      expect(Object.keys(before.files).length).to.equal(2 * 10)
      // Somebody who joins afterwards belongs to the next week.
      writeFileSync(
        join(one.folder, "members.csv"),
        readFileSync(join(one.folder, "members.csv"), "utf8").replace(/,1\n/, ",2\n"),
      )
      const again = new SteeredProcess(one, store, { again: true })
      expect((await again.at(now)).length).to.equal(4)
      expect(again.events.filter((event) => event.event === "step-failed")).to.deep.equal([])
      expect(one.files()).to.deep.equal(before.files)
      expect(await dump(store, TABLES)).to.deep.equal(before.tables)
    })

    it("writes what everybody earned, and lists who is unknown and what was over a limit", async () => {
      const { one, store } = await open()
      one.drop(FIRST)
      await new SteeredProcess(one, store).at(weekEnd(FIRST) + 3 * HOUR)
      const [week] = await store.database.select().from(weeks)
      const summary = week?.summary as {
        totals: { reward: string }
        members: { total: number }
        events: { capped: number; rejected: Record<string, number> }
      }
      const [sum] = await store.database
        .select({ reward: sql<string>`sum(${results.reward})::text`, members: sql<number>`count(*)::int` })
        .from(results)
      expect(sum).to.deep.equal({ reward: summary.totals.reward, members: summary.members.total })
      expect(await store.database.$count(rejections, eq(rejections.reason, "unknown_member"))).to.equal(
        summary.events.rejected.unknown_member ?? 0,
      )
      const capped = await store.database.select().from(rejections).where(eq(rejections.reason, "capped"))
      expect(capped).to.have.length(summary.events.capped)
      expect(capped.every((row) => row.sourceId !== null && row.file.startsWith("raw/drop/"))).to.equal(true)
      const likes = await store.database.select().from(events).where(eq(events.type, "ClubLikeGiven"))
      expect(likes.every((row) => row.counterpart !== null && row.counterpart !== row.userId)).to.equal(true)
    })

    for (const missed of [0, 3])
      it(`catches up after ${missed} missed weeks, in order, as if nothing had been missed`, async () => {
        const { one, store } = await open()
        one.dropAll()
        const taken: string[] = []
        const weekly = new SteeredProcess(one, store, { runs: noted(taken) })
        const first = await weekly.at(weekEnd(FIRST) + 9 * HOUR)
        expect(first.length).to.equal(5)
        const later = await weekly.at(weekEnd(FIRST + 1 + missed) + 9 * HOUR)
        const expected = Array.from({ length: missed + 1 }, (_, index) =>
          ["aggregate", "score", "report", "post", "notify"].map(
            (step) => `${isoWeek(FIRST + 1 + index)} ${step}`,
          ),
        ).flat()
        expect(later).to.deep.equal(expected)
        for (let week = FIRST + 1; week <= FIRST + 1 + missed; week++) {
          const summary = JSON.parse(
            readFileSync(join(one.folder, "data/weeks", isoWeek(week), "score/summary.json"), "utf8"),
          ) as { inputs: { previous: { week: string } } }
          expect(summary.inputs.previous.week).to.equal(isoWeek(week - 1))
        }
      })

    it("waits behind a step that fails, tries it again later each time, and goes on when it succeeds", async () => {
      const { one, store } = await open()
      one.dropAll()
      const taken: string[] = []
      let isBroken = true
      const runs = noted(taken)
      const { report } = runs
      const weekly = new SteeredProcess(one, store, {
        runs: {
          ...runs,
          report: async (context) => {
            if (isBroken) throw new Interrupted("the printer is out of paper")
            return report === undefined ? {} : report(context)
          },
        },
      })
      const start = weekEnd(FIRST + 1) + 9 * HOUR
      const scored = [FIRST, FIRST + 1].flatMap((week) => [
        `${isoWeek(week)} aggregate`,
        `${isoWeek(week)} score`,
      ])
      expect(await weekly.at(start)).to.deep.equal(scored)
      const tries = async (seconds: number): Promise<number> => {
        await weekly.at(start + seconds)
        return weekly.events.filter((event) => event.event === "step-failed").length
      }
      expect([await tries(59), await tries(60), await tries(179), await tries(180)]).to.deep.equal([
        0, 1, 0, 1,
      ])
      const [row] = await store.database.select().from(steps).where(eq(steps.step, "report"))
      expect([row?.state, row?.attempts, row?.error]).to.deep.equal([
        "failed",
        3,
        "the printer is out of paper",
      ])
      expect(taken).to.deep.equal([])
      isBroken = false
      const rest = [FIRST, FIRST + 1].flatMap((week) =>
        ["report", "post", "notify"].map((step) => `${isoWeek(week)} ${step}`),
      )
      expect(await weekly.at(start + 10 * HOUR)).to.deep.equal(rest)
    })

    it("posts no week that is held, until somebody decides", async () => {
      const { one, store } = await open()
      one.drop(FIRST)
      const taken: string[] = []
      const weekly = new SteeredProcess(one, store, { runs: noted(taken) })
      const start = weekEnd(FIRST) + 5 * HOUR
      await weekly.at(start)
      await store.database.update(weeks).set({ heldBecause: "three times as much as last week" })
      await weekly.at(start + 2 * HOUR)
      expect(weekly.events.at(-1)).to.deep.include({ event: "held", why: "three times as much as last week" })
      expect(taken).to.deep.equal([`${isoWeek(FIRST)} report`])
      await store.database.update(weeks).set({ overriddenBy: "decision" })
      expect(await weekly.at(start + 2 * HOUR + 60)).to.deep.equal([`${isoWeek(FIRST)} post`])
    })

    it("fixes no inputs while a source fails, and refuses inputs that were changed", async () => {
      const { one, store } = await open()
      one.drop(FIRST)
      const folder = join(one.folder, "drop")
      const weekly = new SteeredProcess(one, store)
      rmSync(folder, { recursive: true })
      const start = weekEnd(FIRST) + 3 * HOUR
      expect(await weekly.at(start)).to.deep.equal([])
      expect(weekly.events.at(-1)).to.deep.include({ event: "step-failed", step: "aggregate", exit_code: 8 })
      expect(existsSync(join(one.folder, "data/weeks/2025-W48/inputs"))).to.equal(false)

      const { one: other, store: second } = await open()
      other.drop(FIRST)
      const steered = new SteeredProcess(other, second)
      await steered.at(start, { until: "aggregate" })
      writeFileSync(join(other.folder, "data/weeks/2025-W48/inputs/members.csv"), "user_id,wallet,level\n")
      await steered.at(start)
      const failed = steered.events.at(-1)
      expect(failed).to.deep.include({ event: "step-failed", step: "score", exit_code: 3 })
      expect(JSON.stringify(failed)).to.contain("was changed after the week's inputs were fixed")
    })

    it("a dry run computes and writes nothing", async () => {
      const { one, store } = await open()
      one.drop(FIRST)
      const now = weekEnd(FIRST) + 3 * HOUR
      await new SteeredProcess(one, store).at(now, { until: "aggregate" })
      const before = { files: one.files(), tables: await dump(store, TABLES) }
      const rehearsal = new SteeredProcess(one, store, { dryRun: true })
      await rehearsal.at(now)
      const would = rehearsal.events.filter((event) => event.event === "would-run")
      expect(would).to.have.length(1)
      expect(one.files()).to.deep.equal(before.files)
      expect(await dump(store, TABLES)).to.deep.equal(before.tables)
      const real = new SteeredProcess(one, store)
      await real.at(now)
      const done = real.events.find((event) => event.event === "step-done")
      expect(done?.result).to.deep.include(would[0]?.result ?? { missing: true })
    })
  })
})
