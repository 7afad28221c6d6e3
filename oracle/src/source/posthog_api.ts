import { SECONDS_PER_WEEK, weekOf, weekStart } from "@stk/sdk/math"
import { z } from "zod"
import type { PosthogConfig } from "../config/sources"
import type { EconomyRules } from "../score/rules"
import { SourceFailed } from "./http"
import { spelledTypes } from "./normalise"
import { RecentRecords } from "./overlap"
import { PosthogProject, type QueryValues } from "./posthog_query"
import type { Cursor, PullContext, PulledRecords, Source } from "./source"

const cursorSchema = z.object({
  /** Second of arrival up to which everything was read. */
  second: z.int(),
  /** Content of what arrived within the overlap. */
  recent: z.record(z.string(), z.number()),
})

/** Events that say they happened longer than this before they arrived are late in any week, and are not looked for. */
const LONGEST_DELAY = 4 * SECONDS_PER_WEEK

const rowSchema = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string(), z.coerce.number()])

/**
 * Events in the order in which they arrived: pages go on at the last (second of arrival, uuid), so that rows that
 * appear meanwhile move nothing; the last row comes again, with others of its uuid that the page had no room for. PostHog's SQL has no microseconds as numbers, and whole seconds with the uuid need none.
 */
function eventsQuery(names: readonly string[], limit: number): string {
  return `SELECT toString(uuid) AS id, event AS what, distinct_id AS who, toString(toTimeZone(timestamp, 'UTC')) AS occurred,
  toString(toTimeZone(created_at, 'UTC')) AS arrived, toUnixTimestamp(created_at) AS arrival
FROM events
WHERE timestamp >= fromUnixTimestamp({earliest}) AND created_at >= fromUnixTimestamp({from}) AND created_at < fromUnixTimestamp({until})
  AND event IN (${names.map((_, index) => `{event${index}}`).join(", ")})
  AND (toUnixTimestamp(created_at) > {second} OR (toUnixTimestamp(created_at) = {second} AND toString(uuid) >= {id}))
ORDER BY toUnixTimestamp(created_at), toString(uuid)
LIMIT ${limit}`
}

/** PostHog's query API (STK-48): every event that the rules know, once. */
export class PosthogApiSource implements Source {
  readonly name: string
  readonly kind = "posthog"
  private readonly names: string[]

  constructor(
    private readonly config: PosthogConfig,
    rules: EconomyRules,
  ) {
    this.name = config.name
    this.names = spelledTypes(rules)
  }

  async *pull(cursor: Cursor | null, context: PullContext): AsyncIterable<PulledRecords> {
    const project = new PosthogProject(this.config, context)
    const known = cursor === null ? null : cursorSchema.parse(cursor)
    const from = known === null ? this.start(context.until) : known.second - this.config.overlapSeconds
    const recent = new RecentRecords(known?.recent ?? {})
    const text = eventsQuery(this.names, this.config.rows)
    const fixed: QueryValues = {
      earliest: Math.max(0, from - LONGEST_DELAY),
      from,
      until: context.until,
      ...Object.fromEntries(this.names.map((name, index) => [`event${index}`, name])),
    }
    let last = { second: from, id: "" }
    // An overlap that is read again must not take the place back.
    let reached = known?.second ?? from
    for (;;) {
      const { rows, hasMore } = await project.query(text, { ...fixed, ...last })
      const place = last
      const lines: string[] = []
      for (const row of rows) {
        const [uuid, event, distinctId, occurred, arrived, second] = this.parse(row)
        if (second < last.second || (second === last.second && uuid < last.id))
          throw new SourceFailed(this.name, "invalid", "rows do not come in the order that was asked for")
        last = { second, id: uuid }
        const line = JSON.stringify({
          uuid,
          event,
          distinct_id: distinctId,
          timestamp: isoTime(occurred),
          created_at: isoTime(arrived),
        })
        if (recent.take(line, second)) lines.push(line)
      }
      // PostHog may show an event several times; a page of one and the same would be asked for for ever.
      if (rows.length >= this.config.rows && last.id === place.id && last.second === place.second)
        throw new SourceFailed(this.name, "invalid", `${rows.length} rows have the uuid ${last.id}`)
      const isLast = rows.length === 0 || (rows.length < this.config.rows && !hasMore)
      reached = Math.max(reached, last.second, isLast ? context.until : 0)
      const next = { second: reached, recent: recent.since(reached - this.config.overlapSeconds) }
      yield { lines, cursor: next, firstAt: null, lastAt: null }
      if (isLast) return
    }
  }

  private start(until: number): number {
    if (this.config.since !== undefined) return Math.floor(Date.parse(this.config.since) / 1000)
    return Math.max(0, weekStart(weekOf(until) ?? 0) - SECONDS_PER_WEEK)
  }

  private parse(row: unknown): z.infer<typeof rowSchema> {
    const parsed = rowSchema.safeParse(row)
    if (parsed.success) return parsed.data
    throw new SourceFailed(this.name, "invalid", "a row has not the columns that were asked for")
  }
}

/** ClickHouse's text of a time in UTC as ISO 8601. */
function isoTime(text: string): string {
  return `${text.replace(" ", "T")}Z`
}
