import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { OracleConfig } from "../config/config"
import { readSecret } from "../config/secret"
import { UsageError } from "../failure"

/** Which endpoints are meant. */

const MONIKERS: Record<string, string> = {
  localhost: "http://127.0.0.1:8899",
  l: "http://127.0.0.1:8899",
  devnet: "https://api.devnet.solana.com",
  d: "https://api.devnet.solana.com",
  testnet: "https://api.testnet.solana.com",
  t: "https://api.testnet.solana.com",
  "mainnet-beta": "https://api.mainnet-beta.solana.com",
  m: "https://api.mainnet-beta.solana.com",
}

/**
 * The RPC URLs of `-u`, of `STK_RPC_URL` (several with commas between them), or of a local chain started from this
 * folder; best first. @throws {UsageError}
 */
export function resolveUrls(
  options: readonly string[] | undefined,
  folder: string = process.cwd(),
): readonly [string, ...string[]] {
  const variable = (process.env.STK_RPC_URL ?? "").split(",").map((each) => each.trim())
  const [first, ...others] = (options ?? variable).filter((each) => each !== "")
  if (first === undefined) return [localUrl(folder)]
  return [expandUrl(first, "--url"), ...others.map((each) => expandUrl(each, "--url"))]
}

/** The endpoints of the configuration; a URL that is a secret is read now. @throws {UsageError} */
export function configuredUrls(config: OracleConfig): readonly [string, ...string[]] {
  const [first, ...others] = config.chain.rpc.map((each) =>
    expandUrl(typeof each === "string" ? each : readSecret(each, "chain.rpc"), "chain.rpc"),
  )
  if (first === undefined) throw new UsageError("chain.rpc", "is empty")
  return [first, ...others]
}

function expandUrl(named: string, field: string): string {
  const url = MONIKERS[named] ?? named
  // The text may carry a key: it is not repeated.
  if (!/^https?:\/\/\S+$/.test(url) || !URL.canParse(url))
    throw new UsageError(field, "is neither http(s)://… nor one of localhost, devnet, testnet, mainnet-beta")
  return url
}

function localUrl(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, ".stk", "localnet.json")
    if (existsSync(path)) {
      const { rpcUrl } = JSON.parse(readFileSync(path, "utf8")) as { rpcUrl?: unknown }
      if (typeof rpcUrl === "string") return rpcUrl
    }
    if (dirname(at) === at)
      throw new UsageError("--url", "is missing, STK_RPC_URL is not set, and no local chain runs here")
  }
}

/** A URL without what may be a secret in it: credentials, path and query often carry an API key. */
export function publicUrl(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
