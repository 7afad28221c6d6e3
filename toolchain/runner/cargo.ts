import { rowIdsOfRustTest, type Row } from "./row_ids"
import type { TestRecord, TestState } from "./records"

const TEST_LINE =
  /^test (.+?)(?: - should panic(?: - compile fail)?| - compile(?: fail)?)? \.\.\. (ok|FAILED|ignored)\b/

const STATES: Readonly<Record<string, TestState>> = { ok: "passed", FAILED: "failed", ignored: "pending" }

/** Reads what `cargo test` prints: one line a test; the rows stand in the names, as `stk_46_…`. */
export function parseCargoTest(output: string, rows: readonly Row[]): TestRecord[] {
  return output.split("\n").flatMap((line) => {
    const match = TEST_LINE.exec(line.trimEnd())
    if (match === null) return []
    const [, title = "", result = ""] = match
    return [{ title, rows: rowIdsOfRustTest(title, rows), state: STATES[result] ?? "absent" }]
  })
}
