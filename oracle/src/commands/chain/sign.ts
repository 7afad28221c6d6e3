import { createHash } from "node:crypto"
import { sol } from "../../chain/sol"
import { readBundle, writeBundle } from "../../key/bundle"
import { describeActions } from "../../key/describe"
import { resolveSigner } from "../../key/resolve"
import { readToSign, signBundle, type ToSign } from "../../key/sign"
import { parseAddress } from "../../chain/run"
import { grouped, printable } from "../../output"
import type { SignOptions } from "../sign"
import { askToContinue, printJson } from "./output"

const DEFAULT_OUT = "signed.json"

export async function runSign(file: string, options: SignOptions): Promise<void> {
  const bundle = readBundle(file)
  const economy =
    options.economy === undefined ? undefined : parseAddress(options.economy, "--economy").toBase58()
  const notes: string[] = []
  const signer = await resolveSigner(options.keypair, "--keypair", notes)
  for (const note of notes) process.stderr.write(`note: ${printable(note)}\n`)
  const toSign = readToSign(bundle, signer.publicKey, { economy, mostFee: options.mostFee })
  process.stderr.write(describe(toSign, signer.publicKey.toBase58()))
  const count = toSign.messages.filter((each) => each !== null).length
  if (options.yes !== true && !(await askToContinue(`Sign these ${count} transactions?`))) {
    process.stderr.write("nothing was signed\n")
    return
  }
  const out = options.out ?? DEFAULT_OUT
  writeBundle(out, await signBundle(bundle, toSign, signer))
  if (out === "-") return
  if (options.json === true)
    printJson({ out, economy: toSign.economy, key: signer.publicKey.toBase58(), signed: count })
  else process.stdout.write(`signed ${grouped(count)} transactions: ${out}\n`)
}

/** What is about to be signed, from the bytes alone. */
function describe({ economy, messages }: ToSign, key: string): string {
  const read = messages.flatMap((each, index) => (each === null ? [] : [{ each, index }]))
  const fees = read.reduce((sum, { each }) => sum + (each.payer.toBase58() === key ? each.fee : 0n), 0n)
  const lines = read.flatMap(({ each, index }) => [
    `${index + 1}. ${createHash("sha256").update(each.bytes).digest("hex").slice(0, 16)}, ${each.fee} lamports of fees`,
    ...describeActions(each).map((line) => `   ${line}`),
  ])
  return [...lines, "", `key      ${key}`, `economy  ${economy}`, `fees     ${sol(fees)} SOL`, ""].join("\n")
}
