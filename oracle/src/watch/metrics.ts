import { SECONDS_PER_WEEK, weekEnd } from "@stk/sdk/math"
import { monitorEventLoopDelay, type IntervalHistogram } from "node:perf_hooks"
import { Counter, Gauge, Histogram, Registry } from "prom-client"
import { RPC_REQUESTS, type RequestRecord } from "../chain/endpoint"
import type { SolBudget } from "../chain/sol_budget"
import { ownVersion } from "../score/report"
import type { ObservedChain } from "./chain_observer"
import type { Reading } from "./observed"
import { STEP_STATES, type StoreCounts, type StoreState } from "./store_state"

const PREFIX = "stk_oracle_"
/** Seconds: a local chain answers in milliseconds, one that is overrun in half a minute. */
const LATENCY_BUCKETS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const NANOSECONDS = 1e9

/** What a scrape shows. */
export interface Readings {
  store: Reading<StoreState>
  counts: Reading<StoreCounts>
  chain: Reading<ObservedChain>
  budget: SolBudget | null
  /** Unix seconds at which the weekly process last did anything; null before. */
  activeAt: number | null
}

/**
 * The daemon's metrics. Labels are names of the configuration, of weeks, steps, states and reasons: none has a member in
 * it, and of weeks there are only the last ones. What cannot be read now keeps its value; `up` and the time of the
 * reading tell.
 */
export class Metrics {
  readonly registry = new Registry()
  private readonly eventLoop: IntervalHistogram
  private readonly gauges = new Map<string, Gauge>()

  private readonly databaseUp = this.gauge("database_up", "Whether the database answers.")
  private readonly readAt = this.gauge(
    "observed_timestamp_seconds",
    "When this part of the metrics was last read.",
    ["part"],
  )
  private readonly activeAt = this.gauge(
    "last_activity_timestamp_seconds",
    "When the weekly process last did anything, if only look at the time.",
  )
  private readonly leaseHeld = this.gauge(
    "lease_held",
    "Whether this process holds the lease of the weekly process.",
  )
  private readonly leaseToken = this.gauge("lease_token", "How often the lease has had a new holder.")

  private readonly weekEnd = this.gauge("week_end_timestamp_seconds", "End of a week.", ["week"])
  private readonly weekHeld = this.gauge("week_held", "Whether a week waits for a decision.", ["week"])
  private readonly weekFinal = this.gauge("week_final", "Whether everything of a week is final on chain.", [
    "week",
  ])
  private readonly unfinished = this.gauge("backlog", "Weeks that are over and not done to the last step.")
  private readonly held = this.gauge("holds", "Weeks that wait for a decision.")
  private readonly lastFinal = this.gauge("last_final_week", "Index of the last week that is final on chain.")
  private readonly lastFinalEnd = this.gauge(
    "last_final_week_end_timestamp_seconds",
    "End of the last week that is final on chain.",
  )

  private readonly stepState = this.gauge("step_state", "1 for the state that a step of a week is in.", [
    "week",
    "step",
    "state",
  ])
  private readonly stepAttempts = this.gauge("step_attempts", "Attempts at a step of a week.", [
    "week",
    "step",
  ])
  private readonly stepSeconds = this.gauge(
    "step_duration_seconds",
    "Duration of the last attempt at a step of a week; of a running one so far.",
    ["week", "step"],
  )
  private readonly stepCloses = this.gauge(
    "step_window_end_timestamp_seconds",
    "When a step of a week should be done.",
    ["week", "step"],
  )

  private readonly sourceSuccess = this.gauge(
    "source_last_success_timestamp_seconds",
    "When a source last answered to the end.",
    ["source"],
  )
  private readonly sourceRecords = this.gauge(
    "source_last_records_timestamp_seconds",
    "When a source last had records that were not known.",
    ["source"],
  )
  private readonly sourceFailing = this.gauge(
    "source_failing",
    "Whether the last attempt at a source failed.",
    ["source"],
  )
  private readonly weekEvents = this.gauge("week_events", "Events of a week.", ["week", "source"])
  private readonly weekRejections = this.gauge("week_rejections", "Records of a week that do not count.", [
    "week",
    "reason",
  ])

