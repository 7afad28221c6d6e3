import { relative } from "node:path"
import Mocha, { type MochaOptions, type Runner, type Suite, type Test } from "mocha"
import { removeRecord, ROOT, type TestRecord, type TestState, writeRecord } from "./records"
import { rowIdsOfTitle } from "./row_ids"

function stateOf(test: Test): TestState {
  if (test.isPending()) return "pending"
  return test.state === "passed" || test.state === "failed" ? test.state : "absent"
}

function testsOf(suite: Suite): Test[] {
  return [...suite.tests, ...suite.suites.flatMap(testsOf)]
}

/**
 * Prints like mocha's `spec`, and keeps for each test file which tests ran how and which rows they carry. The
 * whole tree of suites is walked at the end, so that tests which a failing hook kept from running are seen too.
 */
class RowReporter extends Mocha.reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options)
    const { EVENT_RUN_BEGIN, EVENT_RUN_END } = Mocha.Runner.constants
    runner.once(EVENT_RUN_BEGIN, () => {
      const files = new Set(testsOf(runner.suite).flatMap((test) => test.file ?? []))
      // A run of some tests of a file (--grep) says nothing about the others: what is known stays.
      if (runner.total < testsOf(runner.suite).length) return
      for (const file of files) removeRecord(relative(ROOT, file))
      runner.once(EVENT_RUN_END, () => files.forEach((file) => recordFileOf(runner, file)))
    })
  }
}

function recordFileOf(runner: Runner, file: string): void {
  const tests = testsOf(runner.suite).filter((test) => test.file === file)
  const records = tests.map((test): TestRecord => {
    const title = test.fullTitle()
    return { title, rows: rowIdsOfTitle(title), state: stateOf(test) }
  })
  writeRecord(relative(ROOT, file), [file], records)
}

export = RowReporter
