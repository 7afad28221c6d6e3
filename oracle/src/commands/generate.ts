import { Command, InvalidArgumentError } from "commander"
import { EVENTS_PER_MEMBER } from "../generate/activity"
import { MOST_KEYPAIRS } from "../generate/community"
import { defaultSeed, generateDataSet, type Manifest } from "../generate/generate"
import { createProgress, grouped, table } from "../output"
import { parseWeek } from "./week_option"

const MOST_MEMBERS = 10_000_000

interface GenerateOptions {
  members: number
  week: number
  weeks: number
  out: string
  seed?: string
  eventsPerMember: number
  late: number
  duplicates: number
  unknown: number
  malformed: number
  keypairs: number
  json?: boolean
}

export function generateCommand(): Command {
  return new Command("generate")
    .description(
      "writes a realistic data set of any size: PostHog and Discourse exports and members, week by week",
    )
    .requiredOption("--members <n>", "members by the end of the last week", whole(1, MOST_MEMBERS))
    .requiredOption("--week <week>", "first ISO week, such as 2025-W51", parseWeek)
    .option("--weeks <n>", "number of weeks", whole(1, 520), 1)
    .requiredOption("--out <dir>", "where the data set goes")
    .option("--seed <text>", "another seed is another community (default: from --members and --week)")
    .option(
      "--events-per-member <n>",
      "average events of a member and week",
      whole(1, 1000),
      EVENTS_PER_MEMBER,
    )
    .option("--late <permille>", "events that come too late or belong to the week before", whole(0, 500), 4)
    .option("--duplicates <permille>", "events that come twice", whole(0, 500), 10)
    .option("--unknown <permille>", "events of unknown members or types", whole(0, 500), 4)
    .option("--malformed <n>", "broken lines in each week's PostHog file", whole(0, 1_000_000), 0)
    .option(
      "--keypairs <n>",
      "write the keypairs of the first n members, for demos",
      whole(0, MOST_KEYPAIRS),
      0,
    )
    .option("--json", "print the manifest as one JSON object on stdout")
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle generate --members 2000 --week 2025-W48 --weeks 4 --out data --keypairs 10
  $ stk-oracle generate --members 1000000 --week 2025-W51 --out big --seed bench

Writes --out/<week>/{members.csv,posthog.jsonl,discourse-posts.json,discourse-likes.json} and --out/generate.json.
The same parameters give the same bytes on every machine.`,
    )
    .action(async (options: GenerateOptions) => runGenerate(options))
}

async function runGenerate(options: GenerateOptions): Promise<void> {
  const { json, seed, ...rest } = options
  const progress = createProgress(json !== true)
  let manifest: Manifest
  try {
    manifest = await generateDataSet({
      ...rest,
      seed: seed ?? defaultSeed(options.members, options.week),
      onProgress: (stage, done, total) => progress.update(stage, done, total),
    })
  } finally {
    progress.stop()
  }
  if (json === true) {
    process.stdout.write(JSON.stringify({ out: options.out, ...manifest }) + "\n")
    return
  }
  const rows = manifest.weeks.map((week) => [
    week.name,
    grouped(week.members),
    grouped(week.events),
    grouped(week.posthog_lines),
    grouped(week.posts),
    grouped(week.likes),
  ])
  process.stdout.write(
    table(["week", "members", "events", "PostHog lines", "posts", "likes"], rows) +
      `\n\nwritten ${options.out}, seed ${String(manifest.parameters.seed)}\n`,
  )
}

function whole(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < lowest || value > highest)
      throw new InvalidArgumentError(`must be a whole number from ${lowest} to ${highest}.`)
    return value
  }
}