  private readonly outbox = this.gauge("outbox_messages", "Messages to members.", ["state"])
  private readonly outboxDue = this.gauge(
    "outbox_oldest_due_age_seconds",
    "How long the message that waits the longest has been due.",
  )

  private readonly transactions = this.counter("transactions_total", "Transactions that came to an end.", [
    "outcome",
  ])
  private readonly openTransactions = this.gauge(
    "transactions_open",
    "Transactions of which it is not known, or not final, what became of them.",
  )
  private readonly fees = this.counter(
    "fees_lamports_total",
    "Fees of transactions that came to an end and were paid.",
  )
  private readonly balance = this.gauge("balance_lamports", "Balance of a key that pays for posting.", [
    "role",
  ])
  private readonly runway = this.gauge(
    "sol_runway_seconds",
    "How long the oracle's balance pays for posting, in whole weeks.",
  )
  private readonly solLow = this.gauge("sol_low", "Whether the oracle's balance is below the cost of a week.")

  private readonly rpcUp = this.gauge("rpc_up", "Whether an RPC endpoint answers.", ["endpoint", "index"])
  private readonly rpcLag = this.gauge(
    "rpc_lag_slots",
    "Slots that an RPC endpoint is behind the one ahead.",
    ["endpoint", "index"],
  )
  private readonly rpcSlot = this.gauge("rpc_slot", "Confirmed slot of an RPC endpoint.", [
    "endpoint",
    "index",
  ])
  private readonly rpcSeconds = new Histogram({
    name: `${PREFIX}rpc_request_duration_seconds`,
    help: "Requests to an RPC endpoint, of the work and of this page.",
    labelNames: ["endpoint"],
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  })
  private readonly rpcErrors = this.counter("rpc_errors_total", "Requests to an RPC endpoint that failed.", [
    "endpoint",
  ])
  private readonly chainTime = this.gauge("chain_timestamp_seconds", "The chain's clock.")
  private readonly chainWeek = this.gauge("chain_week", "Index of the week that the chain is at.")
  private readonly paused = this.gauge("chain_paused", "Whether the economy is paused.")

