import { Command } from "commander"
import { withConfigOption, type ConfigOption } from "./config_option"
import { parseWeek } from "./week_option"

export interface ReleaseOptions extends ConfigOption {
  week: number
  reason: string
  member?: string
  rule?: string
  json?: boolean
}

export function releaseCommand(): Command {
  return withConfigOption(
    new Command("release")
      .description(
        "lets held events count after all: one, or all of a member or a rule; scores the week again",
      )
      .argument("[source id]", "one event, as stk-oracle holds lists it"),
  )
    .requiredOption("--week <week>", "ISO week of the events", parseWeek)
    .requiredOption("--reason <text>", "why; it is kept with who decided and when")
    .option("--member <id>", "all held events of a member")
    .option("--rule <rule>", "all events that this rule holds")
    .option("--json", "print one JSON object on stdout")
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle release 019b3a51-… --week 2026-W47 --reason "asked her: a workshop with a stopwatch"
  $ stk-oracle release --week 2026-W47 --member anna --rule burst --reason "import of her old notes"

Where stk-oracle run is at work it scores the week again within a minute, else this command does. Once a week is opened
on chain it is too late (exit code 5): what is due to members is then an explicit reward.`,
    )
    .action(async (sourceId: string | undefined, options: ReleaseOptions) =>
      (await import("./checks/holds")).runRelease(sourceId, options),
    )
}
