import { Command } from "commander"
import { withChainOptions, parseWhole, type ChainOptions } from "./chain_options"
import { withConfigOption, type ConfigOption } from "./config_option"

export interface StatusOptions extends ChainOptions, ConfigOption {
  economy?: string
  watch?: boolean
  interval: number
}

const MOST_INTERVAL_SECONDS = 86_400

export function statusCommand(): Command {
  const command = new Command("status")
    .description("shows where the operator's weeks stand, or with --economy an economy on chain")
    .option("--economy <address>", "only this economy: week, members, funds, emission, vault")
    .option("--watch", "show it again and again, until interrupted")
    .option("--interval <seconds>", "with --watch: so often", parseWhole(1, MOST_INTERVAL_SECONDS), 5)
  return withConfigOption(withChainOptions(command, false))
    .addHelpText(
      "after",
      `
Without --economy it shows what the configuration's store, sources and endpoints say: steps, holds, sources, chain, SOL,
outbox. It may run beside the daemon. --watch redraws a terminal; elsewhere it prints a line each time, and with --json an
object. -u is for --economy only.

Examples:
  $ stk-oracle status -c stk-oracle.json
  $ stk-oracle status --watch
  $ stk-oracle status --economy 7Gx… -u mainnet-beta --json`,
    )
    .action(async (options: StatusOptions) => {
      if (options.economy === undefined) await (await import("./status/watch")).runWatch(options)
      else await (await import("./chain/status")).runStatus({ ...options, economy: options.economy })
    })
}
