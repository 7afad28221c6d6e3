import { readConfig } from "../../config/config"
import { EXIT, OracleError, UsageError } from "../../failure"
import { createLogger } from "../../log"
import { createProgress, printable } from "../../output"
import { Watch } from "../../watch/watch"
import { isOneShot, runOracle, type DaemonEvent } from "../../week/daemon"
import type { RunCommandOptions } from "../run"

export async function runWeekly(options: RunCommandOptions): Promise<void> {
  const { json, config: path, ...rest } = options
  if (rest.again === true && rest.once !== true && rest.week === undefined)
    throw new UsageError("--again", "needs --once or --week")
  const config = readConfig(path)
  const log = createLogger()
  const { port } = config.watch
  const watch = port === undefined || isOneShot(rest) ? null : await Watch.start(config, port, log)
  const progress = createProgress(json !== true)
  const stop = new AbortController()
  const onSignal = (name: NodeJS.Signals): void => {
    stop.abort(new OracleError(EXIT.interrupted, [`stopped by ${name}`]))
  }
  process.on("SIGTERM", onSignal)
  process.on("SIGINT", onSignal)
  let held: string | null = null
  const onEvent = (event: DaemonEvent): void => {
    watch?.active()
    if (event.event === "held") held = `${event.week}: ${event.why}`
    const line = json === true ? JSON.stringify({ at: new Date().toISOString(), ...event }) : describe(event)
    if (line !== null) process.stdout.write(`${line}\n`)
  }
  try {
    if (watch !== null) onEvent({ event: "watching", url: watch.url })
    const failures = await runOracle({
      ...rest,
      config,
      log,
      signal: stop.signal,
      onProgress: (stage, done, total) => {
        watch?.active()
        progress.update(stage, done, total)
      },
      onEvent,
      onStore: (store) => watch?.attach(store),
    })
    const [first] = failures
    if (first !== undefined)
      throw new OracleError(
        first.exitCode,
        failures.flatMap((failure) => failure.lines),
      )
    if (held !== null && stop.signal.aborted === false)
      throw new OracleError(EXIT.held, [`held: ${String(held)}`])
  } finally {
    progress.stop()
    await watch?.close()
    process.off("SIGTERM", onSignal)
    process.off("SIGINT", onSignal)
  }
}

/** An event in words; null for what only a program wants to know. */
function describe(event: DaemonEvent): string | null {
  switch (event.event) {
    case "step-started":
      return `${event.week} ${event.step}${event.late ? " (late)" : ""} …`
    case "step-done":
      return `${event.week} ${event.step} done${figures(event.result)}`
    case "step-failed":
      return `${event.week} ${event.step} FAILED: ${printable(event.error)}`
    case "step-waiting":
      return `${event.week} ${event.step} waits until ${event.until}: ${event.why}`
    case "held":
      return `${event.week} is HELD before ${event.step}: ${printable(event.why)}`
    case "would-run":
      return `${event.week} ${event.step} would run${figures(event.result)}`
    case "collected":
      return event.records === 0 ? null : `collected ${event.records} records, ${event.events} new events`
    case "delivered":
      return `delivered ${event.sent} notices, ${event.postponed} put off, ${event.failed} given up`
    case "watching":
      return `metrics at ${event.url}/metrics`
    case "standing-by":
      return `standing by: ${printable(event.why)}`
    case "stopped":
      return "stopped"
    case "working":
    case "sleeping":
      return null
  }
}

function figures(result: Record<string, unknown>): string {
  const parts = Object.entries(result).map(
    ([name, value]) => `${name} ${printable(typeof value === "string" ? value : JSON.stringify(value))}`,
  )
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`
}
