import { asc, eq } from "drizzle-orm"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import pino from "pino"
import { readConfig, type OracleConfig } from "../../../oracle/src/config/config"
import { collect, type CollectContext, type CollectReport } from "../../../oracle/src/source/collect"
import { events, rejections } from "../../../oracle/src/store/schema"
import type { Store } from "../../../oracle/src/store/store"
import type { Folder } from "../../oracle/utils/fixtures"
import type { EventRow } from "./clickhouse"
import { PROJECT } from "./posthog"

/** The week that most tests are about: Monday 2025-12-15 to Sunday 2025-12-21. */
export const MONDAY = Date.parse("2025-12-15T00:00:00Z") / 1000
/** Tuesday after it. */
export const LATER = MONDAY + 8 * 86_400
export const KEY_VARIABLE = "STK_TEST_POSTHOG_KEY"

/** The configuration of an operator with these sources. */
export function operatorConfig(
  folder: Folder,
  sources: readonly Record<string, unknown>[],
  database?: string,
): OracleConfig {
  const path = folder.file(
    "stk-oracle.json",
    JSON.stringify({
      data: "data",
      ...(database === undefined ? {} : { database }),
      chain: {
        economy: "Stk1111111111111111111111111111111111111111",
        rpc: ["http://127.0.0.1:8899"],
        oracle: "oracle.json",
      },
      sources,
    }),
  )
  return readConfig(path)
}

/** PostHog's query API as a source. */
export function posthogSource(host: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: "posthog",
    kind: "posthog",
    host,
    project: PROJECT,
    apiKey: { env: KEY_VARIABLE },
    patienceSeconds: 60,
    ...more,
  }
}

/** What a run logs, as text. */
export class Log {
  text = ""
  readonly logger = pino({ level: "debug" }, { write: (line: string) => void (this.text += line) })
}

export async function collectNow(
  config: OracleConfig,
  store: Store,
  more: Partial<CollectContext> = {},
): Promise<CollectReport> {
  return collect({
    config,
    store,
    until: LATER,
    log: new Log().logger,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...more,
  })
}

/** Lines of all raw files of a source, in the order in which they were written. */
export function rawLines(config: OracleConfig, source = "posthog"): string[] {
  return rawFiles(config, source).flatMap((name) =>
    gunzipSync(readFileSync(join(config.data, "raw", source, name)))
      .toString()
      .split("\n")
      .filter((line) => line !== ""),
  )
}

export function rawFiles(config: OracleConfig, source = "posthog"): string[] {
  try {
    return readdirSync(join(config.data, "raw", source)).sort((a, b) => parseInt(a, 10) - parseInt(b, 10))
  } catch {
    return []
  }
}

export interface StoredEvent {
  sourceId: string
  type: string
  userId: string
}

/** Events of a source in the store, by source id. */
export async function storedEvents(store: Store, source = "posthog"): Promise<StoredEvent[]> {
  return store.database
    .select({ sourceId: events.sourceId, type: events.type, userId: events.userId })
    .from(events)
    .where(eq(events.source, source))
    .orderBy(asc(events.sourceId))
}

export async function storedRejections(
  store: Store,
): Promise<{ reason: string; sourceId: string | null; line: number }[]> {
  return store.database
    .select({ reason: rejections.reason, sourceId: rejections.sourceId, line: rejections.line })
    .from(rejections)
    .orderBy(asc(rejections.id))
}

/** A ClickHouse text of an instant in UTC. */
export function at(seconds: number, microseconds = 0): string {
  const fraction = String(microseconds).padStart(6, "0")
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")}.${fraction}`
}

export function uuid(n: number): string {
  return `0198c0de-0000-7000-8000-${n.toString(16).padStart(12, "0")}`
}

/** An event row; what a test is not about has a value. */
export function eventRow(n: number, more: Partial<EventRow> = {}): EventRow {
  const moment = MONDAY + 3_600 + n * 60
  return {
    uuid: uuid(n),
    event: "ExerciseSave",
    distinct_id: `u${n % 7}`,
    timestamp: at(moment, n),
    created_at: at(moment + 2, n),
    ...more,
  }
}
