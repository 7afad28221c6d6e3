import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Connection } from "@solana/web3.js"
import { EXIT, OracleError, UsageError } from "../failure"
import { Interrupted } from "./failures"

/** Where the chain is, and how to talk to it when it does not always answer. */

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

/** Longest wait for an answer to one request, and for a cluster that does not answer at all. */
const REQUEST_MS = 30_000
const DEFAULT_PATIENCE_MS = 60_000
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 8_000
/** JSON-RPC's codes for a node that is behind, unhealthy or overloaded: another try may work. */
const PASSING_CODES = new Set([-32004, -32005, -32007, -32014, -32016, 429])

/** The RPC URL of `-u`, of `STK_RPC_URL`, or of a local chain started from this folder. @throws {UsageError} */
export function resolveUrl(option: string | undefined, folder: string = process.cwd()): string {
  const named = option ?? process.env.STK_RPC_URL
  if (named !== undefined && named !== "") {
    const url = MONIKERS[named] ?? named
    if (!/^https?:\/\/\S+$/.test(url))
      throw new UsageError(
        "--url",
        `${named} is neither http(s)://… nor one of localhost, devnet, testnet, mainnet-beta`,
      )
    return url
  }
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

/**
 * A connection that repeats requests which failed for reasons that pass. Every method is safe to repeat: a transaction
 * sent twice is the same transaction.
 *
 * @throws {Interrupted} by each method, when the cluster does not answer for `patienceMs`
 */
export function connectTo(
  url: string,
  patienceMs: number = DEFAULT_PATIENCE_MS,
  onRetry: (reason: string) => void = () => undefined,
): Connection {
  let failure: Interrupted | null = null
  const connection = new Connection(url, {
    commitment: "confirmed",
    disableRetryOnRateLimit: true,
    fetch: (async (input: string, init?: RequestInit) => {
      try {
        return await patientFetch(String(input), init ?? {}, patienceMs, onRetry)
      } catch (error) {
        if (error instanceof Interrupted) failure = error
        throw error
      }
    }) as never,
  })
  // web3.js puts its own words around what fetch throws; callers want to know that the cluster is gone.
  return new Proxy(connection, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== "function") return value
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args)
        if (!(result instanceof Promise)) return result
        return result.catch((error: unknown) => {
          throw failure ?? error
        })
      }
    },
  })
}

async function patientFetch(
  url: string,
  init: RequestInit,
  patienceMs: number,
  onRetry: (reason: string) => void,
): Promise<Response> {
  const deadline = Date.now() + patienceMs
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const attempt = await tryFetch(url, init)
    if ("response" in attempt) return attempt.response
    const wait = Math.max(pause * (0.5 + Math.random() / 2), attempt.retryAfterMs)
    if (attempt.final || Date.now() + wait > deadline)
      throw new Interrupted(
        `${publicUrl(url)}: ${attempt.reason}; nothing is lost, run the same command again`,
      )
    onRetry(attempt.reason)
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

type Attempt = { response: Response } | { reason: string; retryAfterMs: number; final: boolean }

async function tryFetch(url: string, init: RequestInit): Promise<Attempt> {
  const failed = (reason: string, retryAfterMs = 0, final = false): Attempt => ({
    reason,
    retryAfterMs,
    final,
  })
  let status: number
  let text: string
  let headers: Headers
  try {
    // web3.js passes an agent for node-fetch, which the built-in fetch does not know.
    const { method, body, headers: sent } = init
    const request = { method: method ?? "POST", body: body ?? null, ...(sent ? { headers: sent } : {}) }
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(REQUEST_MS) })
    status = response.status
    headers = response.headers
    text = await response.text()
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code
    return failed(cause === undefined ? (error as Error).message : `${(error as Error).message} (${cause})`)
  }
  const retryAfter = Number(headers.get("retry-after") ?? 0)
  const retryAfterMs = Number.isFinite(retryAfter) ? retryAfter * 1000 : 0
  if (status === 401 || status === 403) return failed(`refuses access (HTTP ${status})`, 0, true)
  if (status === 429 || status >= 500) return failed(`answers HTTP ${status}`, retryAfterMs)
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return failed(`answers something else than JSON (HTTP ${status})`, retryAfterMs)
  }
  const code = (answer as { error?: { code?: unknown } } | null)?.error?.code
  if (typeof code === "number" && PASSING_CODES.has(code))
    return failed(`is behind or busy (code ${code})`, retryAfterMs)
  return { response: new Response(text, { status, headers: { "content-type": "application/json" } }) }
}

/** Refuses a program that is not there: a wrong cluster, most likely. @throws {OracleError} */
export function missing(what: string, address: string, url: string): OracleError {
  return new OracleError(EXIT.notReady, [
    `${what}: there is none at ${address} on ${publicUrl(url)}: is this the right cluster?`,
  ])
}
