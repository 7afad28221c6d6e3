import { Command } from "commander"
import { withChainOptions, type ChainOptions } from "./chain_options"

export interface CreateOptions extends ChainOptions {
  preset: string
  genesis?: string
  mintKeypair?: string
}

export function createCommand(): Command {
  const command = new Command("create")
    .description(
      "creates an economy: its mint, vault and rules, which nobody can change afterwards, and sets its policy",
    )
    .requiredOption("--preset <name>", "stk, or a JSON file with the rules, and the policy if there is one")
    .option("--genesis <time>", "start of the emission, ISO 8601 (default: now; at most a year ahead)")
    .option(
      "--mint-keypair <file>",
      "key of the mint, made when there is no such file: with it a second run finds what the first made",
    )
  return withChainOptions(command, true)
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle create --preset stk --mint-keypair mint.json -u localhost -k operator.json
  $ stk-oracle create --preset forge.json --genesis 2027-01-04T00:00:00Z -u devnet --json

The key that pays receives every role; hand them over in two steps afterwards.
A second run with the same mint completes what the first has not done, and says what was there.`,
    )
    .action(async (options: CreateOptions) => (await import("./chain/create")).runCreate(options))
}
