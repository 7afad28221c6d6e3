import { AsyncLocalStorage } from "node:async_hooks"
import { Connection } from "@solana/web3.js"
import { EXIT, OracleError } from "../failure"
import { type Call, Endpoint, EndpointFailure, parseCall } from "./endpoint"
import { Interrupted, NotReady } from "./failures"

/** A cluster behind one or more RPC endpoints, none of which always answers, or always the truth. */

/** How long what is waited for may take. */
export interface Limits {
  /** How long a cluster may not answer at all before the run is given up; a minute by default. */
  patienceMs?: number | undefined
  /** How long an endpoint may be behind another one before it is left out; half a minute by default. */
  behindMs?: number | undefined
  /** How long what is confirmed may take to be final; two minutes by default. */
  finalityMs?: number | undefined
  /** Longest wait for one answer, to its last byte; half a minute by default. */
  requestMs?: number | undefined
}

export interface ClusterOptions extends Limits {
  /** Told what fails, and what is done about it. */
  onNote?: ((note: string) => void) | undefined
}

/** One endpoint's answer to what all were asked. */
export interface Testimony<T> {
  endpoint: Endpoint
  value: T
}

const REQUEST_MS = 30_000
const PATIENCE_MS = 60_000
const BEHIND_MS = 30_000
const FINALITY_MS = 120_000
/** Between configured neighbours: the first is preferred unless it is slower than the next by more. */
const PREFERENCE_MS = 300
/** When one endpoint has answered, the others are waited for this long. */
const GRACE_MS = 3_000

export class Cluster {
  readonly patienceMs: number
  readonly behindMs: number
  readonly finalityMs: number
  /**
   * A connection that takes the best endpoint and turns to the next when one fails. Every method is safe to repeat: a
   * transaction sent twice is the same transaction. Each throws {@link Interrupted} when nobody answers for `patienceMs`.
   */
  readonly connection: Connection
  private readonly endpoints: readonly Endpoint[]
  private readonly connections = new Map<Endpoint, Connection>()
  private readonly requestMs: number
  private readonly onNote: (note: string) => void
  private genesisHash: string | null = null
  private readonly answered = new Map<string, Endpoint>()

  constructor(urls: readonly [string, ...string[]], p: ClusterOptions = {}) {
    this.patienceMs = p.patienceMs ?? PATIENCE_MS
    this.behindMs = p.behindMs ?? BEHIND_MS
    this.finalityMs = p.finalityMs ?? FINALITY_MS
    this.requestMs = p.requestMs ?? REQUEST_MS
    this.onNote = p.onNote ?? (() => undefined)
    const isAlone = urls.length === 1
    this.endpoints = urls.map((url) => new Endpoint(url, { requestMs: this.requestMs, isAlone }))
    this.connection = connectionOver(urls[0], (body) => this.request(parseCall(body)))
    for (const endpoint of this.endpoints)
      this.connections.set(
        endpoint,
        connectionOver(endpoint.url, (body) => this.askOne(endpoint, parseCall(body))),
      )
  }

  /** For people: who is asked. */
  get name(): string {
    return this.endpoints.map(({ name }) => name).join(", ")
  }

  /** How many endpoints there are of this cluster. */
  get size(): number {
    return this.usable().length
  }

  /**
   * The hash that tells clusters apart. Every endpoint that answers is asked; those that do not are asked before they are
   * used. @throws {NotReady} when they serve different clusters
   */
  async identify(): Promise<string> {
    const hashes = await this.fromEach((connection) => connection.getGenesisHash())
    const different = hashes.find(({ value }) => value !== hashes[0]?.value)
    if (different !== undefined)
      throw new NotReady(
        hashes.map(
          ({ endpoint, value }) => `endpoint ${endpoint.name}: serves the cluster with genesis ${value}`,
        ),
      )
    const wrong = this.endpoints.find(({ isWrong }) => isWrong)
    if (wrong !== undefined)
      throw new NotReady([`endpoint ${wrong.name}: serves another cluster than the others`])
    return this.genesisHash ?? ""
  }

  /** The endpoint that has answered such a request last. */
  answeredBy(method: string): Endpoint | null {
    return this.answered.get(method) ?? null
  }

  /**
   * Asks every endpoint at once and gives what those say that answer: at least one.
   * @param graceMs how long the others are waited for when one has answered
   * @throws {Interrupted} when nobody answers for `patienceMs`
   */
  async fromEach<T>(
    ask: (connection: Connection) => Promise<T>,
    graceMs: number = GRACE_MS,
  ): Promise<Testimony<T>[]> {
    const deadline = Date.now() + this.patienceMs
    for (;;) {
      const awake = this.usable().filter(({ rest }) => rest === 0)
      const answers = await this.answersOf(awake, ask, graceMs)
      if (answers.length > 0) return answers
      await this.rest(deadline, "nobody answers")
    }
  }

  private async answersOf<T>(
    asked: readonly Endpoint[],
    ask: (connection: Connection) => Promise<T>,
    graceMs: number,
  ): Promise<Testimony<T>[]> {
    const answers: Testimony<T>[] = []
    const silent = new Set(asked)
    let open = asked.length
    await new Promise<void>((resolve) => {
      let grace: NodeJS.Timeout | null = null
      const end = (): void => {
        if (grace !== null) clearTimeout(grace)
        resolve()
      }
      if (open === 0) end()
      for (const endpoint of asked)
        ask(this.connections.get(endpoint) ?? this.connection)
          .then(
            (value) => {
              answers.push({ endpoint, value })
              silent.delete(endpoint)
              grace ??= setTimeout(() => {
                // Its request may take long to fail: it is not asked again before that.
                for (const each of silent) each.avoid(this.requestMs)
                end()
              }, graceMs)
            },
            (error: unknown) => {
              silent.delete(endpoint)
              if (error instanceof NotReady) this.onNote(error.message)
            },
          )
          .finally(() => {
            open--
            if (open === 0) end()
          })
    })
    // In the order of the configuration, whoever was first.
    return [...answers].sort(
      (a, b) => this.endpoints.indexOf(a.endpoint) - this.endpoints.indexOf(b.endpoint),
    )
  }

