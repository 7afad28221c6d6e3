import { isoWeek, weekOf } from "@stk/sdk/math"
import { and, eq, sql } from "drizzle-orm"
import { Disagreement } from "../chain/failures"
import type { OracleConfig } from "../config/config"
import { EXIT, OracleError } from "../failure"
import type { Logger } from "../log"
import { deliverNotices, type DeliveryReport } from "../notice/deliver"
import { canonicalJson, type EconomyRules } from "../score/rules"
import { steps, weeks } from "../store/schema"
import type { Store } from "../store/store"
import { gather } from "./aggregate_step"
import { firstWeekOf } from "./first_week"
import { weekDirectory } from "./layout"
import { rehearseStep } from "./rehearse"
import { STEPS, type StepName, type StepRun, type WeekContext } from "./step"
import { STEP_RUNS } from "./steps"
import { intakeEnd, windowEnd, windowStart } from "./windows"

/** What happens, as `run --json` prints it, a line each. */
export type ProcessEvent =
  | { event: "step-started"; week: string; step: StepName; late: boolean }
  | { event: "step-done"; week: string; step: StepName; result: Record<string, unknown> }
  | { event: "step-failed"; week: string; step: StepName; error: string; exit_code: number }
  | { event: "step-waiting"; week: string; step: StepName; until: string; why: string }
  | { event: "held"; week: string; step: StepName; why: string }
  | { event: "would-run"; week: string; step: StepName; result: Record<string, unknown> }
  | { event: "collected"; events: number; records: number }
  | ({ event: "delivered" } & DeliveryReport)

export interface ProcessOptions {
  config: OracleConfig
  rules: EconomyRules
  store: Store
  /** Unix seconds; a test's clock is another one. */
  now: () => number
  log: Logger
  signal: AbortSignal
  dryRun?: boolean
  shadow?: boolean
  /** Runs steps that are done again: nothing may change. */
  again?: boolean
  onEvent: (event: ProcessEvent) => void
  onProgress: (stage: string, done: number, total: number) => void
  /** The steps' work; the real one by default. */
  runs?: Partial<Record<StepName, StepRun>>
}

export interface Tick {
  /** When there is something to do next, unix seconds; null when nothing is foreseen before the next week ends. */
  next: number
  failures: OracleError[]
}

/** A hold is looked at again so soon: somebody may have decided. */
const HOLD_SECONDS = 30

/** Their results follow from their inputs alone; the other steps compare with what they have written themselves. */
const RECOMPUTED: readonly StepName[] = ["aggregate", "score"]

type Outcome = { kind: "done" } | { kind: "wait"; until: number } | { kind: "failed"; error: OracleError }

/**
 * Moves weeks on, step by step: a step runs in or after its window, when the one before is done and the same step of the
 * week before is. So weeks are never skipped, and an outage is caught up in order. What is done is in the store; this
 * only remembers when a failed step is tried again.
 */
export class WeeklyProcess {
  private readonly retries = new Map<string, { failures: number; at: number }>()
  /** Steps that a shadow run went through; they are not done. */
  private readonly shadowed = new Set<string>()
  private readonly runs: Partial<Record<StepName, StepRun>>
  private readonly order: readonly StepName[]

  constructor(private readonly options: ProcessOptions) {
    this.runs = options.runs ?? STEP_RUNS
    this.order = STEPS.filter((step) => this.runs[step] !== undefined)
  }

  /** Does everything that is due now; `week` and `until` leave out the rest. */
  async tick(only: { week?: number; until?: StepName } = {}): Promise<Tick> {
    const { now } = this.options
    const current = this.weekNow()
    const first = (await firstWeekOf(this.options.config, this.options.store)) ?? current
    const tick: Tick = { next: windowStart("aggregate", current), failures: [] }
    const done = await this.doneSteps()
    const order =
      only.until === undefined ? this.order : this.order.slice(0, this.order.indexOf(only.until) + 1)
    for (let week = only.week ?? first; week <= (only.week ?? current - 1); week++) {
      if (week < first)
        throw new OracleError(EXIT.notReady, [
          `${isoWeek(week)}: the first week is ${isoWeek(first)} (run.firstWeek)`,
        ])
      for (const step of order) {
        const key = keyOf(week, step)
        if (done.has(key) && this.options.again !== true) continue
        if (week > first && !done.has(keyOf(week - 1, step)) && !this.shadowed.has(keyOf(week - 1, step))) {
          if (only.week !== undefined)
            this.wait(
              week,
              step,
              now(),
              `${step} of ${isoWeek(week - 1)} is not done, and weeks are never skipped`,
            )
          break
        }
        if (this.shadowed.has(key)) continue
        const outcome = await this.advance(week, first, step, done.has(key))
        if (outcome.kind === "done") {
          done.add(key)
          continue
        }
        if (outcome.kind === "wait") tick.next = Math.min(tick.next, outcome.until)
        else {
          tick.failures.push(outcome.error)
          tick.next = Math.min(tick.next, this.retries.get(key)?.at ?? tick.next)
        }
        break
      }
    }
    return tick
  }

