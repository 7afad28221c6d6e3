import { execFileSync, spawnSync } from "node:child_process"
import { join } from "node:path"

const SCRIPT = join(__dirname, "..", "..", "..", "toolchain", "services", "prometheus.sh")

/** Runs promtool, fetched where there is none. @returns all that it says; throws with that when it finds something wrong */
export function promtool(args: readonly string[], input = ""): string {
  const program = execFileSync(SCRIPT, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8" })
  if (status !== 0) throw new Error(`promtool ${args.join(" ")}: ${status}\n${stdout}${stderr}`)
  return stdout + stderr
}