  private readonly loopDelay = this.gauge(
    "event_loop_delay_seconds",
    "Longest delay of the event loop since the last scrape.",
  )
  private readonly memory = new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process.",
    registers: [this.registry],
  })
  private readonly cpu = new Counter({
    name: "process_cpu_seconds_total",
    help: "Processor time of the process.",
    registers: [this.registry],
  })

  constructor(startedAt: number) {
    this.gauge("build_info", "1, with the version of the program.", ["version", "node"]).set(
      { version: ownVersion(), node: process.version },
      1,
    )
    new Gauge({
      name: "process_start_time_seconds",
      help: "When the process started.",
      registers: [this.registry],
    }).set(startedAt)
    this.eventLoop = monitorEventLoopDelay({ resolution: 20 })
    this.eventLoop.enable()
    RPC_REQUESTS.subscribe(this.onRequest)
  }

  close(): void {
    RPC_REQUESTS.unsubscribe(this.onRequest)
    this.eventLoop.disable()
  }

  get names(): string[] {
    return this.registry.getMetricsAsArray().map(({ name }) => name)
  }

  /** The page in Prometheus' text format. */
  async page({ store, counts, chain, budget, activeAt }: Readings, now: number): Promise<string> {
    // Until the first await nothing else runs: no other scrape sees half of it.
    for (const gauge of this.gauges.values()) {
      gauge.reset()
      // A gauge without labels begins with 0, which would say something that is not known.
      gauge.remove({})
    }
    this.leaseHeld.set(store.error === null && store.value?.lease?.isOwn === true ? 1 : 0)
    for (const [part, reading] of Object.entries({ store, counts, chain }))
      if (reading.at !== null) this.readAt.set({ part }, reading.at)
    this.databaseUp.set(store.error === null ? 1 : 0)
    if (activeAt !== null) this.activeAt.set(activeAt)
    if (store.value !== null) this.setStore(store.value, now)
    if (counts.value !== null) this.setCounts(counts.value)
    if (chain.value !== null) this.setChain(chain.value, budget)
    this.loopDelay.set(this.eventLoop.max / NANOSECONDS)
    this.eventLoop.reset()
    this.memory.set(process.memoryUsage.rss())
    const { user, system } = process.cpuUsage()
    setTo(this.cpu, {}, (user + system) / 1e6)
    return this.registry.metrics()
  }

  private setStore(state: StoreState, now: number): void {
    this.unfinished.set(state.unfinished)
    this.held.set(state.held)
    if (state.lastFinal !== null) {
      this.lastFinal.set(state.lastFinal)
      this.lastFinalEnd.set(weekEnd(state.lastFinal))
    }
    if (state.lease !== null) this.leaseToken.set(state.lease.token)
    this.outboxDue.set(state.outbox.oldestDue === null ? 0 : Math.max(0, now - state.outbox.oldestDue))
    for (const { name: week, end, heldBecause, isFinal, steps } of state.weeks) {
      this.weekEnd.set({ week }, end)
      this.weekHeld.set({ week }, heldBecause === null ? 0 : 1)
      this.weekFinal.set({ week }, isFinal ? 1 : 0)
      for (const { step, state: present, attempts, startedAt, endedAt, closes } of steps) {
        for (const each of STEP_STATES)
          this.stepState.set({ week, step, state: each }, each === present ? 1 : 0)
        this.stepAttempts.set({ week, step }, attempts)
        this.stepCloses.set({ week, step }, closes)
        if (startedAt !== null)
          this.stepSeconds.set({ week, step }, Math.max(0, (endedAt ?? now) - startedAt))
      }
    }
    for (const { name: source, succeededAt, pulledAt, error } of state.sources) {
      this.sourceFailing.set({ source }, error === null ? 0 : 1)
      if (succeededAt !== null) this.sourceSuccess.set({ source }, succeededAt)
      if (pulledAt !== null) this.sourceRecords.set({ source }, pulledAt)
    }
  }

  private setCounts({ events, rejections, outbox, transactions }: StoreCounts): void {
    for (const { week, source, count } of events) this.weekEvents.set({ week, source }, count)
    for (const { week, reason, count } of rejections) this.weekRejections.set({ week, reason }, count)
    for (const state of ["pending", "sent", "failed"])
      this.outbox.set({ state }, outbox.find((each) => each.state === state)?.count ?? 0)
    let [open, lamports] = [0, 0]
    for (const each of transactions) {
      if (each.outcome === "open" || each.outcome === "confirmed") open += each.count
      else setTo(this.transactions, { outcome: each.outcome }, each.count)
      if (each.outcome === "finalized" || each.outcome === "failed") lamports += each.lamports
    }
    this.openTransactions.set(open)
    setTo(this.fees, {}, lamports)
  }

  private setChain({ endpoints, economy }: ObservedChain, budget: SolBudget | null): void {
    for (const [place, { name: endpoint, isUp, slot, lag }] of endpoints.entries()) {
      const labels = { endpoint, index: place }
      this.rpcUp.set(labels, isUp ? 1 : 0)
      if (slot !== null) this.rpcSlot.set(labels, slot)
      if (lag !== null) this.rpcLag.set(labels, lag)
    }
    if (economy !== null) {
      this.chainTime.set(economy.chainTime)
      this.paused.set(economy.paused ? 1 : 0)
      if (economy.week !== null) this.chainWeek.set(economy.week.index)
      for (const { role, lamports } of economy.sol) this.balance.set({ role }, Number(lamports))
    }
    if (budget === null) return
    this.solLow.set(budget.isLow ? 1 : 0)
    if (budget.weeksLeft !== null) this.runway.set(budget.weeksLeft * SECONDS_PER_WEEK)
  }

  private readonly onRequest = (message: unknown): void => {
    const { endpoint, seconds, isFailed } = message as RequestRecord
    this.rpcSeconds.observe({ endpoint }, seconds)
    this.rpcErrors.inc({ endpoint }, isFailed ? 1 : 0)
  }

  private gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    const gauge = new Gauge({ name: PREFIX + name, help, labelNames, registers: [this.registry] })
    if (name !== "build_info") this.gauges.set(name, gauge)
    return gauge
  }

  private counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name: PREFIX + name, help, labelNames, registers: [this.registry] })
  }
}

/** A counter that counts elsewhere, in the database or the kernel. */
function setTo(counter: Counter, labels: Record<string, string>, value: number): void {
  counter.remove(labels)
  counter.inc(labels, value)
}
