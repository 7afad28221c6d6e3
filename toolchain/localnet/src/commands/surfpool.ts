import { existsSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Keypair, PublicKey } from "@solana/web3.js"
import { LocalnetError } from "../errors"
import { startLocalnet } from "../localnet"
import type { Airdrop } from "../prepare"
import { readBlockProductionMode, readWholeNumber } from "./arguments"
import { exitCodeOf } from "./exit_code"
import { describe, untilToldToStop } from "./serve"

const DEFAULT_PORT = 8899
const DEFAULT_SLOT_TIME_MS = 400
/** Ten thousand SOL, in lamports: what Surfpool gives. */
const DEFAULT_AIRDROP_LAMPORTS = 10_000_000_000_000

const HELP = `Stands in for Surfpool's command where it is not installed: what \`anchor test\` and \`anchor localnet\` need of it.

Usage: surfpool start [--host H] [--port N] [--ws-port N] [--slot-time MS] [--block-production-mode M]
                      [--airdrop ADDRESS]... [--airdrop-keypair-path FILE]... [--airdrop-amount LAMPORTS]

The chain is always offline; programs come from [programs.localnet] of Anchor.toml and target/deploy.
Options of Surfpool that concern its terminal, studio, log and runbooks are accepted and have no effect.`

const OPTIONS = {
  host: { type: "string", short: "o" },
  port: { type: "string", short: "p" },
  "ws-port": { type: "string", short: "w" },
  "slot-time": { type: "string", short: "t" },
  "block-production-mode": { type: "string", short: "b" },
  airdrop: { type: "string", short: "a", multiple: true },
  "airdrop-keypair-path": { type: "string", short: "k", multiple: true },
  "airdrop-amount": { type: "string", short: "q" },
  "no-deploy": { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
  // Accepted, since Anchor passes them, and without effect here.
  offline: { type: "boolean" },
  "no-tui": { type: "boolean" },
  "no-studio": { type: "boolean" },
  "disable-instruction-profiling": { type: "boolean" },
  "legacy-anchor-compatibility": { type: "boolean" },
  ci: { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  "max-profiles": { type: "string", short: "c" },
  "log-level": { type: "string", short: "l" },
  "log-path": { type: "string" },
  "manifest-file-path": { type: "string", short: "m" },
  "anchor-test-config-path": { type: "string", multiple: true },
  runbook: { type: "string", short: "r", multiple: true },
} as const

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({ args: [...parameters], options: OPTIONS, strict: true, allowPositionals: true })
  } catch (cause) {
    const message = `${(cause as Error).message}; this stand-in cannot do more, install Surfpool for it`
    throw new LocalnetError("InvalidOption", message, {}, { cause })
  }
}

function readAddress(text: string): PublicKey {
  try {
    return new PublicKey(text)
  } catch (cause) {
    throw new LocalnetError("InvalidOption", `--airdrop: "${text}" is not an address`, { text }, { cause })
  }
}

function readKeypairAddress(path: string): PublicKey {
  const file = path.startsWith("~/") ? join(homedir(), path.slice(2)) : path
  try {
    return Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(file, "utf8")) as number[]))
      .publicKey
  } catch (cause) {
    throw new LocalnetError(
      "InvalidOption",
      `--airdrop-keypair-path: ${file} is not a key file`,
      { file },
      { cause },
    )
  }
}

function packageVersion(): string {
  const file = join(__dirname, "..", "..", "package.json")
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version
}

async function run(parameters: readonly string[]): Promise<void> {
  const { values, positionals } = parse(parameters)
  if (values.version === true) {
    console.log(`surfpool (stk-localnet ${packageVersion()})`)
    return
  }
  if (values.help === true) {
    console.log(HELP)
    return
  }
  if (positionals.length !== 1 || positionals[0] !== "start") {
    throw new LocalnetError(
      "InvalidOption",
      `"${positionals.join(" ")}" is not a command: only "start" (see --help)`,
    )
  }
  const defaultKeypair = join(homedir(), ".config", "solana", "id.json")
  const keypairs = values["airdrop-keypair-path"] ?? (existsSync(defaultKeypair) ? [defaultKeypair] : [])
  const addresses = [...(values.airdrop ?? []).map(readAddress), ...keypairs.map(readKeypairAddress)]
  const lamports = BigInt(
    readWholeNumber("airdrop-amount", values["airdrop-amount"], 1, DEFAULT_AIRDROP_LAMPORTS),
  )
  const port = readWholeNumber("port", values.port, 1, DEFAULT_PORT)
  const localnet = await startLocalnet({
    ...(values.host === undefined ? {} : { host: values.host }),
    port,
    wsPort: readWholeNumber("ws-port", values["ws-port"], 1, port + 1),
    slotTimeMs: readWholeNumber("slot-time", values["slot-time"], 1, DEFAULT_SLOT_TIME_MS),
    blockProductionMode: readBlockProductionMode(values["block-production-mode"], "clock"),
    airdrop: addresses.map((address): Airdrop => ({ address, lamports })),
    ...(values["no-deploy"] === true ? { programs: [] } : {}),
  })
  console.log(describe(localnet))

  await untilToldToStop()

  await localnet.stop()
}

/** The `surfpool` command as Anchor calls it; returns the process's exit code. */
export function main(parameters: readonly string[]): Promise<number> {
  return exitCodeOf("surfpool", () => run(parameters))
}
