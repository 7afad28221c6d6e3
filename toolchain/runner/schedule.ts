import type { Counts } from "./records"
import type { Step, StepOutput } from "./step"

/** How a step ended. */
export interface StepResult extends Counts {
  readonly name: string
  readonly seconds: number
  /** What it would have needed, when it was not run for that. */
  readonly blockedBy: string | null
}

function seconds(since: number): number {
  return (Date.now() - since) / 1000
}

async function runStep(step: Step, print: (text: string) => void): Promise<StepResult> {
  const start = Date.now()
  const buffer: string[] = []
  const output: StepOutput = { write: (text) => (step.live === true ? print(text) : buffer.push(text)) }
  print(`── ${step.name} …\n`)
  let counts: Counts
  try {
    counts = await step.run(output)
  } catch (error) {
    buffer.push(`${step.name}: ${error instanceof Error ? error.message : String(error)}\n`)
    counts = { passed: 0, failed: 1 }
  }
  const duration = seconds(start)
  const text = buffer.join("")
  const verdict = counts.failed === 0 ? "passed" : "FAILED"
  const numbers = `${counts.passed} passed, ${counts.failed} failed`
  print(
    `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}── ${step.name}: ${verdict} (${numbers}; ${duration.toFixed(1)} s)\n`,
  )
  return { ...counts, name: step.name, seconds: duration, blockedBy: null }
}

/**
 * Runs steps in their order, up to `width` at a time, each after those it needs. A step whose needs failed is not
 * run and counts as failed.
 */
export async function runSteps(
  steps: readonly Step[],
  width: number,
  print: (text: string) => void,
): Promise<StepResult[]> {
  const results = new Map<string, StepResult>()
  const running = new Map<string, { readonly step: Step; readonly done: Promise<void> }>()
  const waiting = [...steps]

  const finish = (result: StepResult) => {
    running.delete(result.name)
    results.set(result.name, result)
  }
  const canStart = (step: Step): boolean => {
    const active = [...running.values()].map((entry) => entry.step)
    if (active.some((other) => other.lane === step.lane || other.live === true)) return false
    if (step.live === true && active.length > 0) return false
    // A need that is not among the steps at all was left out on purpose.
    return step.needs.every((need) => results.has(need) || !steps.some(({ name }) => name === need))
  }

  while (waiting.length > 0 || running.size > 0) {
    for (const step of [...waiting]) {
      if (running.size >= width || !canStart(step)) continue
      waiting.splice(waiting.indexOf(step), 1)
      const blockedBy = step.needs.find((need) => (results.get(need)?.failed ?? 0) > 0) ?? null
      if (blockedBy !== null) {
        print(`── ${step.name}: not run, since "${blockedBy}" failed\n`)
        finish({ name: step.name, passed: 0, failed: 1, seconds: 0, blockedBy })
        continue
      }
      running.set(step.name, { step, done: runStep(step, print).then(finish) })
    }
    if (running.size > 0) await Promise.race([...running.values()].map((entry) => entry.done))
    else if (waiting.length > 0 && !waiting.some(canStart)) {
      throw new Error(`steps wait for each other: ${waiting.map(({ name }) => name).join(", ")}`)
    }
  }
  return steps.flatMap(({ name }) => results.get(name) ?? [])
}
