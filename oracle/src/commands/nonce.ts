import { Command } from "commander"
import { parseWhole, withChainOptions, type ChainOptions } from "./chain_options"

export interface NonceOptions extends ChainOptions {
  authority?: string
  count: number
  out: string
}

const MOST_NONCES = 256

export function nonceCommand(): Command {
  const command = new Command("nonce").description("durable nonces, for signers that need more than a minute")
  const create = new Command("create")
    .description("creates nonce accounts: one for each transaction that is to wait for its signature")
    .option("--authority <address>", "whose signature uses them: the oracle's (default: that of --keypair)")
    .option("--count <n>", "how many", parseWhole(1, MOST_NONCES), 8)
    .option("--out <file>", "list of their addresses; new ones are added to it", "nonces.json")
  withChainOptions(create, true).action(async (options: NonceOptions) =>
    (await import("./chain/nonce")).runNonceCreate(options),
  )
  return command.addCommand(create)
}