  /** Takes what the sources have by now. */
  async collect(): Promise<void> {
    const report = await gather(this.options, this.options.now())
    const sum = (pick: (source: (typeof report.sources)[number]) => number): number =>
      report.sources.reduce((total, source) => total + pick(source), 0)
    this.options.onEvent({
      event: "collected",
      events: sum((source) => source.events),
      records: sum((source) => source.records),
    })
  }

  /** Sends notices that are due again: receivers that were not there, a process that was killed while it sent. */
  async deliver(): Promise<void> {
    const report = await deliverNotices(this.options)
    if (report.sent + report.postponed + report.failed > 0)
      this.options.onEvent({ event: "delivered", ...report })
  }

  private weekNow(): number {
    const week = weekOf(this.options.now())
    if (week === null)
      throw new OracleError(EXIT.notReady, ["the clock of this machine is before the first week"])
    return week
  }

  private async doneSteps(): Promise<Set<string>> {
    const rows = await this.options.store.database
      .select({ week: steps.week, step: steps.step })
      .from(steps)
      .where(eq(steps.state, "done"))
    return new Set(rows.map(({ week, step }) => keyOf(week, step as StepName)))
  }

  private async advance(week: number, firstWeek: number, step: StepName, isDone: boolean): Promise<Outcome> {
    const { now, dryRun, config } = this.options
    const opens = windowStart(step, week)
    if (now() < opens) return this.wait(week, step, opens, "its window has not opened")
    const retry = this.retries.get(keyOf(week, step))
    if (retry !== undefined && now() < retry.at) return { kind: "wait", until: retry.at }
    const context: WeekContext = {
      ...this.options,
      week,
      firstWeek,
      directory: weekDirectory(config.data, week),
      dryRun: dryRun === true,
      shadow: this.options.shadow === true,
    }
    if (dryRun === true) {
      const result = await rehearseStep(step, context, this.runs[step])
      this.options.onEvent({ event: "would-run", week: isoWeek(week), step, result })
      return { kind: "done" }
    }
    if (step === "aggregate" && !isDone && now() < intakeEnd(week)) return this.takeIn(context)
    if (step === "post") {
      const why = await this.heldBecause(week)
      if (why !== null) return this.hold(week, step, why)
    }
    return this.run(step, context, isDone)
  }

  /** From the week's end until its intake closes there is only collecting. */
  private async takeIn(context: WeekContext): Promise<Outcome> {
    const { week } = context
    await this.begin(week, "aggregate")
    await this.collect().catch((error: unknown) => {
      if (!(error instanceof OracleError) || context.signal.aborted) throw error
      context.log.warn({ week: isoWeek(week), error: error.message }, "collecting failed")
    })
    return this.wait(week, "aggregate", intakeEnd(week), "its intake is open")
  }

