import { expect } from "chai"
import { readFileSync } from "node:fs"
import { STK_RULES } from "../../oracle/src/score/rules"
import { scoreWeek } from "../../oracle/src/score/score"
import { countsQuery } from "../../oracle/src/source/hogql"
import { pulls, pushedCounts } from "../../oracle/src/store/schema"
import { Folder, membersCsv, WEEK_INDEX } from "../oracle/utils/fixtures"
import { eachStore } from "../utils/postgres"
import { Random } from "../utils/random"
import { ClickHouse, type EventRow } from "./utils/clickhouse"
import {
  at,
  collectNow,
  eventRow,
  KEY_VARIABLE,
  MONDAY,
  operatorConfig,
  posthogSource,
  rawLines,
  uuid,
} from "./utils/operator"
import { FakePosthog, KEY } from "./utils/posthog"

const WEEK_SECONDS = 604_800
const LATE = MONDAY + WEEK_SECONDS + 7_200
const USERS = [
  "u1",
  "u2",
  "u3",
  "U1",
  "кириллица",
  "🙂",
  "quote'\\\"",
  " leading space",
  "x".repeat(400),
  "й".repeat(400),
]
/** Ids that cannot be anybody's: they are left out before anything is counted. */
const IMPOSSIBLE = [
  "",
  "x".repeat(401),
  "й".repeat(401),
  "tab\there",
  "line\nbreak",
  "zero\u0000byte",
  "\u007f",
]
const NAMES = [
  "ExerciseSave",
  "SectionCompleted",
  "PageView",
  "$pageview",
  "ClubLikeGiven",
  "CourseCompleted",
]

/** Events that crowd at every boundary there is: the week's, the days', lateness, same uuids with this and that different. */
function randomEvents(random: Random, count: number): EventRow[] {
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)] as T
  const micros = (): number => pick([0, 0, 1, 500_000, 999_999])
  const moment = (): string => {
    const days = Array.from({ length: 8 }, (_, day) => MONDAY + day * 86_400)
    const edge = pick(days) + pick([-1, 0, 1])
    return at(random.below(3) === 0 ? edge : MONDAY - 86_400 + random.below(9 * 86_400), micros())
  }
  const rows: EventRow[] = []
  for (let n = 0; n < count; n++) {
    const previous = rows.length > 0 && random.below(4) === 0 ? pick(rows) : null
    const row: EventRow = {
      uuid: uuid(n),
      event: pick(NAMES),
      distinct_id: random.below(12) === 0 ? pick(IMPOSSIBLE) : pick(USERS),
      timestamp: moment(),
      created_at:
        random.below(3) === 0 ? at(LATE + pick([-1, 0, 1]), micros()) : at(MONDAY + random.below(700_000)),
    }
    // The same uuid again: equal, or with one field or several of another content.
    if (previous !== null) {
      row.uuid = previous.uuid
      for (const field of ["event", "distinct_id", "timestamp", "created_at"] as const)
        if (random.below(2) === 0) row[field] = previous[field]
    }
    rows.push(row)
  }
  return rows
}

function exported(rows: readonly EventRow[]): string {
  const iso = (text: string): string => `${text.replace(" ", "T")}Z`
  return rows
    .map((row) => JSON.stringify({ ...row, timestamp: iso(row.timestamp), created_at: iso(row.created_at) }))
    .join("\n")
}

