import { isoWeek, weekOf } from "@stk/sdk/math"
import type { SolBudget } from "../../chain/sol_budget"
import { sol } from "../../chain/sol"
import type { OracleConfig } from "../../config/config"
import { grouped, printable, table } from "../../output"
import type { Store } from "../../store/store"
import type { ObservedChain } from "../../watch/chain_observer"
import type { StepState, StoreCounts, StoreState, WeekState } from "../../watch/store_state"
import { STEPS } from "../../week/step"
import { windowStart } from "../../week/windows"

/** All that an operator looks at, read once. */
export interface Overview {
  /** Unix seconds. */
  at: number
  config: OracleConfig
  stored:
    | (Pick<Store, "kind" | "where" | "isShared"> & { state: StoreState; counts: StoreCounts })
    | { error: string }
  chain: ObservedChain
  budget: SolBudget | null
}

const BOLD = "\u001b[1m"
const RED = "\u001b[31m"
const PLAIN = "\u001b[0m"
/** Weeks on the screen. */
const SHOWN_WEEKS = 5

/** The whole picture for people. */
export function dashboard(overview: Overview, colours: boolean): string {
  const { at, config, stored } = overview
  const alarm = (text: string): string => (colours ? `${RED}${text}${PLAIN}` : text)
  const head = (text: string): string => (colours ? `${BOLD}${text}${PLAIN}` : text)
  const parts = [`${head(`stk-oracle ${clock(at)} UTC`)}  economy ${printable(config.chain.economy)}`]
  if ("error" in stored) parts.push(alarm(`database: ${stored.error}`))
  else {
    const { state, counts, kind, where, isShared } = stored
    const user = state.lease === null ? "nobody works" : `${printable(state.lease.holder)} works`
    parts.push(
      `database ${kind === "pglite" ? "embedded" : "PostgreSQL"} at ${printable(where)}${isShared ? ", shared by the daemon" : ""}; ${user}`,
    )
    parts.push("", ...weekLines(state.weeks.slice(-SHOWN_WEEKS), at, alarm))
    parts.push(...holdLines(state.weeks, alarm), "", ...sourceLines(state, at, alarm))
    parts.push("", ...countLines(counts))
    parts.push(...outboxLines(state, counts, at, alarm))
  }
  parts.push("", ...chainLines(overview, alarm))
  return parts.join("\n") + "\n"
}

function weekLines(weeks: readonly WeekState[], at: number, alarm: (text: string) => string): string[] {
  const next = nextWindow(at)
  if (weeks.length === 0) return [`no week is over yet; ${next}`]
  const rows = weeks.map(({ name, steps, isFinal }) => [
    name,
    ...steps.map((step) => stepCell(step, at)),
    isFinal ? "final" : "",
  ])
  const lines = table(["week", ...STEPS, "chain"], rows).split("\n")
  return [
    ...lines.map((line) => (/failed|held|late/.test(line) ? alarm(line) : line)),
    ...weeks.flatMap(({ name, steps }) =>
      steps.flatMap(({ step, state, error }) =>
        state === "failed" && error !== null ? [alarm(`${name} ${step}: ${oneLine(error)}`)] : [],
      ),
    ),
    next,
  ]
}

function stepCell({ state, attempts, opens, closes, startedAt, endedAt }: StepState, at: number): string {
  const tries = attempts > 1 ? `, ${attempts} tries` : ""
  if (state === "done" && endedAt !== null) return `${clock(endedAt).slice(5)}${tries}`
  if (state === "running" && startedAt !== null) return `running ${duration(at - startedAt)}${tries}`
  if (state !== "pending") return `${state}${tries}`
  return at < opens ? `from ${clock(opens).slice(11)}` : at >= closes ? "late" : "due"
}

function nextWindow(at: number): string {
  const current = weekOf(at)
  if (current === null) return "the clock is before the first week"
  const opens = windowStart("aggregate", current)
  return `${isoWeek(current)} ends in ${duration(opens - at)}`
}

function holdLines(weeks: readonly WeekState[], alarm: (text: string) => string): string[] {
  return weeks.flatMap(({ name, heldBecause }) =>
    heldBecause === null ? [] : [alarm(`HELD ${name}: ${oneLine(heldBecause)}`)],
  )
}

function sourceLines({ sources }: StoreState, at: number, alarm: (text: string) => string): string[] {
  const ago = (moment: number | null): string => (moment === null ? "never" : `${duration(at - moment)} ago`)
  const rows = sources.map(({ name, kind, succeededAt, pulledAt, error }) => [
    name,
    kind,
    ago(succeededAt),
    ago(pulledAt),
    error === null ? "" : `FAILING: ${oneLine(error)}`,
  ])
  return table(["source", "kind", "answered", "new records", ""], rows)
    .split("\n")
    .map((line) => (line.includes("FAILING") ? alarm(line) : line))
}

function countLines({ events, rejections }: StoreCounts): string[] {
  const weeks = [...new Set([...events, ...rejections].map(({ week }) => week))].sort()
  return weeks.map((week) => {
    const sum = events.filter((each) => each.week === week).reduce((total, { count }) => total + count, 0)
    const rejected = rejections
      .filter((each) => each.week === week)
      .sort((a, b) => b.count - a.count)
      .map(({ reason, count }) => `${printable(reason)} ${grouped(count)}`)
    return `${week}: ${grouped(sum)} events${rejected.length === 0 ? "" : `; rejected: ${rejected.join(", ")}`}`
  })
}

