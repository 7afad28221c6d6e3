import { Command, InvalidArgumentError } from "commander"
import { readConfig } from "../config/config"
import { EXIT, OracleError, UsageError } from "../failure"
import { createLogger } from "../log"
import { createProgress, grouped, table } from "../output"
import { collect, type CollectReport } from "../source/collect"
import { openStore } from "../store/store"
import { withConfigOption, type ConfigOption } from "./config_option"

interface CollectOptions extends ConfigOption {
  source?: string[]
  until?: number
  json?: boolean
}

export function collectCommand(): Command {
  return withConfigOption(
    new Command("collect").description("takes what every configured source has since the last time"),
  )
    .option("--source <name...>", "only these sources")
    .option("--until <time>", "records that arrived before this instant (default: now)", parseTime)
    .option("--json", "print one JSON object on stdout")
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle collect -c stk-oracle.json
  $ stk-oracle collect --source posthog --until 2025-12-22T02:00:00Z
  $ stk-oracle collect --json | jq '.sources[] | select(.error != null)'

What a source gave is kept as raw/<source>/….jsonl.gz below the data directory, and its events in the database. The
command can be run at any time and as often as one likes: a source goes on where it stopped, and what comes twice
counts once. A source that fails does not stop the others; the exit code is then 9.`,
    )
    .action(async (options: CollectOptions) => runCollect(options))
}

function parseTime(text: string): number {
  const milliseconds = Date.parse(text)
  if (!/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) || Number.isNaN(milliseconds))
    throw new InvalidArgumentError("must be a time with its zone, such as 2025-12-22T02:00:00Z.")
  return Math.floor(milliseconds / 1000)
}

async function runCollect(options: CollectOptions): Promise<void> {
  const config = readConfig(options.config)
  const unknown = options.source?.find((name) => config.sources.every((source) => source.name !== name))
  if (unknown !== undefined)
    throw new UsageError("--source", `${unknown} is not a source of the configuration`)
  const progress = createProgress(options.json !== true)
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  process.once("SIGINT", stop).once("SIGTERM", stop)
  const store = await openStore(config.database)
  let report: CollectReport
  try {
    report = await collect({
      config,
      store,
      until: options.until ?? Math.floor(Date.now() / 1000),
      ...(options.source === undefined ? {} : { only: options.source }),
      log: createLogger(),
      signal: controller.signal,
      onProgress: (stage, done, total) => progress.update(stage, done, total),
    })
  } finally {
    progress.stop()
    process.off("SIGINT", stop).off("SIGTERM", stop)
    await store.close()
  }
  process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : describe(report))
  const failed = report.sources.flatMap(({ error }) => (error === null ? [] : [error]))
  if (failed.length > 0) throw new OracleError(EXIT.sourceFailed, failed)
}

function describe(report: CollectReport): string {
  const rejected = report.sources.flatMap(({ source, rejected: reasons }) =>
    Object.entries(reasons).map(([reason, n]) => [source, reason, grouped(n)]),
  )
  const parts = [
    table(
      ["source", "kind", "raw files", "records", "new events", "duplicates", "state"],
      report.sources.map((one) => [
        one.source,
        one.kind,
        grouped(one.files),
        grouped(one.records),
        grouped(one.events),
        grouped(one.duplicates),
        one.error === null ? "ok" : "failed",
      ]),
    ),
  ]
  if (rejected.length > 0) parts.push(table(["source", "not counted because", "records"], rejected))
  return parts.join("\n\n") + "\n"
}
