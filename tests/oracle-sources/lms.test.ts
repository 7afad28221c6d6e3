import { Validator } from "@seriousme/openapi-schema-validator"
import Ajv2020, { type ValidateFunction } from "ajv/dist/2020"
import addFormats from "ajv-formats"
import { expect } from "chai"
import { eq } from "drizzle-orm"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { STK_RULES } from "stk-oracle"
import { membersConfigSchema, type MembersConfig } from "../../oracle/src/config/members"
import { UsageError } from "../../oracle/src/failure"
import { SourceFailed } from "../../oracle/src/source/http"
import { lmsMemberSchema, lmsPageSchema } from "../../oracle/src/source/lms"
import {
  compareStreaks,
  STREAK_RULE,
  syncMembers,
  writeRoster,
  type SyncContext,
  type SyncReport,
} from "../../oracle/src/source/roster"
import { findings, members, results, sources } from "../../oracle/src/store/schema"
import type { Store } from "../../oracle/src/store/store"
import { cli, Folder, wallet, WEEK_INDEX } from "../oracle/utils/fixtures"
import { eachStore } from "../utils/postgres"
import { Platform, PLATFORM_TOKEN, problem, type PlatformMember } from "./utils/platform"
import { SILENT } from "./utils/pull"
import { PASSING_FAULTS, TestServer } from "./utils/server"

const TOKEN_VARIABLE = "STK_TEST_PLATFORM_TOKEN"
const OPENAPI = join(__dirname, "..", "..", "oracle", "openapi", "lms.yaml")

function member(id: string, fields: Record<string, unknown> = {}): PlatformMember {
  return {
    id,
    wallet: wallet(id),
    qualification: { level: 1, evidence: null, since: "2025-09-01" },
    payment: { status: "active" },
    consistency: { weeks_in_a_row: 1 },
    display_name: null,
    discourse_username: null,
    email: null,
    telegram: null,
    language: "ru",
    deleted: false,
    updated_at: "2025-12-15T00:00:00Z",
    ...fields,
  }
}

