import { expect } from "chai"
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { OutputRefused, scoreWeek, STK_RULES } from "stk-oracle"
import {
  writeReports,
  type ReportManifest,
  type ReportParameters,
  type ReportResult,
} from "../../oracle/src/report/reports"
import { cli, event, Folder, lines, membersCsv, scoredCommunity, WEEK_INDEX } from "./utils/weeks"

const MAIN = join(__dirname, "..", "..", "oracle", "bin", "stk-oracle.js")
/** More than one thread takes. */
const MEMBERS = 320
/** 10,000 statements in 10 minutes on two processors, in milliseconds of one. */
const MOST_CPU_MS = 120

describe("Files of the reports", function () {
  this.timeout(240_000)
  const folder = new Folder()
  after(() => folder.remove())
  let earlier = ""
  let now = ""

  const report = (out: string, p: Partial<ReportParameters> = {}): Promise<ReportResult> =>
    writeReports({
      scored: now,
      previous: [earlier],
      out: folder.at(out),
      rules: STK_RULES,
      language: "en",
      names: new Map(),
      economy: null,
      payable: null,
      ...p,
    })
  const hashes = (out: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder.at(out))
        .sort()
        .map((name) => [
          name,
          createHash("sha256")
            .update(readFileSync(join(folder.at(out), name)))
            .digest("hex"),
        ]),
    )

  before(async () => {
    const scored = await scoredCommunity(folder, {
      members: MEMBERS,
      weeks: ["2026-W46", "2026-W47"],
      seed: "files",
    })
    ;[earlier = "", now = ""] = scored
    const cpu = process.cpuUsage()
    const { statements } = await report("one", { workers: 1 })
    const { user, system } = process.cpuUsage(cpu)
    expect((user + system) / 1_000 / statements.length).to.be.below(MOST_CPU_MS)
    expect(statements.every((statement) => statement.bytes < 40_000)).to.equal(true)
  })

  it("[STK-58] are the same bytes with one thread, with two from the sources, and from the command line", async () => {
    const expected = hashes("one")
    expect(Object.keys(expected)).to.have.length(MEMBERS + 2)
    await report("two", { workers: 2 })
    expect(hashes("two")).to.deep.equal(expected)
    const { code, stdout } = await cli([
      "report",
      now,
      "--previous",
      earlier,
      "--out",
      folder.at("three"),
      "--workers",
      "2",
      "--json",
    ])
    expect(code).to.equal(0)
    expect(hashes("three")).to.deep.equal(expected)
    expect(JSON.parse(stdout)).to.deep.include({
      week: "2026-W47",
      statements: MEMBERS,
      written: MEMBERS,
      unchanged: 0,
    })
  })

  it("[STK-58] are named with their hashes by the manifest, in order", () => {
    const manifest = JSON.parse(folder.read("one/manifest.json")) as ReportManifest
    const { "manifest.json": _, ...expected } = hashes("one")
    const named = [manifest.page, ...manifest.statements]
    expect(Object.fromEntries(named.map(({ file, sha256 }) => [file, sha256]))).to.deep.equal(expected)
    const files = manifest.statements.map((statement) => statement.file)
    expect(files).to.deep.equal([...files].sort())
  })

  it("[STK-58] do not depend on the order of the events' files and lines", async () => {
    const text = Array.from({ length: 60 }, (_, n) =>
      event({
        distinct_id: n % 2 === 0 ? "anna" : "boris",
        event: n % 3 === 0 ? "ClubLikeGiven" : "ExerciseSave",
      }),
    )
    const members = folder.file(
      "m.csv",
      membersCsv([
        { user: "anna", level: 2 },
        { user: "boris", level: 8 },
      ]),
    )
    for (const [place, parts] of [
      [text.slice(0, 20), text.slice(20)],
      [[...text.slice(20)].reverse(), [...text.slice(0, 20)].reverse()],
    ].entries()) {
      const events = parts.map((part, file) =>
        folder.file(`order-${place}/${place === 0 ? file : 1 - file}.jsonl`, lines(part)),
      )
      await scoreWeek({ week: WEEK_INDEX, events, members, out: folder.at(`order-${place}/week`) })
      await report(`order-${place}/reports`, { scored: folder.at(`order-${place}/week`), previous: [] })
    }
    const pdfs = (out: string): string[] =>
      Object.entries(hashes(out))
        .filter(([name]) => name.endsWith(".pdf"))
        .flat()
    expect(pdfs("order-0/reports")).to.deep.equal(pdfs("order-1/reports"))
    expect(pdfs("order-0/reports")).to.have.length(4)
  })

  it("[STK-58] are not touched by a second run, which writes only what has changed", async () => {
    const expected = hashes("one")
    const [file = ""] = Object.keys(expected).filter((name) => name.endsWith(".pdf"))
    const path = join(folder.at("one"), file)
    const inode = statSync(path).ino
    expect(await report("one", { workers: 1 })).to.deep.include({
      written: 0,
      unchanged: MEMBERS,
      removed: 0,
    })
    expect(statSync(path).ino).to.equal(inode)
    writeFileSync(path, "damaged")
    writeFileSync(join(folder.at("one"), `2026-W47-9999999-${"0".repeat(12)}.pdf`), "of nobody")
    writeFileSync(join(folder.at("one"), `${file}.1.part`), "half")
    expect(await report("one", { workers: 1 })).to.deep.include({
      written: 1,
      unchanged: MEMBERS - 1,
      removed: 2,
    })
    expect(hashes("one")).to.deep.equal(expected)
  })

  it("[STK-58] are completed after the process was killed in the middle", async () => {
    const out = folder.at("killed")
    const child = spawn(process.execPath, [
      MAIN,
      "report",
      now,
      "--previous",
      earlier,
      "--out",
      out,
      "--workers",
      "1",
    ])
    const exited = once(child, "exit")
    while (!existsSync(out) || readdirSync(out).length < 50)
      await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill("SIGKILL")
    await exited
    expect(existsSync(join(out, "manifest.json"))).to.equal(false)
    await report("killed")
    expect(hashes("killed")).to.deep.equal(hashes("one"))
  })

  it("[STK-58] replace nothing that is not theirs", async () => {
    folder.file("foreign/notes.txt", "mine")
    folder.file(`other/2026-W46-0000000-${"0".repeat(12)}.pdf`, "another week")
    for (const out of ["foreign", "other"]) {
      const error = await report(out).catch((reason: unknown) => reason)
      expect((error as Error).name).to.equal(OutputRefused.name)
      expect(readdirSync(folder.at(out))).to.have.length(1)
    }
  })

  it("[STK-63] can be made for one member alone, in a language", async () => {
    const user = (JSON.parse(folder.read("one/manifest.json")) as ReportManifest).statements[3]?.user_id ?? ""
    const args = ["report", now, "--previous", earlier, "--member", user, "--out", folder.at("single")]
    expect((await cli([...args, "--json"])).code).to.equal(0)
    const [file = ""] = readdirSync(folder.at("single"))
    expect(hashes("single")).to.deep.equal({ [file]: hashes("one")[file] })
    expect((await cli([...args, "--language", "ru"])).code).to.equal(0)
    expect(hashes("single")[file]).not.to.equal(hashes("one")[file])
    expect((await cli([...args.slice(0, 4), "--member", "nobody"])).code).to.equal(3)
    expect((await cli(["report"])).code).to.equal(2)
    expect((await cli(["report", "--help"])).stdout).to.include("--payable")
  })
})
