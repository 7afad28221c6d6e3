import { weekEnd } from "@stk/sdk/math"
import { createReadStream, readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { Command, InvalidArgumentError, Option } from "commander"
import { UsageError } from "../failure"
import { createProgress, grouped, printable, table } from "../output"
import { readFraudRules } from "../score/fraud"
import { readRules } from "../score/rules"
import { scoreWeek, type ScoreResult } from "../score/score"
import { SparkSession } from "../score/spark"
import { parseWeek } from "./week_option"

const TOP_MEMBERS = 10

interface ScoreOptions {
  week: number
  events?: string[]
  counts?: string[]
  members: string
  out: string
  previous?: string
  allowGap?: boolean
  discourseUsers?: string
  xapiUsers?: string
  skipMalformed?: boolean
  economy?: string
  fraud?: string
  released?: string
  memory?: string
  threads?: number
  engine: "duckdb" | "spark"
  sparkMaster: string
  json?: boolean
}

export function scoreCommand(): Command {
  return new Command("score")
    .description(
      "counts a week's events and writes every member's points, with all that is needed to check them",
    )
    .requiredOption("--week <week>", "ISO week, such as 2025-W51", parseWeek)
    .option(
      "--events <file...>",
      "PostHog events (JSON lines), Discourse posts or user actions, xAPI statements (JSON), .gz allowed",
    )
    .option(
      "--counts <file...>",
      "counts made at the source: JSON lines of distinct_id, event, day, count; beside --events or instead",
    )
    .requiredOption("--members <file>", "CSV user_id,wallet,level")
    .requiredOption("--out <dir>", "where the week's files go")
    .option("--previous <dir>", "output of the week before: carries consistency and member indexes")
    .option("--allow-gap", "accept a --previous further back; every streak starts again")
    .option(
      "--discourse-users <file>",
      "CSV username,user_id; without it a Discourse username is the user id",
    )
    .option(
      "--xapi-users <file>",
      "CSV mbox_sha1sum,user_id; without it an address in a statement is the user id",
    )
    .option("--skip-malformed", "list malformed lines in rejected.jsonl instead of refusing the files")
    .option("--economy <file>", "rules of another economy as JSON (default: STK)")
    .option("--fraud <file>", "hold events that look like fraud: rules as JSON, or `default`")
    .option("--released <file>", "source ids, one a line, that --fraud must not hold")
    .option("--memory <size>", "memory that counting may use before it spills to disk", "2GB")
    .option("--threads <n>", "threads that counting uses", parseThreads, 2)
    .addOption(
      new Option("--engine <name>", "what counts: DuckDB here, or Apache Spark; the files are the same")
        .choices(["duckdb", "spark"])
        .default("duckdb"),
    )
    .option("--spark-master <url>", "where Spark runs; its workers must see the same folders", "local[2]")
    .option("--json", "print one JSON object on stdout")
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle score --week 2025-W51 --events posthog.jsonl discourse-posts.json discourse-likes.json \\
      --members members.csv --out weeks/2025-W51 --previous weeks/2025-W50
  $ stk-oracle score --week 2025-W51 --counts counts.jsonl --members members.csv --out week
  $ stk-oracle score --week 2025-W51 --events export/*.jsonl.gz --members members.csv --out week --json

Files written to --out (equal inputs give equal bytes, in any order of files):
  points.csv      date,user_id,points      one row a member, by user id
  detail.jsonl    daily counts, level, weeks in a row, reward in base units; the source of the Merkle leaves
  rejected.jsonl  every event that does not count: file, line, reason, source id
  capped.jsonl    every event over a daily limit
  held.jsonl      with --fraud: every event that a rule holds, with rule and score
  state.csv       what the next week needs as --previous
  summary.json    totals, hashes of inputs and outputs, rules, Merkle root`,
    )
    .action(async (options: ScoreOptions) => runScore(options))
}

function parseThreads(text: string): number {
  const threads = Number(text)
  if (!Number.isInteger(threads) || threads < 1 || threads > 256)
    throw new InvalidArgumentError("must be a whole number from 1.")
  return threads
}

async function runScore(options: ScoreOptions): Promise<void> {
  const { economy, json, fraud, released, engine, sparkMaster, events = [], ...rest } = options
  if (events.length === 0 && options.counts === undefined)
    throw new UsageError("--events", "is needed, or --counts")
  if (released !== undefined && fraud === undefined) throw new UsageError("--released", "needs --fraud")
  const progress = createProgress(json !== true)
  let result: ScoreResult
  let spark: SparkSession | undefined
  try {
    if (engine === "spark")
      spark = await SparkSession.start({
        master: sparkMaster,
        ...(rest.memory === undefined ? {} : { memory: rest.memory }),
      })
    result = await scoreWeek({
      ...rest,
      events,
      ...(spark === undefined ? {} : { engine: spark.open }),
      ...(economy === undefined ? {} : { rules: readRules(economy) }),
      ...(fraud === undefined
        ? {}
        : {
            fraud: {
              rules: readFraudRules(fraud),
              released: released === undefined ? [] : readLines(released),
            },
          }),
      onStage: (stage, done, total) => progress.update(stage, done, total),
    })
  } finally {
    progress.stop()
    await spark?.close()
  }
  const notes = [...result.notes]
  if (Date.now() < weekEnd(options.week) * 1000)
    notes.push("the week is not over: more events will come, and the chain refuses it until Monday")
  for (const note of notes) process.stderr.write(`note: ${printable(note)}\n`)
  if (json === true) {
    process.stdout.write(
      JSON.stringify({
        out: options.out,
        publication: result.publication,
        seconds: result.seconds,
        stages: result.stages,
        events_per_second: result.eventsPerSecond,
        peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
        notes,
        summary: result.summary,
      }) + "\n",
    )
  } else {
    process.stdout.write(await describe(options.out, result))
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8")
      .split(/\r?\n/)
      .filter((line) => line !== "")
  } catch (cause) {
    throw new UsageError("--released", `${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`)
  }
}

async function describe(out: string, result: ScoreResult): Promise<string> {
  const { summary } = result
  const { events, totals, economy } = summary
  const parts = [
    `Week ${summary.week.name} (closing ${summary.week.closing_sunday}), economy ${printable(economy.name)}`,
    table(
      ["", ""],
      [
        ["members", grouped(summary.members.total)],
        ["active members", grouped(summary.members.active)],
        ["events read", grouped(events.read)],
        ["duplicates", grouped(events.duplicates)],
        ["accepted", grouped(events.accepted)],
        ...(events.from_counts === undefined
          ? []
          : [["of these counted at the source", grouped(events.from_counts)]]),
        ["counted", grouped(events.counted)],
        ["over a daily limit", grouped(events.capped)],
        [`points (${printable(economy.symbol)})`, grouped(totals.points)],
      ],
    ).trimStart(),
    table(
      ["event type", "accepted", "counted", "over limit"],
      Object.entries(events.by_type).map(([name, n]) => [
        name,
        grouped(n.accepted),
        grouped(n.counted),
        grouped(n.capped),
      ]),
    ),
  ]
  const rejected = Object.entries(events.rejected)
  if (rejected.length > 0)
    parts.push(
      table(
        ["rejected because", "events"],
        rejected.map(([reason, n]) => [reason, grouped(n)]),
      ),
    )
  const top = await topMembers(join(out, "detail.jsonl"))
  if (top.length > 0) parts.push(table(["top members", "level", "weeks in a row", "points"], top))
  parts.push(
    `${result.publication} ${out} in ${result.seconds.toFixed(1)} s (${grouped(result.eventsPerSecond)} events/s), ` +
      `Merkle root ${summary.merkle.root.slice(0, 16)}…`,
  )
  return parts.join("\n\n") + "\n"
}

interface DetailLine {
  user_id: string
  level: number
  streak: number
  points: string
  reward: string
}

async function topMembers(path: string): Promise<string[][]> {
  const top: { reward: bigint; detail: DetailLine }[] = []
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const reward = BigInt(line.slice(line.lastIndexOf('"reward":"') + 10, -2))
    const lowest = top[top.length - 1]
    if (reward === 0n || (top.length === TOP_MEMBERS && lowest !== undefined && reward <= lowest.reward))
      continue
    top.push({ reward, detail: JSON.parse(line) as DetailLine })
    top.sort((a, b) => (a.reward < b.reward ? 1 : a.reward > b.reward ? -1 : 0))
    if (top.length > TOP_MEMBERS) top.pop()
  }
  return top.map(({ detail }) => [
    detail.user_id,
    String(detail.level),
    String(detail.streak),
    grouped(detail.points),
  ])
}
