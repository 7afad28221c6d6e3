import { Command } from "commander"
import { withChainOptions, type ChainOptions } from "./chain_options"
import { withConfigOption, type ConfigOption } from "./config_option"
import { parseWeek } from "./week_option"

export interface VerifyOptions extends ChainOptions, ConfigOption {
  week?: number
  chain: boolean
  secondCount: boolean
  events?: string[]
  members?: string
  previous?: string
  discourseUsers?: string
  xapiUsers?: string
  rules?: string
  economy?: string
  memory?: string
}

export function verifyCommand(): Command {
  const command = withConfigOption(
    new Command("verify")
      .description(
        "recomputes a scored week from its raw files, and compares it with its output and with the chain",
      )
      .argument("[dir]", "output of stk-oracle score; without it the configuration's, with --week"),
  )
    .option("--week <week>", "ISO week of the configuration's data", parseWeek)
    .option("--no-chain", "with --week: leaves the configured chain out")
    .option("--no-second-count", "leaves out the second program, which counts without SQL")
    .option("--events <file...>", "the files that the week was scored from")
    .option("--members <file>", "the members file")
    .option("--previous <dir>", "output of the week before")
    .option("--discourse-users <file>", "the file that says who is who")
    .option("--xapi-users <file>", "the file that says whose an address is")
    .option("--rules <file>", "the rules that score --economy took (default: STK)")
    .option("--economy <address>", "address of the economy: compares with the chain too")
    .option("--memory <size>", "memory that counting may use before it spills to disk", "2GB")
  return withChainOptions(command, false)
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle verify -c stk-oracle.json --week 2026-W47
  $ stk-oracle verify weeks/2026-W47 --events export/* --members members.csv --previous weeks/2026-W46
  $ stk-oracle verify weeks/2026-W47 --events export/* --members members.csv --previous weeks/2026-W46 \\
      --economy 7Gx… -u mainnet-beta

Nothing is trusted but the raw files: the week is scored again, counted by a second program, and every difference is
named. The exit code is 6 when there is one.`,
    )
    .action(async (directory: string | undefined, options: VerifyOptions) =>
      (await import("./checks/verify")).runVerify(directory, options),
    )
}
