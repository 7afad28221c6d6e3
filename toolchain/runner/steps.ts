import { existsSync, readdirSync } from "node:fs"
import { join, relative, sep } from "node:path"
import { parseCargoTest } from "./cargo"
import { type Counts, countTests, readRecord, readRows, removeRecord, ROOT, writeRecord } from "./records"
import { check, runCommand, type Step } from "./step"

const PROGRAM = "build program"
const TYPESCRIPT = "build typescript"
/** Folders that hold no sources of ours. */
const FOREIGN = new Set(["node_modules", "dist", "target"])

function filesUnder(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return FOREIGN.has(entry.name) ? [] : filesUnder(path, ending)
      return entry.name.endsWith(ending) ? [path] : []
    })
    .sort()
}

function add(left: Counts, right: Counts): Counts {
  return { passed: left.passed + right.passed, failed: left.failed + right.failed }
}

/** A runner that failed without naming a test has still failed. */
function withExitCode(counts: Counts, code: number): Counts {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** The results of the Rust tests are kept under this name. */
const RUST_RECORD = "rust"

function cargoTest(): Step {
  return {
    name: "rust tests",
    needs: [],
    lane: "cargo",
    async run(output) {
      removeRecord(RUST_RECORD)
      const sources = ["crates", "programs"].flatMap((folder) => filesUnder(join(ROOT, folder), ".rs"))
      const { code, stdout } = await runCommand(output, "cargo", [
        "test",
        "--workspace",
        "--no-fail-fast",
        "--locked",
      ])
      const tests = parseCargoTest(stdout, readRows())
      writeRecord(RUST_RECORD, sources, tests)
      return withExitCode(countTests(tests), code)
    },
  }
}

/** Runs test files in one mocha process; what they said is read from the records that the reporter leaves. */
function mochaGroup(name: string, files: readonly string[]): Step {
  return {
    name: `tests of ${name}`,
    needs: [PROGRAM, TYPESCRIPT],
    lane: name,
    async run(output) {
      const paths = files.map((file) => relative(ROOT, file))
      paths.forEach((path) => removeRecord(path))
      const parameters = ["-p", "tsconfig.json", "--forbid-only", ...paths]
      const { code } = await runCommand(output, join(ROOT, "node_modules", ".bin", "ts-mocha"), parameters)
      const counts = paths.map((path): Counts => {
        const record = readRecord(path)
        if (record !== null) return countTests(record.tests)
        output.write(`${path}: no test of it ran\n`)
        return { passed: 0, failed: 1 }
      })
      return withExitCode(counts.reduce(add, { passed: 0, failed: 0 }), code)
    },
  }
}

/** One group a folder of `tests/`, and one a package that has tests beside its code. */
function mochaGroups(): Step[] {
  const groups = new Map<string, string[]>()
  const folders = ["tests", "sdk", "oracle"].flatMap((folder) => filesUnder(join(ROOT, folder), ".test.ts"))
  for (const file of folders) {
    const [top = "", second = ""] = relative(ROOT, file).split(sep)
    const name = top === "tests" ? `${top}/${second}` : top
    groups.set(name, [...(groups.get(name) ?? []), file])
  }
  return [...groups].map(([name, files]) => mochaGroup(name, files))
}

const npmRun = (script: string) => ["run", "--silent", script]

function buildSteps(): Step[] {
  return [
    check({ name: PROGRAM, needs: [], lane: "cargo", live: true }, "npm", npmRun("build:program")),
    check({ name: TYPESCRIPT, needs: [], lane: "node" }, "npm", npmRun("build:ts")),
  ]
}

function lintSteps(): Step[] {
  const lint = { needs: [], lane: "lint" }
  return [
    check({ ...lint, name: "prettier" }, "npx", ["prettier", "--check", "--log-level", "warn", "."]),
    check({ ...lint, name: "eslint" }, "npx", ["eslint", "--max-warnings", "0", "."]),
    check({ ...lint, name: "types", needs: [TYPESCRIPT] }, "npx", ["tsc", "--noEmit", "-p", "tsconfig.json"]),
    check({ ...lint, name: "rustfmt" }, "cargo", ["fmt", "--all", "--check"]),
    check({ ...lint, name: "clippy", lane: "cargo" }, "cargo", [
      "clippy",
      "--workspace",
      "--all-targets",
      "--locked",
      "--",
      "-D",
      "warnings",
    ]),
  ]
}

/** What `npm test` can run: everything, or one part. */
export const PARTS: Readonly<Record<string, () => Step[]>> = {
  all: () => [
    ...buildSteps(),
    check({ name: "idl is current", needs: [], lane: "cargo" }, "npm", npmRun("idl:check")),
    ...lintSteps(),
    cargoTest(),
    ...mochaGroups(),
  ],
  lint: () => lintSteps(),
  rust: () => [cargoTest()],
  ts: () => mochaGroups(),
}
