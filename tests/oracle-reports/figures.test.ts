import { expect } from "chai"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { scoreWeek, statementFile, STK_RULES, writeReports, type WeekReportParameters } from "stk-oracle"
import { quickTextsOf, textsOf } from "./utils/pdf"
import {
  event,
  events,
  Folder,
  jsonLines,
  lines,
  membersCsv,
  pointsOf,
  scoredCommunity,
  WEEK_INDEX,
  type Detail,
} from "./utils/weeks"

/** The specification's table, written out: label, weight, daily limit. */
const TYPES: readonly [label: string, weight: number, limit: number][] = [
  ["Reading a section", 50, 5],
  ["Doing a task", 100, 5],
  ["Writing a post", 200, 1],
  ["Like given", 10, 5],
  ["Like received", 20, 10],
  ["Writing a comment", 50, 5],
  ["Receiving a comment", 50, 5],
]
const LEVELS: readonly [name: string, tenths: bigint][] = [
  ["Freshman", 10n],
  ["Trainee", 12n],
  ["Practitioner", 15n],
  ["Specialist", 18n],
  ["Expert", 22n],
  ["Master", 26n],
  ["Mentor", 30n],
  ["Public figure", 36n],
]
const STREAKS = [100n, 102n, 105n, 110n, 120n]
const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

/** An exact fraction of a power of ten as plain decimals, without zeros at the end. */
function plain(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, "0")
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`.replace(/\.?0+$/, "")
}

function signed(value: bigint, digits = 0): string {
  if (value === 0n) return "0"
  const size = value < 0n ? -value : value
  return `${value < 0n ? "−" : "+"}${digits === 0 ? size : plain(size, digits)}`
}

/** Texts from the table of activities to the unused limits, computed from the raw daily counts alone. */
function expectedTexts(
  now: Detail,
  before: Detail | undefined,
  rejected: [string, number][],
  firstDay: number,
): string[] {
  const [level = "", tenths = 0n] = LEVELS[now.level - 1] ?? []
  const hundredths = STREAKS[now.streak - 1]
  const countedOf = (detail: Detail, type: number): number =>
    detail.daily.reduce((sum, day) => sum + Math.min(day[type] ?? 0, TYPES[type]?.[2] ?? 0), 0)
  const rows = TYPES.map(([label, weight, limit], type) => {
    const accepted = now.daily.reduce((sum, day) => sum + (day[type] ?? 0), 0)
    const counted = countedOf(now, type)
    return {
      label,
      weight,
      limit,
      accepted,
      counted,
      over: accepted - counted,
      before: before ? countedOf(before, type) : 0,
    }
  })
  const sum = (pick: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + pick(row), 0)
  const points = BigInt(sum((row) => row.counted * row.weight))
  const texts = [
    "Breakdown by activity",
    "Activity",
    "Accepted",
    "Limit a day",
    "Counted",
    "Over limit",
    "Weight",
    "Points",
  ]
  for (const row of rows)
    texts.push(
      row.label,
      ...[row.accepted, row.limit, row.counted, row.over, row.weight, row.counted * row.weight].map(String),
    )
  texts.push(
    "Total",
    ...[sum((r) => r.accepted), sum((r) => r.counted), sum((r) => r.over), points].map(String),
  )
  texts.push("Points by day, before coefficients (UTC)")
  now.daily.forEach((day, place) => {
    const ofDay = TYPES.reduce(
      (total, [, weight, limit], type) => total + Math.min(day[type] ?? 0, limit) * weight,
      0,
    )
    texts.push(`${DAYS[place]} ${firstDay + place}`, String(ofDay))
  })
  texts.push("How the amount follows")
  if (hundredths === undefined)
    texts.push(
      "No activity was counted this week: there is nothing to multiply, and",
      "the row of weeks begins anew.",
    )
  else
    texts.push(
      ...[
        "Sum of points",
        String(points),
        `× level: ${level}`,
        `${points} × ${tenths / 10n}.${tenths % 10n} =`,
      ],
      plain(points * tenths, 1),
      `× weeks in a row: ${now.streak === 5 ? "5 or more" : now.streak}`,
      `${plain(points * tenths, 1)} × ${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")} =`,
      `${plain(points * tenths * hundredths, 3)} STK`,
    )
  texts.push("What did not count, and why")
  const over = sum((row) => row.over)
  const reasons: [string, number][] = [
    ...(over > 0 ? [["over the daily limit", over] as [string, number]] : []),
    ...rejected,
  ]
  texts.push(
    ...(reasons.length === 0 ? ["Everything that arrived was counted."] : reasons.flat().map(String)),
  )
  texts.push("Compared with 2026-W46")
  if (before === undefined) {
    texts.push("First week as a member: nothing to compare with in", "2026-W46.")
  } else {
    texts.push("Activity", "Before", "Now", "Difference")
    for (const row of rows) {
      const [was, is] = [row.before * row.weight, row.counted * row.weight]
      texts.push(row.label, String(was), String(is), signed(BigInt(is - was)))
    }
    const pointsBefore = BigInt(sum((row) => row.before * row.weight))
    const earned = points * tenths * (hundredths ?? 0n)
    const earnedBefore =
      pointsBefore * (LEVELS[before.level - 1]?.[1] ?? 0n) * (STREAKS[before.streak - 1] ?? 0n)
    texts.push("Points", String(pointsBefore), String(points), signed(points - pointsBefore))
    texts.push("STK", plain(earnedBefore, 3), plain(earned, 3), signed(earned - earnedBefore, 3))
  }
  texts.push("Unused daily limits of this week", "Activity", "Unused", "Points", "STK")
  rows
    .map((row) => ({ ...row, room: 7 * row.limit - row.counted }))
    .filter((row) => row.room > 0)
    .sort((a, b) => b.room * b.weight - a.room * a.weight)
    .forEach((row, place) =>
      texts.push(
        `${place + 1}. ${row.label}`,
        `${row.room} of ${7 * row.limit}`,
        String(row.room * row.weight),
        plain(BigInt(row.room * row.weight) * tenths * (hundredths ?? 100n), 3),
      ),
    )
  return texts
}

