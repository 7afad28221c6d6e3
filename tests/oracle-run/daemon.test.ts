import { isoWeek, weekOf } from "@stk/sdk/math"
import { expect } from "chai"
import { openStore, type Store } from "../../oracle/src/store/store"
import { eachStore } from "../utils/postgres"
import { Community, Daemon, dump, Operator, withoutPulls } from "./utils/operator"

/** Weeks that are over, whatever today is: what is past is always due. */
const FIRST = (weekOf(Date.now() / 1000) ?? 0) - 3
const WEEKS = 2
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

  eachStore((stores) => {
    const create = async (): Promise<Operator> => {
      const one = new Operator(community, { database: await stores.prepared() })
      operators.push(one)
      return one
    }
    /** What is there in the end: only of the weeks that have data. */
    async function endState(one: Operator): Promise<{ files: Record<string, string>; tables: string[] }> {
      const store: Store = await openStore(one.config.database, { patience: 30_000 })
      try {
        const files = Object.fromEntries(
          Object.entries(one.files()).filter(([path]) => NAMES.some((name) => path.startsWith(name))),
        )
        const lines = await dump(store, TABLES, RUN_DEPENDENT)
        return { files, tables: lines.filter((line) => !/"week":\s*(\d+)/.test(line) || isOurs(line)) }
      } finally {
        await store.close()
      }
    }
    const isOurs = (line: string): boolean => {
      const week = Number(/"week":\s*(\d+)/.exec(line)?.[1])
      return week >= FIRST && week < FIRST + WEEKS
    }

    it("does what is due once, and is ready for questions while it works", async () => {
      const one = await create()
      one.dropAll()
      const daemon = new Daemon(one, UNTIL_SCORE)
      await daemon.reports({ event: "step-done", week: NAMES[0], step: "score" })
      const store = await openStore(one.config.database)
      expect(store.isShared).to.equal(stores.kind === "pglite")
      expect((await dump(store, ["results"])).length).to.be.greaterThan(0)
      await store.close()
      await daemon.reports(LAST_STEP)
      daemon.signal("SIGTERM")
      expect(await daemon.ended(), daemon.stderr).to.equal(0)
      expect(daemon.events.at(-1)).to.include({ event: "stopped" })
      expect(daemon.steps().slice(0, 4)).to.deep.equal(
        NAMES.flatMap((name) => [`${name} aggregate`, `${name} score`]),
      )
    })

    it("ends in the same state however often it is killed", async function () {
      this.timeout(300_000)
      const calm = await create()
      calm.dropAll()
      const once = new Daemon(calm, ["--once", ...UNTIL_SCORE])
      expect(await once.ended(), once.stderr).to.equal(0)
      const expected = await endState(calm)
      expect(Object.keys(expected.files).length).to.equal(WEEKS * 7)

      const one = await create()
      one.dropAll()
      // At the beginning and the end of each step, and in between.
      const moments: [Record<string, unknown>, number][] = [
        [{ event: "working" }, 0],
        [{ event: "step-started", step: "aggregate", week: NAMES[0] }, 0],
        [{ event: "step-started", step: "aggregate", week: NAMES[0] }, 700],
        [{ event: "step-done", step: "aggregate", week: NAMES[0] }, 0],
        [{ event: "step-started", step: "score", week: NAMES[0] }, 400],
        [{ event: "step-done", step: "score", week: NAMES[0] }, 0],
        [{ event: "step-started", step: "score", week: NAMES[1] }, 900],
      ]
      for (const [event, milliseconds] of moments) {
        const daemon = new Daemon(one, UNTIL_SCORE)
        // A step that an earlier run finished is not reported again.
        await Promise.race([daemon.reports(event), daemon.reports({ event: "sleeping" })])
        await new Promise((resolve) => setTimeout(resolve, milliseconds))
        daemon.signal("SIGKILL")
        await daemon.ended()
      }
      const last = new Daemon(one, ["--once", ...UNTIL_SCORE])
      // A lease whose holder was killed runs out by itself.
      let code = await last.ended()
      while (code === 7) {
        await new Promise((resolve) => setTimeout(resolve, 2_000))
        code = await new Daemon(one, ["--once", ...UNTIL_SCORE]).ended()
      }
      expect(code, last.stderr).to.equal(0)
      const state = await endState(one)
      expect(withoutRawNames(state)).to.deep.equal(withoutRawNames(expected))
    })

    it("works in one process at a time", async () => {
      const one = await create()
      one.dropAll()
      const first = new Daemon(one, UNTIL_SCORE)
      await first.reports({ event: "working" })
      const second = new Daemon(one, UNTIL_SCORE)
      if (stores.kind === "pglite") {
        expect(await second.ended()).to.equal(7)
        expect(second.stderr).to.contain("is working on this directory")
      } else {
        await second.reports({ event: "standing-by" })
        const cron = new Daemon(one, ["--once", ...UNTIL_SCORE])
        expect(await cron.ended()).to.equal(7)
        expect(cron.stderr).to.contain("holds it")
      }
      await first.reports(LAST_STEP)
      first.signal("SIGTERM")
      expect(await first.ended()).to.equal(0)
      if (stores.kind === "postgres") {
        // It takes over, and finds everything done.
        await second.reports({ event: "working" })
        await second.reports({ event: "sleeping" })
        expect(second.steps().filter((step) => NAMES.some((name) => step.startsWith(name)))).to.deep.equal([])
        second.signal("SIGTERM")
        expect(await second.ended()).to.equal(0)
      }
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
