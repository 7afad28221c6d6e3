import { expect } from "chai"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import {
  InputRefused,
  readNames,
  scoreWeek,
  shownText,
  STK_RULES,
  writeReports,
  type MemberName,
} from "stk-oracle"
import { objectsOf, quickTextsOf, textsOf } from "./utils/pdf"
import { event, Folder, lines, membersCsv, WEEK_INDEX } from "./utils/weeks"

/** Ids that members.csv allows. */
const IDS = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `../../../etc/passwd`,
  `..\\..\\windows\\system32`,
  `javascript:alert(1)`,
  `) Tj ET Q /URI (https://evil.example) BT (`,
  `endstream endobj 1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>`,
  `%PDF-1.7 %%EOF`,
  `a"quoted",comma`,
  `x--><!--`,
  `&lt;b&gt;&amp;`,
  `{{7*7}}\${7*7}`,
  `\u202egnp.exe`,
  `zero\u200bwidth\u200d\u2060\ufeff`,
  `e${"\u0301".repeat(60)}`,
  `שלום עולם`,
  `مرحبا بالعالم`,
  `नमस्ते ไทย`,
  `山田太郎`,
  `👩‍👩‍👧‍👦🏳️‍🌈`,
  `\u{1d573}\u{1d58a}\u{e0041}`,
  `+79991234567`,
  `-5`,
  `x`.repeat(400),
  `\u0430`.repeat(400),
  `con`,
  ` `.repeat(3) + `blank`,
]

/** Ids that a spreadsheet would run, or that no line of a file can hold. */
const FORMULAS = [
  `=1+1`,
  `=cmd|'/c calc'!A0`,
  `@SUM(1)`,
  `+cmd`,
  `-1+1`,
  `--`,
  ` =1`,
  `a;=1+1`,
  `＝1+1`,
  `a\tb`,
  `a\0b`,
  `a\u0007`,
]

/** Names of PDF that act, or point outside the file. */
const ACTIVE =
  /\/(JS|JavaScript|AA|OpenAction|Launch|URI|GoToR|SubmitForm|ImportData|RichMedia|EmbeddedFile|Annots|XFA)\b/

