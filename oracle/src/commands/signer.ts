import { Command } from "commander"

export interface SignerOptions {
  keypair: string
  socket: string
  policy?: string
  economy?: string
  journal?: string
}

export function signerCommand(): Command {
  return new Command("signer")
    .description("keeps a key and signs, over a socket, only what posts the weeks of one economy")
    .requiredOption("-k, --keypair <file>", "the key")
    .requiredOption("--socket <path>", "where to listen; only this user can connect")
    .option("--economy <address>", "sign for this economy, within the default limits")
    .option("--policy <file>", "JSON with the economy, instructions and limits, instead of --economy")
    .option("--journal <file>", "where each signature is written down (default: <keypair>.signed.jsonl)")
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle signer -k oracle.json --socket /run/stk/oracle.sock --economy 7Gx…
  $ stk-oracle post weeks/2025-W51 --economy 7Gx… -k unix:/run/stk/oracle.sock --yes

A policy: {"economy":"7Gx…","mostFee":100000,"mostPerWeek":2000,"returnSolTo":"9aB…"}. Everything else is refused:
transfers of SOL to others, roles, unknown programs, lookup tables, durable nonces.`,
    )
    .action(async (options: SignerOptions) => (await import("./chain/signer")).runSigner(options))
}
