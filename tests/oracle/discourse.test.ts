import { expect } from "chai"
import { scoreWeek, type ScoreResult } from "stk-oracle"
import { Folder, jsonLines, membersCsv, WEEK_INDEX, type Detail, type Rejected } from "./utils/fixtures"

/** Order of the scored types in a member's daily counts. */
const [POST, LIKE_GIVEN, LIKE_RECEIVED, COMMENT, COMMENT_RECEIVED] = [2, 3, 4, 5, 6] as const

describe("Discourse's API as a source", () => {
  let folder: Folder
  let run = 0

  beforeEach(() => {
    folder = new Folder()
  })
  afterEach(() => folder.remove())

  const MEMBERS = ["anna", "boris", "clara"].map((user) => ({ user, level: 1 }))

  interface Scored {
    result: ScoreResult
    rejected: Rejected[]
    count(user: string, type: number): number
  }

  async function score(files: Record<string, unknown>, discourseUsers?: string): Promise<Scored> {
    run++
    const result = await scoreWeek({
      week: WEEK_INDEX,
      events: Object.entries(files).map(([name, content]) =>
        folder.file(`in-${run}/${name}`, typeof content === "string" ? content : JSON.stringify(content)),
      ),
      members: folder.file(`in-${run}/members.csv`, membersCsv(MEMBERS)),
      out: folder.at(`out-${run}`),
      ...(discourseUsers === undefined ? {} : { discourseUsers: folder.file("users.csv", discourseUsers) }),
    })
    const details = jsonLines<Detail>(folder.read(`out-${run}/detail.jsonl`))
    return {
      result,
      rejected: jsonLines<Rejected>(folder.read(`out-${run}/rejected.jsonl`)),
      count: (user, type) =>
        details.find((d) => d.user_id === user)?.daily.reduce((sum, day) => sum + (day[type] ?? 0), 0) ?? -1,
    }
  }

  /** A post as `/posts.json` shows it. */
  function post(fields: Record<string, unknown>): Record<string, unknown> {
    return {
      id: 1,
      name: "",
      username: "anna",
      avatar_template: "/letter_avatar_proxy/v4/letter/a/ebca7d/{size}.png",
      created_at: "2025-12-15T10:00:00.000Z",
      cooked: "<p>hello</p>",
      post_number: 1,
      post_type: 1,
      updated_at: "2025-12-15T10:00:00.000Z",
      reply_count: 0,
      reply_to_post_number: null,
      topic_id: 7,
      topic_slug: "welcome",
      user_id: 11,
      hidden: false,
      user_deleted: false,
      deleted_at: null,
      ...fields,
    }
  }

  /** A row of `/user_actions.json`. */
  function action(type: number, fields: Record<string, unknown>): Record<string, unknown> {
    return {
      excerpt: "",
      action_type: type,
      created_at: "2025-12-15T11:00:00.000Z",
      slug: "welcome",
      topic_id: 7,
      target_user_id: 12,
      target_username: "boris",
      post_number: 1,
      post_id: 1,
      username: "anna",
      user_id: 11,
      acting_username: "boris",
      acting_user_id: 12,
      deleted: false,
      hidden: false,
      post_type: null,
      ...fields,
    }
  }

  it("[STK-50] maps posts, comments and likes to the five club types of author and recipient", async () => {
    const { count } = await score({
      "posts.json": {
        latest_posts: [
          post({}),
          post({ id: 2, post_number: 2, username: "boris" }),
          post({
            id: 3,
            post_number: 3,
            username: "clara",
            reply_to_post_number: 2,
            reply_to_user: { id: 12, username: "boris" },
          }),
        ],
      },
      "likes.json": {
        user_actions: [action(1, {}), action(1, { post_id: 2, username: "boris", acting_username: "clara" })],
      },
    })

    expect(["anna", "boris", "clara"].map((u) => count(u, POST))).to.deep.equal([1, 0, 0])
    expect(["anna", "boris", "clara"].map((u) => count(u, COMMENT))).to.deep.equal([0, 1, 1])
    expect(["anna", "boris", "clara"].map((u) => count(u, COMMENT_RECEIVED))).to.deep.equal([1, 1, 0])
    expect(["anna", "boris", "clara"].map((u) => count(u, LIKE_GIVEN))).to.deep.equal([0, 1, 1])
    expect(["anna", "boris", "clara"].map((u) => count(u, LIKE_RECEIVED))).to.deep.equal([1, 1, 0])
  })

  it("counts a like once that both streams show, and a post once that arrives as post and as action", async () => {
    const { count, result } = await score({
      "given.json": { user_actions: [action(1, {})] },
      "received.json": { user_actions: [action(2, { target_username: "anna", target_user_id: 11 })] },
      "posts.json": { latest_posts: [post({}), post({ id: 2, post_number: 2, username: "boris" })] },
      "activity.json": {
        user_actions: [
          action(4, { acting_username: "anna", created_at: "2025-12-15T10:00:00.000Z" }),
          action(5, { post_id: 2, username: "boris", created_at: "2025-12-15T10:00:00.000Z" }),
          action(6, {
            post_id: 2,
            username: "boris",
            target_username: "anna",
            created_at: "2025-12-15T10:00:00.000Z",
          }),
        ],
      },
    })
    expect([count("boris", LIKE_GIVEN), count("anna", LIKE_RECEIVED)]).to.deep.equal([1, 1])
    expect([count("anna", POST), count("boris", COMMENT), count("anna", COMMENT_RECEIVED)]).to.deep.equal([
      1, 1, 1,
    ])
    expect(result.summary.events.duplicates).to.equal(5)
    expect(result.summary.events.rejected).to.deep.equal({})
  })

  it("gives nothing for liking or answering oneself, but the written comment counts", async () => {
    const { count, rejected } = await score({
      "posts.json": { latest_posts: [post({}), post({ id: 2, post_number: 2 })] },
      "likes.json": { user_actions: [action(1, { acting_username: "Anna" })] },
    })
    expect(count("anna", COMMENT)).to.equal(1)
    expect([
      count("anna", COMMENT_RECEIVED),
      count("anna", LIKE_GIVEN),
      count("anna", LIKE_RECEIVED),
    ]).to.deep.equal([0, 0, 0])
    expect(rejected.map((r) => r.reason)).to.deep.equal(["self", "self", "self"])
  })

  it("finds whom a comment answers in another file, and reports it when nobody knows", async () => {
    const { count, rejected } = await score({
      "a.json": { latest_posts: [post({ id: 5, post_number: 2, username: "boris" })] },
      // An older page: outside the week, and yet it says whose topic it is.
      "b.json": {
        post_stream: { posts: [post({ username: "clara", created_at: "2025-11-01T00:00:00.000Z" })] },
      },
      "c.json": { latest_posts: [post({ id: 9, post_number: 4, topic_id: 99, username: "boris" })] },
    })
    expect([count("boris", COMMENT), count("clara", COMMENT_RECEIVED), count("clara", POST)]).to.deep.equal([
      2, 1, 0,
    ])
    expect(rejected.map((r) => [r.reason, r.source_id])).to.deep.equal([
      ["outside_week", "discourse:topic:7"],
      ["unknown_recipient", "discourse:comment-received:9"],
    ])
  })

  it("leaves out deleted posts, system notes, whispers and other actions, and lists them", async () => {
    const { result } = await score({
      "posts.json": {
        latest_posts: [
          post({ deleted_at: "2025-12-16T00:00:00.000Z" }),
          post({ id: 2, topic_id: 8, user_deleted: true }),
          post({ id: 3, topic_id: 9, post_type: 3 }),
          post({ id: 4, topic_id: 10, post_type: 4 }),
        ],
      },
      "actions.json": { user_actions: [action(7, {}), action(11, {})] },
    })
    expect(result.summary.events.counted).to.equal(0)
    expect(result.summary.events.rejected).to.deep.equal({ deleted: 2, unknown_type: 4 })
  })

  it("reads pages line by line, arrays of pages, single records and indented documents with their lines", async () => {
    const pages = (id: number): unknown => ({
      latest_posts: [post({ id, topic_id: id }), post({ id: id + 1, topic_id: id + 1, username: "guest" })],
    })
    const { count, rejected } = await score({
      "a-pages.json": `${JSON.stringify(pages(10))}\n\n${JSON.stringify(pages(20))}\n`,
      "b-array.json": JSON.stringify([pages(30), pages(40)]),
      "c-records.jsonl": `${JSON.stringify(post({ id: 50, topic_id: 50 }))}\n${JSON.stringify(post({ id: 51, topic_id: 51, username: "guest" }))}\n`,
      "d-indented.json": JSON.stringify(pages(60), null, 2),
    })
    // One post a day counts, all are there.
    expect(count("anna", POST)).to.equal(6)
    const second =
      JSON.stringify(pages(60), null, 2)
        .split("\n")
        .findIndex((line) => line.includes("61")) + 1
    expect(rejected.map((r) => [r.file, r.line, r.item])).to.deep.equal([
      ["a-pages.json", 1, 2],
      ["a-pages.json", 3, 2],
      ["b-array.json", 1, 2],
      ["b-array.json", 1, 4],
      ["c-records.jsonl", 2, null],
      ["d-indented.json", second - 1, null],
    ])
  })

  it("maps Discourse's names to user ids by a list, without regard to case", async () => {
    const { count, rejected } = await score(
      {
        "posts.json": {
          latest_posts: [post({ username: "Annie" }), post({ id: 2, post_number: 2, username: "stranger" })],
        },
        "likes.json": { user_actions: [action(1, { username: "annie", acting_username: "BOB" })] },
      },
      "username,user_id\nannie,anna\nBob,boris\n",
    )
    expect([count("anna", POST), count("boris", LIKE_GIVEN), count("anna", LIKE_RECEIVED)]).to.deep.equal([
      1, 1, 1,
    ])
    expect(count("anna", COMMENT_RECEIVED)).to.equal(1)
    expect(rejected.map((r) => [r.reason, r.user_id])).to.deep.equal([["unknown_member", "stranger"]])
  })

  const broken: [string, unknown, string][] = [
    [
      "a post without time",
      { latest_posts: [post({}), post({ id: 2, created_at: null })] },
      "[2].created_at: must be an ISO 8601 time",
    ],
    [
      "a post without number",
      { latest_posts: [post({}), post({ id: 2, post_number: "x" })] },
      "[2].post_number: must be a whole number from 1",
    ],
    [
      "a like without liker",
      { user_actions: [action(1, {}), action(1, { acting_username: "" })] },
      "[2].acting_username: must be a text",
    ],
    [
      "a like without post",
      { user_actions: [action(1, {}), action(1, { post_id: null })] },
      "[2].post_id: must be a whole number",
    ],
    [
      "something else",
      { latest_posts: [post({}), { id: 3 }] },
      "[2].line: is neither a post nor a user action",
    ],
  ]
  for (const [what, page, rule] of broken) {
    it(`refuses ${what} and names its place in the page`, async () => {
      let lines: readonly string[] = []
      await score({ "page.json": page }).catch((error: { lines: readonly string[] }) => {
        lines = error.lines
      })
      expect(lines[0])
        .to.match(/page\.json:1: /)
        .and.to.include(rule)
    })
  }
})
