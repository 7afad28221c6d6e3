import { Command } from "commander"
import { withConfigOption, type ConfigOption } from "./config_option"
import { parseWeek } from "./week_option"

export interface OverrideOptions extends ConfigOption {
  week: number
  reason: string
  json?: boolean
}

export function overrideCommand(): Command {
  return withConfigOption(
    new Command("override").description("lets a held week be posted exactly as it is scored"),
  )
    .requiredOption("--week <week>", "ISO week", parseWeek)
    .requiredOption("--reason <text>", "why; it is kept with who decided and when")
    .option("--json", "print one JSON object on stdout")
    .addHelpText(
      "after",
      `
Example:
  $ stk-oracle override --week 2026-W47 --reason "a campaign doubled the activity, seen by two of us"

The decision names the hash of the scored week: should the week be scored otherwise afterwards, it is held again. The exit
code is 5 when the week is not held.`,
    )
    .action(async (options: OverrideOptions) => (await import("./checks/holds")).runOverride(options))
}
