import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { OracleConfig } from "../config/config"
import type { Logger } from "../log"
import { StoreUnreachable } from "../store/failures"
import type { Store } from "../store/store"
import { ChainObserver, type ObservedChain } from "./chain_observer"
import { WatchNotReady } from "./failures"
import { readinessOf } from "./health"
import { Metrics, type Readings } from "./metrics"
import { Observed, inShort } from "./observed"
import { readCounts, readStoreState, type StoreCounts, type StoreState } from "./store_state"

/** Reading the store may use a twentieth of the time, however slow it is. */
const STORE_PAUSE_FACTOR = 19
const MOST_CONNECTIONS = 64
const REQUEST_MS = 60_000
const MILLISECONDS = 1000

interface Answer {
  status: number
  type: string
  body: string
}

/** `/metrics`, `/healthz` and `/readyz` of a running daemon. Nothing is read unless somebody asks. */
export class Watch {
  private store: Store | null = null
  private activeAt: number | null = null
  private readonly metrics: Metrics
  private readonly storeState: Observed<StoreState>
  private readonly counts: Observed<StoreCounts>
  private readonly chain: Observed<ObservedChain>
  private readonly observer: ChainObserver

  private constructor(
    private readonly config: OracleConfig,
    private readonly server: Server,
    private readonly log: Logger,
  ) {
    this.metrics = new Metrics(Date.now() / MILLISECONDS - process.uptime())
    this.observer = new ChainObserver(config)
    const { freshSeconds, patienceSeconds } = config.watch
    const often = { freshMs: freshSeconds * MILLISECONDS, patienceMs: patienceSeconds * MILLISECONDS }
    const seldom = { ...often, pauseFactor: STORE_PAUSE_FACTOR }
    this.storeState = new Observed(() => readStoreState(this.open(), config, now()), seldom)
    this.counts = new Observed(() => readCounts(this.open(), now()), seldom)
    this.chain = new Observed(() => this.observer.read(), often)
    server.on("request", (request, response) => void this.answer(request, response))
  }

  /**
   * Begins to serve.
   * @throws {WatchNotReady} the port is taken, or the host is not this machine's
   * @throws {UsageError} a secret of the configuration is not there
   */
  static async start(config: OracleConfig, port: number, log: Logger): Promise<Watch> {
    const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS })
    server.maxConnections = MOST_CONNECTIONS
    const watch = new Watch(config, server, log)
    try {
      await listen(server, port, config.watch.host)
    } catch (error) {
      watch.metrics.close()
      throw error
    }
    return watch
  }

  get url(): string {
    const { address, port, family } = this.server.address() as AddressInfo
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`
  }

  /** The daemon's own store; null when it is closed. */
  attach(store: Store | null): void {
    this.store = store
  }

  /** The weekly process does something. */
  active(): void {
    this.activeAt = now()
  }

  async close(): Promise<void> {
    this.metrics.close()
    const closed = new Promise((resolve) => this.server.close(resolve))
    this.server.closeAllConnections()
    await closed
  }

  private open(): Store {
    if (this.store === null) throw new StoreUnreachable("database", "is not open")
    return this.store
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, body } = await this.answerTo(request).catch((error: unknown): Answer => {
      this.log.error({ error: inShort(error) }, "a question about the daemon could not be answered")
      return { status: 500, type: "text/plain", body: "the log says more\n" }
    })
    response.writeHead(status, {
      "content-type": type,
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
      // Who asks every few seconds must not meet a connection that is just being closed for its idleness.
      connection: "close",
      ...(status === 405 ? { allow: "GET, HEAD" } : {}),
    })
    response.end(request.method === "HEAD" ? undefined : body)
  }

  private async answerTo({ method, url = "/" }: IncomingMessage): Promise<Answer> {
    const text = "text/plain; charset=utf-8"
    if (method !== "GET" && method !== "HEAD") return { status: 405, type: text, body: "only GET\n" }
    switch (url.split("?")[0]) {
      case "/healthz":
        // Whoever gets this answer knows that the event loop turns.
        return { status: 200, type: text, body: "alive\n" }
      case "/readyz": {
        const readiness = readinessOf(await this.readings(), this.config, now())
        const body = `${JSON.stringify(readiness)}\n`
        return { status: readiness.ready ? 200 : 503, type: "application/json", body }
      }
      case "/metrics": {
        const body = await this.metrics.page(await this.readings(), now())
        return { status: 200, type: this.metrics.registry.contentType, body }
      }
      default:
        return { status: 404, type: text, body: "/metrics, /healthz or /readyz\n" }
    }
  }

  private async readings(): Promise<Readings> {
    const [store, counts, chain] = await Promise.all([
      this.storeState.look(),
      this.counts.look(),
      this.chain.look(),
    ])
    const budget = this.observer.budget(chain.value?.economy ?? null, store.value?.costs ?? [])
    return { store, counts, chain, budget, activeAt: this.activeAt }
  }
}

const now = (): number => Date.now() / MILLISECONDS

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject)
      server.listen(port, host, () => {
        server.off("error", reject)
        resolve()
      })
    })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === "EADDRINUSE")
      throw new WatchNotReady("watch.port", `${port} on ${host} is in use by another process`, { cause })
    if (code === "EACCES")
      throw new WatchNotReady("watch.port", `${port} on ${host} is not allowed for this user`, { cause })
    throw new WatchNotReady("watch.host", `${host} cannot be listened on (${message})`, { cause })
  }
}