describe("Counting at the source", function () {
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

  const members = (): string =>
    folder.file(
      "members.csv",
      membersCsv(
        USERS.filter((user) => !/[\\"]/.test(user)).map((user, index) => ({ user, level: (index % 8) + 1 })),
      ),
    )

  it("sends a query that PostHog's own parser understands", async () => {
    const { text } = countsQuery(STK_RULES, WEEK_INDEX, "", 10)
    expect(await clickhouse.parse(text)).not.to.have.property("error")
    expect(await clickhouse.parse("SELECT FROM events")).to.have.property("error", true)
  })

  eachStore((stores) => {
    it("[STK-48] counts thousands of events in ClickHouse as the same events one by one", async () => {
      for (const seed of stores.kind === "pglite" ? [1, 2] : [3, 4]) {
        const store = await stores.open()
        const round = `round-${seed}`
        const rows = randomEvents(new Random(seed), 2_000)
        await clickhouse.replaceEvents(rows)
        const config = {
          ...operatorConfig(folder, [
            posthogSource(posthog.origin, { counting: "source", rows: 4, since: "2025-12-15T00:00:00Z" }),
          ]),
          data: folder.at(round),
        }

        const report = await collectNow(config, store, { until: LATE })

        expect(report.sources[0]?.error).to.equal(null)
        const people = members()
        const local = await scoreWeek({
          week: WEEK_INDEX,
          events: [folder.file(`${round}-events.jsonl`, exported(rows))],
          members: people,
          out: folder.at(`${round}-local`),
          skipMalformed: true,
        })
        const pushed = await scoreWeek({
          week: WEEK_INDEX,
          events: [],
          counts: [folder.file(`${round}-counts.jsonl`, rawLines(config).join("\n"))],
          members: people,
          out: folder.at(`${round}-pushed`),
        })
        expect(local.summary.events.accepted).to.be.greaterThan(300)
        expect(pushed.summary.events.by_type).to.deep.equal(local.summary.events.by_type)
        expect(pushed.summary.merkle).to.deep.equal(local.summary.merkle)
        for (const file of ["points.csv", "detail.jsonl"])
          expect(readFileSync(folder.at(`${round}-pushed/${file}`), "utf8")).to.equal(
            readFileSync(folder.at(`${round}-local/${file}`), "utf8"),
          )
        const table = await store.database.select().from(pushedCounts)
        expect(table).to.have.length(rawLines(config).length)
        await store.close()
      }
    })

    it("counts a week once, and not before Monday 02:00", async () => {
      const store = await stores.open()
      const config = operatorConfig(folder, [
        posthogSource(posthog.origin, { counting: "source", since: "2025-12-15T00:00:00Z" }),
      ])
      await clickhouse.addEvents([eventRow(1), eventRow(8), eventRow(2, { event: "$pageview" })])
      await collectNow(config, store, { until: LATE - 1 })
      expect(posthog.requests).to.have.length(0)
      await collectNow(config, store, { until: LATE })
      await collectNow(config, store, { until: LATE + 3_600 })
      expect(posthog.requests).to.have.length(1)
      expect(rawLines(config).map((line) => JSON.parse(line) as unknown)).to.deep.equal([
        { distinct_id: "u1", event: "ExerciseSave", day: "2025-12-15", count: 2 },
        { distinct_id: "u2", event: "PageView", day: "2025-12-15", count: 1 },
      ])
      const [row] = await store.database.select().from(pulls)
      expect(Date.parse(row?.firstAt ?? "")).to.equal(MONDAY * 1000)
    })
  })

  it("adds counts to single events, lists lines that do not count, and names them in the summary", async () => {
    const line = (more: Record<string, unknown>): string =>
      JSON.stringify({ distinct_id: "u1", event: "ExerciseSave", day: "2025-12-16", count: 3, ...more })
    const counts = [
      line({}),
      line({ event: "$pageview", count: 9 }),
      line({ distinct_id: "stranger" }),
      line({ event: "Nonsense" }),
      line({ day: "2025-12-22" }),
      line({ day: "2025-12-14" }),
    ]
    const events = folder.file("events.jsonl", exported([eventRow(1, { timestamp: at(MONDAY + 86_400) })]))
    const result = await scoreWeek({
      week: WEEK_INDEX,
      events: [events],
      counts: [folder.file("counts.jsonl", counts.join("\n"))],
      members: members(),
      out: folder.at("out"),
    })
    const { events: totals, inputs } = result.summary
    expect(totals.by_type.ExerciseSave).to.deep.equal({ accepted: 4, counted: 4, capped: 0 })
    expect(totals.from_counts).to.equal(12)
    expect(totals.rejected).to.deep.equal({ outside_week: 2, unknown_member: 1, unknown_type: 1 })
    expect(inputs.events.map(({ name, kind }) => [name, kind])).to.deep.equal([
      ["counts.jsonl", "counts"],
      ["events.jsonl", "posthog"],
    ])
    expect(result.notes.join()).to.contain("added up")
    expect(
      folder
        .read("out/rejected.jsonl")
        .split("\n")
        .slice(0, 1)
        .map((text) => JSON.parse(text) as unknown),
    ).to.deep.equal([
      {
        file: "counts.jsonl",
        line: 3,
        item: null,
        reason: "unknown_member",
        detail: "counted: 3",
        source_id: null,
        event: "ExerciseSave",
        user_id: "stranger",
        timestamp: null,
      },
    ])
  })

  it("refuses counts that are no counts, and a line that counts the same again, with their lines", async () => {
    const good = { distinct_id: "u1", event: "ExerciseSave", day: "2025-12-16", count: 3 }
    const lines = [
      good,
      { ...good, count: 0 },
      { ...good, count: 1.5 },
      { ...good, count: "3" },
      { ...good, day: "2025-12-32" },
      { ...good, distinct_id: "" },
      { ...good, event: 7 },
      good,
    ].map((line) => JSON.stringify(line))
    const failure = await scoreWeek({
      week: WEEK_INDEX,
      events: [],
      counts: [folder.file("counts.jsonl", [...lines, "{"].join("\n"))],
      members: members(),
      out: folder.at("out"),
    }).then(
      () => null,
      (error: unknown) => error as { lines: string[] },
    )
    expect(
      (failure?.lines ?? []).map((text) => /:(\d+): (\w+):/.exec(text)?.slice(1)).slice(0, 8),
    ).to.deep.equal([
      ["2", "count"],
      ["3", "count"],
      ["4", "count"],
      ["5", "day"],
      ["6", "distinct_id"],
      ["7", "event"],
      ["8", "line"],
      ["9", "line"],
    ])
  })
})
