import { spawn, type ChildProcess } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"

const BIN = join(__dirname, "..", "oracle", "bin", "stk-oracle.js")
/** What moves the clock of a process. */
const CLOCK = join(__dirname, "clock.cjs")

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

/** A line of `stk-oracle run --json`. */
export interface RunEvent {
  event: string
  week?: string
  step?: string
  result?: Record<string, unknown>
  error?: string
  why?: string
}

/** `stk-oracle run --once` as a process of its own, at a time of the chain's. */
export class OracleRun {
  /** The exit code; null where the process was killed. */
  readonly ended: Promise<number | null>
  private readonly child: ChildProcess
  private stderr = ""

  constructor(p: {
    config: string
    /** Unix seconds at which the process believes to be. */
    now: number
    environment: Readonly<Record<string, string>>
    onEvent: (event: RunEvent) => void
  }) {
    const offset = p.now * 1_000 - Date.now()
    this.child = spawn(
      process.execPath,
      ["--require", CLOCK, BIN, "run", "--once", "--json", "--config", p.config],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ...p.environment, STK_LOG_LEVEL: "error", DEMO_CLOCK_OFFSET: String(offset) },
      },
    )
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text))
    if (this.child.stdout !== null)
      createInterface({ input: this.child.stdout }).on("line", (line) =>
        p.onEvent(JSON.parse(line) as RunEvent),
      )
    this.ended = new Promise((resolve, reject) => {
      this.child.on("error", reject)
      this.child.on("close", resolve)
    })
  }

  /** Ends it as a power cut would. */
  kill(): void {
    this.child.kill("SIGKILL")
  }

  /** Waits for its end, which must be a good one. */
  async succeeded(): Promise<void> {
    const code = await this.ended
    if (code !== 0) throw new Error(`stk-oracle run ended with ${String(code)}\n${this.stderr}`)
  }
}