  private async run(step: StepName, context: WeekContext, isDone: boolean): Promise<Outcome> {
    const { onEvent, signal, log } = this.options
    const { week } = context
    const name = isoWeek(week)
    const work = this.runs[step]
    if (work === undefined) throw new Error(`${step} has no work`)
    const isShadow = context.shadow && (step === "post" || step === "notify")
    const isKept = !isDone && !isShadow
    signal.throwIfAborted()
    onEvent({ event: "step-started", week: name, step, late: context.now() >= windowEnd(step, week) })
    try {
      // Somebody has just released held events: what comes before is done again first.
      if (isKept && !(await this.begin(week, step))) return { kind: "wait", until: context.now() }
      const result = await work(context)
      if (isKept) await this.end(week, step, "done", { result, error: null })
      if (isDone && RECOMPUTED.includes(step)) await this.requireSame(week, step, result)
      if (isShadow) this.shadowed.add(keyOf(week, step))
      this.retries.delete(keyOf(week, step))
      onEvent({ event: "step-done", week: name, step, result })
      return { kind: "done" }
    } catch (cause) {
      // Stopped, or without the lease: the step goes on at the next start.
      if (signal.aborted) throw signal.reason
      const error =
        cause instanceof OracleError
          ? cause
          : new OracleError(EXIT.failure, [cause instanceof Error ? cause.message : String(cause)], { cause })
      if (error.exitCode === EXIT.failure) log.error({ week: name, step, err: cause }, "unexpected failure")
      if (isKept) await this.end(week, step, "failed", { error: error.message })
      this.retryLater(week, step)
      onEvent({ event: "step-failed", week: name, step, error: error.message, exit_code: error.exitCode })
      return { kind: "failed", error }
    }
  }

  private retryLater(week: number, step: StepName): void {
    const { config, now } = this.options
    const failures = (this.retries.get(keyOf(week, step))?.failures ?? 0) + 1
    const minutes = Math.min(config.run.retryMinutes * 2 ** (failures - 1), config.run.mostRetryMinutes)
    this.retries.set(keyOf(week, step), { failures, at: now() + minutes * 60 })
  }

  private wait(week: number, step: StepName, until: number, why: string): Outcome {
    const at = new Date(until * 1000).toISOString()
    this.options.onEvent({ event: "step-waiting", week: isoWeek(week), step, until: at, why })
    return { kind: "wait", until }
  }

  private async hold(week: number, step: StepName, why: string): Promise<Outcome> {
    await this.end(week, step, "held", { error: why })
    this.options.onEvent({ event: "held", week: isoWeek(week), step, why })
    return { kind: "wait", until: this.options.now() + HOLD_SECONDS }
  }

  private async heldBecause(week: number): Promise<string | null> {
    const [row] = await this.options.store.database.select().from(weeks).where(eq(weeks.week, week))
    return row === undefined || row.overriddenBy !== null ? null : row.heldBecause
  }

  /**
   * Under the lock of the week's row, which whoever asks for a step to be done again holds too.
   *
   * @returns false when the step before is not done any more
   */
  private async begin(week: number, step: StepName): Promise<boolean> {
    const before = this.order[this.order.indexOf(step) - 1]
    const again = {
      state: "running",
      attempts: sql`${steps.attempts} + 1`,
      startedAt: sql`now()`,
      endedAt: null,
    }
    return this.options.store.transaction(async ({ database }) => {
      await database.select({ week: weeks.week }).from(weeks).where(eq(weeks.week, week)).for("update")
      if (before !== undefined) {
        const [row] = await database
          .select({ state: steps.state })
          .from(steps)
          .where(and(eq(steps.week, week), eq(steps.step, before)))
        if (row?.state !== "done") return false
      }
      await database
        .insert(steps)
        .values({ week, step, state: "running", attempts: 1, startedAt: sql`now()` })
        .onConflictDoUpdate({ target: [steps.week, steps.step], set: again })
      return true
    })
  }

  private async end(
    week: number,
    step: StepName,
    state: "done" | "failed" | "held",
    how: { result?: Record<string, unknown>; error: string | null },
  ): Promise<void> {
    const set = { state, endedAt: sql`now()`, ...how }
    await this.options.store.database
      .insert(steps)
      .values({ week, step, ...set })
      .onConflictDoUpdate({ target: [steps.week, steps.step], set })
  }

  /** A step that was done before has the same result now. @throws {Disagreement} */
  private async requireSame(week: number, step: StepName, result: Record<string, unknown>): Promise<void> {
    const [row] = await this.options.store.database
      .select({ result: steps.result })
      .from(steps)
      .where(and(eq(steps.week, week), eq(steps.step, step)))
    const [before, after] = [row?.result ?? null, result].map((value) =>
      canonicalJson(JSON.parse(JSON.stringify(value))),
    )
    if (before !== after)
      throw new Disagreement(`${step} of ${isoWeek(week)} gives another result than when it was done`, [
        { subject: "week", field: step, expected: after ?? "", actual: before ?? "" },
      ])
  }
}

function keyOf(week: number, step: StepName): string {
  return `${week}/${step}`
}