  /** @throws {EndpointFailure} @throws {NotReady} it serves another cluster */
  private async askOne(endpoint: Endpoint, call: Call): Promise<string> {
    await this.verify(endpoint)
    const text = await endpoint.ask(call)
    this.answered.set(call.method, endpoint)
    return text
  }

  /** Asks an endpoint that has not been asked, or has failed since, for its cluster. */
  private async verify(endpoint: Endpoint): Promise<void> {
    if (endpoint.genesisHash !== null) return
    const body = JSON.stringify({ jsonrpc: "2.0", id: "genesis", method: "getGenesisHash", params: [] })
    const { result } = JSON.parse(await endpoint.ask(parseCall(body))) as { result: unknown }
    if (typeof result !== "string") throw new EndpointFailure("gives no genesis hash")
    this.genesisHash ??= result
    if (result !== this.genesisHash) {
      endpoint.isWrong = true
      throw new NotReady([
        `endpoint ${endpoint.name}: serves the cluster with genesis ${result}, not ${this.genesisHash}: it is not used`,
      ])
    }
    endpoint.genesisHash = result
  }

  private usable(): Endpoint[] {
    const usable = this.endpoints.filter(({ isWrong }) => !isWrong)
    if (usable.length === 0) throw new NotReady(["no endpoint serves the cluster that the run began with"])
    return usable
  }

  /** Those that do not rest, the best first. */
  private inOrder(): Endpoint[] {
    const cost = (endpoint: Endpoint): number =>
      endpoint.cost + PREFERENCE_MS * this.endpoints.indexOf(endpoint)
    return this.usable()
      .filter(({ rest }) => rest === 0)
      .sort((a, b) => cost(a) - cost(b))
  }

  private async request(call: Call): Promise<string> {
    if (call.method === "sendTransaction") return this.sendToAll(call)
    const deadline = Date.now() + this.patienceMs
    const hopeless = new Set<Endpoint>()
    for (let reason = "rests"; ; ) {
      for (const endpoint of this.inOrder()) {
        try {
          return await this.askOne(endpoint, call)
        } catch (error) {
          if (!(error instanceof EndpointFailure) && !(error instanceof NotReady)) throw error
          reason = error instanceof NotReady ? error.message : `${endpoint.name} ${error.reason}`
          if (error instanceof NotReady) this.onNote(error.message)
          else if (error.p.isFinal === true) hopeless.add(endpoint)
        }
      }
      if (this.usable().every((endpoint) => hopeless.has(endpoint))) throw gone(reason)
      await this.rest(deadline, reason)
    }
  }

  /** Waits until the first endpoint may be asked again. @throws {Interrupted} when that is after the deadline */
  private async rest(deadline: number, reason: string): Promise<void> {
    const wait = Math.min(...this.usable().map(({ rest }) => rest))
    if (Date.now() + wait > deadline) throw gone(reason)
    if (wait > 0) this.onNote(`the cluster does not answer (${reason}): trying again`)
    await new Promise((resolve) => setTimeout(resolve, Math.max(wait, 1)))
  }

  /** To everyone, resting or not: the first that takes it is enough. What comes of it is seen in the status alone. */
  private async sendToAll(call: Call): Promise<string> {
    const attempts = this.usable().map((endpoint) => this.askOne(endpoint, call))
    try {
      return await Promise.any(attempts)
    } catch (error) {
      const failures = error instanceof AggregateError ? (error.errors as unknown[]) : []
      for (const failure of failures)
        if (failure instanceof EndpointFailure && failure.p.answer !== undefined) return failure.p.answer
      throw gone(failures.map((each) => (each as Error).message).join("; "))
    }
  }
}

/** What went wrong in a connection's call. One for all: every storage that was ever used slows every promise down. */
const CALL = new AsyncLocalStorage<{ error?: unknown }>()

/** A connection whose requests another function answers, and whose errors are the ones that it throws. */
function connectionOver(url: string, answer: (body: string) => Promise<string>): Connection {
  const connection = new Connection(url, {
    commitment: "confirmed",
    disableRetryOnRateLimit: true,
    fetch: (async (_: string, init: { body: string }) => {
      try {
        const headers = { "content-type": "application/json" }
        return new Response(await answer(init.body), { status: 200, headers })
      } catch (error) {
        const store = CALL.getStore()
        if (store !== undefined) store.error = error
        throw error
      }
    }) as never,
  })
  // web3.js puts its own words around what fetch throws.
  return new Proxy(connection, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== "function") return value
      return (...args: unknown[]): unknown => {
        const store: { error?: unknown } = {}
        const result: unknown = CALL.run(store, () => Reflect.apply(value, target, args))
        if (!(result instanceof Promise)) return result
        return result.catch((error: unknown) => {
          throw store.error ?? error
        })
      }
    },
  })
}

function gone(reason: string): Interrupted {
  return new Interrupted(`${reason}; nothing is lost, run the same command again`)
}

/** Refuses a program that is not there: a wrong cluster, most likely. @throws {OracleError} */
export function missing(what: string, address: string, cluster: Cluster): OracleError {
  return new OracleError(EXIT.notReady, [
    `${what}: there is none at ${address} on ${cluster.name}: is this the right cluster?`,
  ])
}
