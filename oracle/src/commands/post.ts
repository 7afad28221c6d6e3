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

export interface PostOptions extends ChainOptions, FeeOptions {
  economy?: string
  registrar?: string
  rules?: string
  settle?: boolean
  dryRun?: boolean
  yes?: boolean
  embedded?: boolean
  preset: string
  concurrency: number
  parallelRegistration?: boolean
  unsigned?: string
  nonces?: string
  signed?: string
}

export function postCommand(): Command {
  const command = new Command("post")
    .description("posts a scored week: registers new members, sets levels, submits and seals the scores")
    .argument("<dir>", "output of stk-oracle score")
    .option("--economy <address>", "address of the economy")
    .option("--registrar <signer>", "registers members and sets levels; as --keypair, which is the default")
    .option("--rules <file>", "the rules that score --economy took (default: STK)")
    .option("--settle", "settle the week too")
    .option("--dry-run", "print what would be sent, and send nothing")
    .option("-y, --yes", "do not ask before sending")
    .option("--embedded", "rehearse on a local chain that is made for this and thrown away")
    .option("--preset <name>", "economy of the rehearsal: stk, or a JSON file as create takes it", "stk")
    .option(
      "--concurrency <n>",
      "transactions on their way at once",
      parseWhole(1, MOST_CONCURRENCY),
      DEFAULT_CONCURRENCY,
    )
    .option(
      "--parallel-registration",
      "register a page's new members side by side: faster, but not in the order of user ids",
    )
    .option(
      "--unsigned <file>",
      "write the next stage's transactions for a key elsewhere, and send nothing (- is stdout)",
    )
    .option(
      "--nonces <file>",
      "with --unsigned: transactions that wait for hours, on what nonce create wrote",
    )
    .option("--signed <file>", "send what stk-oracle sign wrote, if it still is what is planned (- is stdin)")
  return withChainOptions(withFeeOptions(command), true)
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle post weeks/2025-W51 --economy 7Gx… -u mainnet-beta -k oracle.json --registrar registrar.json --dry-run
  $ stk-oracle post weeks/2025-W51 --economy 7Gx… -u mainnet-beta -k oracle.json --registrar registrar.json --yes --settle
  $ stk-oracle post weeks/2025-W51 --economy 7Gx… -u mainnet-beta --unsigned out.json
  $ stk-oracle post weeks/2025-W51 --economy 7Gx… -u mainnet-beta --signed signed.json
  $ stk-oracle post weeks/2025-W51 --embedded

The chain decides what is left to do: a run that was killed or lost its network is repeated as it was, and a run that
finds nothing left sends nothing. Transactions are written to <dir>/journal.jsonl before they are sent.`,
    )
    .action(async (directory: string, options: PostOptions) =>
      (await import("./chain/post")).runPost(directory, options),
    )
}
