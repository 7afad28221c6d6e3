import { closingSunday, DAYS_PER_WEEK, isoWeek, weekEnd, weekStart } from "@stk/sdk/math"
import { itemAt } from "../item"
import { readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { decodeAddress } from "../base58"
import type { Engine } from "./engine"
import { leafData, leafHash, StreamingRoot } from "./merkle"
import { fileHash } from "./hash"
import type { Dialect } from "./dialect"
import { fraudRulesHash, type FraudCounts, type FraudParameters, type FraudSummary } from "./fraud"
import type { PreviousWeek } from "./previous"
import { rulesHash, scoredEvents, type EconomyRules } from "./rules"
import type { EventFileRecord } from "./score"
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
  /** What computed the week: this package, and DuckDB or Spark with its version. */
  engine: { stk_oracle: string } & Record<string, string>
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
export async function writeReport(engine: Engine, p: ReportParameters): Promise<Summary> {
  const d = engine.dialect
  const path = (name: string): string => join(p.directory, name)
  await engine.writeLines(
    `SELECT ${concat(`'${closingSunday(p.week)},'`, csvField(d, "user_id"), "','", pointsSql(d))} AS line
     FROM results ORDER BY ordinal`,
    path("points.csv"),
    "date,user_id,points",
  )
  const { place, text, moment } = jsonColumns(d)
  await engine.writeLines(
    `SELECT ${jsonLine([...place, ...["reason", "detail", "source_id", "event", "user_id"].map(text), moment])} AS entry
     FROM rejected ORDER BY ${PLACE_ORDER}, source_id NULLS FIRST, reason, detail NULLS LAST, event NULLS LAST,
       user_id NULLS LAST`,
    path("rejected.jsonl"),
  )
  const isNull = d.text("\\N")
  await engine.writeLines(
    `SELECT ${concat(
      "member_index::STRING",
      "','",
      `CASE WHEN user_id = ${isNull} THEN '"' || user_id || '"' ELSE ${csvField(d, "user_id")} END`,
      "','",
      "wallet",
      "','",
      `coalesce(streak::STRING, ${isNull})`,
      "','",
      `coalesce(last_active_week::STRING, ${isNull})`,
    )} AS line FROM (
       SELECT member_index, user_id, wallet, CASE WHEN weight_sum > 0 THEN streak ELSE kept_streak END AS streak,
         CASE WHEN weight_sum > 0 THEN ${p.week} ELSE last_active_week END AS last_active_week FROM results
       UNION ALL SELECT member_index, user_id, wallet, streak, last_active_week FROM previous
         WHERE wallet NOT IN (SELECT wallet FROM members)) AS states
     ORDER BY member_index`,
    path("state.csv"),
    "member_index,user_id,wallet,streak,last_active_week",
  )
  const event = [...place, ...["source_id", "event", "user_id"].map(text)]
  await engine.writeLines(
    `SELECT ${jsonLine([...event, moment, number("nth"), number("daily_limit")])} AS entry
     FROM capped ORDER BY ${PLACE_ORDER}, source_id, event`,
    path(CAPPED_FILE),
  )
  if (p.fraud !== undefined)
    await engine.writeLines(
      `SELECT ${jsonLine([
        ...event,
        text("counterpart"),
        moment,
        text("rule"),
        number("score"),
        ["count", "n::STRING"],
        text("other"),
        ["released", "CASE WHEN released THEN 'true' ELSE 'false' END"],
      ])} AS entry FROM held_listed ORDER BY ${PLACE_ORDER}, source_id, event, rule`,
      path(HELD_FILE),
    )
  await writeDetail(engine, p)
  const summary = await summarize(engine, p)
  for (const name of OUTPUT_FILES)
    if (name !== "summary.json" && (name !== HELD_FILE || p.fraud !== undefined))
      summary.outputs[name] = await fileHash(path(name))
  await writeFile(path("summary.json"), JSON.stringify(summary, null, 2) + "\n")
  return summary
}

/** Fields of a line of JSON: name, and the value as JSON text. */
type JsonColumn = readonly [name: string, value: string]

function jsonColumns(d: Dialect): {
  place: JsonColumn[]
  text: (name: string) => JsonColumn
  moment: JsonColumn
} {
  const quoted = (text: string): string => `coalesce(${d.quoted(text)}, 'null')`
  return {
    place: [
      ["file", quoted("label")],
      number("line"),
      ["item", "CASE WHEN item > 0 THEN item::STRING ELSE 'null' END"],
    ],
    text: (name) => [name, quoted(name)],
    moment: ["timestamp", quoted(d.isoTime("moment"))],
  }
}

function number(name: string): JsonColumn {
  return [name, `${name}::STRING`]
}

/** As `place` shows it. */
const PLACE_ORDER = "label, line, CASE WHEN item > 0 THEN item END NULLS FIRST"

function jsonLine(columns: readonly JsonColumn[]): string {
  const fields = columns.flatMap(([name, value], n) => [`'${n === 0 ? "{" : ","}"${name}":'`, value])
  return concat(...fields, "'}'")
}

function concat(...texts: string[]): string {
  return texts.join(" || ")
}

/** A field of CSV, in quotes where it must be. */
function csvField(d: Dialect, field: string): string {
  return `CASE WHEN ${d.matches(field, '[",#]')} THEN '"' || replace(${field}, '"', '""') || '"' ELSE ${field} END`
}

/** Name of the column of `daily` that counts a type on a day. */
const cell = (day: number, type: number): string => `d${day}_${type}`
const days = (): number[] => Array.from({ length: DAYS_PER_WEEK }, (_, day) => day)

/**
 * `detail.jsonl`: one line a member of the members file, in the order of points.csv.
 * `daily` has one row an active member: raw counts by day and type, and the counted sum of each type.
 */
async function writeDetail(engine: Engine, p: ReportParameters): Promise<void> {
  const d = engine.dialect
  const scored = scoredEvents(p.rules)
  const sum = (terms: readonly string[]): string => terms.join(" + ")
  await engine.run(
    d.createTableAs(
      "daily",
      `WITH cells AS (
         SELECT c.ordinal, ${days()
           .flatMap((day) =>
             scored.map(
               (_, type) =>
                 `max(CASE WHEN c.day = ${day} AND s.position = ${type} THEN c.n ELSE 0 END) AS ${cell(day, type)}`,
             ),
           )
           .join(", ")}
         FROM counts c JOIN scored s USING (type) GROUP BY c.ordinal)
       SELECT *, ${scored
         .map(
           (event, type) =>
             `${sum(days().map((day) => `least(${cell(day, type)}, ${event.dailyLimit})`))} AS counted_${type}`,
         )
         .join(", ")} FROM cells`,
    ),
  )
  // Two independent ways to the same number; a difference would be a bug worth stopping for.
  const differing = await engine.number(
    `SELECT count(*) FROM sums w LEFT JOIN daily d USING (ordinal)
     WHERE coalesce(${sum(scored.map((event, type) => `d.counted_${type}::BIGINT * ${event.weight}`))}, -1) <> w.weight_sum`,
  )
  if (differing > 0) throw new Error(`weight_sum: differs from the counts of ${differing} members`)

  const list = (values: readonly string[]): string[] => [
    "'['",
    ...values.flatMap((value, n) => (n === 0 ? [value] : ["','", value])),
    "']'",
  ]
  const none = `[${scored.map(() => 0).join(",")}]`
  const daily = concat(
    ...list(days().map((day) => concat(...list(scored.map((_, type) => `d.${cell(day, type)}::STRING`))))),
  )
  await engine.writeLines(
    `SELECT ${concat(
      `'{"index":'`,
      "r.member_index::STRING",
      `',"user_id":'`,
      d.quoted("r.user_id"),
      `',"wallet":"'`,
      "r.wallet",
      `'","level":'`,
      "r.level::STRING",
      `',"streak":'`,
      "r.streak::STRING",
      `',"daily":'`,
      `CASE WHEN d.ordinal IS NULL THEN '[${days()
        .map(() => none)
        .join(",")}],"counted":${none}'
         ELSE ${daily} || ',"counted":' || ${concat(...list(scored.map((_, type) => `d.counted_${type}::STRING`)))} END`,
      `',"weight_sum":'`,
      "r.weight_sum::STRING",
      `',"points":"'`,
      pointsSql(d),
      `'","reward":"'`,
      `(thousandths * 1${"0".repeat(p.rules.decimals - 3)})::STRING`,
      `'"}'`,
    )} AS line FROM results r LEFT JOIN daily d ON d.ordinal = r.ordinal ORDER BY r.ordinal`,
    join(p.directory, "detail.jsonl"),
  )
}

