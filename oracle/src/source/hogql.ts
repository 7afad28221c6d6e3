import { SECONDS_PER_DAY, SECONDS_PER_WEEK, weekEnd, weekOf, weekStart, dateOfDay } from "@stk/sdk/math"
import { z } from "zod"
import type { PosthogConfig } from "../config/sources"
import type { EconomyRules } from "../score/rules"
import { knownTypes } from "../score/tables"
import { aggregationEnd } from "../score/weeks"
import { itemAt } from "../item"
import type { CountLine } from "./counts"
import { SourceFailed } from "./http"
import { MAX_USER_ID_CHARACTERS } from "./members"
import { PosthogProject, type QueryValues } from "./posthog_query"
import type { Cursor, PullContext, PulledRecords, Source } from "./source"

export interface CountsQuery {
  text: string
  values: QueryValues
}

/** What is looked at before the week: an event that came twice belongs to the earliest moment. */
const LOOK_BACK = SECONDS_PER_WEEK

/**
 * The week's count as HogQL, with the rules that scoring applies to single events: ids that could be nobody's are left
 * out, of one uuid the earliest counts (then what was in time, the type in the order of the rules, the user), the week is
 * half-open, what arrived from Monday 02:00 on is late, and other spellings of a type are that type. One row a user, so
 * that a million of them need few answers.
 */
export function countsQuery(rules: EconomyRules, week: number, after: string, limit: number): CountsQuery {
  const types = knownTypes(rules)
  const values: Record<string, string | number> = {
    earliest: Math.max(0, weekStart(week) - LOOK_BACK),
    start: weekStart(week),
    end: weekEnd(week),
    late: aggregationEnd(week),
    after,
  }
  const placeholders: string[] = []
  const cases = types.map((type, index) => {
    const names = [type, ...Object.keys(rules.aliases).filter((alias) => rules.aliases[alias] === type)]
    const own = names.map((name) => {
      const placeholder = `event${placeholders.length}`
      values[placeholder] = name
      placeholders.push(`{${placeholder}}`)
      return `{${placeholder}}`
    })
    return `event IN (${own.join(", ")}), ${index}`
  })
  return {
    values,
    text: `SELECT who, groupArray(tuple(what, weekday, n)) AS counts
FROM (
  SELECT tupleElement(kept, 4) AS who, tupleElement(kept, 3) AS what,
    intDiv(toUnixTimestamp(tupleElement(kept, 1)) - {start}, ${SECONDS_PER_DAY}) AS weekday, count() AS n
  FROM (
    SELECT uuid, min(tuple(timestamp, if(created_at >= fromUnixTimestamp({late}), 1, 0), multiIf(${cases.join(", ")}, ${types.length}), distinct_id)) AS kept
    FROM events
    WHERE timestamp >= fromUnixTimestamp({earliest}) AND timestamp < fromUnixTimestamp({end})
      AND event IN (${placeholders.join(", ")})
      AND notEmpty(distinct_id) AND lengthUTF8(distinct_id) <= ${MAX_USER_ID_CHARACTERS} AND NOT match(distinct_id, '[\\\\x00-\\\\x1f\\\\x7f]')
    GROUP BY uuid
  )
  WHERE tupleElement(kept, 1) >= fromUnixTimestamp({start}) AND tupleElement(kept, 2) = 0
  GROUP BY who, what, weekday
)
WHERE who > {after}
GROUP BY who
ORDER BY who
LIMIT ${limit}`,
  }
}

const cursorSchema = z.object({
  /** The last week that was counted. */
  week: z.int(),
  /** Of the week after it: the last user whose counts are kept. */
  after: z.string().default(""),
})
const rowSchema = z.tuple([
  z.string().min(1),
  z.array(z.tuple([z.coerce.number(), z.coerce.number(), z.coerce.number()])),
])

/**
 * Lets PostHog's ClickHouse count each week, so that only counts travel. A week is counted once, when nothing that
 * arrives can belong to it any more: from Monday 02:00 on.
 */
export class PosthogCountsSource implements Source {
  readonly name: string
  readonly kind = "posthog-counts"

  constructor(
    private readonly config: PosthogConfig,
    private readonly rules: EconomyRules,
  ) {
    this.name = config.name
  }

  async *pull(cursor: Cursor | null, context: PullContext): AsyncIterable<PulledRecords> {
    const project = new PosthogProject(this.config, context)
    const known = cursor === null ? null : cursorSchema.parse(cursor)
    let after = known?.after ?? ""
    for (let week = known === null ? this.firstWeek(context.until) : known.week + 1; ; week++, after = "") {
      if (aggregationEnd(week) > context.until) return
      for (;;) {
        const { text, values } = countsQuery(this.rules, week, after, this.config.rows)
        const { rows, hasMore } = await project.query(text, values)
        const lines: string[] = []
        for (const row of rows) {
          const { who, counts } = this.parse(row, after, week)
          after = who
          lines.push(...counts.map((line) => JSON.stringify(line)))
        }
        const isLast = rows.length === 0 || (rows.length < this.config.rows && !hasMore)
        const moment = BigInt(weekStart(week)) * 1_000_000n
        yield {
          lines,
          cursor: isLast ? { week, after: "" } : { week: week - 1, after },
          firstAt: moment,
          lastAt: moment,
        }
        if (isLast) break
      }
    }
  }

  private firstWeek(until: number): number {
    const { since } = this.config
    if (since !== undefined) return weekOf(Math.floor(Date.parse(since) / 1000)) ?? 0
    return Math.max(0, (weekOf(until) ?? 0) - 1)
  }

  private parse(row: unknown, after: string, week: number): { who: string; counts: CountLine[] } {
    const parsed = rowSchema.safeParse(row)
    const types = knownTypes(this.rules)
    if (!parsed.success)
      throw new SourceFailed(this.name, "invalid", "a row has not the columns that were asked for")
    const [who, counts] = parsed.data
    if (Buffer.compare(Buffer.from(who), Buffer.from(after)) <= 0)
      throw new SourceFailed(this.name, "invalid", "rows do not come in the order that was asked for")
    const monday = weekStart(week) / SECONDS_PER_DAY
    return {
      who,
      counts: counts
        .sort(([typeA, dayA], [typeB, dayB]) => dayA - dayB || typeA - typeB)
        .map(([type, day, count]) => ({
          distinct_id: who,
          event: itemAt(types, type),
          day: dateOfDay(monday + day),
          count,
        })),
    }
  }
}
