import { spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { expect } from "chai"
import type { Results } from "../../bench/figures"

const ROOT = resolve(__dirname, "../..")
const FILES = ["RESULTS.md", "results.json"]

interface Verdict {
  passed: boolean
  figures: number
  problems: { kind: string; figure: string; sentence: string }[]
}

function bench(...parameters: string[]) {
  const command = join(ROOT, "node_modules/.bin/tsx")
  return spawnSync(command, [join(ROOT, "bench/index.ts"), ...parameters], { cwd: ROOT, encoding: "utf8" })
}

describe("bench: npm run bench:check", function () {
  // Most of it is the measuring; a first run compiles the reference program.
  this.timeout(5 * 60_000)

  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stk-bench-"))
    for (const file of FILES) cpSync(join(ROOT, "bench", file), join(folder, file))
  })

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it("finds the committed results as good as what it measures", () => {
    const { status, stdout, stderr } = bench("--check", "--json")

    expect(status, stdout + stderr).to.equal(0)
    const verdict = JSON.parse(stdout) as Verdict
    expect(verdict.passed).to.equal(true)
    expect(verdict.figures).to.be.greaterThan(150)
  })

  it("ends with 1 and names each figure that grew and a report that is out of date", () => {
    const path = join(folder, "results.json")
    const results = JSON.parse(readFileSync(path, "utf8")) as Results
    const [instructions] = results.tables.filter(({ id }) => id === "instructions")
    const place = instructions?.columns.findIndex(({ name }) => name === "CU") ?? -1
    const lowered = (results.tables as Results["tables"]).map((table) => {
      if (table !== instructions) return table
      const rows = table.rows.map((row) => {
        if (row.name !== "withdraw") return row
        const cells = row.cells.map((cell, index) => (index === place ? Math.floor(Number(cell) / 2) : cell))
        return { ...row, cells }
      })
      return { ...table, rows }
    })
    writeFileSync(path, JSON.stringify({ ...results, tables: lowered }))

    const { status, stderr } = bench("--check", "--folder", folder)

    expect(status).to.equal(1)
    const named = stderr.split("\n").filter((line) => line.startsWith("bench: "))
    expect(named).to.have.length(2)
    expect(named[0]).to.match(
      /^bench: instructions \/ withdraw \/ CU: \d+ → \d+ CU \(\+\d+\.\d%, 3% is allowed\)$/,
    )
    expect(named[1]).to.equal("bench: RESULTS.md does not say what results.json does: npm run bench")
  })
})