/**
 * Merkle root over the members in the order of their index, members of earlier weeks included with zeros.
 * What is posted is computed again over the order that the chain reports.
 */
async function merkleRoot(engine: Engine, p: ReportParameters): Promise<{ leaves: number; root: string }> {
  const scored = scoredEvents(p.rules)
  const counts = concat(
    ...days().flatMap((day) => scored.flatMap((_, type) => ["','", `d.${cell(day, type)}::STRING`])),
  )
  const tree = new StreamingRoot()
  const daily = new Uint32Array(DAYS_PER_WEEK * scored.length)
  const lines = engine.lines(
    `SELECT line FROM (
       SELECT r.member_index, CASE WHEN d.ordinal IS NULL THEN r.wallet ELSE r.wallet || ${counts} END AS line
       FROM results r LEFT JOIN daily d ON d.ordinal = r.ordinal
       UNION ALL SELECT member_index, wallet FROM previous WHERE wallet NOT IN (SELECT wallet FROM members)) AS leaves
     ORDER BY member_index`,
  )
  for await (const part of lines) {
    for (const line of part) {
      const [wallet = "", ...numbers] = line.split(",")
      daily.fill(0)
      numbers.forEach((n, slot) => (daily[slot] = Number(n)))
      tree.push(leafHash(leafData(addressOf(wallet), p.week, daily, scored.length)))
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

async function summarize(engine: Engine, p: ReportParameters): Promise<Summary> {
  const scored = scoredEvents(p.rules)
  const numbers = async (sql: string): Promise<Record<string, number>> => {
    const rows = await engine.rows(sql)
    return Object.fromEntries(rows.map((row) => [String(row.k), Number(row.v)]))
  }
  const [totals = {}] = await engine.rows(
    `SELECT count(*)::INTEGER AS members, (count(*) FILTER (WHERE weight_sum > 0))::INTEGER AS active,
       coalesce(sum(weight_sum), 0)::STRING AS weight_sum, coalesce(sum(thousandths), 0)::${engine.dialect.huge}::STRING AS thousandths
     FROM results`,
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
  const files = await engine.rows(
    `SELECT f.file, count(i.file) FILTER (WHERE i.problem IS NULL) AS events, count(i.file) FILTER (WHERE i.problem = '') AS empty
     FROM files f LEFT JOIN incoming i ON i.file = f.file GROUP BY f.file ORDER BY f.file`,
  )
  const ofFile = async (table: string, value = "count(*)"): Promise<Record<string, number>> =>
    numbers(`SELECT file AS k, ${value} AS v FROM ${table} GROUP BY file`)
  const [malformed, unreadable, pushed] = [
    await ofFile("malformed"),
    await ofFile("unreadable"),
    await ofFile("pushed", "sum(n)"),
  ]
  const merkle = await merkleRoot(engine, p)
  const fromCounts = await engine.number("SELECT sum(n) FROM pushed WHERE reason IS NULL")
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
    engine: { stk_oracle: ownVersion(), ...engine.identity },
    inputs: {
      members: p.inputs.members,
      discourse_users: p.inputs.discourse_users,
      ...(p.inputs.xapi_users === undefined ? {} : { xapi_users: p.inputs.xapi_users }),
      events: p.inputs.events.map((file, number) => ({
        ...file,
        events: Number(itemAt(files, number).events) + (pushed[number] ?? 0),
        malformed: malformed[number] ?? 0,
        // A line that could not be read was replaced by an empty one.
        empty_lines: Number(itemAt(files, number).empty) - (unreadable[number] ?? 0),
      })),
      previous: p.previous,
    },
    members: {
      total: Number(totals.members),
      active: Number(totals.active),
      new: await engine.number(
        "SELECT count(*) FROM members WHERE wallet NOT IN (SELECT wallet FROM previous)",
      ),
      changed_wallet: await engine.number(
        "SELECT count(*) FROM members m JOIN previous p ON p.user_id = m.user_id AND p.wallet <> m.wallet WHERE m.wallet NOT IN (SELECT wallet FROM previous)",
      ),
      absent: await engine.number(
        "SELECT count(*) FROM previous WHERE wallet NOT IN (SELECT wallet FROM members)",
      ),
      by_level: await numbers("SELECT level AS k, count(*) AS v FROM results GROUP BY 1 ORDER BY 1"),
      by_streak: await numbers(
        "SELECT streak AS k, count(*) AS v FROM results WHERE weight_sum > 0 GROUP BY 1 ORDER BY 1",
      ),
    },
    events: {
      read: await engine.number("SELECT count(*) FROM judged"),
      duplicates: await engine.number("SELECT count(*) FROM duplicates"),
      rejected: await numbers("SELECT reason AS k, count(*) AS v FROM rejected GROUP BY 1 ORDER BY 1"),
      by_type: byType,
      ingested: sum((name) => (scoredNames.has(name) || explicit.has(name) ? 0 : ofType(name).accepted)),
      explicit: sum((name) => (explicit.has(name) ? ofType(name).accepted : 0)),
      accepted: sum((name) => ofType(name).accepted),
      counted: sum((name) => ofType(name).counted),
      capped: sum((name) => ofType(name).capped),
      club_types_from_posthog: await numbers(
        `SELECT t.name AS k, count(*) AS v FROM judged j JOIN type_names t USING (type) JOIN incoming i ON i.rowid = j.event
         WHERE j.reason IS NULL AND i.page_row IS NULL AND t.name IN (${club.map((name) => engine.dialect.text(name)).join(", ")}) GROUP BY 1 ORDER BY 1`,
      ),
      ...(p.inputs.events.some(({ kind }) => kind === "counts") ? { from_counts: fromCounts } : {}),
    },
    totals: {
      weight_sum: String(totals.weight_sum),
      points: pointsText(thousandths),
      reward: (thousandths * 10n ** BigInt(p.rules.decimals - 3)).toString(),
    },
    ...(p.fraud === undefined ? {} : { fraud: await summarizeFraud(engine, p.fraud) }),
    merkle: { ...merkle, order: "member index" },
    outputs: {},
  }
}

async function summarizeFraud(engine: Engine, fraud: FraudParameters): Promise<FraudSummary> {
  const byRule: Record<string, FraudCounts> = {}
  const rows = await engine.rows(
    `SELECT s.rule, count(*)::INT AS suspected, max(s.score) AS highest,
       (count(*) FILTER (WHERE h.event IS NOT NULL))::INT AS held, (count(DISTINCT c.ordinal) FILTER (WHERE h.event IS NOT NULL))::INT AS members
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
    held: await engine.number("SELECT count(*) FROM judged WHERE reason = 'held'"),
    members: await engine.number("SELECT count(DISTINCT ordinal) FROM judged WHERE reason = 'held'"),
    released: await engine.number("SELECT count(DISTINCT event) FROM held WHERE released"),
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
