import { expect } from "chai"
import { createHash } from "node:crypto"
import { readRules, scoreWeek, STK_RULES, type EconomyRules, type ScoreParameters } from "stk-oracle"
import { weekEnd, weekStart } from "@stk/sdk/math"
import { sourceConfigSchema, type SourceConfig } from "../../oracle/src/config/sources"
import { SourceFailed } from "../../oracle/src/source/http"
import { Folder, jsonLines, membersCsv, pointsOf, WEEK_INDEX, type Rejected } from "../oracle/utils/fixtures"
import { pull } from "./utils/pull"
import { RecordStore, STORE_PASSWORD, type Statement } from "./utils/record_store"
import { PASSING_FAULTS, TestServer } from "./utils/server"

const UNTIL = weekEnd(WEEK_INDEX)
const MONDAY = weekStart(WEEK_INDEX)
const HOUR = 3600
const PASSWORD_VARIABLE = "STK_TEST_STORE_PASSWORD"
const MEMBERS = ["u1", "аня", "u3"]
const VERB = "http://adlnet.gov/expapi/verbs/"
const ACTIVITY = "http://adlnet.gov/expapi/activities/"

function at(seconds: number): string {
  return new Date((MONDAY + seconds) * 1000).toISOString()
}

function uuid(n: number): string {
  return `fd41c918-b88b-4b20-a0a5-${String(n).padStart(12, "0")}`
}

/** A statement as a store shows it, in the form of the standard's own examples. */
function statement(n: number, fields: Record<string, unknown> = {}): Statement {
  return {
    id: uuid(n),
    actor: {
      objectType: "Agent",
      account: { homePage: "https://lms.example", name: MEMBERS[n % MEMBERS.length] },
    },
    verb: { id: `${VERB}answered`, display: { "en-US": "answered", "ru-RU": "ответил" } },
    object: {
      objectType: "Activity",
      id: `https://lms.example/courses/1/exercises/${n}`,
      definition: { type: `${ACTIVITY}question`, name: { "ru-RU": `Задание ${n}` } },
    },
    timestamp: at(n * 60),
    stored: at(n * 60 + 5),
    authority: { objectType: "Agent", account: { homePage: "https://lms.example", name: "lms" } },
    version: "1.0.3",
    ...fields,
  }
}

