import { readConfig, type OracleConfig } from "../../config/config"
import { UsageError } from "../../failure"
import { redact } from "../../key/redact"
import { isInteractive } from "../../output"
import { openStore, type Store } from "../../store/store"
import { ChainObserver } from "../../watch/chain_observer"
import { inShort } from "../../watch/observed"
import { readCounts, readStoreState } from "../../watch/store_state"
import type { StatusOptions } from "../status"
import { dashboard, lineOf, toJson, type Overview } from "./dashboard"

const ENTER = "\u001b[?1049h\u001b[?25l"
const LEAVE = "\u001b[?25h\u001b[?1049l"
/** To the upper left; each line erases what was behind it, the last one what was below. */
const HOME = "\u001b[H"
const ERASE_LINE = "\u001b[K"
const ERASE_BELOW = "\u001b[J"

export async function runWatch(options: StatusOptions): Promise<void> {
  if (options.url !== undefined)
    throw new UsageError("--url", "needs --economy; the configuration names its own")
  const config = readConfig(options.config)
  const overviews = new Overviews(config)
  const print = (text: string): boolean => process.stdout.write(redact(text))
  try {
    if (options.watch !== true) {
      const overview = await overviews.next()
      print(options.json === true ? `${toJson(overview)}\n` : dashboard(overview, false))
      return
    }
    const draws = options.json !== true && isInteractive(process.stdout)
    const stop = new AbortController()
    const onSignal = (): void => stop.abort()
    process.once("SIGINT", onSignal).once("SIGTERM", onSignal)
    // A reader that has gone away has seen enough.
    process.stdout.on("error", onSignal)
    if (draws) print(ENTER)
    try {
      while (!stop.signal.aborted) {
        const overview = await overviews.next()
        if (stop.signal.aborted) return
        if (draws) print(screen(dashboard(overview, true)))
        else print(`${options.json === true ? toJson(overview) : lineOf(overview)}\n`)
        await pause(options.interval * 1000, stop.signal)
      }
    } finally {
      if (draws) print(LEAVE)
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal)
      process.stdout.off("error", onSignal)
    }
  } finally {
    await overviews.close()
  }
}

/** What fits on the terminal, over what was there. */
function screen(text: string): string {
  const rows = process.stdout.rows || Number.MAX_SAFE_INTEGER
  const lines = text
    .trimEnd()
    .split("\n")
    .slice(0, rows - 1)
  return HOME + lines.map((line) => `${line}${ERASE_LINE}\n`).join("") + ERASE_BELOW
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener("abort", end)
    if (signal.aborted) end()
  })
}

/**
 * One look after another. An embedded database that nobody else uses is let go after each look: a daemon that starts
 * meanwhile must find it free.
 */
class Overviews {
  private store: Store | null = null
  private readonly observer: ChainObserver

  constructor(private readonly config: OracleConfig) {
    this.observer = new ChainObserver(config)
  }

  async next(): Promise<Overview> {
    const at = Date.now() / 1000
    const [stored, chain] = await Promise.all([this.stored(at), this.observer.read()])
    const costs = "state" in stored ? stored.state.costs : []
    return { at, config: this.config, stored, chain, budget: this.observer.budget(chain.economy, costs) }
  }

  private async stored(at: number): Promise<Overview["stored"]> {
    try {
      this.store ??= await openStore(this.config.database)
      const { kind, where, isShared } = this.store
      const state = await readStoreState(this.store, this.config, at)
      const counts = await readCounts(this.store, at)
      if (kind === "pglite" && !isShared) await this.close()
      return { kind, where, isShared, state, counts }
    } catch (error) {
      await this.close().catch(() => undefined)
      return { error: inShort(error) }
    }
  }

  async close(): Promise<void> {
    const { store } = this
    this.store = null
    await store?.close()
  }
}
