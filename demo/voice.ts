import type { Writable } from "node:stream"
import { bold, dim, green, table } from "./show"

/** Tells the story to people, line by line. */
export class Voice {
  constructor(private readonly stream: Writable) {}

  say(text = ""): void {
    this.stream.write(`${text}\n`)
  }

  heading(text: string): void {
    this.say(`\n${bold(text)}`)
  }

  /** Rows in columns; `left` names the columns that are aligned left. */
  table(...parameters: Parameters<typeof table>): void {
    this.say(table(...parameters))
  }

  /** Runs `work` and says what it is and how long it took. */
  async step<Result>(
    text: string | ((result: Result) => string),
    work: () => Promise<Result>,
  ): Promise<Result> {
    const started = performance.now()
    const result = await work()
    const seconds = ((performance.now() - started) / 1_000).toFixed(1)
    this.say(`  ${green("✓")} ${typeof text === "string" ? text : text(result)} ${dim(`${seconds} s`)}`)
    return result
  }
}
