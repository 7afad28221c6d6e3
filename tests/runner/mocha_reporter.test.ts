import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { expect } from "chai"
import { readRecord, removeRecord, ROOT } from "../../toolchain/runner/records"

const SUITE = `
  describe("outer [EX-01]", () => {
    it("passes [EX-02]", () => {})
    it("fails [EX-03]", () => { throw new Error("no") })
    it.skip("is left out [EX-04]", () => {})
  })
  describe("broken", () => {
    before(() => { throw new Error("no") })
    it("never runs [EX-05]", () => {})
  })
`

describe("the mocha reporter", () => {
  let folder: string
  let file: string

  const runMocha = (...parameters: string[]) => {
    const mocha = join(ROOT, "node_modules", ".bin", "ts-mocha")
    return spawnSync(mocha, ["-p", "tsconfig.json", ...parameters, file], { cwd: ROOT, encoding: "utf8" })
  }

  beforeEach(() => {
    mkdirSync(join(ROOT, ".stk"), { recursive: true })
    folder = mkdtempSync(join(ROOT, ".stk", "reporter-"))
    file = join(folder, "example.test.ts")
    writeFileSync(file, SUITE)
  })

  afterEach(() => {
    removeRecord(relative(ROOT, file))
    rmSync(folder, { recursive: true })
  })

  it("keeps every test with its rows and how it ended, also one that a hook kept from running", () => {
    const { status, stdout } = runMocha()

    expect(status).to.not.equal(0)
    expect(stdout).to.contain("1 passing")
    expect(readRecord(relative(ROOT, file))?.tests).to.deep.equal([
      { title: "outer [EX-01] passes [EX-02]", rows: ["EX-01", "EX-02"], state: "passed" },
      { title: "outer [EX-01] fails [EX-03]", rows: ["EX-01", "EX-03"], state: "failed" },
      { title: "outer [EX-01] is left out [EX-04]", rows: ["EX-01", "EX-04"], state: "pending" },
      { title: "broken never runs [EX-05]", rows: ["EX-05"], state: "absent" },
    ])
  })

  it("keeps what it knows when only some tests were asked for", () => {
    runMocha()
    const before = readRecord(relative(ROOT, file))

    runMocha("--grep", "passes")

    expect(readRecord(relative(ROOT, file))).to.deep.equal(before)
  })
})
