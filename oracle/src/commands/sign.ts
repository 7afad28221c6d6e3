import { Command, InvalidArgumentError } from "commander"

export interface SignOptions {
  keypair?: string
  out?: string
  economy?: string
  mostFee: number
  yes?: boolean
  json?: boolean
}

export function signCommand(): Command {
  return new Command("sign")
    .description("signs the transactions of a file on a machine without network, and shows what they do")
    .argument("<file>", "what post --unsigned wrote, or - for standard input")
    .option("-k, --keypair <signer>", "key file, unix:/path.sock or exec:command (default: STK_KEYPAIR)")
    .option("-o, --out <file>", "where the signed transactions go (default: signed.json; - for stdout)")
    .option("--economy <address>", "sign for this economy only (default: that of the file, which is shown)")
    .option("--most-fee <lamports>", "sign no transaction with a higher fee", wholeLamports, 100_000)
    .option("-y, --yes", "do not ask before signing")
    .option("--json", "print one JSON object on stdout")
    .addHelpText(
      "after",
      `
Examples:
  $ stk-oracle sign out.json -k oracle.json
  $ ssh signer stk-oracle sign - --yes -o - < out.json > signed.json

What is shown and checked comes from the bytes that are signed, never from what the file says about them. Instructions
other than those that post a week are refused.`,
    )
    .action(async (file: string, options: SignOptions) =>
      (await import("./chain/sign")).runSign(file, options),
    )
}

function wholeLamports(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError("must be a whole number of lamports.")
  return value
}
