import { Command } from "commander"
import { withConfigOption, type ConfigOption } from "./config_option"
import { parseWeek } from "./week_option"

export interface NoticesOptions extends ConfigOption {
  week?: number
  deliver?: boolean
  retryFailed?: boolean
  json?: boolean
}

export function noticesCommand(): Command {
  const command = new Command("notices")
    .description("lists what members were told, and delivers what is due")
    .option("--week <week>", "only messages of this ISO week", parseWeek)
    .option("--deliver", "send what is due")
    .option("--retry-failed", "try messages again that were given up")
    .option("--json", "print one JSON object on stdout")
  return withConfigOption(command)
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle notices --week 2025-W51
  $ stk-oracle notices --retry-failed --deliver

Messages are queued by the weekly process when a week is final on chain. Each has an id that is the same in every attempt:
the Message-ID of an e-mail, the Idempotency-Key of a webhook.`,
    )
    .action(async (options: NoticesOptions) => (await import("./notices_run")).runNotices(options))
}
