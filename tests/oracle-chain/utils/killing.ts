import { spawn, type ChildProcess } from "node:child_process"
import { join } from "node:path"

const ORACLE = join(__dirname, "..", "..", "..", "oracle", "dist")

/** The step that posts, as a process that may be killed at any instant: what the daemon does for one week. */
const PROGRAM = `
const oracle = process.argv[1]
const { readConfig } = require(oracle + "/config/config")
const { openStore } = require(oracle + "/store/store")
const { postStep } = require(oracle + "/chain/post_step")
const { STK_RULES } = require(oracle + "/score/rules")
const { createLogger } = require(oracle + "/log")
const [, , path, week, directory, lease, token] = process.argv
void (async () => {
  const config = readConfig(path)
  const opened = await openStore(config.database)
  const store = token === undefined ? opened : await opened.fenced({ lease, token: Number(token) })
  try {
    const result = await postStep({
      week: Number(week), config, rules: STK_RULES, store, directory,
      now: () => Math.floor(Date.now() / 1000), log: createLogger("warn"),
      signal: new AbortController().signal, dryRun: false, shadow: false, onProgress: () => undefined,
    })
    process.stdout.write(JSON.stringify(result))
  } catch (error) {
    process.stderr.write(String(error.message ?? error))
    process.exitCode = error.exitCode ?? 1
  } finally {
    await store.close()
    process.exit()
  }
})()
`

export interface Ended {
  code: number | null
  signal: string | null
  stdout: string
  stderr: string
}

export function spawnPostStep(
  config: string,
  week: number,
  directory: string,
  lease?: { name: string; token: number },
): { child: ChildProcess; ended: Promise<Ended> } {
  const fence = lease === undefined ? [] : [lease.name, String(lease.token)]
  const child = spawn(process.execPath, ["-e", PROGRAM, ORACLE, config, String(week), directory, ...fence], {
    env: { ...process.env, CI: "1" },
  })
  let [stdout, stderr] = ["", ""]
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<Ended>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr })),
  )
  return { child, ended }
}
