import { join } from "node:path"
import { parseArgs } from "node:util"
import { LocalnetError } from "../errors"
import { startLocalnet } from "../localnet"
import { findWorkspace } from "../programs"
import { readOrCreatePayer, removeStateFile, stateFileOf, writeStateFile } from "../state_file"
import { readBlockProductionMode, readWholeNumber } from "./arguments"
import { exitCodeOf } from "./exit_code"
import { describe, untilToldToStop } from "./serve"

const DEFAULT_PORT = 8899
const DEFAULT_SLOT_TIME_MS = 50

const HELP = `Starts a local Solana chain with the workspace's programs deployed, until Ctrl-C.

Usage: npm run localnet -- [options]

  --port N                    RPC port (${DEFAULT_PORT})
  --ws-port N                 WebSocket port (the RPC port + 1)
  --slot-time MS              milliseconds a slot (${DEFAULT_SLOT_TIME_MS}; mainnet: 400)
  --block-production-mode M   clock (default), transaction or manual
  --ledger-less               keep no ledger on disk (Surfpool never does)
  --json                      print one line of JSON when the chain is ready
  --quiet                     print nothing but errors
  --help                      this text

Runs the first of: the chain at STK_RPC_URL, Surfpool from npm, surfpool or solana-test-validator on PATH.
Writes .stk/localnet.json (URLs, payer, process id) and .stk/payer.json (the payer's key, kept).`

const OPTIONS = {
  port: { type: "string" },
  "ws-port": { type: "string" },
  "slot-time": { type: "string" },
  "block-production-mode": { type: "string" },
  "ledger-less": { type: "boolean" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({ args: [...parameters], options: OPTIONS, strict: true }).values
  } catch (cause) {
    throw new LocalnetError("InvalidOption", `${(cause as Error).message} (see --help)`, {}, { cause })
  }
}

async function run(parameters: readonly string[]): Promise<void> {
  const values = parse(parameters)
  if (values.help === true) {
    console.log(HELP)
    return
  }
  const workspace = findWorkspace(process.cwd()) ?? process.cwd()
  const payerPath = join(workspace, ".stk", "payer.json")
  const port = readWholeNumber("port", values.port, 1, DEFAULT_PORT)
  const localnet = await startLocalnet({
    port,
    wsPort: readWholeNumber("ws-port", values["ws-port"], 1, port + 1),
    slotTimeMs: readWholeNumber("slot-time", values["slot-time"], 1, DEFAULT_SLOT_TIME_MS),
    blockProductionMode: readBlockProductionMode(values["block-production-mode"], "clock"),
    ledger: values["ledger-less"] === true ? null : join(workspace, ".stk", "ledger"),
    payer: readOrCreatePayer(payerPath),
  })
  const stateFile = stateFileOf(workspace)
  const state = writeStateFile(stateFile, localnet, payerPath)
  if (values.json === true) console.log(JSON.stringify(state))
  else if (values.quiet !== true) console.log(`${describe(localnet)}\nready; Ctrl-C stops it`)

  await untilToldToStop()

  await localnet.stop()
  removeStateFile(stateFile)
  if (values.json !== true && values.quiet !== true) console.log("stopped")
}

/** `npm run localnet`; returns the process's exit code. */
export function main(parameters: readonly string[]): Promise<number> {
  return exitCodeOf("localnet", () => run(parameters))
}
