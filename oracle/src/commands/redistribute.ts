import { Command } from "commander"
import { withConfigOption, type ConfigOption } from "./config_option"

export interface RedistributeOptions extends ConfigOption {
  dryRun?: boolean
  yes?: boolean
  /** False for `--no-notices`. */
  notices: boolean
  json?: boolean
}

export function redistributeCommand(): Command {
  const command = new Command("redistribute")
    .description("takes the quarter's share from inactive members, once, and tells them")
    .option("--dry-run", "say what is due, and send nothing")
    .option("-y, --yes", "do not ask before sending")
    .option("--no-notices", "tell nobody")
    .option("--json", "print one JSON object on stdout")
  return withConfigOption(command)
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle redistribute --dry-run
  $ stk-oracle redistribute --yes

To be run in each calendar quarter, when every week that has ended is posted and settled. The chain does each page once a
quarter, whoever sends it; run again, the command does what is left. Who was taken what follows from the events of the
program: each affected member is told the amount.`,
    )
    .action(async (options: RedistributeOptions) =>
      (await import("./redistribute_run")).runRedistribute(options),
    )
}
