import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, relative, resolve, sep } from "node:path"
import type { Row } from "./row_ids"

/** The root of the workspace. */
export const ROOT = resolve(__dirname, "..", "..")

/** How a test ended; `absent` when it never ran, for instance because a hook before it failed. */
export type TestState = "passed" | "failed" | "pending" | "absent"

export interface TestRecord {
  readonly title: string
  readonly rows: readonly string[]
  readonly state: TestState
}

/** What one test file, or one run of all Rust tests, said; it holds while its sources are unchanged. */
export interface RunRecord {
  /** Path from the root → SHA-256 of what was run. */
  readonly sources: Readonly<Record<string, string>>
  readonly tests: readonly TestRecord[]
}

export interface Counts {
  readonly passed: number
  readonly failed: number
}

/** Where the records of a workspace lie. */
export function recordFolder(root: string = ROOT): string {
  return join(root, ".stk", "rows")
}

/** The file that keeps the record of `name`: a test file's path from the root, or `rust`. */
export function recordFile(name: string, root: string = ROOT): string {
  return join(recordFolder(root), `${name.split(sep).join("/").replaceAll("/", "__")}.json`)
}

function digest(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex")
}

export function writeRecord(
  name: string,
  files: readonly string[],
  tests: readonly TestRecord[],
  root: string = ROOT,
): void {
  const sources = Object.fromEntries(
    files.map((file) => [relative(root, file).split(sep).join("/"), digest(file)]),
  )
  const record: RunRecord = { sources, tests }
  mkdirSync(recordFolder(root), { recursive: true })
  writeFileSync(recordFile(name, root), `${JSON.stringify(record, null, 2)}\n`)
}

export function removeRecord(name: string, root: string = ROOT): void {
  rmSync(recordFile(name, root), { force: true })
}

/** Forgets every record: before a run of everything, which then leaves none of files that are gone. */
export function removeRecords(root: string = ROOT): void {
  rmSync(recordFolder(root), { recursive: true, force: true })
}

export function readRecord(name: string, root: string = ROOT): RunRecord | null {
  const file = recordFile(name, root)
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RunRecord) : null
}

export function readRecords(root: string = ROOT): RunRecord[] {
  const folder = recordFolder(root)
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"))
  return files.sort().map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as RunRecord)
}

/** The sources of a record that were changed or removed since its run. */
export function changedSources(record: RunRecord, root: string = ROOT): string[] {
  return Object.entries(record.sources)
    .filter(([path, hash]) => !existsSync(join(root, path)) || digest(join(root, path)) !== hash)
    .map(([path]) => path)
}

/** A test that did not run counts as failed: nothing speaks for it. A pending one was left out on purpose. */
export function countTests(tests: readonly TestRecord[]): Counts {
  return {
    passed: tests.filter(({ state }) => state === "passed").length,
    failed: tests.filter(({ state }) => state === "failed" || state === "absent").length,
  }
}

/** The rows that at least one test carries and that every test carrying them passed; and all others. */
export function coverRows(
  rows: readonly Row[],
  tests: readonly TestRecord[],
): { readonly covered: string[]; readonly missing: string[]; readonly unknown: string[] } {
  const passed = new Map<string, boolean>()
  for (const test of tests) {
    for (const id of test.rows) passed.set(id, (passed.get(id) ?? true) && test.state === "passed")
  }
  const ids = rows.map(({ id }) => id)
  return {
    covered: ids.filter((id) => passed.get(id) === true),
    missing: ids.filter((id) => passed.get(id) !== true),
    unknown: [...passed.keys()].filter((id) => !ids.includes(id)),
  }
}

export function readRows(root: string = ROOT): Row[] {
  return JSON.parse(readFileSync(join(root, "tests", "rows", "rows.json"), "utf8")) as Row[]
}
