import { spawn } from "node:child_process"
import { ROOT, type Counts } from "./records"

/** Something to run and count. */
export interface Step {
  readonly name: string
  /** Names of steps without whose success this one says nothing; it then counts as failed, unrun. */
  readonly needs: readonly string[]
  /** Steps of one lane never run at the same time: cargo locks its folder. */
  readonly lane: string
  /** True for what takes long and is run alone: its output appears as it comes. */
  readonly live?: boolean
  run(step: StepOutput): Promise<Counts>
}

/** Where a step's output goes. */
export interface StepOutput {
  write(text: string): void
}

export interface CommandResult {
  readonly code: number
  /** Standard output alone. */
  readonly stdout: string
}

/** Runs a command in the root; its output goes to the step's. */
export async function runCommand(
  output: StepOutput,
  command: string,
  parameters: readonly string[],
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] })
    const chunks: Buffer[] = []
    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk)
      output.write(chunk.toString())
    })
    child.stderr.on("data", (chunk: Buffer) => output.write(chunk.toString()))
    child.once("error", reject)
    child.once("close", (code) => resolve({ code: code ?? 1, stdout: Buffer.concat(chunks).toString() }))
  })
}

/** A command that either holds or does not: one point. */
export function check(
  step: Pick<Step, "name" | "needs" | "lane" | "live">,
  command: string,
  parameters: readonly string[],
): Step {
  return {
    ...step,
    async run(output) {
      const { code } = await runCommand(output, command, parameters)
      return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
    },
  }
}
