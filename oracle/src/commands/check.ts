import { Command } from "commander"
import { withConfigOption, type ConfigOption } from "./config_option"
import { parseWeek } from "./week_option"

export interface CheckOptions extends ConfigOption {
  week?: number
  previous?: string[]
  events?: string[]
  members?: string
  discourseUsers?: string
  xapiUsers?: string
  rules?: string
  thresholds?: string
  json?: boolean
}

export function checkCommand(): Command {
  return withConfigOption(
    new Command("check")
      .description(
        "looks at a scored week before it is posted: is it like the weeks before, and counts a second program the same",
      )
      .argument("[dir]", "output of stk-oracle score; without it the configuration's, with --week"),
  )
    .option("--week <week>", "ISO week of the configuration's data", parseWeek)
    .option("--previous <dir...>", "outputs of the weeks before, the one just before among them")
    .option("--events <file...>", "the files that the week was scored from: then it is counted again")
    .option("--members <file>", "the members file, for the second count")
    .option("--discourse-users <file>", "the file that says who is who, for the second count")
    .option("--xapi-users <file>", "the file that says whose an address is")
    .option("--rules <file>", "the rules that score --economy took (default: STK)")
    .option("--thresholds <file>", "thresholds as JSON, the `checks.sanity` of a configuration")
    .option("--json", "print one JSON object on stdout")
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle check -c stk-oracle.json --week 2026-W47
  $ stk-oracle check weeks/2026-W47 --previous weeks/2026-W46 weeks/2026-W45 weeks/2026-W44
  $ stk-oracle check weeks/2026-W47 --previous weeks/2026-W46 --events export/* --members members.csv --json

With --week nothing is written: the oracle itself checks when it scores. The exit code is 10 when a finding reaches the threshold at which a week is held.`,
    )
    .action(async (directory: string | undefined, options: CheckOptions) =>
      (await import("./checks/check")).runCheck(directory, options),
    )
}
