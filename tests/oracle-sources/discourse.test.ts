import { expect } from "chai"
import { scoreWeek } from "stk-oracle"
import { weekEnd, weekStart } from "@stk/sdk/math"
import { sourceConfigSchema, type SourceConfig } from "../../oracle/src/config/sources"
import { SourceFailed } from "../../oracle/src/source/http"
import { Folder, jsonLines, membersCsv, WEEK_INDEX, type Rejected } from "../oracle/utils/fixtures"
import { Forum, FORUM_KEY, type ForumPost } from "./utils/forum"
import { pull, type Pulled } from "./utils/pull"
import { PASSING_FAULTS, TestServer } from "./utils/server"

const UNTIL = weekEnd(WEEK_INDEX)
const MONDAY = weekStart(WEEK_INDEX)
const MINUTE = 60
const HOUR = 3600
const KEY_VARIABLE = "STK_TEST_FORUM_KEY"
const MEMBERS = ["anna", "борис", "clara", "דנה"]

/** An instant of the week. */
function at(seconds: number): string {
  return new Date((MONDAY + seconds) * 1000).toISOString()
}

describe("Discourse's API", function () {
  this.timeout(60_000)
  let folder: Folder
  let forum: Forum
  let server: TestServer
  let runs = 0

  before(() => {
    process.env[KEY_VARIABLE] = FORUM_KEY
  })
  after(() => {
    delete process.env[KEY_VARIABLE]
  })
  beforeEach(async () => {
    folder = new Folder()
    forum = new Forum()
    for (const name of MEMBERS) forum.user(name, at(6 * 24 * HOUR))
    server = await TestServer.start(forum.answer)
  })
  afterEach(async () => {
    await server.stop()
    folder.remove()
  })

  function config(fields: Record<string, unknown> = {}): SourceConfig {
    return sourceConfigSchema.parse({
      name: "club",
      kind: "discourse",
      url: server.url,
      key: { env: KEY_VARIABLE },
      requestsPerMinute: 60_000,
      patienceSeconds: 20,
      ...fields,
    })
  }

  /** Topics, comments and likes of all members over the whole week. */
  function busyWeek(posts: number, likes: number): void {
    for (let id = 1; id <= posts; id++) {
      const topic = Math.ceil(id / 7)
      const number = ((id - 1) % 7) + 1
      const post: ForumPost = {
        id,
        topic_id: topic,
        post_number: number,
        username: MEMBERS[id % MEMBERS.length] ?? "",
        created_at: at(id * 5 * MINUTE),
      }
      if (number > 2) {
        post.reply_to_post_number = 2
        post.reply_to_user = { username: MEMBERS[((topic - 1) * 7 + 2) % MEMBERS.length] ?? "" }
      }
      forum.posts.push(post)
    }
    for (let n = 1; n <= likes; n++)
      forum.likes.push({
        post_id: n,
        acting_username: MEMBERS[(n + 1) % MEMBERS.length] ?? "",
        created_at: at((n + posts) * 3 * MINUTE),
      })
  }

  async function score(files: Record<string, string>): Promise<{ points: string; rejected: Rejected[] }> {
    runs++
    await scoreWeek({
      week: WEEK_INDEX,
      events: Object.entries(files).map(([name, text]) => folder.file(`in-${runs}/${name}`, text)),
      members: folder.file(
        "members.csv",
        membersCsv(MEMBERS.map((user, index) => ({ user, level: index + 1 }))),
      ),
      out: folder.at(`out-${runs}`),
      skipMalformed: true,
    })
    return {
      points: folder.read(`out-${runs}/points.csv`),
      rejected: jsonLines<Rejected>(folder.read(`out-${runs}/rejected.jsonl`)),
    }
  }
  const scoreLines = (...pulls: Pulled[]): ReturnType<typeof score> =>
    score(Object.fromEntries(pulls.map(({ lines }, n) => [`pull-${n}.jsonl`, lines.join("\n") + "\n"])))

  it("[STK-50] reads posts, comments and likes over all pages: the same points as from exported files", async () => {
    busyWeek(160, 150)
    const { posts, likes } = forum.export()

    const pulled = await pull(config(), null, UNTIL)

    expect(pulled.lines).to.have.length(160 + 150)
    const { points } = await scoreLines(pulled)
    expect(points).to.equal(
      (await score({ "posts.json": JSON.stringify(posts), "likes.json": JSON.stringify(likes) })).points,
    )
    for (const user of MEMBERS) expect(points).to.match(new RegExp(`,${user},[1-9]`))
  })

  it("hands on only what is new, different or deleted", async () => {
    busyWeek(120, 40)
    const first = await pull(config(), null, UNTIL)
    const again = await pull(config(), first.cursor, UNTIL)
    expect(again.lines).to.deep.equal([])

    forum.posts.push({ id: 500, topic_id: 900, post_number: 1, username: "anna", created_at: at(140 * HOUR) })
    // An edited text is not a different contribution; another author is.
    for (const post of forum.posts) {
      if (post.id === 20) post.raw = "edited"
      if (post.id === 21) post.username = "clara"
    }
    forum.likes.push({ post_id: 3, acting_username: "דנה", created_at: at(141 * HOUR) })
    const third = await pull(config(), again.cursor, UNTIL)
    expect(
      third.lines.map((line) => (JSON.parse(line) as { id?: number; post_id?: number }).id ?? "like"),
    ).to.have.members([500, 21, "like"])
  })

  it("[STK-50] counts a deleted post no more, whether it is still there for staff or gone for good", async () => {
    busyWeek(14, 0)
    forum.posts = forum.posts.filter(({ post_number }) => post_number === 1)
    const first = await pull(config(), null, UNTIL)
    const [one, other] = forum.posts
    if (one === undefined || other === undefined) throw new Error("no posts")
    const before = await scoreLines(first)
    expect(before.rejected).to.deep.equal([])

    one.deleted_at = at(150 * HOUR)
    forum.posts = forum.posts.filter((post) => post !== other)
    const second = await pull(config(), first.cursor, UNTIL)
    expect(second.lines).to.have.length(2)

    for (const order of [
      [first, second],
      [second, first],
    ]) {
      const after = await scoreLines(...order)
      expect(after.rejected.map(({ reason }) => reason)).to.deep.equal(["deleted", "deleted"])
      expect(after.points).not.to.match(/,[1-9]/)
    }
    expect((await pull(config(), second.cursor, UNTIL)).lines).to.deep.equal([])
  })

  it("[STK-50] sees a like on an old post, and one that appears late", async () => {
    forum.posts = [
      { id: 1, topic_id: 1, post_number: 1, username: "anna", created_at: at(-60 * 24 * HOUR) },
      { id: 2, topic_id: 2, post_number: 1, username: "clara", created_at: at(HOUR) },
    ]
    forum.likes = [{ post_id: 1, acting_username: "clara", created_at: at(150 * HOUR) }]
    const first = await pull(config(), null, UNTIL)
    forum.likes.push({ post_id: 2, acting_username: "anna", created_at: at(130 * HOUR) })
    const second = await pull(config(), first.cursor, UNTIL)

    expect(first.lines).to.have.length(2)
    expect(second.lines).to.have.length(1)
    const { points } = await scoreLines(first, second)
    // 10 for the like that she gave, 20 for the one on her old post.
    expect(points).to.contain(",anna,30\n")
  })

  it("[STK-50] names the author of an old topic that is commented", async () => {
    forum.posts = [
      { id: 1, topic_id: 1, post_number: 1, username: "anna", created_at: at(-60 * 24 * HOUR) },
      { id: 70, topic_id: 1, post_number: 2, username: "clara", created_at: at(HOUR) },
      { id: 71, topic_id: 1, post_number: 3, username: "борис", created_at: at(2 * HOUR) },
    ]
    const pulled = await pull(config(), null, UNTIL)

    const { points } = await scoreLines(pulled)
    expect(points).to.contain(",anna,100\n")
    expect(server.asked.filter(({ path }) => path === "/posts/by_number/1/1.json")).to.have.length(1)
  })

  for (const [name, fault] of Object.entries(PASSING_FAULTS))
    it(`reads on after ${name}, for each kind of request`, async () => {
      busyWeek(60, 10)
      const expected = (await pull(config(), null, UNTIL)).lines
      for (const path of ["/posts.json", "/user_actions.json", "/admin/users/list/active.json"])
        server.failOnce((asked) => asked.path === path, fault)

      const { lines } = await pull(config(), null, UNTIL)

      expect(lines).to.deep.equal(expected)
      expect(server.pendingFaults).to.equal(0)
    })

  it("waits as long as Retry-After says", async () => {
    busyWeek(5, 0)
    server.failOnce(() => true, {
      status: 429,
      headers: { "retry-after": "1" },
      body: { errors: ["Slow down"], error_type: "rate_limit", extras: { wait_seconds: 1 } },
    })
    const started = Date.now()
    expect((await pull(config(), null, UNTIL)).lines).to.have.length(5)
    expect(Date.now() - started).to.be.at.least(1000)
  })

  it("keeps below the configured number of requests", async () => {
    busyWeek(5, 0)
    const started = Date.now()
    await pull(config({ requestsPerMinute: 600 }), null, UNTIL)
    expect(Date.now() - started).to.be.at.least((server.asked.length - 1) * 100 - 50)
  })

  it("asks again for a page that comes twice", async () => {
    busyWeek(120, 0)
    const expected = (await pull(config(), null, UNTIL)).lines
    server.failOnce(
      ({ path, query }) => path === "/posts.json" && query.get("before") === "71",
      (asked) => forum.answer({ ...asked, query: new URLSearchParams() }),
    )
    expect((await pull(config(), null, UNTIL)).lines).to.deep.equal(expected)
    expect(server.pendingFaults).to.equal(0)
  })

  it("fails when a page never moves on, and keeps what is before it", async () => {
    busyWeek(120, 0)
    const stuck = await TestServer.start((asked) =>
      forum.answer(asked.path === "/posts.json" ? { ...asked, query: new URLSearchParams() } : asked),
    )
    try {
      const failure = await pull(config({ url: stuck.url, patienceSeconds: 1 }), null, UNTIL).catch(
        (error: unknown) => error,
      )
      expect(failure).to.be.instanceOf(SourceFailed)
      expect((failure as SourceFailed).reason).to.equal("invalid")
    } finally {
      await stuck.stop()
    }
  })

  it("misses no like when others are given and withdrawn while the pages are read", async () => {
    busyWeek(100, 0)
    for (let n = 1; n <= 95; n++)
      forum.likes.push({ post_id: n, acting_username: "anna", created_at: at(n * 60) })
    let requests = 0
    forum.beforeAnswer = ({ path, query }) => {
      if (path !== "/user_actions.json" || query.get("username") !== "anna") return
      requests++
      // Withdrawn likes move the rest up, by more than one page's last row.
      if (requests === 2) forum.likes = forum.likes.filter(({ post_id }) => post_id < 60 || post_id > 68)
      if (requests === 4)
        forum.likes.push({ post_id: 61, acting_username: "anna", created_at: at(100 * HOUR) })
    }

    const { lines } = await pull(config(), null, UNTIL)

    const liked = new Set(lines.flatMap((line) => (JSON.parse(line) as { post_id?: number }).post_id ?? []))
    for (const { post_id } of forum.likes)
      expect(liked.has(post_id), `like of ${post_id}`).to.equal(post_id !== 61 || liked.has(61))
    for (let n = 1; n < 60; n++) expect(liked.has(n), `like of ${n}`).to.equal(true)
  })

  it("goes on where it stopped in the middle of a walk", async () => {
    busyWeek(700, 0)
    const part = await pull(config(), null, UNTIL, 1)
    expect(part.lines.length).to.be.within(500, 560)
    server.asked.length = 0

    const rest = await pull(config(), part.cursor, UNTIL)

    const ids = [...part.lines, ...rest.lines].map((line) => (JSON.parse(line) as { id: number }).id)
    expect(new Set(ids).size).to.equal(700)
    expect(ids).to.have.length(700)
    expect(server.asked[0]?.query.get("before")).not.to.equal(null)
  })

  it("reads on without a user who is deleted or renamed in between", async () => {
    busyWeek(20, 20)
    forum.beforeAnswer = ({ path, query }) => {
      if (path === "/user_actions.json" && query.get("username") === "clara") forum.users.delete("clara")
    }
    const { lines } = await pull(config(), null, UNTIL)
    const likers = lines.flatMap(
      (line) => (JSON.parse(line) as { acting_username?: string }).acting_username ?? [],
    )
    expect(new Set(likers)).to.deep.equal(new Set(["anna", "борис", "דנה"]))
  })

  it("asks only about users who were there", async () => {
    for (let n = 0; n < 250; n++) forum.user(`reader${n}`, n % 2 === 0 ? null : at(-30 * 24 * HOUR))
    busyWeek(5, 5)
    await pull(config(), null, UNTIL)
    const asked = server.asked.filter(({ path }) => path === "/user_actions.json")
    expect(new Set(asked.map(({ query }) => query.get("username")))).to.deep.equal(new Set(MEMBERS))
  })

  it("hands on records of wrong types once, for the list of malformed lines", async () => {
    busyWeek(3, 2)
    forum.posts.push(
      {
        id: 90,
        topic_id: 9,
        post_number: 1,
        username: "anna",
        created_at: at(HOUR),
        broken: { username: 7 },
      },
      { id: 91, topic_id: 9, post_number: 2, username: "anna", created_at: at(HOUR), broken: { id: 1e300 } },
      {
        id: 92,
        topic_id: 9,
        post_number: 3,
        username: "anna",
        created_at: at(HOUR),
        broken: { created_at: "yesterday" },
      },
      {
        id: 93,
        topic_id: 9,
        post_number: 4,
        username: "anna",
        created_at: at(HOUR),
        broken: { topic_id: { $gt: 0 } },
      },
    )
    const first = await pull(config(), null, UNTIL)
    expect(first.lines).to.have.length(9)
    expect((await pull(config(), first.cursor, UNTIL)).lines).to.deep.equal([])
    const { rejected } = await scoreLines(first)
    expect(rejected.filter(({ reason }) => reason === "malformed")).to.have.length(4)
  })

  it("leaves private messages alone", async () => {
    busyWeek(3, 1)
    forum.likes.push({ post_id: 2, acting_username: "anna", created_at: at(HOUR), isPrivate: true })
    const { lines } = await pull(config(), null, UNTIL)
    expect(lines).to.have.length(4)
  })

  it("takes nothing from after the end, which the next pull has", async () => {
    busyWeek(2, 0)
    forum.posts.push({ id: 9, topic_id: 9, post_number: 1, username: "anna", created_at: at(7 * 24 * HOUR) })
    const first = await pull(config(), null, UNTIL)
    expect(first.lines).to.have.length(2)
    expect((await pull(config(), first.cursor, UNTIL + HOUR)).lines).to.have.length(1)
  })

  it("says what to check when the key is refused, without showing it", async () => {
    process.env[KEY_VARIABLE] = "wrong-key-0123456789"
    try {
      const failure = await pull(config(), null, UNTIL).catch((error: unknown) => error)
      expect(failure).to.be.instanceOf(SourceFailed)
      const { message, reason } = failure as SourceFailed
      expect(reason).to.equal("refused")
      expect(message).to.contain("club").and.to.contain("docs/operator/platforms.md")
      expect(message).not.to.contain("wrong-key")
    } finally {
      process.env[KEY_VARIABLE] = FORUM_KEY
    }
  })
})
