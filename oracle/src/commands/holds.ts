import { Command } from "commander"
import { withConfigOption, type ConfigOption } from "./config_option"
import { parseWeek } from "./week_option"

export interface HoldsOptions extends ConfigOption {
  week?: number
  json?: boolean
}

export function holdsCommand(): Command {
  return withConfigOption(
    new Command("holds").description("lists the weeks and the events that are held, and what was decided"),
  )
    .option("--week <week>", "only this ISO week", parseWeek)
    .option("--json", "print one JSON object on stdout")
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle holds
  $ stk-oracle holds --week 2026-W47 --json | jq '.weeks[].events[] | select(.released_by == null)'

The exit code is 10 while a week is held and nobody has decided.`,
    )
    .action(async (options: HoldsOptions) => (await import("./checks/holds")).runHolds(options))
}
