import { parseArgs } from "node:util"
import { changedSources, coverRows, readRecords, readRows, ROOT } from "./records"

const HELP = `Shows which rows of the specification are covered: carried by at least one test, and every test that carries
them passed in the last run. Runs nothing itself: run npm test first.

Usage: npm run -s rows -- [--json] [--missing]

  --json      {"covered": […], "missing": […]} and nothing else on stdout
  --missing   only the rows that are not covered
  --help      this text`

function main(): number {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean" },
      missing: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  })
  if (values.help === true) {
    console.log(HELP)
    return 0
  }
  const rows = readRows()
  const records = readRecords()
  const valid = records.filter((record) => {
    const changed = changedSources(record)
    if (changed.length > 0)
      console.error(`rows: not counted, changed since its run: ${changed[0]} (run npm test)`)
    return changed.length === 0
  })
  const { covered, missing, unknown } = coverRows(
    rows,
    valid.flatMap(({ tests }) => tests),
  )
  for (const id of unknown) console.error(`rows: tests carry ${id}, which tests/rows/rows.json does not have`)

  if (values.json === true) {
    console.log(JSON.stringify({ covered, missing }))
  } else {
    const isCovered = new Set(covered)
    for (const { id, title } of rows) {
      if (values.missing === true && isCovered.has(id)) continue
      console.log(`${isCovered.has(id) ? "covered" : "-      "}  ${id.padEnd(8)}  ${title}`)
    }
    console.log(`\n${covered.length} of ${rows.length} rows covered`)
  }
  if (records.length === 0) {
    console.error(`rows: no results in ${ROOT}/.stk/rows: run npm test first`)
    return 1
  }
  return 0
}

process.exitCode = main()
