import { Connection, Keypair } from "@solana/web3.js"
import { closeConnection } from "./connections"
import { LocalnetError } from "./errors"
import { findFreePortPair, requireFreePort } from "./ports"
import {
  type Airdrop,
  deployProgram,
  fund,
  readUnixTime,
  requireDeployed,
  setMainnetRent,
  travelTo,
} from "./prepare"
import { findWorkspace, type LocalProgram, readWorkspacePrograms } from "./programs"
import { hasCheatcodes } from "./rpc"
import { findCommand, startSurfpoolCommand, startTestValidator } from "./runtime/command"
import { loadSurfpool, startEmbedded } from "./runtime/embedded"
import { useExternal } from "./runtime/external"
import type { BlockProductionMode, Runtime, RuntimeOptions } from "./runtime/runtime"

const HOST = "127.0.0.1"
/** Fast enough for tests, slow enough that a cached blockhash stays valid. */
const DEFAULT_SLOT_TIME_MS = 50
const HIGHEST_PORT = 65_535
/** One thousand SOL, in lamports, where the payer has to ask a faucet. */
const EXTERNAL_PAYER_LAMPORTS = 1_000_000_000_000n

export interface LocalnetOptions {
  /** RPC port; 0, the default, picks a free one with the one above it free for the WebSocket. */
  readonly port?: number
  /** WebSocket port; the default is `port` + 1. */
  readonly wsPort?: number
  readonly host?: string
  /** In milliseconds; 50 by default. */
  readonly slotTimeMs?: number
  readonly blockProductionMode?: BlockProductionMode
  /** What to deploy; by default every program of `[programs.localnet]` in the nearest `Anchor.toml`. */
  readonly programs?: readonly LocalProgram[]
  readonly airdrop?: readonly Airdrop[]
  /** Moves the clock here before anything else happens, in unix seconds; not before the present. */
  readonly genesisUnixTime?: number
  /** Funded at the start and upgrade authority of the programs; a fresh key by default. */
  readonly payer?: Keypair
  /** For a runtime that writes a ledger; null, the default, for a temporary folder. */
  readonly ledger?: string | null
}

/** A running local chain with the programs deployed. */
export interface Localnet {
  /** What runs, for people. */
  readonly runtime: string
  readonly rpcUrl: string
  readonly wsUrl: string
  readonly payer: Keypair
  readonly programs: readonly LocalProgram[]
  /** A new connection with both URLs set, at commitment `confirmed`; `stop` ends its WebSocket too. */
  connect(): Connection
  /** The chain's clock, in unix seconds. */
  unixTime(): Promise<number>
  /** Moves the clock forward, in unix seconds. @throws {LocalnetError} `TimeInPast`, `NoTimeTravel`. */
  timeTravel(unixSeconds: number): Promise<void>
  /** Ends the chain and frees its ports; a second call does nothing. */
  stop(): Promise<void>
}

function requirePort(name: string, port: number): void {
  if (!Number.isInteger(port) || port < 0 || port > HIGHEST_PORT) {
    throw new LocalnetError("InvalidOption", `${name}: ${port} is not a port (0 to ${HIGHEST_PORT})`, {
      name,
      port,
    })
  }
}

async function choosePorts(host: string, options: LocalnetOptions): Promise<readonly [number, number]> {
  const port = options.port ?? 0
  requirePort("port", port)
  if (options.wsPort !== undefined) requirePort("wsPort", options.wsPort)
  if (port === 0) {
    const [freePort, freeWsPort] = await findFreePortPair(host)
    return [freePort, options.wsPort ?? freeWsPort]
  }
  const wsPort = options.wsPort ?? port + 1
  if (wsPort === port) {
    throw new LocalnetError(
      "InvalidOption",
      `port and wsPort are both ${port}: RPC and WebSocket need one each`,
    )
  }
  requirePort("wsPort", wsPort)
  await requireFreePort(host, port)
  await requireFreePort(host, wsPort)
  return [port, wsPort]
}

async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const surfpool = loadSurfpool()
  if (surfpool !== null) return startEmbedded(surfpool, options)
  const surfpoolCommand = findCommand("surfpool")
  if (surfpoolCommand !== null) return startSurfpoolCommand(surfpoolCommand, options)
  const testValidator = findCommand("solana-test-validator")
  if (testValidator !== null) return startTestValidator(testValidator, options)
  const message =
    "no local chain for this machine: the package @solana/surfpool has none for it, and PATH has neither " +
    "surfpool nor solana-test-validator; install one of them, or set STK_RPC_URL to a chain that runs already"
  throw new LocalnetError("NoRuntime", message)
}

