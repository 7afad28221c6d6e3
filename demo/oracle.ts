import { spawn } from "node:child_process"
import { join } from "node:path"

const BIN = join(__dirname, "..", "oracle", "bin", "stk-oracle.js")

/** Runs the operator's command as a process, as an operator would, and returns what it prints with `--json`. */
export function oracle<Result>(...parameters: string[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...parameters, "--json"], {
      stdio: ["ignore", "pipe", "pipe"],
    })
    let [stdout, stderr] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    child.on("error", reject)
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(stdout) as Result)
      else reject(new Error(`stk-oracle ${parameters.join(" ")} ended with ${code}\n${stderr}${stdout}`))
    })
  })
}
