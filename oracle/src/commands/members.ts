import { Command } from "commander"
import { withConfigOption, type ConfigOption } from "./config_option"

export interface MembersOptions extends ConfigOption {
  sync?: boolean
  full?: boolean
  acceptRemovals?: boolean
  json?: boolean
}

export function membersCommand(): Command {
  const command = new Command("members").description(
    "shows the members with wallets and levels, and reads them from the learning platform or a file",
  )
  return withConfigOption(command)
    .option("--sync", "read members that changed, and say what did")
    .option("--full", "with --sync: ask the platform for everybody, not only for who changed")
    .option("--accept-removals", "with --sync: take a file that leaves out many members as it is")
    .option("--json", "print one JSON object on stdout, with every member")
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle members --sync
  $ stk-oracle members -c /etc/stk-oracle.json --json

A record that breaks a rule is listed, and the member keeps the last good row. After a scored week the platform's weeks
in a row are compared with the oracle's own, which are the ones that count.`,
    )
    .action(async (options: MembersOptions) => (await import("./members_run")).runMembers(options))
}
