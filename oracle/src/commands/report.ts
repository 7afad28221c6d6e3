import { Command, Option } from "commander"
import { LANGUAGES, type Language } from "../report/language"
import { parseWhole } from "./chain_options"
import { withConfigOption } from "./config_option"
import { parseWeek } from "./week_option"

const MOST_WORKERS = 256

export interface ReportOptions {
  config: string
  week?: number
  previous?: string[]
  members?: string
  member?: string
  language?: Language
  community?: string
  rules?: string
  economy?: string
  payable?: string
  out?: string
  workers?: number
  json?: boolean
}

export function reportCommand(): Command {
  const command = new Command("report")
    .description("writes every member's statement of a scored week as PDF, and a page of the week")
    .argument(
      "[dir]",
      "output of stk-oracle score, or a week's folder; without it the configuration's, with --week",
    )
  return withConfigOption(command)
    .option("--week <week>", "ISO week of the configuration's data", parseWeek)
    .option("--previous <dir...>", "output of weeks before, to compare with")
    .option("--members <file>", "CSV with user_id and, if known, display_name and language")
    .option("--member <id>", "only this member's statement, into --out")
    .addOption(
      new Option(
        "--language <language>",
        "of the week's page, and of members without one (default: en)",
      ).choices(LANGUAGES),
    )
    .option("--community <name>", "how the community is called (default: name of the economy)")
    .option("--rules <file>", "the rules that score --economy took (default: STK)")
    .option("--economy <address>", "address of the economy, for the footer")
    .option("--payable <amount>", "what the chain pays for the week, as post and settle print it")
    .option("--out <dir>", "where the reports go (default: reports in the week's folder, or <dir>-reports)")
    .option("--workers <n>", "threads (default: one a processor)", parseWhole(1, MOST_WORKERS))
    .option("--json", "print one JSON object on stdout")
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle report weeks/2026-W47 --previous weeks/2026-W46 --members members.csv
  $ stk-oracle report weeks/2026-W47 --member anna --language ru --out .
  $ stk-oracle report -c stk-oracle.json --week 2026-W47

Files written: <week>-<index>-<hash of the id>.pdf a member, week.html, manifest.json with the SHA-256 of each.
Equal input gives equal bytes; what is right already is not touched, and a run that was ended is repeated as it was.`,
    )
    .action(async (directory: string | undefined, options: ReportOptions) =>
      (await import("../report/run")).runReport(directory, options),
    )
}
