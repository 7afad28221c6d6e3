import { availableParallelism } from "node:os"
import { PARTS } from "./steps"
import { removeRecords } from "./records"
import { runSteps } from "./schedule"

/** More than this and the groups take each other's memory and time; CI has two cores. */
const WIDEST = 4

async function main(parameters: readonly string[]): Promise<number> {
  const name = parameters[0] ?? "all"
  const part = PARTS[name]
  if (part === undefined || parameters.length > 1) {
    console.error(`test: "${parameters.join(" ")}" is not one of ${Object.keys(PARTS).join(", ")}`)
    return 1
  }
  if (name === "all") removeRecords()
  const start = Date.now()
  const width = Math.min(availableParallelism(), WIDEST)
  const results = await runSteps(part(), width, (text) => process.stdout.write(text))

  console.log(`\n── summary, ${((Date.now() - start) / 1000).toFixed(1)} s`)
  for (const { name, passed, failed, seconds, blockedBy } of results) {
    const note =
      blockedBy === null ? `${seconds.toFixed(1).padStart(7)} s` : `not run, since "${blockedBy}" failed`
    console.log(
      `${failed === 0 ? "passed" : "FAILED"}  ${name.padEnd(28)} ${`${passed}/${passed + failed}`.padStart(9)}  ${note}`,
    )
  }
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  const failed = results.reduce((sum, result) => sum + result.failed, 0)
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
