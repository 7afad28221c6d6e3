import { Command } from "commander"
import {
  DEFAULT_CONCURRENCY,
  MOST_CONCURRENCY,
  parseWhole,
  withChainOptions,
  withFeeOptions,
  type ChainOptions,
  type FeeOptions,
} from "./chain_options"
import { parseWeek } from "./week_option"

export interface SettleOptions extends ChainOptions, FeeOptions {
  economy: string
  week?: number
  against?: string
  rules?: string
  concurrency: number
}

export function settleCommand(): Command {
  const command = new Command("settle")
    .description("credits the members of a sealed week; anyone may")
    .requiredOption("--economy <address>", "address of the economy")
    .option("--week <week>", "ISO week (default: the economy's current week)", parseWeek)
    .option("--against <dir>", "compare with this output of stk-oracle score too, and keep the journal there")
    .option("--rules <file>", "the rules that score --economy took, for --against (default: STK)")
    .option(
      "--concurrency <n>",
      "transactions on their way at once",
      parseWhole(1, MOST_CONCURRENCY),
      DEFAULT_CONCURRENCY,
    )
  return withChainOptions(withFeeOptions(command), true)
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle settle --economy 7Gx… -u mainnet-beta
  $ stk-oracle settle --economy 7Gx… -u mainnet-beta --week 2025-W51 --against weeks/2025-W51 --json`,
    )
    .action(async (options: SettleOptions) => (await import("./chain/settle")).runSettle(options))
}
