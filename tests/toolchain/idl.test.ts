import { spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { convertIdlToCamelCase, type Idl } from "@coral-xyz/anchor/dist/cjs/idl"
import { expect } from "chai"

const ROOT = resolve(__dirname, "../..")
const COMMITTED = join(ROOT, "sdk/src/idl")

function check(folder: string) {
  return spawnSync(join(ROOT, "toolchain/build-idl.sh"), ["--check", join(ROOT, "programs/stk"), folder], {
    cwd: ROOT,
    encoding: "utf8",
  })
}

describe("toolchain: the program's interface in the SDK", function () {
  // The check compiles the program for the host the first time.
  this.timeout(10 * 60_000)

  let copy: string

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), "stk-idl-"))
    for (const file of ["stk.json", "stk.ts"]) cpSync(join(COMMITTED, file), join(copy, file))
  })

  afterEach(() => {
    rmSync(copy, { recursive: true, force: true })
  })

  it("is the interface that the program has", () => {
    const result = check(COMMITTED)

    expect(result.status, result.stderr).to.equal(0)
  })

  it("is found stale when a name differs, with the file and the line", () => {
    const file = join(copy, "stk.json")
    writeFileSync(file, readFileSync(file, "utf8").replace('"name": "seal_week"', '"name": "close_week"'))

    const result = check(copy)

    expect(result.status).to.equal(1)
    expect(result.stderr).to.match(
      /stk\.json is stale: line \d+ is `"name": "close_week",`, the program says `"name": "seal_week",`/,
    )
    expect(result.stderr).to.contain("npm run idl")
    expect(result.stderr).not.to.contain("stk.ts is stale")
  })

  it("is found stale when a file is missing", () => {
    rmSync(join(copy, "stk.ts"))

    const result = check(copy)

    expect(result.status).to.equal(1)
    expect(result.stderr).to.contain("stk.ts is missing")
  })

  it("has a type with exactly the names that the client gives to everything", () => {
    const idl = JSON.parse(readFileSync(join(COMMITTED, "stk.json"), "utf8")) as Idl
    const source = readFileSync(join(COMMITTED, "stk.ts"), "utf8")
    const marker = "export type Stk = "

    const type: unknown = JSON.parse(source.slice(source.indexOf(marker) + marker.length))

    expect(type).to.deep.equal(convertIdlToCamelCase(idl))
  })
})
