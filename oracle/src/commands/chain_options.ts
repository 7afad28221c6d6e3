import { InvalidArgumentError, type Command } from "commander"

/**
 * Options that the commands with a chain share. What talks to the chain is loaded when such a command runs, so that
 * scoring does not wait for it.
 */

/** Transactions on their way at once. */
export const DEFAULT_CONCURRENCY = 8
export const MOST_CONCURRENCY = 256

export interface ChainOptions {
  url?: string
  keypair?: string
  json?: boolean
}

export function withChainOptions(command: Command, needsKey: boolean): Command {
  command.option(
    "-u, --url <url>",
    "RPC URL, or localhost, devnet, testnet, mainnet-beta (default: STK_RPC_URL, then the local chain of this folder)",
  )
  if (needsKey)
    command.option(
      "-k, --keypair <file>",
      "key that pays and signs (default: STK_KEYPAIR, then ~/.config/solana/id.json)",
    )
  return command.option("--json", "print one JSON object on stdout")
}

export function parseWhole(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < lowest || value > highest)
      throw new InvalidArgumentError(`must be a whole number from ${lowest} to ${highest}.`)
    return value
  }
}
