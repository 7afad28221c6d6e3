import { Command } from "commander"
import { withChainOptions, type ChainOptions } from "./chain_options"

export interface VerifyOptions extends ChainOptions {
  events: string[]
  members: string
  previous?: string
  discourseUsers?: string
  xapiUsers?: string
  rules?: string
  economy?: string
  memory?: string
}

export function verifyCommand(): Command {
  const command = new Command("verify")
    .description(
      "recomputes a scored week from its raw files, and compares it with its output and with the chain",
    )
    .argument("<dir>", "output of stk-oracle score")
    .requiredOption("--events <file...>", "the files that the week was scored from")
    .requiredOption("--members <file>", "the members file")
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
  $ stk-oracle verify weeks/2026-W47 --events export/* --members members.csv --previous weeks/2026-W46
  $ stk-oracle verify weeks/2026-W47 --events export/* --members members.csv --previous weeks/2026-W46 \\
      --economy 7Gx… -u mainnet-beta

Nothing is trusted but the raw files: the week is scored again, counted by a second program, and every difference is
named. The exit code is 6 when there is one.`,
    )
    .action(async (directory: string, options: VerifyOptions) =>
      (await import("./checks/verify")).runVerify(directory, options),
    )
}
