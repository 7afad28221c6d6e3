import { expect } from "chai"
import { gzipSync } from "node:zlib"
import { existsSync, mkdirSync, readdirSync } from "node:fs"
import { readSummary, scoreWeek, type ScoreParameters, type ScoreResult } from "stk-oracle"
import {
  cli,
  event,
  events,
  Folder,
  jsonLines,
  lines,
  membersCsv,
  pointsOf,
  SUNDAY,
  wallet,
  WEEK,
  WEEK_INDEX,
  type Detail,
  type Member,
  type Rejected,
} from "./utils/fixtures"

describe("stk-oracle score", () => {
  let folder: Folder
  let run = 0

  beforeEach(() => {
    folder = new Folder()
  })
  afterEach(() => folder.remove())

  const ANNA: Member = { user: "anna", level: 1 }

  interface Scored extends ScoreResult {
    out: string
    points: Record<string, string>
    details: Detail[]
    rejected: Rejected[]
  }

  async function score(
    content: string | Record<string, string | Buffer>,
    options: { members?: readonly Member[]; week?: number } & Partial<
      Pick<ScoreParameters, "previous" | "allowGap" | "skipMalformed" | "discourseUsers" | "rules">
    > = {},
  ): Promise<Scored> {
    run++
    const { members = [ANNA], week = WEEK_INDEX, ...rest } = options
    const files = typeof content === "string" ? { "posthog.jsonl": content } : content
    const out = folder.at(`out-${run}`)
    const result = await scoreWeek({
      week,
      events: Object.entries(files).map(([name, text]) => folder.file(`in-${run}/${name}`, text)),
      members: folder.file(`in-${run}/members.csv`, membersCsv(members)),
      out,
      ...rest,
    })
    return {
      ...result,
      out,
      points: pointsOf(folder.read(`out-${run}/points.csv`)),
      details: jsonLines<Detail>(folder.read(`out-${run}/detail.jsonl`)),
      rejected: jsonLines<Rejected>(folder.read(`out-${run}/rejected.jsonl`)),
    }
  }

  async function refusal(work: Promise<unknown>): Promise<{ exitCode: number; lines: readonly string[] }> {
    try {
      await work
    } catch (error) {
      return error as { exitCode: number; lines: readonly string[] }
    }
    throw new Error("was accepted")
  }

  /** Weeks before the scored one in which the members were active, each scored from the one before. */
  async function afterActiveWeeks(count: number, members: readonly Member[]): Promise<string | undefined> {
    let previous: string | undefined
    for (let back = count; back > 0; back--) {
      const day = new Date(Date.UTC(2025, 11, 15 - 7 * back, 12)).toISOString()
      const activity = members.map((member) => event({ distinct_id: member.user, timestamp: day }))
      const result = await score(lines(activity), {
        members,
        week: WEEK_INDEX - back,
        ...(previous === undefined ? {} : { previous }),
      })
      previous = result.out
    }
    return previous
  }

  const previousOf = (previous: string | undefined): { previous?: string } =>
    previous === undefined ? {} : { previous }

  describe("points", () => {
    it("[STK-22] multiplies the weighted sum by level and consistency: 960 × 1.5 × 1.10 = 1584", async () => {
      const members = [{ user: "anna", level: 3 }]
      const previous = await afterActiveWeeks(3, members)

      const { points, details } = await score(
        lines(
          events(5),
          events(3, { event: "ExerciseSave" }),
          events(1, { event: "ClubPostCreated" }),
          events(5, { event: "ClubLikeGiven" }),
          events(3, { event: "ClubLikeReceived" }),
          events(2, { event: "ClubCommentCreated" }),
        ),
        { members, ...previousOf(previous) },
      )

      expect(points).to.deep.equal({ anna: "1584" })
      expect(details[0]).to.include({ streak: 4, weight_sum: 960, reward: "1584000000" })
    })

    const daily: [string, string, number, string, string][] = [
      ["STK-23", "SectionCompleted", 7, "250", "5 sections at 50"],
      ["STK-24", "ExerciseSave", 6, "500", "5 tasks at 100"],
      ["STK-25", "ClubPostCreated", 2, "200", "1 post at 200"],
      ["STK-26", "ClubLikeGiven", 6, "50", "5 given likes at 10"],
      ["STK-27", "ClubLikeReceived", 12, "200", "10 received likes at 20"],
      ["STK-28", "ClubCommentCreated", 6, "250", "5 written comments at 50"],
      ["STK-29", "ClubCommentReceived", 6, "250", "5 received comments at 50"],
    ]
    for (const [row, type, count, expected, what] of daily) {
      it(`[${row}] counts at most ${what} a day`, async () => {
        const { points, summary } = await score(lines(events(count, { event: type })))

        expect(points.anna).to.equal(expected)
        const { accepted, counted, capped } = summary.events.by_type[type] ?? {
          accepted: 0,
          counted: 0,
          capped: 0,
        }
        expect(accepted).to.equal(count)
        expect(counted + capped).to.equal(count)
        expect(capped).to.be.greaterThan(0)
      })
    }

    it("[STK-30] applies the limit to each UTC day: 7 sections on each of two days give 500", async () => {
      const { points, details } = await score(
        lines(
          events(7, { timestamp: "2025-12-15T23:59:59.999Z" }),
          // The same local evening three hours east, but the next UTC day.
          events(7, { timestamp: "2025-12-15T21:00:00-03:00" }),
        ),
      )

      expect(points.anna).to.equal("500")
      expect(details[0]?.daily.map((day) => day[0])).to.deep.equal([7, 7, 0, 0, 0, 0, 0])
      expect(details[0]?.counted[0]).to.equal(10)
    })

    it("[STK-31] reaches 11900 points a week, 51408 at the highest level and consistency", async () => {
      const members = [{ user: "anna", level: 8 }]
      const previous = await afterActiveWeeks(4, members)
      const types = [
        ["SectionCompleted", 5],
        ["ExerciseSave", 5],
        ["ClubPostCreated", 1],
        ["ClubLikeGiven", 5],
        ["ClubLikeReceived", 10],
        ["ClubCommentCreated", 5],
        ["ClubCommentReceived", 5],
      ] as const
      const week = Array.from({ length: 7 }, (_, day) =>
        types.flatMap(([type, limit]) =>
          events(limit + 2, { event: type, timestamp: `2025-12-${15 + day}T12:00:00Z` }),
        ),
      ).flat()

      const { points, details } = await score(lines(week), { members, ...previousOf(previous) })

      expect(details[0]).to.include({ weight_sum: 11900, streak: 5 })
      expect(points.anna).to.equal("51408")
    })

    it("[STK-45] writes exact decimals: 61.2 and 18.9 and 224.4 and 5610 and 4147.2", async () => {
      const cases: [number, number, string[], string][] = [
        [2, 1, events(1), "61.2"],
        [4, 2, events(1, { event: "ClubLikeGiven" }), "18.9"],
        [5, 1, events(1, { event: "ExerciseSave" }), "224.4"],
        [7, 3, fullDay(), "5610"],
        [8, 5, nineHundredSixty(), "4147.2"],
        [1, 0, events(1), "50"],
      ]
      for (const [level, before, activity, expected] of cases) {
        const members = [{ user: "anna", level }]
        const previous = await afterActiveWeeks(before, members)
        const { points } = await score(lines(activity), { members, ...previousOf(previous) })
        expect(points.anna).to.equal(expected)
      }
    })

    it("[STK-42] takes each member's level from the members file of the week", async () => {
      const members = [1, 2, 3, 4, 5, 6, 7, 8].map((level) => ({ user: `level${level}`, level }))

      const { points } = await score(
        lines(members.flatMap((m) => events(1, { event: "ExerciseSave", distinct_id: m.user }))),
        { members },
      )

      expect(Object.values(points)).to.deep.equal(["100", "120", "150", "180", "220", "260", "300", "360"])
    })

    function fullDay(): string[] {
      return [
        ["SectionCompleted", 5],
        ["ExerciseSave", 5],
        ["ClubPostCreated", 1],
        ["ClubLikeGiven", 5],
        ["ClubLikeReceived", 10],
        ["ClubCommentCreated", 5],
        ["ClubCommentReceived", 5],
      ].flatMap(([type, count]) => events(Number(count), { event: type }))
    }

    function nineHundredSixty(): string[] {
      return [
        events(5),
        events(3, { event: "ExerciseSave" }),
        events(1, { event: "ClubPostCreated" }),
        events(5, { event: "ClubLikeGiven" }),
        events(3, { event: "ClubLikeReceived" }),
        events(2, { event: "ClubCommentCreated" }),
      ].flat()
    }
  })

  describe("consistency", () => {
    it("[STK-43] rises with weeks in a row: 1.00, 1.02, 1.05, 1.10, 1.20 and stays", async () => {
      let previous: string | undefined
      const seen: string[] = []
      for (let week = 0; week < 7; week++) {
        const timestamp = new Date(Date.UTC(2025, 10, 5 + 7 * week)).toISOString()
        const result = await score(lines(event({ event: "ExerciseSave", timestamp })), {
          week: WEEK_INDEX - 6 + week,
          ...previousOf(previous),
        })
        seen.push(result.points.anna ?? "")
        previous = result.out
      }
      expect(seen).to.deep.equal(["100", "102", "105", "110", "120", "120", "120"])
    })

    it("[STK-44] starts again after a week without a counted event; the scored week is included", async () => {
      const active = await afterActiveWeeks(2, [ANNA])
      // An event without weight does not make a week active.
      const idle = await score(lines(event({ event: "CourseCompleted" })), previousOf(active))
      expect(idle.details[0]).to.include({ streak: 0, points: "0" })

      const next = await score(lines(event({ timestamp: "2025-12-22T00:00:00Z" })), {
        week: WEEK_INDEX + 1,
        previous: idle.out,
      })
      expect(next.details[0]).to.include({ streak: 1, points: "50" })

      const without = await score(lines(event()), previousOf(active))
      expect(without.details[0]).to.include({ streak: 3 })
    })

    it("refuses a previous week that is not the week before, unless the gap is accepted and resets streaks", async () => {
      const first = await score(lines(event({ timestamp: "2025-12-01T10:00:00Z" })), { week: WEEK_INDEX - 2 })

      const refused = await refusal(score(lines(event()), { previous: first.out }))
      expect(refused.exitCode).to.equal(3)
      expect(refused.lines[0]).to.include("2025-W49").and.to.include("resets every streak")

      const accepted = await score(lines(event()), { previous: first.out, allowGap: true })
      expect(accepted.details[0]?.streak).to.equal(1)
      expect(accepted.notes.join()).to.include("resets every streak")
      expect((await refusal(score(lines(event()), { previous: accepted.out }))).exitCode).to.equal(3)
    })

    it("refuses a previous week of another economy, a changed state and a folder that is none", async () => {
      const before = await score(lines(event({ timestamp: "2025-12-08T10:00:00Z" })), {
        week: WEEK_INDEX - 1,
      })
      const { STK_RULES } = await import("stk-oracle")
      const other = { ...STK_RULES, levelTenths: [11, 12, 15, 18, 22, 26, 30, 36] }

      const economy = await refusal(score(lines(event()), { previous: before.out, rules: other }))
      expect(economy.lines[0]).to.include("economy")
      const none = await refusal(score(lines(event()), { previous: folder.path }))
      expect(none.lines[0]).to.include("is not an output")

      const state = `${before.out.slice(folder.path.length + 1)}/state.csv`
      folder.file(state, folder.read(state).replace(",1,2918", ",5,2918"))
      const changed = await refusal(score(lines(event()), { previous: before.out }))
      expect(changed.lines[0]).to.include("state.csv").and.to.include("changed")
    })

    it("keeps member indexes by wallet, appends new members by id and keeps those who left", async () => {
      const first = await score(lines(event({ timestamp: "2025-12-08T10:00:00Z" })), {
        members: [ANNA, { user: "mia", level: 1 }],
        week: WEEK_INDEX - 1,
      })
      const second = await score(lines(event({ distinct_id: "mia" })), {
        members: [
          { user: "aaron", level: 1 },
          { user: "mia", level: 1 },
          { user: "zoe", level: 1 },
          { user: "anna-renamed", level: 1, wallet: wallet("someone new") },
        ],
        previous: first.out,
      })
      expect(second.details.map((d) => [d.user_id, d.index])).to.deep.equal([
        ["aaron", 2],
        ["anna-renamed", 3],
        ["mia", 1],
        ["zoe", 4],
      ])
      expect(second.summary.members).to.include({ total: 4, new: 3, absent: 1 })
      expect(second.summary.merkle.leaves).to.equal(5)
    })
  })

  describe("events", () => {
    it("[STK-32] knows exactly ten types, takes PageView along without weight and reports any other", async () => {
      const types = [
        "ExerciseSave",
        "SectionCompleted",
        "CourseCompleted",
        "ClubPostCreated",
        "ClubCommentCreated",
      ]
      types.push(
        "ClubCommentReceived",
        "ClubLikeGiven",
        "ClubLikeReceived",
        "ProjectMilestoneCompleted",
        "PeerReviewCompleted",
      )
      const { summary, rejected, points } = await score(
        lines(
          types.map((type) => event({ event: type })),
          event({ event: "PageView" }),
          event({ event: "$pageview" }),
          event({ event: "VideoWatched", uuid: "the-unknown" }),
        ),
      )

      expect(Object.values(summary.events.by_type).map((n) => n.accepted)).to.deep.equal([
        ...Array(10).fill(1),
        2,
      ])
      expect(points.anna).to.equal("480")
      expect(rejected).to.deep.equal([
        {
          file: "posthog.jsonl",
          line: 13,
          item: null,
          reason: "unknown_type",
          detail: null,
          source_id: "the-unknown",
          event: "VideoWatched",
          user_id: "anna",
          timestamp: "2025-12-15T10:00:00.000000Z",
        },
      ])
    })

    it("[STK-33] gives nothing for CourseCompleted and leaves milestones and reviews to explicit rewards", async () => {
      const { summary, points, details } = await score(
        lines(
          event({ event: "CourseCompleted" }),
          events(2, { event: "ProjectMilestoneCompleted" }),
          events(3, { event: "PeerReviewCompleted" }),
        ),
      )
      expect(points.anna).to.equal("0")
      expect(details[0]?.streak).to.equal(0)
      expect(summary.events).to.include({ accepted: 6, ingested: 1, explicit: 5, counted: 0, capped: 0 })
    })

    it("[STK-54] takes Sunday 23:59:59 UTC into the week and the next second out of it", async () => {
      const { summary, rejected, details } = await score(
        lines(
          event({ timestamp: "2025-12-15T00:00:00Z" }),
          event({ timestamp: "2025-12-21T23:59:59.999999Z" }),
          event({ timestamp: "2025-12-22T02:59:59+03:00" }),
          event({ timestamp: "2025-12-14T23:59:59.999999Z", uuid: "before" }),
          event({ timestamp: "2025-12-22T00:00:00Z", uuid: "after" }),
          event({ timestamp: "2025-12-22T00:00:00+00:30" }),
        ),
      )
      expect(summary.week).to.include({
        index: 2919,
        start: "2025-12-15T00:00:00Z",
        end: "2025-12-22T00:00:00Z",
      })
      expect(details[0]?.daily.map((day) => day[0])).to.deep.equal([1, 0, 0, 0, 0, 0, 3])
      expect(rejected.map((r) => [r.source_id, r.reason, r.line])).to.deep.equal([
        ["before", "outside_week", 4],
        ["after", "outside_week", 5],
      ])
    })

    it("rejects and lists an event that arrives after Monday 02:00 UTC", async () => {
      const { rejected, points } = await score(
        lines(
          event({ timestamp: "2025-12-21T23:00:00Z", created_at: "2025-12-22T01:59:59.999Z" }),
          event({ timestamp: "2025-12-21T23:00:00Z", created_at: "2025-12-22T02:00:00Z", uuid: "late" }),
        ),
      )
      expect(points.anna).to.equal("50")
      expect(rejected.map((r) => [r.source_id, r.reason])).to.deep.equal([["late", "late"]])
    })

    it("[STK-48] reads PostHog's exports and counts a source id once, also over several files", async () => {
      const same = event({ uuid: "same" })
      const { points, summary, rejected } = await score({
        "a.jsonl": lines(same, event({ event: "ExerciseSave" }), same),
        "b.jsonl": lines(
          same,
          event({ event: "$pageview" }),
          event({ uuid: "same", event: "ExerciseSave", timestamp: "2025-12-16T00:00:00Z" }),
        ),
      })
      expect(points.anna).to.equal("150")
      expect(summary.events).to.include({ read: 6, duplicates: 3, accepted: 3 })
      // The same id with another content is worth a line.
      expect(rejected.map((r) => [r.file, r.line, r.reason])).to.deep.equal([
        ["b.jsonl", 3, "conflicting_duplicate"],
      ])
    })

    it("lets the earliest of conflicting events with one source id count, whatever the order", async () => {
      const early = event({ uuid: "x", event: "ExerciseSave", timestamp: "2025-12-15T10:00:00+03:00" })
      const later = event({ uuid: "x", timestamp: "2025-12-15T09:00:00Z" })
      expect((await score(lines(early, later))).points.anna).to.equal("100")
      expect((await score(lines(later, early))).points.anna).to.equal("100")
    })

    it("reports events of people who are no members", async () => {
      const { rejected } = await score(lines(event(), event({ distinct_id: "guest", uuid: "g" })))
      expect(rejected.map((r) => [r.line, r.reason, r.user_id])).to.deep.equal([
        [2, "unknown_member", "guest"],
      ])
    })

    it("reads every usual form of a time", async () => {
      const times = [
        "2025-12-15T10:00:00Z",
        "2025-12-15T10:00:00.123456Z",
        "2025-12-15 10:00:00.123456+00:00",
        "2025-12-15T13:00:00+0300",
        "2025-12-15T13:00+03",
        "2025-12-15t10:00:00z",
        "2025-12-15 10:00:00",
      ]
      const { details } = await score(lines(times.map((timestamp) => event({ timestamp }))))
      expect(details[0]?.daily[0]?.[0]).to.equal(times.length)
    })

    it("reads gzip, CRLF, a byte order mark, empty lines and a JSON array, and keeps line numbers", async () => {
      const content = (): string => [event(), "", event({ distinct_id: "guest" })].join("\r\n")
      const { rejected, points } = await score(
        {
          "packed.jsonl.gz": gzipSync(content()),
          "windows.jsonl": `\ufeff${content()}`,
          "array.json": `[\n  ${event()},\n  ${event({ distinct_id: "guest" })}\n]`,
        },
        {},
      )
      expect(points.anna).to.equal("150")
      expect(rejected.map((r) => [r.file, r.line])).to.deep.equal([
        ["array.json", 3],
        ["packed.jsonl.gz", 3],
        ["windows.jsonl", 3],
      ])
    })

    it("accepts an empty file: a quiet week", async () => {
      const { points } = await score("")
      expect(points).to.deep.equal({ anna: "0" })
    })

    it("names a file of a kind that it does not know", async () => {
      const refused = await refusal(score({ "notes.txt": "hello\nworld\n" }))
      expect(refused.exitCode).to.equal(3)
      expect(refused.lines[0]).to.include("notes.txt: file: is neither")
    })
  })

  describe("malformed lines", () => {
    const good = event({ uuid: "good" })
    const broken: [string, string | Buffer, string][] = [
      ["a torn line", good.slice(0, 40), "line: is not valid JSON"],
      ["a missing uuid", event({ uuid: undefined }), "uuid: must be a text that is not empty"],
      ["a uuid that is a number", event({ uuid: 7 }), "uuid: must be a text that is not empty"],
      ["an empty user id", event({ distinct_id: "" }), "distinct_id: must be a text that is not empty"],
      [
        "a control character",
        event({ distinct_id: "a\u0000b" }),
        "distinct_id: must not contain control characters",
      ],
      ["a missing event", event({ event: null }), "event: must be a text that is not empty"],
      [
        "a time that is none",
        event({ timestamp: "2025-02-30T10:00:00Z" }),
        "timestamp: must be an ISO 8601 time",
      ],
      ["a number as time", event({ timestamp: 1765792800 }), "timestamp: must be an ISO 8601 time"],
      ["a day without time", event({ timestamp: "2025-12-15" }), "timestamp: must be an ISO 8601 time"],
      ["an array", "[1]", "line: is not a JSON object"],
      ["bytes that are no UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), "line: is not valid UTF-8"],
      ["a half surrogate", '{"uuid":"\\ud800","event":"x"}', "line: is not valid JSON"],
    ]
    for (const [what, line, rule] of broken) {
      it(`refuses ${what} with file, line, field and rule`, async () => {
        const content = Buffer.concat([Buffer.from(good + "\n"), Buffer.from(line), Buffer.from("\n")])
        const refused = await refusal(score({ "posthog.jsonl": content }))
        expect(refused.exitCode).to.equal(3)
        expect(refused.lines[0])
          .to.match(/posthog\.jsonl:2: /)
          .and.to.include(rule)

        const skipped = await score({ "posthog.jsonl": content }, { skipMalformed: true })
        expect(skipped.points.anna).to.equal("50")
        expect(skipped.rejected.map((r) => [r.line, r.reason, r.detail])).to.deep.equal([
          [2, "malformed", rule],
        ])
      })
    }

    it("writes nothing when it refuses", async () => {
      await refusal(score({ "posthog.jsonl": lines(good, "{") }))
      expect(readdirSync(folder.path).filter((name) => !name.startsWith("in-"))).to.deep.equal([])
    })
  })

  describe("members", () => {
    const one = wallet("one")
    const refused: [string, string, string][] = [
      ["another header", "user,wallet,level\n", ":1: header: must be user_id,wallet,level"],
      ["an empty file", "", ":1: header: must be user_id,wallet,level"],
      [
        "a level of 0",
        `user_id,wallet,level\nanna,${one},0\n`,
        ":2: level: must be a whole number from 1 to 8",
      ],
      [
        "a level of 9",
        `user_id,wallet,level\nanna,${one},9\n`,
        ":2: level: must be a whole number from 1 to 8",
      ],
      ["a level with a fraction", `user_id,wallet,level\nanna,${one},1.0\n`, ":2: level: must be"],
      [
        "a short wallet",
        `user_id,wallet,level\nanna,${one.slice(2)},1\n`,
        ":2: wallet: must be the base58 address of 32 bytes",
      ],
      [
        "a wallet with a letter that base58 lacks",
        `user_id,wallet,level\nanna,0${one.slice(1)},1\n`,
        ":2: wallet: must be",
      ],
      [
        "a user twice",
        `user_id,wallet,level\nanna,${one},1\nanna,${wallet("b")},1\n`,
        ":3: user_id: is already on line 2",
      ],
      [
        "a wallet twice",
        `user_id,wallet,level\nanna,${one},1\nbob,${one},1\n`,
        ":3: wallet: is already on line 2",
      ],
      ["a field too few", `user_id,wallet,level\nanna,${one}\n`, ":2: line: has 2 fields, not 3"],
      [
        "a quote that stays open",
        `user_id,wallet,level\n"anna,${one},1\n`,
        ":2: line: a quoted field is not closed",
      ],
      ["an empty user id", `user_id,wallet,level\n,${one},1\n`, ":2: user_id: must not be empty"],
    ]
    for (const [what, csv, rule] of refused) {
      it(`refuses ${what}`, async () => {
        const error = await refusal(
          scoreWeek({
            week: WEEK_INDEX,
            events: [folder.file("posthog.jsonl", lines(event()))],
            members: folder.file("members.csv", csv),
            out: folder.at("out"),
          }),
        )
        expect(error.exitCode).to.equal(3)
        expect(error.lines[0]).to.include(`members.csv${rule}`)
        expect(existsSync(folder.at("out"))).to.equal(false)
      })
    }

    it("reads a byte order mark, CRLF and quoted ids, and quotes them again", async () => {
      const strange = 'O"Neil, Ann'
      const result = await scoreWeek({
        week: WEEK_INDEX,
        events: [
          folder.file(
            "posthog.jsonl",
            lines(event({ distinct_id: strange }), event({ distinct_id: "мария" })),
          ),
        ],
        members: folder.file(
          "members.csv",
          `\ufeffuser_id,wallet,level\r\n"O""Neil, Ann",${wallet("a")},1\r\nмария,${wallet("m")},2\r\n`,
        ),
        out: folder.at("out"),
      })
      expect(result.summary.members.active).to.equal(2)
      expect(folder.read("out/points.csv")).to.equal(
        `date,user_id,points\n${SUNDAY},"O""Neil, Ann",50\n${SUNDAY},мария,60\n`,
      )
    })
  })

  describe("output", () => {
    it("[STK-62] writes date,user_id,points, one row a member by bytes of the id, zeros included", async () => {
      const members = ["b", "a", "#b", "ä", "Z", "a1", "я", "\u{1f600}", "\uffee"].map((user) => ({
        user,
        level: 1,
      }))
      const { out, summary } = await score(
        lines(event({ distinct_id: "a" }), event({ distinct_id: "я", event: "ExerciseSave" })),
        { members },
      )

      const expected = ['"#b",0', "Z,0", "a,50", "a1,0", "b,0", "ä,0", "я,100", "\uffee,0", "\u{1f600},0"]
      expect(folder.read(`${out.slice(folder.path.length + 1)}/points.csv`)).to.equal(
        ["date,user_id,points", ...expected.map((row) => `${SUNDAY},${row}`)].join("\n") + "\n",
      )
      expect(summary.totals).to.deep.equal({ weight_sum: "150", points: "150", reward: "150000000" })
    })

    it("gives the same bytes for any order of files and the same scores for any order of lines", async () => {
      const content = Array.from({ length: 300 }, (_, i) =>
        event({
          uuid: `id-${i % 250}`,
          distinct_id: `user${i % 7}`,
          event: ["SectionCompleted", "ExerciseSave", "ClubLikeGiven", "Other"][i % 4],
          timestamp: new Date(Date.UTC(2025, 11, 14, (i * 37) % 230)).toISOString(),
        }),
      )
      const members = Array.from({ length: 6 }, (_, i) => ({ user: `user${i}`, level: 1 + i }))
      const csv = folder.file("members.csv", membersCsv(members))
      const files = [content.slice(0, 100), content.slice(100, 150), content.slice(150)].map((part, i) =>
        folder.file(`part${i}.jsonl`, lines(part)),
      )
      const whole = folder.file("part0-whole.jsonl", lines([...content].reverse()))
      const base = { week: WEEK_INDEX, members: csv }
      await scoreWeek({ ...base, events: files, out: folder.at("one") })
      await scoreWeek({ ...base, events: [...files].reverse(), out: folder.at("two") })
      await scoreWeek({ ...base, events: [whole], out: folder.at("three") })

      const [one, two, three] = ["one", "two", "three"].map((name) => folder.snapshot(name))
      expect(two).to.deep.equal(one)
      for (const file of ["points.csv", "detail.jsonl", "state.csv"])
        expect(three?.[file]).to.equal(one?.[file])
      const reasons = (text = ""): string[] =>
        jsonLines<Rejected>(text)
          .map((r) => `${String(r.source_id)} ${r.reason} ${String(r.timestamp)}`)
          .sort()
      expect(reasons(three?.["rejected.jsonl"])).to.deep.equal(reasons(one?.["rejected.jsonl"]))
    })

    it("changes nothing when the same week is scored again, and replaces a corrected one", async () => {
      const members = folder.file("members.csv", membersCsv([ANNA]))
      const base = { week: WEEK_INDEX, members, out: folder.at("out") }
      const first = await scoreWeek({ ...base, events: [folder.file("a.jsonl", lines(event()))] })
      const again = await scoreWeek({ ...base, events: [folder.at("a.jsonl")] })
      const corrected = await scoreWeek({ ...base, events: [folder.file("b.jsonl", lines(events(2)))] })

      expect([first, again, corrected].map((r) => r.publication)).to.deep.equal([
        "written",
        "unchanged",
        "replaced",
      ])
      expect(pointsOf(folder.read("out/points.csv"))).to.deep.equal({ anna: "100" })
      expect(readSummary(folder.at("out"))?.totals.points).to.equal("100")
      expect(readdirSync(folder.path).sort()).to.deep.equal(["a.jsonl", "b.jsonl", "members.csv", "out"])
    })

    it("refuses a folder that holds anything else, another week or a file of somebody's", async () => {
      const base = {
        members: folder.file("members.csv", membersCsv([ANNA])),
        events: [folder.file("a.jsonl", lines(event()))],
      }
      mkdirSync(folder.at("mine"))
      folder.file("mine/letter.txt", "dear")
      expect(
        (await refusal(scoreWeek({ ...base, week: WEEK_INDEX, out: folder.at("mine") }))).exitCode,
      ).to.equal(4)
      await scoreWeek({ ...base, week: WEEK_INDEX, out: folder.at("out") })
      expect(
        (await refusal(scoreWeek({ ...base, week: WEEK_INDEX + 1, out: folder.at("out") }))).exitCode,
      ).to.equal(4)
      folder.file("out/letter.txt", "dear")
      expect(
        (await refusal(scoreWeek({ ...base, week: WEEK_INDEX, out: folder.at("out") }))).exitCode,
      ).to.equal(4)
    })
  })

  describe("command line", () => {
    it("scores, prints a table for people and one JSON object for machines, and no colours", async () => {
      const args = [
        "score",
        "--week",
        WEEK,
        "--events",
        folder.file("p.jsonl", lines(events(6), event({ distinct_id: "x" }))),
      ]
      args.push("--members", folder.file("m.csv", membersCsv([ANNA])), "--out", folder.at("out"))

      const people = await cli(args)
      expect(people.code).to.equal(0)
      expect(people.stdout)
        .to.match(/anna +1 +1 +250/)
        .and.to.match(/unknown_member +1/)
      expect(people.stderr).to.match(/^note: no --previous/)
      expect(people.stdout + people.stderr).to.not.include("\u001b")

      const machine = await cli([...args, "--json"])
      expect(machine.code).to.equal(0)
      const json = JSON.parse(machine.stdout) as {
        publication: string
        summary: { totals: { points: string } }
      }
      expect(json).to.include({ publication: "unchanged" })
      expect(json.summary.totals.points).to.equal("250")
    })

    it("ends with its documented exit codes and says file, line, field and rule", async () => {
      const members = folder.file("m.csv", membersCsv([ANNA]))
      const good = folder.file("p.jsonl", lines(event()))
      const bad = folder.file("bad.jsonl", lines(event(), "{"))
      const score = (events: string, ...more: string[]): Promise<{ code: number | null; stderr: string }> =>
        cli([
          "score",
          "--week",
          WEEK,
          "--events",
          events,
          "--members",
          members,
          "--out",
          folder.at("out"),
          ...more,
        ])

      const refused = await score(bad)
      expect(refused.code).to.equal(3)
      expect(refused.stderr)
        .to.include(`error: ${bad}:2: line: is not valid JSON`)
        .and.to.include("--skip-malformed")
      expect((await score(bad, "--skip-malformed")).code).to.equal(0)
      expect((await score(folder.at("missing.jsonl"))).code).to.equal(3)
      expect(
        (await cli(["score", "--week", "2025-W53", "--events", good, "--members", members, "--out", "x"]))
          .code,
      ).to.equal(2)
      expect((await cli(["score"])).code).to.equal(2)
      expect((await cli(["nonsense"])).code).to.equal(2)
      const occupied = await cli([
        "score",
        "--week",
        WEEK,
        "--events",
        good,
        "--members",
        members,
        "--out",
        folder.path,
      ])
      expect(occupied.code).to.equal(4)
      for (const args of [["--help"], ["score", "--help"], ["generate", "--help"], ["--version"]])
        expect((await cli(args)).code).to.equal(0)
    })

    it("scores another economy from its rules and refuses rules that do not fit", async () => {
      const rules = {
        name: "Garden",
        symbol: "GRD",
        decimals: 4,
        levelTenths: [10, 20, 30, 40, 50, 60, 70, 80],
        streakHundredths: [100, 150, 200, 250, 300],
        events: [
          { name: "Planted", weight: 7, dailyLimit: 2 },
          { name: "Watered", weight: 3, dailyLimit: 10 },
          { name: "Seen", weight: 0, dailyLimit: 0 },
        ],
      }
      const members = folder.file("m.csv", membersCsv([{ user: "anna", level: 2 }]))
      const input = folder.file(
        "p.jsonl",
        lines(
          events(3, { event: "Planted" }),
          events(4, { event: "Watered" }),
          event({ event: "Seen" }),
          event(),
        ),
      )
      const args = [
        "score",
        "--week",
        WEEK,
        "--events",
        input,
        "--members",
        members,
        "--out",
        folder.at("out"),
        "--json",
      ]
      const good = await cli([...args, "--economy", folder.file("rules.json", JSON.stringify(rules))])
      expect(good.code).to.equal(0)
      expect(pointsOf(folder.read("out/points.csv"))).to.deep.equal({ anna: "52" })
      expect(jsonLines<Detail>(folder.read("out/detail.jsonl"))[0]).to.include({ reward: "520000" })

      const small = { ...rules, levelTenths: [10, 0, 0, 0, 0, 0, 0, 0] }
      const lacking = await cli([...args, "--economy", folder.file("small.json", JSON.stringify(small))])
      expect(lacking.code).to.equal(3)
      expect(lacking.stderr).to.include(":2: level: is 2, which the economy does not have")

      const wide = {
        ...rules,
        events: Array.from({ length: 10 }, (_, i) => ({ name: `e${i}`, weight: 1, dailyLimit: 100 })),
      }
      const refused = await cli([...args, "--economy", folder.file("wide.json", JSON.stringify(wide))])
      expect(refused.code).to.equal(3)
      expect(refused.stderr).to.include("weekly counts need 100 bits, at most 64 fit")
    })
  })
})
