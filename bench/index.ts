import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { compare, type Problem } from "./compare"
import { measureAll } from "./measure"
import { renderReport, renderResults } from "./report"
import { figuresOf, type Results } from "./figures"

const USAGE = `Usage: npm run bench -- [--check] [--json] [--folder DIR]

Measures compute units, bytes and lamports of every instruction and of the work of a week, and writes
RESULTS.md and results.json.

  --check       writes nothing; ends with 1 when a figure got worse by more than 3%, when a target is missed
                that was met, or when RESULTS.md does not say what results.json does
  --json        prints the results, or with --check the verdict, as JSON
  --folder DIR  where the two files are, bench by default
`

const REPORT = "RESULTS.md"
const RESULTS = "results.json"

interface Options {
  readonly check: boolean
  readonly json: boolean
  readonly folder: string
}

function optionsOf(parameters: string[]): Options | null {
  const { values } = parseArgs({
    args: parameters,
    options: {
      check: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      folder: { type: "string", default: __dirname },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  return values.help ? null : { check: values.check, json: values.json, folder: resolve(values.folder) }
}

async function write({ json, folder }: Options): Promise<number> {
  const results = await measureAll()
  const report = await renderReport(results)
  writeFileSync(join(folder, RESULTS), await renderResults(results))
  writeFileSync(join(folder, REPORT), report)
  console.log(json ? JSON.stringify(results) : report)
  return 0
}

/** Problems of the committed files among themselves. */
async function staleness(folder: string, committed: Results): Promise<Problem[]> {
  const path = join(folder, REPORT)
  if (existsSync(path) && readFileSync(path, "utf8") === (await renderReport(committed))) return []
  return [
    { kind: "stale", figure: REPORT, sentence: `${REPORT} does not say what ${RESULTS} does: npm run bench` },
  ]
}

async function check({ json, folder }: Options): Promise<number> {
  const path = join(folder, RESULTS)
  if (!existsSync(path)) throw new Error(`${path} does not exist: npm run bench makes it`)
  const committed = JSON.parse(readFileSync(path, "utf8")) as Results
  const measured = await measureAll()
  const problems = [...compare(committed, measured), ...(await staleness(folder, committed))]
  const figures = figuresOf(measured).length
  if (json) console.log(JSON.stringify({ passed: problems.length === 0, figures, problems }))
  else if (problems.length === 0) console.log(`bench: ${figures} figures are as good as the committed ones`)
  else problems.forEach(({ sentence }) => console.error(`bench: ${sentence}`))
  return problems.length === 0 ? 0 : 1
}

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2))
  if (options === null) {
    console.log(USAGE)
    return 0
  }
  return options.check ? check(options) : write(options)
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 2
  },
)
