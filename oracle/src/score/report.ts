import { closingSunday, DAYS_PER_WEEK, isoWeek, weekEnd, weekStart } from "@stk/sdk/math"
import { itemAt } from "../item"
import { createWriteStream, readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { once } from "node:events"
import { join } from "node:path"
import { version as duckdbVersion } from "@duckdb/node-api"
import { decodeAddress } from "../base58"
import { literal, type ScratchDatabase } from "./database"
import { leafData, leafHash, StreamingRoot } from "./merkle"
import { fileHash } from "./hash"
import { fraudRulesHash, type FraudCounts, type FraudParameters, type FraudSummary } from "./fraud"
import type { PreviousWeek } from "./previous"
import { rulesHash, scoredEvents, type EconomyRules } from "./rules"
import type { EventFileRecord } from "./score"
import { DUCKDB } from "./duckdb"
import { knownTypes, pointsSql } from "./tables"

/** Where single events are listed: those over a daily limit, and those that fraud rules hold. */
export const CAPPED_FILE = "capped.jsonl"
export const HELD_FILE = "held.jsonl"

/** Files of one week's output; nothing in them depends on the clock, the machine or the order of the inputs. */
export const OUTPUT_FILES = [
  "points.csv",
  "detail.jsonl",
  "rejected.jsonl",
  CAPPED_FILE,
  HELD_FILE,
  "state.csv",
  "summary.json",
]

const FORMAT = "stk-oracle/score/1"

interface InputFile {
  name: string
  sha256: string
  bytes: number
}

export interface TypeCounts {
  accepted: number
  counted: number
  capped: number
}

/** Content of `summary.json`. Amounts are decimal texts: points with coefficients, rewards in base units. */
export interface Summary {
  format: typeof FORMAT
  week: { index: number; name: string; start: string; end: string; closing_sunday: string }
  economy: { name: string; symbol: string; decimals: number; rules_sha256: string; scored_types: string[] }
  engine: { stk_oracle: string; duckdb: string }
  inputs: {
    members: InputFile
    discourse_users: InputFile | null
    /** Left out where nobody's addresses were given. */
    xapi_users?: InputFile
    events: (EventFileRecord & { events: number; malformed: number; empty_lines: number })[]
    previous: PreviousWeek | null
  }
  members: {
    total: number
    active: number
    new: number
    changed_wallet: number
    /** Members of the weeks before that the members file does not name; they keep their index. */
    absent: number
    by_level: Record<string, number>
    by_streak: Record<string, number>
  }
  events: {
    /** Events in the files, duplicates and rejected ones included; a like or a comment counts for both sides. */
    read: number
    duplicates: number
    rejected: Record<string, number>
    by_type: Record<string, TypeCounts>
    /** Accepted events of types without a weight: recorded, not scored. */
    ingested: number
    /** Accepted events that validators reward with an amount of their own. */
    explicit: number
    accepted: number
    counted: number
    capped: number
    club_types_from_posthog: Record<string, number>
    /** Of the accepted events: those that were counted at the source. Absent without such counts. */
    from_counts?: number
  }
  totals: { weight_sum: string; points: string; reward: string }
  /** What the fraud rules have held; absent when the week was scored without them. */
  fraud?: FraudSummary
  merkle: { leaves: number; root: string; order: "member index" }
  /** SHA-256 of the other files. */
  outputs: Record<string, string>
}

/** The summary of an output directory, or null when it is not one. */
export function readSummary(directory: string): Summary | null {
  try {
    const summary = JSON.parse(readFileSync(join(directory, "summary.json"), "utf8")) as Summary
    return summary.format === FORMAT ? summary : null
  } catch {
    return null
  }
}

export interface ReportParameters {
  directory: string
  week: number
  rules: EconomyRules
  fraud?: FraudParameters
  previous: PreviousWeek | null
  inputs: {
    members: InputFile
    discourse_users: InputFile | null
    xapi_users?: InputFile
    events: EventFileRecord[]
  }
}

/** Writes all files of a scored week from the tables. */
export async function writeReport(database: ScratchDatabase, p: ReportParameters): Promise<Summary> {
  const path = (name: string): string => literal(join(p.directory, name))
  const sunday = closingSunday(p.week)
  await database.run(
    `COPY (SELECT ${literal(sunday)} AS date, user_id, ${pointsSql(DUCKDB)} AS points FROM results ORDER BY ordinal)
     TO ${path("points.csv")} (FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', ESCAPE '"')`,
  )
  await database.run(
    `COPY (SELECT label AS file, line, CASE WHEN item > 0 THEN item END AS item, reason, detail, source_id, event, user_id,
         strftime(make_timestamp(moment), '%Y-%m-%dT%H:%M:%S.%fZ') AS timestamp
       FROM rejected ORDER BY file, line, item NULLS FIRST, source_id NULLS FIRST, reason, detail, event, user_id)
     TO ${path("rejected.jsonl")} (FORMAT json)`,
  )
  await database.run(
    `COPY (
       SELECT member_index, user_id, wallet, CASE WHEN weight_sum > 0 THEN streak ELSE kept_streak END AS streak,
         CASE WHEN weight_sum > 0 THEN ${p.week} ELSE last_active_week END AS last_active_week FROM results
       UNION ALL SELECT member_index, user_id, wallet, streak, last_active_week FROM previous
         WHERE wallet NOT IN (SELECT wallet FROM members)
       ORDER BY member_index)
     TO ${path("state.csv")} (FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '\\N')`,
  )
  await database.run(
    `COPY (SELECT label AS file, line, CASE WHEN item > 0 THEN item END AS item, source_id, event, user_id,
         ${DUCKDB.isoTime("moment")} AS timestamp, nth, daily_limit
       FROM capped ORDER BY file, line, item NULLS FIRST, source_id, event)
     TO ${path(CAPPED_FILE)} (FORMAT json)`,
  )
  if (p.fraud !== undefined)
    await database.run(
      `COPY (SELECT label AS file, line, CASE WHEN item > 0 THEN item END AS item, source_id, event, user_id, counterpart,
           ${DUCKDB.isoTime("moment")} AS timestamp, rule, score, n AS count, other, released
         FROM held_listed ORDER BY file, line, item NULLS FIRST, source_id, event, rule)
       TO ${path(HELD_FILE)} (FORMAT json)`,
    )
  await writeDetail(database, p)
  const summary = await summarize(database, p)
  for (const name of OUTPUT_FILES)
    if (name !== "summary.json" && (name !== HELD_FILE || p.fraud !== undefined))
      summary.outputs[name] = await fileHash(join(p.directory, name))
  await writeFile(join(p.directory, "summary.json"), JSON.stringify(summary, null, 2) + "\n")
  return summary
}

/** Raw daily counts of one member after another, from a stream of single counts in the same order. */
class DailyCounts {
  private readonly source: AsyncGenerator<{ columns: unknown[][]; rowCount: number }>
  private columns: unknown[][] = []
  private row = 0
  private rowCount = 0
  private finished = false

  constructor(
    database: ScratchDatabase,
    /** Column of `results` by which members come. */
    order: "ordinal" | "member_index",
    private readonly types: number,
  ) {
    const slot = `(c.day::INT * ${types} + s.position)`
    this.source = database.chunks(
      order === "ordinal"
        ? `SELECT c.ordinal, ${slot}::INT, c.n FROM counts c JOIN scored s USING (type) ORDER BY 1, 2`
        : `SELECT r.member_index, ${slot}::INT, c.n FROM counts c JOIN scored s USING (type)
             JOIN results r USING (ordinal) ORDER BY 1, 2`,
    )
  }

  /** Fills `daily` with the counts of the member at `key` and says whether there are any; keys must ascend. */
  async take(key: number, daily: Uint32Array): Promise<boolean> {
    daily.fill(0)
    let any = false
    for (;;) {
      if (this.row === this.rowCount && !(await this.advance())) return any
      if (itemAt(this.columns, 0)[this.row] !== key) return any
      daily[itemAt(this.columns, 1)[this.row] as number] = itemAt(this.columns, 2)[this.row] as number
      any = true
      this.row++
    }
  }

  get size(): number {
    return DAYS_PER_WEEK * this.types
  }

  private async advance(): Promise<boolean> {
    if (this.finished) return false
    const next = await this.source.next()
    if (next.done === true) {
      this.finished = true
      return false
    }
    this.columns = next.value.columns
    this.rowCount = next.value.rowCount
    this.row = 0
    return true
  }
}

/** `detail.jsonl`: one line a member of the members file, in the order of points.csv. */
async function writeDetail(database: ScratchDatabase, p: ReportParameters): Promise<void> {
  const scored = scoredEvents(p.rules)
  const types = scored.length
  const factor = `1${"0".repeat(p.rules.decimals - 3)}`
  const counts = new DailyCounts(database, "ordinal", types)
  const daily = new Uint32Array(counts.size)
  const noDays = `[${Array(DAYS_PER_WEEK)
    .fill(`[${Array(types).fill(0).join(",")}]`)
    .join(",")}]`
  const noCounts = `[${Array(types).fill(0).join(",")}]`
  const output = createWriteStream(join(p.directory, "detail.jsonl"))
  const rows = database.chunks(
    `SELECT ordinal, member_index, user_id, wallet, level, streak, weight_sum::VARCHAR, ${pointsSql(DUCKDB)} AS points,
       (thousandths * ${factor})::VARCHAR AS reward FROM results ORDER BY ordinal`,
  )
  for await (const { columns, rowCount } of rows) {
    const text: string[] = []
    for (let row = 0; row < rowCount; row++) {
      const [ordinal, index, user, wallet, level, streak, weightSum, points, reward] = columns.map(
        (column) => column[row],
      )
      const active = await counts.take(ordinal as number, daily)
      let days = noDays
      let counted = noCounts
      if (active) {
        days = `[${Array.from({ length: DAYS_PER_WEEK }, (_, day) => `[${daily.subarray(day * types, (day + 1) * types).join(",")}]`).join(",")}]`
        const weekly = scored.map((event, type) => {
          let sum = 0
          for (let day = 0; day < DAYS_PER_WEEK; day++)
            sum += Math.min(itemAt(daily, day * types + type), event.dailyLimit)
          return sum
        })
        counted = `[${weekly.join(",")}]`
        // Two independent ways to the same number; a difference would be a bug worth stopping for.
        const sum = weekly.reduce((total, n, type) => total + n * itemAt(scored, type).weight, 0)
        if (String(sum) !== weightSum)
          throw new Error(`weight_sum: ${String(weightSum)} and ${sum} differ for ${String(user)}`)
      }
      text.push(
        `{"index":${String(index)},"user_id":${JSON.stringify(user)},"wallet":"${String(wallet)}","level":${String(level)},` +
          `"streak":${String(streak)},"daily":${days},"counted":${counted},"weight_sum":${String(weightSum)},` +
          `"points":"${String(points)}","reward":"${String(reward)}"}\n`,
      )
    }
    if (!output.write(text.join(""))) await once(output, "drain")
  }
  output.end()
  await once(output, "close")
}

/**
 * Merkle root over the members in the order of their index, members of earlier weeks included with zeros.
 * What is posted is computed again over the order that the chain reports.
 */
async function merkleRoot(
  database: ScratchDatabase,
  p: ReportParameters,
): Promise<{ leaves: number; root: string }> {
  const types = scoredEvents(p.rules).length
  const counts = new DailyCounts(database, "member_index", types)
  const daily = new Uint32Array(counts.size)
  const tree = new StreamingRoot()
  const rows = database.chunks(
    `SELECT member_index, wallet FROM results UNION ALL
     SELECT member_index, wallet FROM previous WHERE wallet NOT IN (SELECT wallet FROM members) ORDER BY member_index`,
  )
  for await (const { columns, rowCount } of rows) {
    for (let row = 0; row < rowCount; row++) {
      await counts.take(itemAt(columns, 0)[row] as number, daily)
      tree.push(leafHash(leafData(addressOf(itemAt(columns, 1)[row] as string), p.week, daily, types)))
    }
  }
  return { leaves: tree.size, root: tree.root().toString("hex") }
}

/** Bytes of a wallet that was checked when it was read. */
function addressOf(wallet: string): Uint8Array {
  const address = decodeAddress(wallet)
  if (address === null) throw new Error(`wallet: ${wallet} is not an address`)
  return address
}

async function summarize(database: ScratchDatabase, p: ReportParameters): Promise<Summary> {
  const scored = scoredEvents(p.rules)
  const numbers = async (sql: string): Promise<Record<string, number>> => {
    const rows = await database.rows(sql)
    return Object.fromEntries(rows.map((row) => [String(row.k), Number(row.v)]))
  }
  const [totals = {}] = await database.rows(
    `SELECT count(*)::INTEGER AS members, (count(*) FILTER (weight_sum > 0))::INTEGER AS active,
       coalesce(sum(weight_sum), 0)::VARCHAR AS weight_sum, coalesce(sum(thousandths), 0)::HUGEINT::VARCHAR AS thousandths FROM results`,
  )
  const thousandths = BigInt(String(totals.thousandths))
  const accepted = await numbers(
    `SELECT t.name AS k, coalesce(sum(a.n), 0) AS v FROM type_names t LEFT JOIN (
       SELECT type, count(*) AS n FROM judged WHERE reason IS NULL GROUP BY type
       UNION ALL SELECT type, sum(n) FROM pushed WHERE reason IS NULL GROUP BY type) a ON a.type = t.type
     GROUP BY t.type, t.name ORDER BY t.type`,
  )
  const counted = await numbers(
    `SELECT t.name AS k, sum(least(c.n, s.daily_limit)) AS v FROM counts c JOIN scored s USING (type) JOIN type_names t USING (type)
     GROUP BY t.type, t.name ORDER BY t.type`,
  )
  const byType = Object.fromEntries(
    knownTypes(p.rules).map((name) => {
      const isScored = scored.some((event) => event.name === name)
      const all = accepted[name] ?? 0
      const kept = isScored ? (counted[name] ?? 0) : 0
      return [name, { accepted: all, counted: kept, capped: isScored ? all - kept : 0 }]
    }),
  )
  const ofType = (name: string): TypeCounts => byType[name] ?? { accepted: 0, counted: 0, capped: 0 }
  const sum = (pick: (name: string) => number): number =>
    Object.keys(byType).reduce((total, name) => total + pick(name), 0)
  const explicit = new Set(
    p.rules.events.filter((event) => event.explicit === true).map((event) => event.name),
  )
  const scoredNames = new Set(scored.map((event) => event.name))
  const club = Object.values(p.rules.discourse)
  const files = await database.rows(
    `SELECT f.file, count(i.file) FILTER (i.problem IS NULL)
         + (SELECT coalesce(sum(p.n), 0) FROM pushed p WHERE p.file = f.file) AS events, count(i.file) FILTER (i.problem = '') AS empty,
       (SELECT count(*) FROM malformed m WHERE m.file = f.file) AS malformed,
       (SELECT count(*) FROM unreadable u WHERE u.file = f.file) AS unreadable
     FROM files f LEFT JOIN incoming i ON i.file = f.file GROUP BY f.file ORDER BY f.file`,
  )
  const merkle = await merkleRoot(database, p)
  const fromCounts = await database.number("SELECT sum(n) FROM pushed WHERE reason IS NULL")
  return {
    format: FORMAT,
    week: {
      index: p.week,
      name: isoWeek(p.week),
      start: isoTime(weekStart(p.week)),
      end: isoTime(weekEnd(p.week)),
      closing_sunday: closingSunday(p.week),
    },
    economy: {
      name: p.rules.name,
      symbol: p.rules.symbol,
      decimals: p.rules.decimals,
      rules_sha256: rulesHash(p.rules),
      scored_types: scored.map((event) => event.name),
    },
    engine: { stk_oracle: ownVersion(), duckdb: duckdbVersion() },
    inputs: {
      members: p.inputs.members,
      discourse_users: p.inputs.discourse_users,
      ...(p.inputs.xapi_users === undefined ? {} : { xapi_users: p.inputs.xapi_users }),
      events: p.inputs.events.map((file, number) => ({
        ...file,
        events: Number(itemAt(files, number).events),
        malformed: Number(itemAt(files, number).malformed),
        // A line that could not be read was replaced by an empty one.
        empty_lines: Number(itemAt(files, number).empty) - Number(itemAt(files, number).unreadable),
      })),
      previous: p.previous,
    },
    members: {
      total: Number(totals.members),
      active: Number(totals.active),
      new: await database.number(
        "SELECT count(*) FROM members WHERE wallet NOT IN (SELECT wallet FROM previous)",
      ),
      changed_wallet: await database.number(
        "SELECT count(*) FROM members m JOIN previous p ON p.user_id = m.user_id AND p.wallet <> m.wallet WHERE m.wallet NOT IN (SELECT wallet FROM previous)",
      ),
      absent: await database.number(
        "SELECT count(*) FROM previous WHERE wallet NOT IN (SELECT wallet FROM members)",
      ),
      by_level: await numbers("SELECT level AS k, count(*) AS v FROM results GROUP BY 1 ORDER BY 1"),
      by_streak: await numbers(
        "SELECT streak AS k, count(*) AS v FROM results WHERE weight_sum > 0 GROUP BY 1 ORDER BY 1",
      ),
    },
    events: {
      read: await database.number("SELECT count(*) FROM judged"),
      duplicates: await database.number("SELECT count(*) FROM duplicates"),
      rejected: await numbers("SELECT reason AS k, count(*) AS v FROM rejected GROUP BY 1 ORDER BY 1"),
      by_type: byType,
      ingested: sum((name) => (scoredNames.has(name) || explicit.has(name) ? 0 : ofType(name).accepted)),
      explicit: sum((name) => (explicit.has(name) ? ofType(name).accepted : 0)),
      accepted: sum((name) => ofType(name).accepted),
      counted: sum((name) => ofType(name).counted),
      capped: sum((name) => ofType(name).capped),
      club_types_from_posthog: await numbers(
        `SELECT t.name AS k, count(*) AS v FROM judged j JOIN type_names t USING (type) JOIN incoming i ON i.rowid = j.event
         WHERE j.reason IS NULL AND i.page_row IS NULL AND t.name IN (${club.map(literal).join(", ")}) GROUP BY 1 ORDER BY 1`,
      ),
      ...(p.inputs.events.some(({ kind }) => kind === "counts") ? { from_counts: fromCounts } : {}),
    },
    totals: {
      weight_sum: String(totals.weight_sum),
      points: pointsText(thousandths),
      reward: (thousandths * 10n ** BigInt(p.rules.decimals - 3)).toString(),
    },
    ...(p.fraud === undefined ? {} : { fraud: await summarizeFraud(database, p.fraud) }),
    merkle: { ...merkle, order: "member index" },
    outputs: {},
  }
}

async function summarizeFraud(database: ScratchDatabase, fraud: FraudParameters): Promise<FraudSummary> {
  const byRule: Record<string, FraudCounts> = {}
  const rows = await database.rows(
    `SELECT s.rule, count(*)::INT AS suspected, max(s.score) AS highest,
       (count(*) FILTER (h.event IS NOT NULL))::INT AS held, (count(DISTINCT c.ordinal) FILTER (h.event IS NOT NULL))::INT AS members
     FROM suspicions s JOIN considered c ON c.event = s.event
       LEFT JOIN held h ON h.event = s.event AND h.rule = s.rule AND NOT h.released
     GROUP BY s.rule ORDER BY s.rule`,
  )
  for (const row of rows)
    byRule[String(row.rule)] = {
      suspected: Number(row.suspected),
      held: Number(row.held),
      members: Number(row.members),
      highest_score: Number(row.highest),
    }
  return {
    rules: fraud.rules,
    rules_sha256: fraudRulesHash(fraud.rules),
    held: await database.number("SELECT count(*) FROM judged WHERE reason = 'held'"),
    members: await database.number("SELECT count(DISTINCT ordinal) FROM judged WHERE reason = 'held'"),
    released: await database.number("SELECT count(DISTINCT event) FROM held WHERE released"),
    by_rule: byRule,
  }
}

/** Thousandths of a point as plain decimal text without trailing zeros. */
export function pointsText(thousandths: bigint): string {
  const fraction = (thousandths % 1000n).toString().padStart(3, "0").replace(/0+$/, "")
  const whole = (thousandths / 1000n).toString()
  return fraction === "" ? whole : `${whole}.${fraction}`
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z")
}

/** Version of this package, part of every report. */
export function ownVersion(): string {
  // Two folders up from both src/score and dist/score.
  return (
    JSON.parse(readFileSync(join(__dirname, "..", "..", "package.json"), "utf8")) as { version: string }
  ).version
}
