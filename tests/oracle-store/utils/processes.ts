import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { OracleError } from "../../../oracle/src/failure"

/** What the work fails with on purpose. */
export async function failureOf(work: Promise<unknown>): Promise<OracleError> {
  try {
    await work
  } catch (error) {
    if (error instanceof OracleError) return error
    throw error
  }
  throw new Error("nothing failed")
}

type Line = Record<string, unknown>

/** A worker process and what it has said. */
export class Worker {
  readonly said: Line[] = []
  private readonly child: ChildProcess
  private readonly exit: Promise<unknown>
  private wake: () => void = () => undefined

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, ["--require", "tsx/cjs", join(__dirname, "worker.ts"), ...args], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
    })
    this.exit = once(this.child, "exit").then(() => this.wake())
    if (this.child.stdout === null) throw new Error("no stdout")
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      this.said.push(JSON.parse(line) as Line)
      this.wake()
    })
  }

  /** Waits until the process has said something with this key, `count` times. */
  async says(key: string, count = 1): Promise<Line> {
    for (;;) {
      const lines = this.said.filter((line) => key in line)
      const line = lines[count - 1]
      if (line !== undefined) return line
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`the worker ended and said only ${JSON.stringify(this.said)}`)
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
  }

  order(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name)
  }

  async ended(): Promise<number | null> {
    await this.exit
    return this.child.exitCode
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL")
    await this.exit
  }
}
