import { InvalidArgumentError, Option, type Command } from "commander"

/**
 * Options that the commands with a chain share. What talks to the chain is loaded when such a command runs, so that
 * scoring does not wait for it.
 */

/** Transactions on their way at once. */
export const DEFAULT_CONCURRENCY = 8
export const MOST_CONCURRENCY = 256
/** Micro-lamports of a compute unit. */
const MOST_PRICE = 1_000_000_000

export interface ChainOptions {
  url?: string[]
  keypair?: string
  json?: boolean
}

export function withChainOptions(command: Command, needsKey: boolean): Command {
  command.option(
    "-u, --url <url>",
    "RPC URL, or localhost, devnet, testnet, mainnet-beta; once for each endpoint, the best first " +
      "(default: STK_RPC_URL, then the local chain of this folder)",
    (url: string, before: string[] | undefined) => [...(before ?? []), url],
  )
  if (needsKey)
    command.option(
      "-k, --keypair <signer>",
      "key file that pays and signs, or unix:/path.sock or exec:command (default: STK_KEYPAIR, then ~/.config/solana/id.json)",
    )
  return command.option("--json", "print one JSON object on stdout")
}

export interface FeeOptions {
  priorityFee: bigint | "auto"
  mostPriorityFee?: bigint
  feeBudget?: bigint
}

/** What transactions may cost. */
export function withFeeOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--priority-fee <n>",
        "micro-lamports for each compute unit, or auto: what others paid for the same accounts lately",
      )
        .argParser((text: string) => (text === "auto" ? text : BigInt(parseWhole(0, MOST_PRICE)(text))))
        // The help cannot write a bigint by itself.
        .default(0n, "0"),
    )
    .option(
      "--most-priority-fee <n>",
      "what it may rise to, doubling with each expiry (default: --priority-fee; for auto 1000000)",
      (text: string) => BigInt(parseWhole(0, MOST_PRICE)(text)),
    )
    .option("--fee-budget <lamports>", "most fees of the week; nothing is sent beyond", (text: string) =>
      BigInt(parseWhole(0, Number.MAX_SAFE_INTEGER)(text)),
    )
}

/** The options as the chain's modules take them. */
export function feesOf({ priorityFee, mostPriorityFee, feeBudget }: FeeOptions): FeeOptions {
  return {
    priorityFee,
    ...(mostPriorityFee === undefined ? {} : { mostPriorityFee }),
    ...(feeBudget === undefined ? {} : { feeBudget }),
  }
}

export function parseWhole(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < lowest || value > highest)
      throw new InvalidArgumentError(`must be a whole number from ${lowest} to ${highest}.`)
    return value
  }
}
