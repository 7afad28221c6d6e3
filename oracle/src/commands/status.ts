import { Command } from "commander"
import { withChainOptions, type ChainOptions } from "./chain_options"

export interface StatusOptions extends ChainOptions {
  economy: string
}

export function statusCommand(): Command {
  const command = new Command("status")
    .description("shows where an economy stands: week, members, funds, emission, vault")
    .requiredOption("--economy <address>", "address of the economy")
  return withChainOptions(command, false)
    .addHelpText(
      "after",
      `
Example:
  $ stk-oracle status --economy 7Gx… -u mainnet-beta --json`,
    )
    .action(async (options: StatusOptions) => (await import("./chain/status")).runStatus(options))
}
