import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { PublicKey } from "@solana/web3.js"
import { z } from "zod"
import { decodeAddress } from "../../base58"
import { Cluster } from "../../chain/cluster"
import { resolveUrls } from "../../chain/cluster_url"
import { parseAddress } from "../../chain/run"
import { InputRefused } from "../../failure"
import { createNonces } from "../../key/nonce"
import { resolveSigner } from "../../key/resolve"
import type { NonceOptions } from "../nonce"
import { printJson } from "./output"

const listSchema = z.array(z.string().refine((text) => decodeAddress(text) !== null))

export async function runNonceCreate(options: NonceOptions): Promise<void> {
  const known = existsSync(options.out) ? readNonceList(options.out) : []
  const addresses = known.map((each) => each.toBase58())
  const notes: string[] = []
  const payer = await resolveSigner(options.keypair, "--keypair", notes)
  for (const note of notes) process.stderr.write(`note: ${note}\n`)
  const authority =
    options.authority === undefined ? payer.publicKey : parseAddress(options.authority, "--authority")
  await createNonces(
    new Cluster(resolveUrls(options.url)).connection,
    payer,
    authority,
    options.count,
    (account) => {
      addresses.push(account.toBase58())
      writeFileSync(options.out, JSON.stringify(addresses, null, 2) + "\n")
    },
  )
  const report = {
    out: options.out,
    authority: authority.toBase58(),
    created: options.count,
    nonces: addresses,
  }
  if (options.json === true) printJson(report)
  else
    process.stdout.write(`created ${options.count} nonce accounts of ${report.authority}: ${options.out}\n`)
}

/** Addresses as `nonce create` writes them. @throws {InputRefused} */
export function readNonceList(path: string): PublicKey[] {
  try {
    return listSchema.parse(JSON.parse(readFileSync(path, "utf8"))).map((text) => new PublicKey(text))
  } catch {
    throw new InputRefused([{ file: path, field: "nonces", rule: "is not a JSON list of addresses" }])
  }
}
