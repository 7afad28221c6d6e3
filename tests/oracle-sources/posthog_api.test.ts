import { expect } from "chai"
import { eq } from "drizzle-orm"
import { sources, weeks } from "../../oracle/src/store/schema"
import { Folder, WEEK_INDEX } from "../oracle/utils/fixtures"
import { eachStore } from "../utils/postgres"
import { ClickHouse, type EventRow } from "./utils/clickhouse"
import {
  at,
  collectNow,
  eventRow,
  KEY_VARIABLE,
  Log,
  MONDAY,
  operatorConfig,
  posthogSource,
  rawFiles,
  rawLines,
  storedEvents,
  storedRejections,
  uuid,
} from "./utils/operator"
import { FakePosthog, KEY } from "./utils/posthog"
import { misbehave } from "./utils/misbehaving_server"

const rows = (from: number, to: number): EventRow[] =>
  Array.from({ length: to - from }, (_, index) => eventRow(from + index))
const ids = (from: number, to: number): string[] => rows(from, to).map((row) => row.uuid)
const bySourceId = async (list: Promise<{ sourceId: string }[]>): Promise<string[]> =>
  (await list).map(({ sourceId }) => sourceId)
const uuidsOf = (lines: readonly string[]): string[] =>
  lines.map((line) => (JSON.parse(line) as { uuid: string }).uuid)

