import { type Forwarding, forwardPorts } from "../forward"
import { LocalnetError } from "../errors"
import type { Runtime, RuntimeOptions } from "./runtime"

interface SurfnetConfig {
  readonly offline: boolean
  readonly blockProductionMode: string
  readonly slotTimeMs: number
  /** In lamports, despite its name. */
  readonly airdropSol: number
  readonly airdropAddresses: readonly string[]
  /** A plain array: the native class refuses a `Uint8Array`. */
  readonly payerSecretKey: readonly number[]
}

interface Surfnet {
  readonly rpcUrl: string
  readonly wsUrl: string
  /** Takes what Surfpool has to report out of its queue. */
  drainEvents(): unknown
  stop(): void
}

interface SurfpoolModule {
  readonly Surfnet: { startWithConfig(config: SurfnetConfig): Surfnet }
}

/** The wrapper where it is published for this platform, else the native package that it would load. */
const PACKAGES = ["@solana/surfpool", "@solana/surfpool-linux-x64-gnu"]
/** 100,000 SOL: Surfpool's faucet holds less than a million. */
const PAYER_LAMPORTS = 100_000_000_000_000
const DRAIN_MILLISECONDS = 100

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  // ERR_DLOPEN_FAILED: the package is there, but not for this C library or processor.
  return code === "MODULE_NOT_FOUND" || code === "ERR_DLOPEN_FAILED"
}

/** Loads Surfpool as a library; null where no package of it fits this machine. */
export function loadSurfpool(): { readonly packageName: string; readonly module: SurfpoolModule } | null {
  for (const packageName of PACKAGES) {
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- optional: absent on other platforms
      return { packageName, module: require(packageName) as SurfpoolModule }
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }
  return null
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

/** Surfpool inside this process. It picks its own ports, so the fixed ones are forwarded to them. */
export function startEmbedded(
  { packageName, module }: { readonly packageName: string; readonly module: SurfpoolModule },
  options: RuntimeOptions,
): Runtime {
  let surfnet: Surfnet
  try {
    surfnet = module.Surfnet.startWithConfig({
      offline: true,
      blockProductionMode: options.blockProductionMode,
      slotTimeMs: options.slotTimeMs,
      airdropSol: PAYER_LAMPORTS,
      airdropAddresses: [],
      payerSecretKey: [...options.payer.secretKey],
    })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `${packageName} did not start: ${reason}`
    throw new LocalnetError("RuntimeFailed", message, { packageName }, { cause })
  }
  // Surfpool reports every slot and transaction in a queue of 1,024 places and waits when it is full, locks held: a chain
  // that nobody drains stops answering within a minute.
  const draining = setInterval(() => surfnet.drainEvents(), DRAIN_MILLISECONDS)
  draining.unref()
  let forwarding: Forwarding | null = null
  return {
    name: `Surfpool (${packageName})`,
    rpcUrl: surfnet.rpcUrl,
    wsUrl: surfnet.wsUrl,
    async open() {
      forwarding = await forwardPorts(options.host, [
        { from: options.port, to: portOf(surfnet.rpcUrl) },
        { from: options.wsPort, to: portOf(surfnet.wsUrl) },
      ])
      return {
        rpcUrl: `http://${options.host}:${options.port}`,
        wsUrl: `ws://${options.host}:${options.wsPort}`,
      }
    },
    async stop() {
      await forwarding?.stop()
      clearInterval(draining)
      surfnet.stop()
    },
  }
}
