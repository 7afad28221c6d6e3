import { type ChildProcess, spawn } from "node:child_process"
import { accessSync, constants, mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { LocalnetError } from "../errors"
import { findFreePortPair } from "../ports"
import { waitUntilReady } from "../rpc"
import type { Runtime, RuntimeOptions } from "./runtime"

const START_PATIENCE_MS = 60_000
const STOP_PATIENCE_MS = 10_000
/** 100,000 SOL, in lamports. */
const PAYER_LAMPORTS = 100_000_000_000_000n
/** Our own stand-in is called `surfpool` too; starting it from here would never end. */
const OWN_SHIM = realpathSync(join(__dirname, "..", "..", "bin", "surfpool.js"))

/** The file that a shell would run for `name`; null where PATH has none. */
export function findCommand(name: string, path: string = process.env["PATH"] ?? ""): string | null {
  for (const folder of path.split(delimiter)) {
    if (folder === "") continue
    try {
      const file = join(folder, name)
      accessSync(file, constants.X_OK)
      if (realpathSync(file) !== OWN_SHIM) return file
    } catch {
      // Not here: the next folder may have it.
    }
  }
  return null
}

/** The arguments of Surfpool's own command. */
export function surfpoolArguments(options: RuntimeOptions): string[] {
  return [
    ...["start", "--host", options.host, "--port", `${options.port}`, "--ws-port", `${options.wsPort}`],
    ...["--slot-time", `${options.slotTimeMs}`, "--block-production-mode", options.blockProductionMode],
    ...["--airdrop", options.payer.publicKey.toBase58(), "--airdrop-amount", `${PAYER_LAMPORTS}`],
    ...["--offline", "--no-tui", "--no-studio", "--no-deploy", "--log-level", "none"],
  ]
}

/** The arguments of `solana-test-validator`, which takes programs only at its start. */
export function testValidatorArguments(
  options: RuntimeOptions,
  ledger: string,
  faucetPort: number,
): string[] {
  const programs = options.programs.flatMap(({ address, path }) => [
    "--bpf-program",
    address.toBase58(),
    path,
  ])
  return [
    ...["--reset", "--quiet", "--ledger", ledger, "--bind-address", options.host],
    ...["--rpc-port", `${options.port}`, "--faucet-port", `${faucetPort}`],
    ...["--mint", options.payer.publicKey.toBase58()],
    ...programs,
  ]
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  child.kill("SIGTERM")
  const impatience = setTimeout(() => child.kill("SIGKILL"), STOP_PATIENCE_MS)
  await ended
  clearTimeout(impatience)
}

async function startCommand(
  name: string,
  file: string,
  parameters: readonly string[],
  options: RuntimeOptions,
  cleanUp: () => void,
): Promise<Runtime> {
  const child = spawn(file, parameters, { stdio: ["ignore", "ignore", "inherit"] })
  let failure: string | null = null
  child.once("error", (error) => (failure = `${file} did not start: ${error.message}`))
  child.once("exit", (code, signal) => (failure = `${file} ended with ${signal ?? `code ${code}`}`))
  const rpcUrl = `http://${options.host}:${options.port}`
  const wsUrl = `ws://${options.host}:${options.wsPort}`
  const stop = async () => {
    await endProcess(child)
    cleanUp()
  }
  try {
    await waitUntilReady(rpcUrl, START_PATIENCE_MS, () => failure)
  } catch (error) {
    await stop()
    throw error
  }
  return { name, rpcUrl, wsUrl, open: async () => ({ rpcUrl, wsUrl }), stop }
}

/** Starts a `surfpool` found on PATH. */
export async function startSurfpoolCommand(file: string, options: RuntimeOptions): Promise<Runtime> {
  return startCommand(`Surfpool (${file})`, file, surfpoolArguments(options), options, () => undefined)
}

/**
 * Starts a `solana-test-validator` found on PATH.
 *
 * @throws {LocalnetError} `InvalidOption` for what it cannot do.
 */
export async function startTestValidator(file: string, options: RuntimeOptions): Promise<Runtime> {
  if (options.wsPort !== options.port + 1) {
    const message = `solana-test-validator's WebSocket port is always its RPC port + 1, ${options.port + 1}`
    throw new LocalnetError("InvalidOption", message, { port: options.port, wsPort: options.wsPort })
  }
  const ledger = options.ledger ?? mkdtempSync(join(tmpdir(), "stk-ledger-"))
  const [faucetPort] = await findFreePortPair(options.host)
  const cleanUp = () => {
    if (options.ledger === null) rmSync(ledger, { recursive: true, force: true })
  }
  const parameters = testValidatorArguments(options, ledger, faucetPort)
  return startCommand(`solana-test-validator (${file})`, file, parameters, options, cleanUp)
}
