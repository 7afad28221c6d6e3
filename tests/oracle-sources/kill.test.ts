import { expect } from "chai"
import { spawn } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { openStore } from "../../oracle/src/store/store"
import { events, pulls } from "../../oracle/src/store/schema"
import { cli, Folder } from "../oracle/utils/fixtures"
import { eachStore } from "../utils/postgres"
import { Random } from "../utils/random"
import { ClickHouse, type EventRow } from "./utils/clickhouse"
import {
  eventRow,
  KEY_VARIABLE,
  operatorConfig,
  posthogSource,
  rawFiles,
  storedEvents,
} from "./utils/operator"
import { FakePosthog, KEY } from "./utils/posthog"

const CLI = join(__dirname, "..", "..", "oracle", "bin", "stk-oracle.js")
/** Opening the embedded database takes most of the time of a run. */
const KILLS = { pglite: 5, postgres: 12 }
const PAGES = 30
const ROWS = 20

/** Runs `collect` and kills it, without a word, some time after so many requests were asked. */
async function collectUntilKilled(
  args: readonly string[],
  posthog: FakePosthog,
  requests: number,
  milliseconds: number,
): Promise<void> {
  const before = posthog.requests.length
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, CI: "1", STK_LOG_LEVEL: "silent", [KEY_VARIABLE]: KEY },
    stdio: "ignore",
  })
  const ended = new Promise((resolve) => child.once("exit", resolve))
  const watch = setInterval(() => {
    if (posthog.requests.length - before < requests) return
    clearInterval(watch)
    setTimeout(() => child.kill("SIGKILL"), milliseconds)
  }, 1)
  await ended
  clearInterval(watch)
}

describe("A collection that is killed again and again", function () {
  this.timeout(170_000)
  const rows: EventRow[] = Array.from({ length: PAGES * (ROWS - 1) }, (_, n) => eventRow(n))
  let clickhouse: ClickHouse
  let posthog: FakePosthog
  let folder: Folder

  before(async () => {
    clickhouse = await ClickHouse.start()
    await clickhouse.addEvents(rows)
  })
  after(() => clickhouse.stop())
  beforeEach(async () => {
    folder = new Folder()
    posthog = await FakePosthog.open(clickhouse)
  })
  afterEach(async () => {
    await posthog.stop()
    folder.remove()
  })

  eachStore((stores) => {
    it("[STK-51] loses nothing and has nothing twice", async function () {
      // Far more than it takes: a machine may have a lot else to do.
      this.timeout(400_000)
      const location = await stores.prepared()
      const config = operatorConfig(
        folder,
        [posthogSource(posthog.origin, { rows: ROWS, overlapSeconds: 0, since: "2025-12-15T00:00:00Z" })],
        location,
      )
      const args = ["collect", "-c", config.path, "--until", "2025-12-23T00:00:00Z", "--json"]
      const random = new Random(7)
      const check = async (): Promise<number> => {
        const store = await openStore(location)
        try {
          const files = new Map((await store.database.select().from(pulls)).map((pull) => [pull.id, pull]))
          for (const pull of files.values()) {
            const bytes = readFileSync(join(config.data, pull.path))
            expect(bytes.length).to.equal(pull.bytes)
            expect(gunzipSync(bytes).toString().split("\n").length - 1).to.equal(pull.records)
          }
          const stored = await store.database.select().from(events)
          for (const event of stored) {
            const lines = gunzipSync(
              readFileSync(join(config.data, files.get(event.pull)?.path ?? "")),
            ).toString()
            const line = JSON.parse(lines.split("\n")[event.line - 1] ?? "null") as { uuid: string } | null
            expect(line?.uuid).to.equal(event.sourceId)
          }
          return stored.length
        } finally {
          await store.close()
        }
      }
      let seen = 0
      for (let kill = 0; kill < KILLS[stores.kind]; kill++) {
        await collectUntilKilled(args, posthog, 1 + random.below(3), random.below(120))
        if (kill % 4 !== 2) continue
        const stored = await check()
        expect(stored).to.be.at.least(seen)
        seen = stored
      }
      // What a crash between the raw file and its row leaves behind, and what one in the middle of writing does.
      const raw = join(config.data, "raw", "posthog")
      const [some = ""] = readdirSync(raw).filter((name) => name.endsWith(".gz"))
      writeFileSync(join(raw, `999-${some}.tmp`), "half of a raw fi")
      writeFileSync(join(raw, "998-0123456789ab.jsonl.gz"), "not what its name says")

      const end = await cli(args, { [KEY_VARIABLE]: KEY, STK_LOG_LEVEL: "silent" })

      expect(end.stderr).to.equal("")
      expect(end.code).to.equal(0)
      expect(await check()).to.equal(rows.length)
      const store = await openStore(location)
      expect((await storedEvents(store)).map(({ sourceId }) => sourceId)).to.deep.equal(
        rows.map(({ uuid }) => uuid),
      )
      const paths = (await store.database.select({ path: pulls.path }).from(pulls)).map(({ path }) => path)
      await store.close()
      const left = rawFiles(config)
      expect(left.filter((name) => name.endsWith(".tmp"))).to.deep.equal([])
      expect(left.filter((name) => name.endsWith(".damaged"))).to.deep.equal([
        "998-0123456789ab.jsonl.gz.damaged",
      ])
      expect(
        left
          .filter((name) => name.endsWith(".gz"))
          .map((name) => `raw/posthog/${name}`)
          .sort(),
      ).to.deep.equal(paths.sort())
    })

    it("[STK-51] fills a lost database again from the raw files alone", async () => {
      const sources = [posthogSource(posthog.origin, { rows: 200, since: "2025-12-15T00:00:00Z" })]
      const until = ["--until", "2025-12-23T00:00:00Z"]
      const first = operatorConfig(folder, sources, await stores.prepared())
      await cli(["collect", "-c", first.path, ...until], { [KEY_VARIABLE]: KEY })
      const location = await stores.prepared()
      const second = operatorConfig(folder, sources, location)
      // PostHog has nothing any more.
      const empty = JSON.stringify({ results: [], hasMore: false })
      posthog.next((response) => void response.end(empty))
      const { stdout, code } = await cli(["collect", "-c", second.path, ...until, "--json"], {
        [KEY_VARIABLE]: KEY,
      })
      expect(code).to.equal(0)
      expect((JSON.parse(stdout) as { sources: unknown[] }).sources[0]).to.deep.include({
        adopted: rawFiles(second).length,
        events: rows.length,
      })
      const store = await openStore(location)
      expect(await storedEvents(store)).to.have.length(rows.length)
      await store.close()
    })
  })
})