describe("Hostile names on reports", function () {
  this.timeout(120_000)
  const folder = new Folder()
  after(() => folder.remove())
  const out = folder.at("reports")
  const names = new Map<string, MemberName>(
    IDS.map((id, place) => [
      id,
      { name: place % 2 === 0 ? `${id}\0${id}` : null, language: place % 3 === 0 ? "ru" : "en" },
    ]),
  )
  let files: Map<string, Buffer>

  before(async () => {
    await scoreWeek({
      week: WEEK_INDEX,
      events: [folder.file("events.jsonl", lines(IDS.map((id) => event({ distinct_id: id }))))],
      members: folder.file("members.csv", membersCsv(IDS.map((user) => ({ user, level: 1 })))),
      out: folder.at("week"),
    })
    const { statements } = await writeReports({
      scored: folder.at("week"),
      previous: [],
      out,
      rules: { ...STK_RULES },
      language: "en",
      community: `</title><script>alert("community")</script>\u202e`,
      names,
      economy: null,
      payable: null,
    })
    files = new Map(statements.map(({ user_id, file }) => [user_id, readFileSync(join(out, file))]))
  })

  it("[STK-63] are plain text in every PDF, and nothing in the file acts", async () => {
    for (const id of IDS) {
      const pdf = files.get(id) ?? Buffer.alloc(0)
      for (const { dictionary, content } of objectsOf(pdf)) {
        expect(dictionary, id).not.to.match(ACTIVE)
        // Outlines of glyphs are bytes like any others; everything else inflates to text.
        if (!/^(?:\x00\x01\x00\x00)/.test(content?.toString("latin1", 0, 4) ?? ""))
          expect(content?.toString("latin1") ?? "", id).not.to.match(ACTIVE)
      }
      const texts = await textsOf(pdf)
      expect(texts.join("")).not.to.match(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]/u)
      expect(texts, id).to.include("50 STK")
    }
  })

  it("[STK-63] appear as they are shown, shortened only where the line ends", () => {
    for (const id of [
      `<script>alert(1)</script>`,
      `javascript:alert(1)`,
      `a"quoted",comma`,
      `{{7*7}}\${7*7}`,
      `../../../etc/passwd`,
    ]) {
      const shown = quickTextsOf(files.get(id) ?? Buffer.alloc(0)).find((text) => text.startsWith("Id "))
      expect(shown).to.equal(`Id ${id}`)
    }
    const long = quickTextsOf(files.get("x".repeat(400)) ?? Buffer.alloc(0)).find((text) =>
      text.startsWith("Id "),
    )
    expect(long).to.match(/^Id x{20,}…$/)
  })

  it("[STK-58] never reach a file's name", () => {
    for (const name of readdirSync(out))
      expect(name).to.match(/^(2025-W51-\d{7}-[0-9a-f]{12}\.pdf|week\.html|manifest\.json)$/)
    expect(readdirSync(out)).to.have.length(IDS.length + 2)
  })

  it("[STK-58] are text on the week's page, which runs and loads nothing", () => {
    const html = readFileSync(join(out, "week.html"), "utf8")
    const tags = new Set([...html.matchAll(/<\/?([a-zA-Z!][\w-]*)/g)].map((match) => match[1]?.toLowerCase()))
    const known =
      "!doctype html head meta title style body main header p bdi h1 h2 section div dl dt dd small svg rect line text table thead tbody tr th td code span"
    for (const tag of tags) expect(known.split(" ")).to.include(tag)
    expect(html).to.match(
      /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'/,
    )
    expect(html).not.to.match(/\s(?:on\w+|href|src|style)\s*=\s*["']/i)
    expect(html).not.to.match(/[\u0000-\u0008\u202a-\u202e\u2066-\u2069\u200b-\u200f]/)
    expect(html).to.include("&#60;script&#62;alert(1)&#60;/script&#62;")
  })

  it("are made visible where they cannot be seen", () => {
    expect(shownText("a\u202eb\u200bc\0d")).to.equal("a\ufffdb\ufffdc\ufffdd")
    expect(shownText("\ud800x")).to.equal("\ufffdx")
    expect(shownText(`e${"\u0301".repeat(9)}!`)).to.equal("e\u0301\u0301\ufffd!")
    expect(shownText("\u0301a")).to.equal("\ufffd\u0301a")
    expect(shownText(" \u3000 ")).to.equal("\ufffd")
    expect([...shownText("y".repeat(1_000))]).to.have.length(401)
  })

  it("[STK-62] stand in points.csv as RFC 4180 has it, in UTF-8 without a mark", () => {
    const bytes = readFileSync(folder.at("week/points.csv"))
    expect(bytes.subarray(0, 4).toString("latin1")).to.equal("date")
    const rows = bytes.toString("utf8").split("\n").slice(1, -1)
    const ids = rows.map((row) => {
      const field = row.slice("2025-12-21,".length, row.lastIndexOf(","))
      return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field
    })
    expect(ids).to.deep.equal([...IDS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
    expect(rows.filter((row) => row.includes('"a""quoted"",comma"'))).to.have.length(1)
  })

  it("[STK-62] are refused as ids when a spreadsheet would run them", async () => {
    for (const [place, user] of FORMULAS.entries()) {
      const refused = await scoreWeek({
        week: WEEK_INDEX,
        events: [folder.file(`f-${place}.jsonl`, lines([event()]))],
        members: folder.file(`f-${place}.csv`, membersCsv([{ user, level: 1 }])),
        out: folder.at(`f-${place}`),
      }).catch((error: unknown) => error)
      expect(refused, user).to.be.instanceOf(InputRefused)
      expect((refused as InputRefused).problems[0]?.field).to.equal("user_id")
    }
  })

  it("are read from the file of names, and a wrong file is refused with its line", async () => {
    const good = folder.file(
      "names.csv",
      'language,user_id,display_name\nru-RU,anna,"Анна ""А"", Б"\n,boris,\n',
    )
    expect([...(await readNames(good))]).to.deep.equal([
      ["anna", { name: 'Анна "А", Б', language: "ru" }],
      ["boris", { name: null, language: null }],
    ])
    const bad = folder.file("bad.csv", "user_id,language\nanna,xx\nanna,en\n")
    const error = await readNames(bad).catch((reason: unknown) => reason)
    expect((error as InputRefused).problems.map(({ line, field }) => [line, field])).to.deep.equal([
      [2, "language"],
      [3, "user_id"],
    ])
  })
})