describe("xAPI statements", function () {
  this.timeout(60_000)
  let folder: Folder
  let store: RecordStore
  let server: TestServer
  let runs = 0

  before(() => {
    process.env[PASSWORD_VARIABLE] = STORE_PASSWORD
  })
  after(() => {
    delete process.env[PASSWORD_VARIABLE]
  })
  beforeEach(async () => {
    folder = new Folder()
    store = new RecordStore()
    server = await TestServer.start(store.answer)
  })
  afterEach(async () => {
    await server.stop()
    folder.remove()
  })

  function config(fields: Record<string, unknown> = {}): SourceConfig {
    return sourceConfigSchema.parse({
      name: "lrs",
      kind: "xapi",
      url: `${server.url}/xapi`,
      auth: { username: "oracle", password: { env: PASSWORD_VARIABLE } },
      patienceSeconds: 20,
      ...fields,
    })
  }

  async function score(
    files: Record<string, string>,
    parameters: Partial<ScoreParameters> = {},
  ): Promise<{ csv: string; points: Record<string, string>; rejected: Rejected[]; kinds: string[] }> {
    runs++
    const { summary } = await scoreWeek({
      week: WEEK_INDEX,
      events: Object.entries(files).map(([name, text]) => folder.file(`in-${runs}/${name}`, text)),
      members: folder.file("members.csv", membersCsv(MEMBERS.map((user) => ({ user, level: 1 })))),
      out: folder.at(`out-${runs}`),
      skipMalformed: true,
      ...parameters,
    })
    const csv = folder.read(`out-${runs}/points.csv`)
    return {
      csv,
      points: pointsOf(csv),
      rejected: jsonLines<Rejected>(folder.read(`out-${runs}/rejected.jsonl`)),
      kinds: summary.inputs.events.map(({ kind }) => kind),
    }
  }
  const asLines = (records: readonly unknown[]): string =>
    records.map((r) => JSON.stringify(r) + "\n").join("")

  describe("from a learning record store", () => {
    it("follows the pages: the same points as from exported files", async () => {
      store.statements = Array.from({ length: 350 }, (_, n) => statement(n))
      const { lines } = await pull(config(), null, UNTIL)

      expect(lines).to.have.length(350)
      expect(server.asked).to.have.length(4)
      const pulled = await score({ "pull.jsonl": lines.join("\n") + "\n" })
      expect(pulled.csv).to.equal((await score({ "export.json": JSON.stringify(store.statements) })).csv)
      for (const user of MEMBERS) expect(Number(pulled.points[user])).to.be.greaterThan(0)
    })

    it("reads an overlap again and hands on what appeared late, once", async () => {
      store.statements = Array.from({ length: 120 }, (_, n) => statement(n))
      const first = await pull(config(), null, UNTIL)
      // Stored before the last one, and shown only now.
      store.statements.push(
        statement(500, { stored: at(118 * 60) }),
        statement(501, { stored: at(200 * 60) }),
      )
      const second = await pull(config(), first.cursor, UNTIL)
      const third = await pull(config(), second.cursor, UNTIL)

      expect(second.lines.map((line) => (JSON.parse(line) as Statement).id)).to.deep.equal([
        uuid(500),
        uuid(501),
      ])
      expect(third.lines).to.deep.equal([])
    })

    it("does not pass what the store says is not yet consistent", async () => {
      store.statements = [statement(1), statement(100)]
      store.consistentThrough = at(10 * 60)
      const first = await pull(config({ overlapSeconds: 0 }), null, UNTIL)
      store.statements.push(statement(50))
      store.consistentThrough = null
      const second = await pull(config({ overlapSeconds: 0 }), first.cursor, UNTIL)
      expect(second.lines.map((line) => (JSON.parse(line) as Statement).id)).to.deep.equal([uuid(50)])
    })

    it("loses nothing of a store that ignores the order, whatever step it stops at", async () => {
      store.mostPerPage = 1000
      store.statements = Array.from({ length: 5000 }, (_, n) => statement(n))
      const backwards = await TestServer.start((asked) => {
        asked.query.delete("ascending")
        return store.answer(asked)
      })
      try {
        const config_ = config({ url: `${backwards.url}/xapi`, limit: 1000 })
        const part = await pull(config_, null, UNTIL, 1)
        const rest = await pull(config_, part.cursor, UNTIL)
        const ids = new Set([...part.lines, ...rest.lines].map((line) => (JSON.parse(line) as Statement).id))
        expect(ids.size).to.equal(5000)
      } finally {
        await backwards.stop()
      }
    })

    it("goes on where it stopped", async () => {
      store.statements = Array.from({ length: 5000 }, (_, n) => statement(n))
      store.mostPerPage = 500
      const part = await pull(config(), null, UNTIL, 1)
      expect(part.lines).to.have.length(2000)
      server.asked.length = 0
      const rest = await pull(config(), part.cursor, UNTIL)
      expect(rest.lines).to.have.length(3000)
      expect(server.asked.length).to.be.lessThan(9)
    })

    for (const [name, fault] of Object.entries(PASSING_FAULTS))
      it(`reads on after ${name}`, async () => {
        store.statements = Array.from({ length: 250 }, (_, n) => statement(n))
        server.failOnce(({ path }) => path === "/xapi/statements", fault)
        server.failOnce(({ path }) => path.startsWith("/xapi/more/"), fault)
        expect((await pull(config(), null, UNTIL)).lines).to.have.length(250)
        expect(server.pendingFaults).to.equal(0)
      })

    for (const [name, more] of [
      ["another host", "https://elsewhere.example/xapi/more/1"],
      ["another host without a scheme", "//elsewhere.example/xapi/more/1"],
      ["another port", "http://127.0.0.1:1/xapi/more/1"],
      ["another scheme", "file:///etc/passwd"],
      ["a user of its own", "http://a:b@127.0.0.1/more"],
    ] as const)
      it(`does not follow more to ${name}`, async () => {
        store.statements = [statement(1)]
        store.moreOnce = more
        const failure = await pull(config(), null, UNTIL).catch((error: unknown) => error)
        expect(failure).to.be.instanceOf(SourceFailed)
        expect((failure as SourceFailed).reason).to.equal("redirected")
        expect(server.asked).to.have.length(1)
      })

    it("fails when more leads back", async () => {
      store.statements = [statement(1)]
      const circle = await TestServer.start((asked) => {
        store.moreOnce = "/xapi/statements?page=1"
        return store.answer(asked)
      })
      try {
        const failure = await pull(config({ url: `${circle.url}/xapi` }), null, UNTIL).catch(
          (e: unknown) => e,
        )
        expect(failure).to.be.instanceOf(SourceFailed)
        expect((failure as SourceFailed).reason).to.equal("invalid")
      } finally {
        await circle.stop()
      }
    })

    it("takes nothing that was stored after the end, which the next pull has", async () => {
      store.statements = [statement(1), statement(2, { stored: at(7 * 24 * HOUR + 10) })]
      const first = await pull(config(), null, UNTIL)
      expect(first.lines).to.have.length(1)
      expect((await pull(config(), first.cursor, UNTIL + HOUR)).lines).to.have.length(1)
    })

    it("is not led past anything by a statement from the future or without its fields", async () => {
      store.statements = [
        statement(1),
        statement(2, { stored: "2999-01-01T00:00:00Z" }),
        { ...statement(3), id: 7 as unknown as string },
        statement(4, { stored: { $gt: "" } as unknown as string }),
      ]
      const first = await pull(config(), null, UNTIL)
      expect(first.lines).to.have.length(3)
      store.statements.push(statement(5, { stored: at(60) }))
      const second = await pull(config(), first.cursor, UNTIL)
      expect(second.lines.map((line) => (JSON.parse(line) as Statement).id)).to.deep.equal([uuid(5)])
    })

    it("says what to check when the credentials are refused, without showing them", async () => {
      process.env[PASSWORD_VARIABLE] = "wrong-password-0123"
      try {
        const failure = await pull(config(), null, UNTIL).catch((error: unknown) => error)
        expect(failure).to.be.instanceOf(SourceFailed)
        expect((failure as SourceFailed).reason).to.equal("refused")
        expect((failure as SourceFailed).message).not.to.match(/wrong-password|Basic/)
      } finally {
        process.env[PASSWORD_VARIABLE] = STORE_PASSWORD
      }
    })
  })

  describe("as files", () => {
    const three = [statement(1), statement(2), statement(3)]

    for (const [form, text] of [
      ["JSON lines", asLines(three)],
      ["an array on one line", JSON.stringify(three)],
      ["an array over many lines", JSON.stringify(three, null, 2)],
      ["a store's answer", JSON.stringify({ statements: three, more: "" })],
      ["answers over many lines", JSON.stringify([{ more: "", statements: three }], null, 1)],
    ] as const)
      it(`are read as ${form}`, async () => {
        const { points, kinds, rejected } = await score({ "statements.json": text })
        expect(kinds).to.deep.equal(["xapi"])
        expect(points).to.deep.equal({ u1: "100", аня: "100", u3: "100" })
        expect(rejected).to.deep.equal([])
      })

    it("stand beside PostHog and Discourse", async () => {
      const posthog = { uuid: "e-1", event: "ExerciseSave", distinct_id: "u1", timestamp: at(60) }
      const post = { id: 1, post_number: 1, topic_id: 1, username: "u3", created_at: at(60) }
      const { points, kinds } = await score({
        "a.jsonl": asLines([posthog]),
        "b.json": JSON.stringify({ latest_posts: [post] }),
        "c.jsonl": asLines([statement(1)]),
      })
      expect(kinds).to.deep.equal(["posthog", "discourse", "xapi"])
      expect(points).to.deep.equal({ u1: "100", аня: "100", u3: "200" })
    })

    it("count by verb and activity type", async () => {
      const done = (n: number, verb: string, type: string): Statement =>
        statement(n * 3, {
          verb: { id: verb },
          object: { id: `https://lms.example/${n}`, definition: { type } },
        })
      const { points, rejected } = await score({
        "s.jsonl": asLines([
          done(1, `${VERB}completed`, `${ACTIVITY}lesson`),
          done(2, `${VERB}completed`, `${ACTIVITY}module`),
          done(3, `${VERB}passed`, `${ACTIVITY}assessment`),
          done(4, "http://activitystrea.ms/schema/1.0/submit", "https://lms.example/types/essay"),
          done(5, `${VERB}completed`, `${ACTIVITY}course`),
          done(6, `${VERB}completed`, "https://lms.example/types/unknown"),
        ]),
      })
      expect(points.u1).to.equal(String(50 + 50 + 100 + 100))
      expect(rejected.map(({ reason, event }) => [reason, event])).to.deep.equal([
        ["unknown_type", `${VERB}completed`],
      ])
    })

    it("count as the economy's own map says", async () => {
      const rules: EconomyRules = {
        ...STK_RULES,
        xapi: {
          accountHomePages: ["https://lms.example"],
          events: [
            { verb: "urn:done", activityType: null, event: "ExerciseSave" },
            { verb: "urn:done", activityType: "urn:section", event: "SectionCompleted" },
          ],
        },
      }
      const done = (n: number, type: string, homePage = "https://lms.example"): Statement =>
        statement(n, {
          actor: { account: { homePage, name: "u1" } },
          verb: { id: "urn:done" },
          object: { id: "urn:x", definition: { type } },
        })
      const { points, rejected } = await score(
        {
          "s.jsonl": asLines([
            done(1, "urn:section"),
            done(2, "urn:other"),
            done(3, "urn:other", "https://other.example"),
          ]),
        },
        { rules },
      )
      expect(points.u1).to.equal("150")
      expect(rejected.map(({ reason }) => reason)).to.deep.equal(["unknown_member"])
    })

    it("refuse a map that names a verb and a type twice", () => {
      const entry = { verb: "urn:done", event: "ExerciseSave" }
      const path = folder.file(
        "rules.json",
        JSON.stringify({ ...STK_RULES, xapi: { events: [entry, entry] } }),
      )
      expect(() => readRules(path)).to.throw(/xapi\.events\.1/)
    })

    it("find members by address, written or hashed", async () => {
      const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex")
      const by = (n: number, actor: Record<string, unknown>): Statement => statement(n, { actor })
      const xapiUsers = folder.file(
        "xapi-users.csv",
        `mbox_sha1sum,user_id\n${sha1("mailto:anna@example.org")},аня\n`,
      )
      const records = [
        by(1, { mbox: "mailto:Anna@Example.org" }),
        by(2, { mbox_sha1sum: sha1("mailto:anna@example.org").toUpperCase() }),
        by(3, { mbox: "mailto:stranger@example.org" }),
        by(4, { objectType: "Group", account: { homePage: "https://lms.example", name: "u1" } }),
        by(5, { openid: "https://u3.example" }),
      ]
      const mapped = await score({ "s.jsonl": asLines(records) }, { xapiUsers })
      expect(mapped.points).to.deep.equal({ u1: "0", аня: "200", u3: "0" })
      expect(mapped.rejected.map(({ reason, user_id }) => [reason, user_id])).to.deep.equal([
        ["unknown_member", "stranger@example.org"],
        ["unknown_member", "u1"],
        ["unknown_member", "https://u3.example"],
      ])
    })

    it("count a voided statement no more, in any order", async () => {
      const voiding = statement(9, {
        actor: { account: { homePage: "https://lms.example", name: "lms" } },
        verb: { id: `${VERB}voided` },
        object: { objectType: "StatementRef", id: uuid(1) },
        timestamp: at(30 * HOUR),
      })
      for (const records of [
        [statement(1), statement(2), voiding],
        [voiding, statement(2), statement(1)],
      ]) {
        const { points, rejected } = await score({ "s.jsonl": asLines(records) })
        expect(points).to.deep.equal({ u1: "0", аня: "0", u3: "100" })
        expect(rejected.map(({ reason, source_id }) => [reason, source_id])).to.deep.equal([
          ["deleted", `xapi:${uuid(1)}`],
        ])
      }
    })

    it("are late by the moment they were stored", async () => {
      const { rejected, points } = await score({
        "s.jsonl": asLines([
          statement(3, { stored: at(7 * 24 * HOUR + 2 * HOUR - 1) }),
          statement(6, { stored: at(7 * 24 * HOUR + 2 * HOUR) }),
          statement(9, { timestamp: undefined, stored: at(100) }),
        ]),
      })
      expect(points.u1).to.equal("200")
      expect(rejected.map(({ reason, line }) => [reason, line])).to.deep.equal([["late", 2]])
    })

    it("are listed with their line when they are broken", async () => {
      const broken: unknown[] = [
        { ...statement(1), id: 5 },
        { ...statement(2), actor: { name: "nobody" } },
        { ...statement(3), verb: {} },
        { ...statement(4), timestamp: "soon", stored: null },
        statement(5),
      ]
      const { rejected } = await score({ "s.jsonl": asLines(broken) + "{half\n" })
      expect(rejected.map(({ reason, line, detail }) => [reason, line, detail?.split(":")[0]])).to.deep.equal(
        [
          ["malformed", 1, "id"],
          ["malformed", 2, "actor"],
          ["malformed", 3, "verb.id"],
          ["malformed", 4, "timestamp"],
          ["malformed", 6, "line"],
        ],
      )
    })

    it("keep their lines in a document over many lines", async () => {
      const text = JSON.stringify([statement(1), { ...statement(2), actor: {} }], null, 2)
      const line = text.split("\n").findIndex((row) => row.includes(uuid(2)))
      const { rejected } = await score({ "s.json": text })
      expect(rejected.map((entry) => entry.line)).to.deep.equal([line])
    })
  })
})