function outboxLines(
  { outbox }: StoreState,
  counts: StoreCounts,
  at: number,
  alarm: (text: string) => string,
): string[] {
  const failed = countOf(counts, "failed")
  const waits = outbox.oldestDue === null ? "" : `, due for ${duration(at - outbox.oldestDue)}`
  const line = `outbox: ${grouped(countOf(counts, "pending"))} waiting${waits}, ${grouped(countOf(counts, "sent"))} sent, ${grouped(failed)} given up`
  return [failed > 0 ? alarm(line) : line]
}

function chainLines({ chain, budget }: Overview, alarm: (text: string) => string): string[] {
  const { endpoints, economy, error } = chain
  const lines = endpoints.map(({ name, isUp, slot, lag, seconds, error: why }) =>
    isUp
      ? `rpc ${name}: slot ${grouped(slot ?? 0)}${lag === null || lag === 0 ? "" : `, ${lag} behind`}, ${Math.round(seconds * 1000)} ms`
      : alarm(`rpc ${name}: DOWN, ${printable(why ?? "")}`),
  )
  if (economy === null) return [...lines, alarm(`chain: ${printable(error ?? "")}`)]
  const { week, paused, chainTime, slot, members, sol: payers } = economy
  const at =
    week === null
      ? "no week posted yet"
      : `${week.name} ${week.phase}${week.heldByGuardian ? ", held by the guardian" : ""}`
  const chainLine = `chain: ${at}, ${grouped(members)} members, slot ${grouped(slot)}, ${clock(chainTime)} UTC${paused ? ", PAUSED" : ""}`
  lines.push(paused ? alarm(chainLine) : chainLine)
  const shown = payers[0]?.address === payers[1]?.address ? payers.slice(0, 1) : payers
  const balances = shown.map(({ role, lamports }) => `${role} ${sol(lamports)} SOL`).join(", ")
  const left =
    budget?.weeksLeft === null || budget === null ? "" : `, enough for ${grouped(budget.weeksLeft)} weeks`
  lines.push(budget?.isLow === true ? alarm(`${balances}${left}: LOW`) : `${balances}${left}`)
  return lines
}

const countOf = ({ outbox }: StoreCounts, state: string): number =>
  outbox.find((each) => each.state === state)?.count ?? 0

/** The same in one line, for a log. */
export function lineOf({ at, stored, chain, budget }: Overview): string {
  const parts = [new Date(at * 1000).toISOString()]
  if ("error" in stored) parts.push(`database: ${oneLine(stored.error)}`)
  else {
    const { weeks, sources } = stored.state
    const open = weeks.flatMap(({ name, steps }) => {
      const step = steps.find(({ state }) => state !== "done")
      return step === undefined ? [] : [`${name} ${step.step} ${stepCell(step, at)}`]
    })
    parts.push(open[0] ?? "every week is done")
    if (open.length > 1) parts.push(`${open.length - 1} weeks behind it`)
    const held = weeks.filter(({ heldBecause }) => heldBecause !== null).map(({ name }) => name)
    if (held.length > 0) parts.push(`HELD ${held.join(" ")}`)
    const failing = sources.filter(({ error }) => error !== null).map(({ name }) => name)
    parts.push(failing.length === 0 ? "sources ok" : `FAILING ${failing.join(" ")}`)
    parts.push(
      `outbox ${countOf(stored.counts, "pending")} waiting, ${countOf(stored.counts, "failed")} given up`,
    )
  }
  const { economy, error } = chain
  if (economy === null) parts.push(`chain: ${oneLine(error ?? "")}`)
  else {
    const week = economy.week === null ? "no week" : `${economy.week.name} ${economy.week.phase}`
    parts.push(`chain ${week} slot ${economy.slot}${economy.paused ? " PAUSED" : ""}`)
  }
  if (budget !== null)
    parts.push(
      `${sol(budget.balance)} SOL${budget.weeksLeft === null ? "" : ` for ${budget.weeksLeft} weeks`}${budget.isLow ? " LOW" : ""}`,
    )
  return parts.join("; ")
}

/** The same for programs: moments as ISO 8601, lamports as decimal text. */
export function toJson({ at, config, stored, chain, budget }: Overview): string {
  const moments = new Set(["at", "end", "opens", "closes", "oldestDue", "chainTime"])
  const value = {
    at,
    economy: config.chain.economy,
    database: "error" in stored ? { error: stored.error } : { kind: stored.kind, where: stored.where },
    ...("error" in stored ? {} : { ...stored.state, counts: stored.counts }),
    chain,
    budget,
  }
  return JSON.stringify(value, (key, member: unknown) => {
    if (typeof member === "bigint") return String(member)
    if (typeof member === "number" && (moments.has(key) || key.endsWith("At")))
      return new Date(member * 1000).toISOString()
    return member
  })
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")
}

const UNITS: readonly [string, number][] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
]

function duration(seconds: number): string {
  const unit = UNITS.find(([, size]) => seconds >= 2 * size)
  return unit === undefined
    ? `${Math.max(0, Math.round(seconds))} s`
    : `${Math.floor(seconds / unit[1])} ${unit[0]}`
}

const LINE_LENGTH = 160

function oneLine(text: string): string {
  const line = printable(text.replace(/\s+/g, " "))
  return line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line
}