async function prepare(
  runtime: Runtime,
  payer: Keypair,
  options: LocalnetOptions,
  programs: readonly LocalProgram[],
) {
  const connection = new Connection(runtime.rpcUrl, { wsEndpoint: runtime.wsUrl, commitment: "confirmed" })
  const cheatcodes = await hasCheatcodes(runtime.rpcUrl)
  if (options.genesisUnixTime !== undefined) {
    if (!cheatcodes) throw noTimeTravel(runtime.name)
    await travelTo(connection, options.genesisUnixTime)
  }
  if (cheatcodes) await setMainnetRent(runtime.rpcUrl)
  for (const program of programs) {
    if (cheatcodes) await deployProgram(runtime.rpcUrl, program, payer.publicKey)
    else await requireDeployed(connection, program)
  }
  if ((await connection.getBalance(payer.publicKey, "processed")) === 0) {
    await fund(connection, { address: payer.publicKey, lamports: EXTERNAL_PAYER_LAMPORTS })
  }
  for (const airdrop of options.airdrop ?? []) await fund(connection, airdrop)
  return cheatcodes
}

function noTimeTravel(name: string): LocalnetError {
  return new LocalnetError("NoTimeTravel", `${name} cannot move its clock: use Surfpool`, { runtime: name })
}

function workspacePrograms(): LocalProgram[] {
  const workspace = findWorkspace(process.cwd()) ?? findWorkspace(__dirname)
  return workspace === null ? [] : readWorkspacePrograms(workspace)
}

/**
 * Starts a local chain with real JSON-RPC and WebSocket, mainnet's rent, and programs at their addresses. What
 * runs is, in this order: the chain at `STK_RPC_URL`, Surfpool from npm, `surfpool` or `solana-test-validator`.
 *
 * @example
 * const localnet = await startLocalnet({ airdrop: [{ address: alice, lamports: 1_000_000_000n }] })
 * await localnet.timeTravel((await localnet.unixTime()) + 604_800)
 * await localnet.stop()
 * @throws {LocalnetError} named by its `code`: `PortTaken`, `NoRuntime`, `ProgramMissing`, `TimeInPast` and others.
 */
export async function startLocalnet(options: LocalnetOptions = {}): Promise<Localnet> {
  const programs = options.programs ?? workspacePrograms()
  const payer = options.payer ?? Keypair.generate()
  const externalUrl = process.env["STK_RPC_URL"]
  const slotTimeMs = options.slotTimeMs ?? DEFAULT_SLOT_TIME_MS
  if (!Number.isInteger(slotTimeMs) || slotTimeMs < 1) {
    throw new LocalnetError("InvalidOption", `slotTimeMs: ${slotTimeMs} is not a number of milliseconds`)
  }

  let runtime: Runtime
  if (externalUrl !== undefined && externalUrl !== "") {
    runtime = await useExternal(externalUrl, process.env["STK_WS_URL"])
  } else {
    const host = options.host ?? HOST
    const [port, wsPort] = await choosePorts(host, options)
    runtime = await startRuntime({
      host,
      port,
      wsPort,
      slotTimeMs,
      blockProductionMode: options.blockProductionMode ?? "clock",
      payer,
      programs,
      ledger: options.ledger ?? null,
    })
  }

  const connections: Connection[] = []
  let stopped = false
  const stop = async () => {
    if (stopped) return
    stopped = true
    connections.forEach(closeConnection)
    await runtime.stop()
  }
  try {
    const cheatcodes = await prepare(runtime, payer, options, programs)
    const { rpcUrl, wsUrl } = await runtime.open()
    const connect = () => {
      const connection = new Connection(rpcUrl, { wsEndpoint: wsUrl, commitment: "confirmed" })
      connections.push(connection)
      return connection
    }
    const connection = connect()
    return {
      runtime: runtime.name,
      rpcUrl,
      wsUrl,
      payer,
      programs,
      connect,
      unixTime: () => readUnixTime(connection),
      async timeTravel(unixSeconds) {
        if (!cheatcodes) throw noTimeTravel(runtime.name)
        await travelTo(connection, unixSeconds)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