describe("PostHog's query API as a source", function () {
  this.timeout(120_000)
  let clickhouse: ClickHouse
  let posthog: FakePosthog
  let folder: Folder

  before(async () => {
    clickhouse = await ClickHouse.start()
    process.env[KEY_VARIABLE] = KEY
  })
  after(async () => {
    Reflect.deleteProperty(process.env, KEY_VARIABLE)
    await clickhouse.stop()
  })
  beforeEach(async () => {
    folder = new Folder()
    posthog = await FakePosthog.open(clickhouse)
    await clickhouse.replaceEvents([])
  })
  afterEach(async () => {
    await posthog.stop()
    folder.remove()
  })

  eachStore((stores) => {
    it("[STK-48] takes every event of the rules, page by page, under the names that PostHog uses", async () => {
      const store = await stores.open()
      const config = operatorConfig(folder, [posthogSource(posthog.origin, { rows: 40 })])
      await clickhouse.addEvents([
        ...rows(0, 95),
        eventRow(95, { event: "SectionCompleted" }),
        eventRow(96, { event: "$pageview" }),
        eventRow(97, { event: "$autocapture" }),
        eventRow(98, { event: "PageView", distinct_id: "кто-то 🙂\\'\"" }),
      ])

      const report = await collectNow(config, store)

      expect(report.failed).to.equal(0)
      expect(report.sources[0]).to.deep.include({ records: 98, events: 98, duplicates: 0, rejected: {} })
      // 39 new rows a page after the first, since the last row of each comes again.
      expect(posthog.requests).to.have.length(3)
      const stored = await storedEvents(store)
      expect(stored.map(({ sourceId }) => sourceId)).to.deep.equal([...ids(0, 97), uuid(98)])
      expect(stored.slice(94).map(({ type }) => type)).to.deep.equal([
        "ExerciseSave",
        "SectionCompleted",
        "PageView",
        "PageView",
      ])
      expect(stored[97]?.userId).to.equal("кто-то 🙂\\'\"")
      expect(JSON.parse(rawLines(config)[0] ?? "")).to.deep.equal({
        uuid: uuid(0),
        event: "ExerciseSave",
        distinct_id: "u0",
        timestamp: "2025-12-15T01:00:00.000000Z",
        created_at: "2025-12-15T01:00:02.000000Z",
      })
    })

    it("[STK-48] takes what became visible late or out of order, and what it read again only once", async () => {
      const store = await stores.open()
      const config = operatorConfig(folder, [
        posthogSource(posthog.origin, { rows: 15, overlapSeconds: 3_600 }),
      ])
      const now = MONDAY + 86_400
      const arriving = (n: number, second: number): EventRow =>
        eventRow(n, { timestamp: at(second - 5), created_at: at(second) })
      // Many within one second: the second alone would not say where to go on.
      await clickhouse.addEvents(Array.from({ length: 40 }, (_, n) => arriving(n, now - 100)))
      await collectNow(config, store, { until: now })
      // Arrived before the others, seen only now.
      await clickhouse.addEvents([arriving(40, now - 3_000), arriving(41, now - 101), arriving(42, now + 1)])
      const second = await collectNow(config, store, { until: now + 10 })
      expect(second.sources[0]).to.deep.include({ records: 3, events: 3, duplicates: 0 })
      const third = await collectNow(config, store, { until: now + 20 })
      expect(third.sources[0]).to.deep.include({ records: 0, events: 0, files: 0 })
      expect(uuidsOf(rawLines(config)).sort()).to.deep.equal(ids(0, 43))
      expect(await bySourceId(storedEvents(store))).to.deep.equal(ids(0, 43))
    })

    it("gets everything once through throttling, errors, pages for people, broken answers and broken connections", async () => {
      const store = await stores.open()
      const config = operatorConfig(folder, [posthogSource(posthog.origin, { rows: 10 })])
      await clickhouse.addEvents(rows(0, 35))
      posthog.next(
        misbehave.status(
          429,
          {
            type: "throttled_error",
            code: "throttled",
            detail: "Request was throttled. Expected available in 1 second.",
          },
          { "retry-after": "1" },
        ),
        misbehave.status(503),
        posthog.answerNow,
        misbehave.html(),
        misbehave.truncated(),
        posthog.answerNow,
        misbehave.reset(),
        misbehave.cut(),
        posthog.answerNow,
        misbehave.status(200, { detail: "not a result" }),
      )
      const log = new Log()
      const report = await collectNow(config, store, { log: log.logger })
      expect(posthog.unusedMisbehaviours).to.equal(0)
      expect(report.sources[0]).to.deep.include({ records: 35, events: 35, error: null })
      expect(uuidsOf(rawLines(config))).to.deep.equal(ids(0, 35))
      expect(log.text.match(/"attempt":/g)).to.have.length(7)
      expect(log.text).not.to.contain(KEY)
    })

    it("waits for a query that PostHog runs in the background", async () => {
      const store = await stores.open()
      const config = operatorConfig(folder, [posthogSource(posthog.origin, { rows: 10 })])
      await clickhouse.addEvents(rows(0, 15))
      posthog.slow = 2
      expect((await collectNow(config, store)).sources[0]).to.deep.include({ events: 15, error: null })
      expect(posthog.requests.filter(({ method }) => method === "GET")).to.have.length(6)
    })

    it("keeps what it has when a page fails for good, and goes on there the next time", async () => {
      const store = await stores.open()
      const config = operatorConfig(folder, [posthogSource(posthog.origin, { rows: 10 })])
      await clickhouse.addEvents(rows(0, 25))
      const answer = posthog.answerNow
      posthog.next(
        answer,
        answer,
        misbehave.status(400, { type: "validation_error", detail: "Query timed out" }),
      )
      const broken = await collectNow(config, store)
      expect(broken.failed).to.equal(1)
      expect(broken.sources[0]).to.deep.include({ events: 19 })
      expect(broken.sources[0]?.error).to.contain("answered 400: Query timed out")
      const [row] = await store.database.select().from(sources)
      expect(row?.error).to.equal(broken.sources[0]?.error)

      const mended = await collectNow(config, store)
      expect(mended.sources[0]).to.deep.include({ events: 6, error: null })
      expect(uuidsOf(rawLines(config))).to.deep.equal(ids(0, 25))
      expect((await store.database.select().from(sources))[0]?.error).to.equal(null)
    })

    it("says what to do when the key is refused, shows it nowhere, and goes on with the other sources", async () => {
      const store = await stores.open()
      folder.file(
        "drop/a.jsonl",
        JSON.stringify({ ...eventRow(1), timestamp: "2025-12-15T01:00:00Z" }) + "\n",
      )
      const config = operatorConfig(folder, [
        posthogSource(posthog.origin),
        { name: "drop", kind: "files", folder: "drop" },
      ])
      process.env[KEY_VARIABLE] = "phx_a-wrong-key-that-stays-secret"
      const log = new Log()
      try {
        const report = await collectNow(config, store, { log: log.logger })
        expect(report.failed).to.equal(1)
        expect(report.sources[0]?.error).to.contain("needs the scope query:read")
        expect(report.sources[1]).to.deep.include({ events: 1, error: null })
        const [row] = await store.database.select().from(sources).where(eq(sources.name, "posthog"))
        for (const text of [log.text, JSON.stringify(report), JSON.stringify(row)])
          expect(text).not.to.contain("stays-secret")
      } finally {
        process.env[KEY_VARIABLE] = KEY
      }
    })

    it("refuses rows that come in another order than was asked for: a page that is repeated would never end", async () => {
      const store = await stores.open()
      const config = operatorConfig(folder, [posthogSource(posthog.origin, { rows: 2 })])
      const row = [uuid(1), "ExerciseSave", "u1", at(MONDAY), at(MONDAY + 1), MONDAY + 1]
      const page = misbehave.status(200, { results: [row, [uuid(2), ...row.slice(1)]], hasMore: true })
      posthog.next(page, page)
      const report = await collectNow(config, store)
      expect(report.sources[0]?.error).to.contain("do not come in the order")
      expect(await bySourceId(storedEvents(store))).to.deep.equal([uuid(1), uuid(2)])
    })

    it("[STK-48] counts a uuid once: equal records are ignored, of different ones the earliest stays", async () => {
      const store = await stores.open()
      const config = operatorConfig(folder, [posthogSource(posthog.origin)])
      await clickhouse.addEvents([
        eventRow(1),
        eventRow(1),
        eventRow(2, { timestamp: at(MONDAY + 500) }),
        eventRow(2, { timestamp: at(MONDAY + 100), distinct_id: "earlier" }),
      ])
      const report = await collectNow(config, store)
      expect(report.sources[0]).to.deep.include({ events: 2, duplicates: 0 })
      expect(await storedEvents(store)).to.deep.equal([
        { sourceId: uuid(1), type: "ExerciseSave", userId: "u1" },
        { sourceId: uuid(2), type: "ExerciseSave", userId: "earlier" },
      ])
      expect((await storedRejections(store)).map(({ reason, sourceId }) => [reason, sourceId])).to.deep.equal(
        [["conflicting_duplicate", uuid(2)]],
      )
    })

    it("[STK-56] lists what arrived from Monday 02:00 on as late, and what comes after a week's inputs are closed", async () => {
      const store = await stores.open()
      const config = operatorConfig(folder, [posthogSource(posthog.origin)])
      const two = MONDAY + 7 * 86_400 + 7_200
      const sunday = MONDAY + 7 * 86_400 - 1
      await clickhouse.addEvents([
        eventRow(1, { timestamp: at(sunday, 999_999), created_at: at(two - 1, 999_999) }),
        eventRow(2, { timestamp: at(sunday), created_at: at(two) }),
        eventRow(3, { timestamp: at(MONDAY + 7 * 86_400), created_at: at(two) }),
      ])
      await collectNow(config, store, { until: two + 10 })
      expect(await bySourceId(storedEvents(store))).to.deep.equal([uuid(1), uuid(3)])

      await store.database.insert(weeks).values({ week: WEEK_INDEX, name: "2025-W51", inputs: { files: [] } })
      await clickhouse.addEvents([
        eventRow(4, { timestamp: at(sunday), created_at: at(two - 60) }),
        eventRow(5, { timestamp: at(sunday + 1), created_at: at(two - 60) }),
      ])
      const report = await collectNow(config, store, { until: two + 20 })
      expect(report.sources[0]).to.deep.include({ events: 1, rejected: { late: 1 } })
      expect((await storedRejections(store)).map(({ reason, sourceId }) => [reason, sourceId])).to.deep.equal(
        [
          ["late", uuid(2)],
          ["late", uuid(4)],
        ],
      )
      expect(rawFiles(config)).to.have.length(2)
    })
  })
})
