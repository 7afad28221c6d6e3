import type { OracleConfig } from "../config/config"
import type { Readings } from "./metrics"

/** One thing that the weekly process needs. */
export interface Check {
  ok: boolean
  /** For people: what it is, or what is wrong. */
  says: string
}

export interface Readiness {
  ready: boolean
  checks: { database: Check; lease: Check; rpc: Check; activity: Check }
}

/** Whether the weekly process can do its work now, and what is missing. */
export function readinessOf(
  { store, chain, activeAt }: Readings,
  config: Pick<OracleConfig, "watch">,
  now: number,
): Readiness {
  const checks = {
    database: databaseCheck(store),
    lease: leaseCheck(store),
    rpc: rpcCheck(chain),
    activity: activityCheck(activeAt, config.watch.mostSilentMinutes * 60, now),
  }
  return { ready: Object.values(checks).every(({ ok }) => ok), checks }
}

function databaseCheck({ value, error }: Readings["store"]): Check {
  if (error !== null) return { ok: false, says: error }
  return value === null ? { ok: false, says: "has not answered yet" } : { ok: true, says: "answers" }
}

function leaseCheck({ value, error }: Readings["store"]): Check {
  if (value === null || error !== null) return { ok: false, says: "is not known without the database" }
  const { lease } = value
  if (lease === null) return { ok: false, says: "nobody holds it" }
  return lease.isOwn
    ? { ok: true, says: "this process holds it" }
    : { ok: false, says: `process ${lease.holder} holds it: this one stands by` }
}

function rpcCheck({ value, error }: Readings["chain"]): Check {
  if (value === null) return { ok: false, says: error ?? "has not been asked yet" }
  const up = value.endpoints.filter(({ isUp }) => isUp).length
  return {
    ok: up > 0 && error === null,
    says: error ?? `${up} of ${value.endpoints.length} endpoints answer`,
  }
}

function activityCheck(activeAt: number | null, mostSeconds: number, now: number): Check {
  if (activeAt === null) return { ok: false, says: "the weekly process has not begun" }
  const silent = Math.max(0, Math.round(now - activeAt))
  return { ok: silent <= mostSeconds, says: `last seen ${silent} s ago` }
}
