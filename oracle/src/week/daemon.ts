import { Connection } from "@solana/web3.js"
import { Locked } from "../chain/failures"
import { readSecret } from "../config/secret"
import { configuredRules, type OracleConfig } from "../config/config"
import { EXIT, OracleError } from "../failure"
import type { Logger } from "../log"
import { rulesHash } from "../score/rules"
import { bindStore } from "../store/facts"
import { withLease, WEEKLY_LEASE } from "../store/lease"
import { openStore, type Store } from "../store/store"
import { WeeklyProcess, type ProcessEvent, type Tick } from "./process"
import type { StepName } from "./step"

export type DaemonEvent =
  | ProcessEvent
  | { event: "working"; lease: number }
  | { event: "standing-by"; why: string }
  | { event: "sleeping"; until: string }
  | { event: "watching"; url: string }
  | { event: "stopped" }

/** Time as the daemon sees it. */
export interface Clock {
  /** Unix seconds. */
  now(): number
  /** Until an instant, or until the signal. */
  sleepUntil(seconds: number, signal: AbortSignal): Promise<void>
}

export interface RunOptions {
  config: OracleConfig
  /** What is due now, and then the end. */
  once?: boolean
  week?: number
  until?: StepName
  dryRun?: boolean
  shadow?: boolean
  again?: boolean
  log: Logger
  /** Ends the run after the current unit of work. */
  signal: AbortSignal
  onEvent: (event: DaemonEvent) => void
  onProgress: (stage: string, done: number, total: number) => void
  clock?: Clock
  /** Told of the store while it is open: for those who watch. */
  onStore?: (store: Store | null) => void
}

/** Another oracle may hold the lease for good: this one looks again so often. */
const STANDBY_SECONDS = 15
/** The embedded database may be in use by a command that ends. */
const STORE_PATIENCE_MS = 30_000
/** A laptop that was asleep, a clock that was set: the time is looked at again at least so often. */
const LONGEST_SLEEP_SECONDS = 60
const CHAIN_MS = 10_000

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now() / 1000,
  sleepUntil: (seconds, signal) =>
    new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        signal.removeEventListener("abort", finish)
        resolve()
      }
      const timer = setTimeout(finish, Math.max(0, (seconds - Date.now() / 1000) * 1000))
      signal.addEventListener("abort", finish)
      if (signal.aborted) finish()
    }),
}

/**
 * The weekly process until it is stopped, or once. Of several on one database one works, under the lease; the others
 * stand by.
 *
 * @returns the failures of the last look at what is due
 */
export async function runOracle(options: RunOptions): Promise<OracleError[]> {
  const { config, log, onEvent, signal } = options
  const rules = configuredRules(config)
  const store = await openStore(config.database, {
    patience: STORE_PATIENCE_MS,
    alone: options.dryRun !== true,
  })
  try {
    if (options.dryRun === true) return await work(options, store, signal)
    await bindStore(store, {
      economy: config.chain.economy,
      rules_sha256: rulesHash(rules),
      ...(await genesisHash(config, log)),
    })
    await store.serve()
    options.onStore?.(store)
    for (;;) {
      try {
        return await withLease(store, WEEKLY_LEASE, async (lease) => {
          onEvent({ event: "working", lease: lease.token })
          return work(options, lease.store, AbortSignal.any([signal, lease.signal]))
        })
      } catch (error) {
        if (!(error instanceof Locked) || isOneShot(options) || signal.aborted) throw error
        onEvent({ event: "standing-by", why: error.message })
        const clock = options.clock ?? SYSTEM_CLOCK
        await clock.sleepUntil(clock.now() + STANDBY_SECONDS, signal)
        if (signal.aborted) return []
      }
    }
  } catch (error) {
    // Asked to stop: what was interrupted goes on at the next start.
    if (!signal.aborted) throw error
    return []
  } finally {
    options.onStore?.(null)
    await store.close()
    if (signal.aborted) onEvent({ event: "stopped" })
  }
}

/** Whether the run ends when it has done what is due. */
export function isOneShot(options: Pick<RunOptions, "once" | "week" | "dryRun">): boolean {
  return options.once === true || options.week !== undefined || options.dryRun === true
}

async function work(options: RunOptions, store: Store, signal: AbortSignal): Promise<OracleError[]> {
  const { config, log, onEvent, onProgress, dryRun, shadow, again, week, until } = options
  const clock = options.clock ?? SYSTEM_CLOCK
  const weekly = new WeeklyProcess({
    config,
    rules: configuredRules(config),
    store,
    now: () => clock.now(),
    log,
    signal,
    onEvent,
    onProgress,
    ...(dryRun === true ? { dryRun } : {}),
    ...(shadow === true ? { shadow } : {}),
    ...(again === true ? { again } : {}),
  })
  const delivers = shadow !== true && (until === undefined || until === "notify")
  const only = { ...(week === undefined ? {} : { week }), ...(until === undefined ? {} : { until }) }
  if (isOneShot(options)) {
    const { failures } = await weekly.tick(only)
    if (week === undefined && dryRun !== true) {
      if (delivers) await between("delivering notices", () => weekly.deliver(), log, signal)
      await between("collecting", () => weekly.collect(), log, signal)
    }
    return failures
  }
  const every = config.run.collectEveryMinutes * 60
  let nextCollection = clock.now()
  while (!signal.aborted) {
    const tick: Tick = await weekly.tick(only)
    signal.throwIfAborted()
    if (delivers) await between("delivering notices", () => weekly.deliver(), log, signal)
    if (clock.now() >= nextCollection) {
      await between("collecting", () => weekly.collect(), log, signal)
      nextCollection = clock.now() + every
    }
    const wake = Math.min(tick.next ?? nextCollection, nextCollection, clock.now() + LONGEST_SLEEP_SECONDS)
    onEvent({ event: "sleeping", until: new Date(wake * 1000).toISOString() })
    await clock.sleepUntil(wake, signal)
  }
  throw signal.reason
}

/** What fails between the weeks' steps is tried again with the next look. */
async function between(
  what: string,
  work: () => Promise<void>,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (signal.aborted || !(error instanceof OracleError) || error.exitCode === EXIT.locked) throw error
    log.warn({ error: error.message }, `${what} failed`)
  }
}

/** Which cluster the first endpoint that answers belongs to; nothing while none does. */
async function genesisHash(config: OracleConfig, log: Logger): Promise<{ genesis_hash?: string }> {
  for (const [index, endpoint] of config.chain.rpc.entries()) {
    try {
      const url = typeof endpoint === "string" ? endpoint : readSecret(endpoint, `chain.rpc.${index}`)
      const answer = new Connection(url, {
        fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(CHAIN_MS) }),
        disableRetryOnRateLimit: true,
      }).getGenesisHash()
      return { genesis_hash: await answer }
    } catch (error) {
      // The URL, which may hold a key, is not repeated.
      log.warn({ endpoint: index, kind: (error as Error).name }, "an RPC endpoint does not answer")
    }
  }
  return {}
}