describe("The learning platform's API", function () {
  this.timeout(60_000)

  describe("as it is documented", () => {
    interface Document {
      components: { schemas: Record<string, object> }
      paths: Record<
        string,
        { get: { responses: Record<string, { content?: Record<string, { examples: object }> }> } }
      >
    }
    let document: Document
    let documents: Record<"Member" | "MemberPage", ValidateFunction>

    before(async () => {
      const validator = new Validator()
      const result = await validator.validate(OPENAPI)
      expect(result.errors ?? []).to.deep.equal([])
      expect(result.valid).to.equal(true)
      expect(validator.version).to.equal("3.1")
      document = validator.resolveRefs() as unknown as Document
      const ajv = new Ajv2020({ strict: false })
      addFormats(ajv)
      const { Member = {}, MemberPage = {} } = document.components.schemas
      documents = { Member: ajv.compile(Member), MemberPage: ajv.compile(MemberPage) }
    })

    /** Whether the document and the program's own schema both take a value; they must agree. */
    function verdict(schema: "Member" | "MemberPage", value: unknown): boolean {
      const documented = documents[schema](value) as boolean
      const own = (schema === "Member" ? lmsMemberSchema : lmsPageSchema).safeParse(value).success
      expect(
        documented,
        `${schema} ${JSON.stringify(value)}: the document says ${documented}, the program ${own}`,
      ).to.equal(own)
      return own
    }

    it("[STK-49] has an OpenAPI 3.1 file whose own example the program takes", () => {
      const content = document.paths["/members"]?.get.responses["200"]?.content?.["application/json"]
      const { value } = (content?.examples as { page: { value: { members: unknown[] } } }).page
      expect(verdict("MemberPage", value)).to.equal(true)
      expect(value.members).to.have.length(2)
      for (const one of value.members) expect(verdict("Member", one)).to.equal(true)
    })

    it("[STK-49] takes and refuses the same members as the OpenAPI file", () => {
      const values: Record<string, { good: unknown[]; bad: unknown[] }> = {
        id: {
          good: ["u", "пользователь", "a b", "🙂", "x".repeat(400)],
          bad: ["", 7, null, "a\u0000b", "\ud800", "x".repeat(401)],
        },
        wallet: {
          good: [null, wallet("x")],
          bad: ["", "0OIl", 7, "x".repeat(45), "1".repeat(31), undefined],
        },
        qualification: {
          good: [{ level: 8 }, { level: 1, evidence: null, since: null }, { level: 2, more: true }],
          bad: [
            null,
            {},
            { level: 0 },
            { level: 9 },
            { level: 1.5 },
            { level: "3" },
            { level: 1, since: "yesterday" },
            { level: 1, evidence: 5 },
            { level: 1, evidence: "x".repeat(201) },
            1e300,
          ],
        },
        payment: {
          good: [null, { status: "trial" }, { status: "none", paid_until: "x" }],
          bad: [{}, { status: "paid" }, "active"],
        },
        consistency: {
          good: [null, { weeks_in_a_row: 0 }, { weeks_in_a_row: 10_000 }],
          bad: [
            { weeks_in_a_row: -1 },
            { weeks_in_a_row: 10_001 },
            { weeks_in_a_row: 1e300 },
            { weeks_in_a_row: null },
          ],
        },
        display_name: { good: [null, "", "Анна", "דנה‏"], bad: [7, "x".repeat(201)] },
        discourse_username: { good: [null, "anna_kim", "анна"], bad: ["", "x".repeat(61), true] },
        email: { good: [null, "anna@example.org"], bad: ["", "anna", "a@b@c", 7] },
        telegram: {
          good: [null, "@anna_kim", "-1001234567890"],
          bad: ["anna", "@abc", "@анна", "https://t.me/x"],
        },
        language: { good: [null, "en", "ru"], bad: ["de", "", "RU"] },
        deleted: { good: [true, false], bad: [null, "true", 1] },
        updated_at: {
          good: ["2025-12-15T00:00:00Z", "2025-12-15T03:00:00.5+03:00"],
          bad: ["2025-12-15", null, 1734220800],
        },
        unknown: { good: [undefined, 1, { any: "thing" }], bad: [] },
      }
      for (const [field, { good, bad }] of Object.entries(values)) {
        for (const value of good)
          expect(
            verdict("Member", plain(member("u", { [field]: value }))),
            `${field} ${JSON.stringify(value)}`,
          ).to.equal(true)
        for (const value of bad)
          expect(
            verdict("Member", plain(member("u", { [field]: value }))),
            `${field} ${JSON.stringify(value)}`,
          ).to.equal(false)
      }
      for (const field of [
        "payment",
        "consistency",
        "display_name",
        "discourse_username",
        "email",
        "telegram",
        "language",
        "deleted",
        "updated_at",
      ])
        expect(verdict("Member", plain(member("u", { [field]: undefined }))), `without ${field}`).to.equal(
          true,
        )
      const page = { members: [], next: null, as_of: "2025-12-15T00:00:00Z" }
      for (const good of [page, { ...page, next: "abc" }, { ...page, total: 5 }])
        expect(verdict("MemberPage", good)).to.equal(true)
      for (const bad of [
        { ...page, next: "" },
        { ...page, next: 5 },
        { ...page, as_of: "now" },
        { ...page, members: {} },
        [],
        null,
        { members: [] },
      ])
        expect(verdict("MemberPage", bad), JSON.stringify(bad)).to.equal(false)
    })

    /** As JSON would carry it: what is undefined is not there. */
    function plain(value: unknown): unknown {
      return JSON.parse(JSON.stringify(value))
    }
  })

  eachStore((stores) => {
    let folder: Folder
    let platform: Platform
    let server: TestServer
    let store: Store

    before(() => {
      process.env[TOKEN_VARIABLE] = PLATFORM_TOKEN
    })
    after(() => {
      delete process.env[TOKEN_VARIABLE]
    })
    beforeEach(async () => {
      folder = new Folder()
      platform = new Platform()
      server = await TestServer.start(platform.answer)
      store = await stores.open()
    })
    afterEach(async () => {
      await server.stop()
      folder.remove()
    })

    function lms(fields: Record<string, unknown> = {}): MembersConfig {
      return membersConfigSchema.parse({
        kind: "lms",
        url: `${server.url}/api/v1/`,
        token: { env: TOKEN_VARIABLE },
        patienceSeconds: 20,
        ...fields,
      })
    }
    const sync = (fields: Partial<SyncContext> & { members?: MembersConfig } = {}): Promise<SyncReport> =>
      syncMembers({ config: { members: fields.members ?? lms() }, store, log: SILENT, ...fields })
    const fromFile = (name: string, text: string, fields: Partial<SyncContext> = {}): Promise<SyncReport> =>
      sync({ members: { kind: "file", path: folder.file(name, text) }, ...fields })
    const stored = async (): Promise<(typeof members.$inferSelect)[]> =>
      (await store.database.select().from(members)).sort((a, b) => (a.userId < b.userId ? -1 : 1))

    it("[STK-49] fills the members with qualification, consistency and payment status", async () => {
      platform.mostPerPage = 2
      platform.members = [
        member("u-1", {
          qualification: { level: 3, evidence: "cert-118" },
          consistency: { weeks_in_a_row: 4 },
          payment: { status: "past_due" },
          display_name: "Анна Ким",
          discourse_username: "anna_kim",
          email: "anna@example.org",
          telegram: "@anna_kim",
        }),
        member("u-2", { display_name: "דנה ‮evil" }),
        member("u-3"),
        member("u-4"),
        member("u-5", { wallet: null }),
      ]
      const report = await sync()

      expect(report.added).to.deep.equal(["u-1", "u-2", "u-3", "u-4"])
      expect(report.withoutWallet).to.deep.equal(["u-5"])
      expect(report.refused).to.deep.equal([])
      expect(server.asked).to.have.length(3)
      const [first, second] = await stored()
      expect({ ...first, updatedAt: "" }).to.deep.equal({
        userId: "u-1",
        wallet: wallet("u-1"),
        level: 3,
        levelEvidence: "cert-118",
        platformStreak: 4,
        paymentStatus: "past_due",
        discourseUsername: "anna_kim",
        displayName: "Анна Ким",
        email: "anna@example.org",
        telegram: "@anna_kim",
        language: "ru",
        isDeleted: false,
        updatedAt: "",
      })
      expect(second?.displayName).to.equal("דנה ‮evil")
    })

    it("says what changed since, and asks for no more than that", async () => {
      platform.members = ["a", "b", "c", "d", "e"].map((id) => member(id))
      await sync()
      platform.now = "2025-12-29T00:00:00Z"
      const updated_at = "2025-12-23T00:00:00Z"
      platform.members = [
        member("a"),
        member("b", { wallet: wallet("b2"), updated_at }),
        member("c", { qualification: { level: 4, evidence: "cert-9" }, updated_at }),
        member("d", { deleted: true, updated_at }),
        member("e", { email: "e@example.org", updated_at }),
        member("f", { updated_at }),
      ]
      const report = await sync()

      expect(report).to.deep.include({
        received: 5,
        unchanged: 0,
        added: ["f"],
        deleted: ["d"],
        updated: ["e"],
        restored: [],
      })
      expect(report.walletChanged).to.deep.equal([{ userId: "b", from: wallet("b"), to: wallet("b2") }])
      expect(report.levelChanged).to.deep.equal([{ userId: "c", from: 1, to: 4, evidence: "cert-9" }])
      expect(server.asked[1]?.query.get("updated_since")).to.equal("2025-12-21T23:55:00.000Z")
      expect((await sync({ full: true })).received).to.equal(6)
      expect((await sync({ full: true })).unchanged).to.equal(6)
    })

    it("refuses broken members one by one; they keep the last good row", async () => {
      platform.members = ["a", "b", "c", "d", "e"].map((id) => member(id))
      await sync()
      const updated_at = "2025-12-23T00:00:00Z"
      platform.members = [
        member("a", { qualification: { level: 99 }, updated_at }),
        member("b", { wallet: "1".repeat(44), updated_at }),
        member("c", { wallet: null, updated_at }),
        { ...member("x"), id: 7 as unknown as string, updated_at },
        member("d", { qualification: { level: 2 }, updated_at }),
        member("e", { email: { $ne: null }, updated_at }),
      ]
      const report = await sync({ full: true })

      expect(report.refused.map(({ userId, field }) => [userId, field])).to.have.deep.members([
        ["a", "qualification.level"],
        ["b", "wallet"],
        ["c", "wallet"],
        [null, "id"],
        ["e", "email"],
      ])
      expect(
        (await stored()).map(({ userId, level, wallet: address }) => [userId, level, address]),
      ).to.deep.equal([
        ["a", 1, wallet("a")],
        ["b", 1, wallet("b")],
        ["c", 1, wallet("c")],
        ["d", 2, wallet("d")],
        ["e", 1, wallet("e")],
      ])
    })

    it("leaves out a member whose id a spreadsheet would run, and keeps the others' week going", async () => {
      platform.members = [member("a"), member("=cmd()"), member("+79991234567")]
      const report = await sync()
      expect(report.refused.map(({ userId, field }) => [userId, field])).to.deep.equal([["=cmd()", "id"]])
      expect((await stored()).map(({ userId }) => userId)).to.have.members(["a", "+79991234567"])
    })

    it("refuses a level that the economy does not have", async () => {
      platform.members = [member("a"), member("b", { qualification: { level: 8 } })]
      const rules = { ...STK_RULES, levelTenths: [10, 12, 15, 18, 0, 0, 0, 0] }
      const report = await sync({ rules })
      expect(report.refused).to.deep.equal([
        {
          userId: "b",
          line: null,
          field: "qualification.level",
          rule: "is 8, which the economy does not have",
        },
      ])
    })

    it("lets nobody take another member's wallet or forum name", async () => {
      platform.members = [member("owner", { discourse_username: "Anna" }), member("other"), member("third")]
      await sync()
      const updated_at = "2025-12-23T00:00:00Z"
      platform.members = [
        member("thief", { wallet: wallet("owner"), updated_at }),
        member("other", { discourse_username: "aNNA", updated_at }),
        member("twin-1", { wallet: wallet("new"), updated_at }),
        member("twin-2", { wallet: wallet("new"), updated_at }),
      ]
      const report = await sync()
      expect(report.refused.map(({ userId, field }) => [userId, field])).to.have.deep.members([
        ["thief", "wallet"],
        ["other", "discourse_username"],
        ["twin-1", "wallet"],
        ["twin-2", "wallet"],
      ])
      expect((await stored()).map(({ userId }) => userId)).to.deep.equal(["other", "owner", "third"])
    })

    it("lets two members exchange wallets, and refuses the rest of a chain whose end is refused", async () => {
      platform.members = ["a", "b", "c", "d"].map((id) => member(id))
      await sync()
      const updated_at = "2025-12-23T00:00:00Z"
      platform.members = [
        member("a", { wallet: wallet("b"), updated_at }),
        member("b", { wallet: wallet("a"), updated_at }),
        // d keeps its wallet since the level is broken; so c cannot have it.
        member("c", { wallet: wallet("d"), updated_at }),
        member("d", { wallet: wallet("elsewhere"), qualification: { level: -1 }, updated_at }),
      ]
      const report = await sync()
      expect(report.walletChanged.map(({ userId }) => userId)).to.deep.equal(["a", "b"])
      expect(report.refused.map(({ userId, field }) => [userId, field])).to.have.deep.members([
        ["d", "qualification.level"],
        ["c", "wallet"],
      ])
    })

    it("gives a deleted member's wallet free, and takes members back", async () => {
      platform.members = [member("a"), member("b")]
      await sync()
      platform.members = [
        member("a", { deleted: true, updated_at: "2025-12-23T00:00:00Z" }),
        member("b", { wallet: wallet("a"), updated_at: "2025-12-23T00:00:00Z" }),
      ]
      expect((await sync()).walletChanged).to.have.length(1)
      platform.members = [member("a", { wallet: wallet("a3"), updated_at: "2025-12-24T00:00:00Z" })]
      const report = await sync()
      expect(report.restored).to.deep.equal(["a"])
      expect(report.walletChanged.map(({ userId }) => userId)).to.deep.equal(["a"])
    })

    it("misses nobody who changes while the pages are read", async () => {
      platform.mostPerPage = 10
      platform.members = Array.from({ length: 35 }, (_, n) => member(`u${String(n).padStart(2, "0")}`))
      let requests = 0
      platform.beforeAnswer = () => {
        requests++
        const first = platform.members[0]
        // Moves from a page that was read to the last one, and is another one then.
        if (requests === 2 && first !== undefined)
          Object.assign(first, { updated_at: "2025-12-21T23:59:00Z", qualification: { level: 5 } })
      }
      const report = await sync()
      expect(report.added).to.have.length(35)
      expect((await stored())[0]?.level).to.equal(5)
    })

    for (const [name, fault] of Object.entries({
      ...PASSING_FAULTS,
      "a problem with Retry-After": problem(503, "Starting", { "retry-after": "0" }),
    }))
      it(`reads on after ${name}`, async () => {
        platform.mostPerPage = 2
        platform.members = ["a", "b", "c"].map((id) => member(id))
        server.failOnce(({ query }) => query.get("cursor") !== null, fault)
        expect((await sync()).added).to.deep.equal(["a", "b", "c"])
        expect(server.pendingFaults).to.equal(0)
      })

    it("changes nothing when the listing breaks off", async () => {
      platform.mostPerPage = 2
      platform.members = ["a", "b", "c"].map((id) => member(id))
      server.failOnce(({ query }) => query.get("cursor") !== null, problem(400, "The cursor is not known"))
      const failure = await sync().catch((error: unknown) => error)
      expect(failure).to.be.instanceOf(SourceFailed)
      expect(await stored()).to.deep.equal([])
      expect(await store.database.select().from(sources)).to.deep.equal([])
      expect((await sync()).added).to.have.length(3)
    })

    it("says what to check when the token is refused, without showing it", async () => {
      process.env[TOKEN_VARIABLE] = "wrong-token-0123456789"
      try {
        const failure = await sync().catch((error: unknown) => error)
        expect((failure as SourceFailed).reason).to.equal("refused")
        expect((failure as SourceFailed).message).not.to.contain("wrong-token")
      } finally {
        process.env[TOKEN_VARIABLE] = PLATFORM_TOKEN
      }
    })

    it("reads the same members from CSV and from JSON lines", async () => {
      const csv =
        "user_id,wallet,level,display_name,discourse_username,weeks_in_a_row,payment_status,language,deleted\n" +
        `a,${wallet("a")},3,"Ким, Анна",anna,4,active,ru,\n` +
        `b,${wallet("b")},1,,,,,,false\n`
      const report = await fromFile("members.csv", csv)
      expect(report.added).to.deep.equal(["a", "b"])
      const before = await stored()
      const jsonl = [
        {
          id: "a",
          wallet: wallet("a"),
          qualification: { level: 3 },
          display_name: "Ким, Анна",
          discourse_username: "anna",
          consistency: { weeks_in_a_row: 4 },
          payment: { status: "active" },
          language: "ru",
        },
        { id: "b", wallet: wallet("b"), qualification: { level: 1 } },
      ]
      expect(
        await fromFile("members.jsonl", jsonl.map((row) => JSON.stringify(row)).join("\r\n")),
      ).to.deep.include({
        unchanged: 2,
        refused: [],
      })
      expect(await stored()).to.deep.equal(before)
    })

    it("lists a file's broken lines, and deletes nobody whom one of them may be about", async () => {
      await fromFile(
        "all.csv",
        `user_id,wallet,level\na,${wallet("a")},1\nb,${wallet("b")},1\nc,${wallet("c")},1\n`,
      )
      const report = await fromFile(
        "next.csv",
        `user_id,wallet,level\na,${wallet("a")},two\n"b,${wallet("b")},1\nc,${wallet("c")},2\nc,${wallet("c")},3\n`,
      )
      expect(report.refused.map(({ line, field }) => [line, field])).to.have.deep.members([
        [2, "qualification.level"],
        [3, "line"],
        [5, "id"],
        [null, "id"],
      ])
      expect((await stored()).every(({ isDeleted, level }) => !isDeleted && level === 1)).to.equal(true)
    })

    it("deletes who is not in the file any more, unless that looks like a file that was cut off", async () => {
      const csv = (count: number): string =>
        "user_id,wallet,level\n" +
        Array.from({ length: count }, (_, n) => `u${n},${wallet(`u${n}`)},1\n`).join("")
      await fromFile("all.csv", csv(200))
      expect((await fromFile("fewer.csv", csv(190))).deleted).to.have.length(10)
      const failure = await fromFile("cut.csv", csv(100)).catch((error: unknown) => error)
      expect(failure).to.be.instanceOf(UsageError)
      expect((await stored()).filter(({ isDeleted }) => isDeleted)).to.have.length(10)
      expect((await fromFile("cut.csv", csv(100), { acceptRemovals: true })).deleted).to.have.length(90)
    })

    it("writes the files that a week is scored with, in the order of the ids' bytes", async () => {
      platform.members = [
        member("я", { discourse_username: "Яна" }),
        member("a,b", { email: "A@example.org", qualification: { level: 2 } }),
        member("😀"),
        member("B"),
        member("ﬀ"),
        member("gone"),
      ]
      await sync()
      platform.members = [member("gone", { deleted: true, updated_at: "2025-12-23T00:00:00Z" })]
      await sync()

      const files = await writeRoster(store, folder.at("inputs"), WEEK_INDEX)

      expect(readFileSync(files.members, "utf8")).to.equal(
        "user_id,wallet,level\n" +
          `B,${wallet("B")},1\n"a,b",${wallet("a,b")},2\nя,${wallet("я")},1\nﬀ,${wallet("ﬀ")},1\n😀,${wallet("😀")},1\n`,
      )
      expect(folder.read("inputs/discourse-users.csv")).to.equal("username,user_id\nЯна,я\n")
      expect(folder.read("inputs/xapi-users.csv").split("\n")).to.have.length(4)
      const first = folder.snapshot("inputs")
      await writeRoster(store, folder.at("inputs"), WEEK_INDEX)
      expect(folder.snapshot("inputs")).to.deep.equal(first)
    })

    it("writes no week without members", async () => {
      const failure = await writeRoster(store, folder.at("inputs"), WEEK_INDEX).catch(
        (error: unknown) => error,
      )
      expect(failure).to.be.instanceOf(UsageError)
    })

    it("[STK-49] reports where the platform counts other weeks in a row, as findings that hold nothing", async () => {
      const own: Record<string, number> = { same: 3, more: 2, fewer: 4, long: 5, unknown: 1 }
      const theirs: Record<string, number | null> = { same: 3, more: 7, fewer: 1, long: 40, unknown: null }
      platform.members = Object.entries(theirs).map(([id, weeks]) =>
        member(id, { consistency: weeks === null ? null : { weeks_in_a_row: weeks } }),
      )
      await sync()
      await store.database.insert(results).values(
        Object.entries(own).map(([userId, streak], memberIndex) => ({
          week: WEEK_INDEX,
          userId,
          wallet: wallet(userId),
          memberIndex,
          level: 1,
          streak,
          weightSum: 10,
          points: "10",
          reward: 10_000_000n,
        })),
      )
      for (let twice = 0; twice < 2; twice++)
        expect(await compareStreaks(store, WEEK_INDEX)).to.deep.equal([
          { userId: "fewer", own: 4, platform: 1 },
          { userId: "more", own: 2, platform: 7 },
        ])
      const found = await store.database.select().from(findings).where(eq(findings.week, WEEK_INDEX))
      expect(found.map(({ rule, subject, score }) => [rule, subject, score])).to.have.deep.members([
        [STREAK_RULE, "fewer", 0],
        [STREAK_RULE, "more", 0],
      ])
    })

    it("[STK-49] is read and shown by stk-oracle members", async () => {
      platform.members = [
        member("u-1", {
          display_name: "Анна‮",
          discourse_username: "anna",
          qualification: { level: 3, evidence: "cert-1" },
        }),
        member("u-2", { qualification: { level: 12 } }),
      ]
      const location = await stores.prepared()
      const config = folder.file(
        "stk-oracle.json",
        JSON.stringify({
          database: location,
          chain: { economy: wallet("economy"), rpc: ["http://127.0.0.1:1"], oracle: "oracle.json" },
          sources: [{ name: "drop", kind: "files", folder: "drop" }],
          members: { kind: "lms", url: `${server.url}/api/v1`, token: { env: TOKEN_VARIABLE } },
        }),
      )
      const synced = await cli(["members", "-c", config, "--sync"], { [TOKEN_VARIABLE]: PLATFORM_TOKEN })
      expect(synced.code, synced.stderr).to.equal(0)
      expect(synced.stdout)
        .to.match(/new +1\n/)
        .and.to.match(/refused +1\n/)
      expect(synced.stdout).to.contain("qualification.level").and.to.contain("cert-1")
      expect(synced.stdout).not.to.contain("\u202e")

      const json = await cli(["members", "-c", config, "--json"])
      expect(json.code, json.stderr).to.equal(0)
      const shown = JSON.parse(json.stdout) as {
        sync: null
        members: { userId: string }[]
        consistency: null
      }
      expect(shown.sync).to.equal(null)
      expect(shown.consistency).to.equal(null)
      expect(shown.members.map(({ userId }) => userId)).to.deep.equal(["u-1"])

      const alone = await cli(["members", "-c", config, "--full"])
      expect(alone.code).to.equal(2)
      expect((await cli(["members", "--help"])).stdout).to.contain("--sync")
    })
  })
})