const REASONS: Record<string, string> = {
  self: "towards oneself",
  late: "arrived after Monday 02:00 UTC",
  outside_week: "belongs to another week",
  unknown_type: "unknown kind of activity",
  conflicting_duplicate: "same id, other content",
}

describe("Figures of the statements", function () {
  this.timeout(240_000)
  const folder = new Folder()
  after(() => folder.remove())

  const report = (
    p: Partial<WeekReportParameters> & { scored: string; out: string },
  ): ReturnType<typeof writeReports> =>
    writeReports({
      previous: [],
      rules: STK_RULES,
      language: "en",
      names: new Map(),
      economy: null,
      payable: null,
      ...p,
    })

  describe("of a community", () => {
    const week = (name: string): Detail[] => jsonLines<Detail>(folder.read(`weeks/${name}/detail.jsonl`))
    let pages: Map<string, Buffer>

    before(async () => {
      const [before = "", now = ""] = await scoredCommunity(folder, {
        members: 1_150,
        weeks: ["2026-W46", "2026-W47"],
        seed: "figures",
      })
      const { statements } = await report({ scored: now, previous: [before], out: folder.at("reports") })
      pages = new Map(
        statements.map(({ user_id, file }) => [user_id, readFileSync(join(folder.at("reports"), file))]),
      )
    })

    it("[STK-63] [STK-126] are those of a thousand members' counts, points.csv and detail.jsonl, to the last digit", () => {
      const before = new Map(week("2026-W46").map((detail) => [detail.user_id, detail]))
      const points = pointsOf(folder.read("weeks/2026-W47/points.csv"))
      const rejected = new Map<string, Map<string, number>>()
      for (const { user_id, reason } of jsonLines<{ user_id: string | null; reason: string }>(
        folder.read("weeks/2026-W47/rejected.jsonl"),
      )) {
        const reasons = rejected.get(user_id ?? "") ?? new Map<string, number>()
        rejected.set(user_id ?? "", reasons.set(reason, (reasons.get(reason) ?? 0) + 1))
      }
      let compared = 0
      for (const detail of week("2026-W47")) {
        const texts = quickTextsOf(pages.get(detail.user_id) ?? Buffer.alloc(0))
        const reasons = [...(rejected.get(detail.user_id) ?? [])]
          .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
          .map(([reason, count]): [string, number] => [REASONS[reason] ?? reason, count])
        const expected = expectedTexts(detail, before.get(detail.user_id), reasons, 16)
        const from = texts.indexOf("Breakdown by activity")
        expect(texts.slice(from, from + expected.length), detail.user_id).to.deep.equal(expected)
        expect(texts[texts.indexOf("Earned this week") + 1]).to.equal(`${points[detail.user_id]} STK`)
        expect(texts).to.include(`${detail.wallet} · Member ${detail.index}`)
        compared++
      }
      expect(compared).to.be.at.least(1_000)
    })

    it("[STK-63] are read by pdf.js as by the file's own maps", async () => {
      for (const pdf of [...pages.values()].slice(0, 12))
        expect(await textsOf(pdf)).to.deep.equal(quickTextsOf(pdf))
    })

    it("[STK-62] add up in points.csv to the week's total before the pool's limit", () => {
      const csv = folder.read("weeks/2026-W47/points.csv")
      const thousandths = Object.values(pointsOf(csv)).reduce((sum, text) => {
        const [whole = "0", fraction = ""] = text.split(".")
        return sum + BigInt(whole) * 1000n + BigInt(fraction.padEnd(3, "0"))
      }, 0n)
      const rewards = week("2026-W47").reduce((sum, detail) => sum + BigInt(detail.reward), 0n)
      expect(thousandths * 1000n).to.equal(rewards)
      expect(csv.split("\n")[0]).to.equal("date,user_id,points")
      expect(csv.trimEnd().split("\n")).to.have.length(week("2026-W47").length + 1)
    })
  })

  describe("of the specification's example", () => {
    const ANNA = { user: "anna", level: 3 }
    const BORIS = { user: "boris", level: 1 }
    const scored: string[] = []
    let texts: string[]

    before(async () => {
      const mondays = ["2025-11-24", "2025-12-01", "2025-12-08", "2025-12-15"]
      const day = (week: number): string => `${mondays[week]}T10:00:00Z`
      const scoreOne = async (week: number, text: string[], members = [ANNA]): Promise<void> => {
        const previous = scored.at(-1)
        const out = folder.at(`example/${week}`)
        await scoreWeek({
          week: WEEK_INDEX - 3 + week,
          events: [folder.file(`example-${week}.jsonl`, lines(text))],
          members: folder.file(`example-${week}.csv`, membersCsv(members)),
          out,
          ...(previous === undefined ? {} : { previous }),
        })
        scored.push(out)
      }
      for (const week of [0, 1, 2]) await scoreOne(week, [event({ timestamp: day(week) })])
      const of = (type: string, count: number): string[] => events(count, { event: type, timestamp: day(3) })
      await scoreOne(
        3,
        [
          ...of("SectionCompleted", 7),
          ...of("ExerciseSave", 3),
          ...of("ClubPostCreated", 1),
          ...of("ClubLikeGiven", 5),
          ...of("ClubLikeReceived", 3),
          ...of("ClubCommentCreated", 2),
          event({ timestamp: "2025-12-22T00:00:00Z" }),
        ],
        [ANNA, BORIS],
      )
      const result = await report({
        scored: scored[3] ?? "",
        previous: scored.slice(0, 3),
        out: folder.at("example/reports"),
        names: new Map([["boris", { name: "Борис", language: "ru" }]]),
        payable: 792_000_000n,
      })
      expect(result.statements.map((statement) => statement.file)).to.deep.equal([
        statementFile(WEEK_INDEX, 0, "anna"),
        statementFile(WEEK_INDEX, 1, "boris"),
      ])
      texts = await textsOf(
        readFileSync(join(folder.at("example/reports"), statementFile(WEEK_INDEX, 0, "anna"))),
      )
    })

    const after = (heading: string, count: number): string[] => {
      expect(texts).to.include(heading)
      return texts.slice(texts.indexOf(heading) + 1, texts.indexOf(heading) + 1 + count)
    }

    it("[STK-126] names count, limit, weight and points of every type, and follows to 1584", () => {
      expect(after("Points", 49).slice(0, 14)).to.deep.equal(
        ["Reading a section", "7", "5", "5", "2", "50", "250"].concat([
          "Doing a task",
          "3",
          "5",
          "3",
          "0",
          "100",
          "300",
        ]),
      )
      expect(after("Total", 4)).to.deep.equal(["21", "19", "2", "960"])
      expect(after("How the amount follows", 8)).to.deep.equal(
        ["Sum of points", "960", "× level: Practitioner", "960 × 1.5 =", "1440"].concat([
          "× weeks in a row: 4",
          "1440 × 1.10 =",
          "1584 STK",
        ]),
      )
      expect(after("What did not count, and why", 4)).to.deep.equal([
        "over the daily limit",
        "2",
        "belongs to another week",
        "1",
      ])
    })

    it("[STK-127] shows the difference to the week before by type and in all", () => {
      expect(after("Compared with 2025-W50", 8)).to.deep.equal([
        "Activity",
        "Before",
        "Now",
        "Difference",
        "Reading a section",
        "50",
        "250",
        "+200",
      ])
      expect(after("Compared with 2025-W50", 40).slice(32)).to.deep.equal([
        "Points",
        "50",
        "960",
        "+910",
        "STK",
        "78.75",
        "1584",
        "+1505.25",
      ])
    })

    it("[STK-128] ranks unused limits by points and names the next steps with what they bring", () => {
      expect(after("Unused daily limits of this week", 32).slice(4)).to.deep.equal(
        ["1. Doing a task", "32 of 35", "3200", "5280"].concat(
          ["2. Receiving a comment", "35 of 35", "1750", "2887.5"],
          ["3. Writing a comment", "33 of 35", "1650", "2722.5"],
          ["4. Reading a section", "30 of 35", "1500", "2475"],
          ["5. Like received", "67 of 70", "1340", "2211"],
          ["6. Writing a post", "6 of 7", "1200", "1980"],
          ["7. Like given", "30 of 35", "300", "495"],
        ),
      )
      const advice = after("How to earn more", 4).join(" ")
      expect(advice).to.include(
        "5 or more weeks in a row multiply by 1.20. For this week's points that would be 144 STK more.",
      )
      expect(advice).to.include("Level 4 · Specialist multiplies by 1.8 (certification level 2).")
      expect(advice).to.include("that would be 316.8 STK more.")
    })

    it("[STK-63] says what is credited when the pool is short", () => {
      expect(after("1584 STK", 3).join(" ")).to.equal(
        "Will be credited: 792 STK The Rewards Pool pays 792 of 1584: 1584 × 792 / 1584, rounded down.",
      )
    })

    it("[STK-127] tells a new member that there is nothing to compare with, in Russian too", async () => {
      const russian = await textsOf(
        readFileSync(join(folder.at("example/reports"), statementFile(WEEK_INDEX, 1, "boris"))),
      )
      expect(russian).to.include.members([
        "Борис",
        "Уровень 1 · Первокурсник",
        "Сравнение с 2025-W50",
        "0 STK",
      ])
      expect(russian.join(" ")).to.include("Первая неделя участника: в 2025-W50 сравнивать не с чем.")
      const first = folder.at("example/first")
      await report({ scored: scored[3] ?? "", out: first })
      const alone = await textsOf(readFileSync(join(first, statementFile(WEEK_INDEX, 0, "anna"))))
      expect(alone[alone.indexOf("Compared with the week before") + 1]).to.equal(
        "First week: there is nothing to compare with.",
      )
    })
  })
})
