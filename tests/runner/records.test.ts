import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect } from "chai"
import {
  changedSources,
  countTests,
  coverRows,
  readRecord,
  readRecords,
  readRows,
  removeRecord,
  type TestRecord,
  writeRecord,
} from "../../toolchain/runner/records"

const ROWS = ["A-1", "A-2", "A-3", "A-4"].map((id) => ({ id, title: id }))

function test(state: TestRecord["state"], ...rows: string[]): TestRecord {
  return { title: rows.join(" "), rows, state }
}

describe("covered rows", () => {
  it("are those whose every test passed", () => {
    const tests = [
      test("passed", "A-1", "A-2"),
      test("passed", "A-1"),
      test("failed", "A-2"),
      test("pending", "A-3"),
    ]

    expect(coverRows(ROWS, tests)).to.deep.equal({
      covered: ["A-1"],
      missing: ["A-2", "A-3", "A-4"],
      unknown: [],
    })
  })

  it("do not include a row whose test never ran", () => {
    expect(coverRows(ROWS, [test("passed", "A-1"), test("absent", "A-1")]).covered).to.deep.equal([])
  })

  it("name the ids that the list does not have", () => {
    expect(coverRows(ROWS, [test("passed", "A-9")]).unknown).to.deep.equal(["A-9"])
  })

  it("come from a list in which every id is there once", () => {
    const ids = readRows().map(({ id }) => id)

    expect(new Set(ids).size).to.equal(ids.length)
    expect(ids.filter((id) => id.startsWith("STK-"))).to.have.length(144)
    expect(ids.every((id) => /^(STK|REPO|TET|CLR)-\d\d+$/.test(id))).to.equal(true)
  })
})

describe("the record of a run", () => {
  let root: string

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "stk-records-"))
    writeFileSync(join(root, "a.test.ts"), "one")
  })

  afterEach(() => rmSync(root, { recursive: true }))

  it("is read as it was written, and is gone when removed", () => {
    const tests = [test("passed", "A-1")]

    writeRecord("folder/a.test.ts", [join(root, "a.test.ts")], tests, root)

    expect(readRecord("folder/a.test.ts", root)?.tests).to.deep.equal(tests)
    expect(readRecords(root)).to.have.length(1)
    removeRecord("folder/a.test.ts", root)
    expect(readRecords(root)).to.deep.equal([])
  })

  it("tells when its sources were changed or removed since", () => {
    writeRecord("a.test.ts", [join(root, "a.test.ts")], [], root)
    const [record] = readRecords(root)
    if (record === undefined) throw new Error("no record")

    expect(changedSources(record, root)).to.deep.equal([])
    writeFileSync(join(root, "a.test.ts"), "two")
    expect(changedSources(record, root)).to.deep.equal(["a.test.ts"])
    rmSync(join(root, "a.test.ts"))
    expect(changedSources(record, root)).to.deep.equal(["a.test.ts"])
  })

  it("counts a test that never ran as failed and a pending one not at all", () => {
    expect(countTests([test("passed"), test("failed"), test("absent"), test("pending")])).to.deep.equal({
      passed: 1,
      failed: 2,
    })
  })
})
