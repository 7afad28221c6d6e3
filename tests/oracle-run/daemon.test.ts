import { isoWeek, weekEnd, weekOfIso } from "@stk/sdk/math"
import { expect } from "chai"
import { openStore, type Store } from "../../oracle/src/store/store"
import { eachStore, onPostgres, type Stores } from "../utils/postgres"
import { Community, Daemon, dump, Operator, withoutPulls } from "./utils/operator"

const FIRST = weekOfIso("2025-W48")
const WEEKS = 2
/** Everything but notices is due, and nothing of the week behind. */
const NOW = weekEnd(FIRST + 1) + 7 * 3_600
const NAMES = [isoWeek(FIRST), isoWeek(FIRST + 1)] as const
const LAST_STEP = { event: "step-done", week: NAMES[1], step: "score" }
/** The steps behind need a chain. */
const UNTIL_SCORE = ["--until", "score"]
const TABLES = ["weeks", "steps", "results", "rejections", "events", "members"]
/** What differs between two runs over the same data: moments, attempts, numbers of rows and files. */
const RUN_DEPENDENT = ["attempts", "started_at", "ended_at", "updated_at", "id"]

describe("stk-oracle run", () => {
  let community: Community
  const operators: Operator[] = []
  before(async () => {
    community = await Community.generate(FIRST, WEEKS)
  })
  after(() => {
    for (const one of operators) one.remove()
    community.remove()
  })

  const create = async (stores: Stores): Promise<Operator> => {
    const one = new Operator(community, { database: await stores.prepared() })
    operators.push(one)
    return one
  }
  async function endState(one: Operator): Promise<{ files: Record<string, string>; tables: string[] }> {
    const store: Store = await openStore(one.config.database)
    try {
      return { files: one.files(), tables: await dump(store, TABLES, RUN_DEPENDENT) }
    } finally {
      await store.close()
    }
  }

  eachStore((stores) => {
    it("does what is due in one process at a time, and is ready for questions while it works", async () => {
      const one = await create(stores)
      one.dropAll()
      const first = new Daemon(one, UNTIL_SCORE, NOW)
      await first.reports({ event: "working" })
      const second = new Daemon(one, UNTIL_SCORE, NOW)
      await first.reports({ event: "step-done", week: NAMES[0], step: "score" })
      const store = await openStore(one.config.database)
      expect(store.isShared).to.equal(stores.kind === "pglite")
      expect((await dump(store, ["results"])).length).to.be.greaterThan(0)
      await store.close()
      if (stores.kind === "pglite") {
        expect(await second.ended()).to.equal(7)
        expect(second.stderr).to.contain("is working on this directory")
      } else {
        await second.reports({ event: "standing-by" })
        const cron = new Daemon(one, ["--once", ...UNTIL_SCORE], NOW)
        expect(await cron.ended()).to.equal(7)
        expect(cron.stderr).to.contain("holds it")
      }
      await first.reports(LAST_STEP)
      first.signal("SIGTERM")
      expect(await first.ended(), first.stderr).to.equal(0)
      expect(first.events.at(-1)).to.include({ event: "stopped" })
      expect(first.steps()).to.deep.equal(NAMES.flatMap((name) => [`${name} aggregate`, `${name} score`]))
      if (stores.kind === "postgres") {
        // It takes over, and finds everything done.
        await second.reports({ event: "working" })
        await second.reports({ event: "sleeping" })
        expect(second.steps()).to.deep.equal([])
        second.signal("SIGTERM")
        expect(await second.ended()).to.equal(0)
      }
    })
  })

  // On the embedded database whole weeks are killed: killed_weeks.test.ts.
  onPostgres((stores) => {
    it("ends in the same state however often it is killed", async function () {
      this.timeout(300_000)
      const calm = await create(stores)
      calm.dropAll()
      const once = new Daemon(calm, ["--once", ...UNTIL_SCORE], NOW)
      expect(await once.ended(), once.stderr).to.equal(0)
      const expected = await endState(calm)
      expect(Object.keys(expected.files).length).to.equal(WEEKS * 10)

      const one = await create(stores)
      one.dropAll()
      // At the beginning and the end of each step, and in between.
      const moments: [Record<string, unknown>, number][] = [
        [{ event: "working" }, 0],
        [{ event: "step-started", step: "aggregate", week: NAMES[0] }, 700],
        [{ event: "step-started", step: "score", week: NAMES[0] }, 400],
        [{ event: "step-started", step: "score", week: NAMES[1] }, 900],
      ]
      for (const [event, milliseconds] of moments) {
        const daemon = new Daemon(one, UNTIL_SCORE, NOW)
        // A step that an earlier run finished is not reported again.
        await Promise.race([daemon.reports(event), daemon.reports({ event: "sleeping" })])
        await new Promise((resolve) => setTimeout(resolve, milliseconds))
        daemon.signal("SIGKILL")
        await daemon.ended()
      }
      const last = new Daemon(one, ["--once", ...UNTIL_SCORE], NOW)
      // A lease whose holder was killed runs out by itself.
      let code = await last.ended()
      while (code === 7) {
        await new Promise((resolve) => setTimeout(resolve, 2_000))
        code = await new Daemon(one, ["--once", ...UNTIL_SCORE], NOW).ended()
      }
      expect(code, last.stderr).to.equal(0)
      const state = await endState(one)
      expect(withoutRawNames(state)).to.deep.equal(withoutRawNames(expected))
    })
  })
})

function withoutRawNames(state: { files: Record<string, string>; tables: string[] }): unknown {
  return {
    files: Object.fromEntries(
      Object.entries(state.files).map(([path, base64]) => [
        path,
        withoutPulls(Buffer.from(base64, "base64").toString()),
      ]),
    ),
    tables: state.tables.map(withoutPulls),
  }
}
