import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { DEFAULT_FRAUD_RULES, fraudRulesSchema, type FraudRules } from "../config/checks"
import { InputRefused } from "../failure"
import type { Dialect } from "./dialect"
import { canonicalJson, type EconomyRules } from "./rules"

/**
 * Events that look like fraud are held back before they count (STK-140). A rule gives each event a score; the same
 * events give the same scores in any order of files, and nothing in it is random or a fraction.
 */

export const FRAUD_RULES = ["burst", "reciprocalLikes", "sameInstant", "sameMinute"] as const
export type FraudRule = (typeof FRAUD_RULES)[number]

/** Microseconds. */
export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
const SECONDS_PER_WEEK = 604_800
/** How many times the average of a second the busiest one may have, where a source knows only whole seconds. */
const WHOLE_SECOND_ALLOWANCE = 8

/** What a week is scored with, when events may be held. */
export interface FraudParameters {
  rules: FraudRules
  /** Source ids that somebody has looked at: no rule holds them. */
  released: readonly string[]
}

/** What `summary.json` says of it. */
export interface FraudSummary {
  rules: FraudRules
  rules_sha256: string
  /** Events that are held, and members they belong to. */
  held: number
  members: number
  /** Events that a rule would hold, and somebody has released. */
  released: number
  by_rule: Record<string, FraudCounts>
}

export interface FraudCounts {
  /** Events with a score, held or not. */
  suspected: number
  /** Events that reach the threshold by this rule. */
  held: number
  members: number
  highest_score: number
}

export function fraudRulesHash(rules: FraudRules): string {
  return createHash("sha256").update(canonicalJson(rules)).digest("hex")
}

/** Members who may act in one whole second by chance, of so many events at whole seconds in the week. */
export function allowanceOf(eventsAtWholeSeconds: number): number {
  return WHOLE_SECOND_ALLOWANCE * (1 + Math.floor(eventsAtWholeSeconds / SECONDS_PER_WEEK))
}

/** Rules of a file, or the default ones. @throws {InputRefused} */
export function readFraudRules(path: string): FraudRules {
  if (path === "default") return DEFAULT_FRAUD_RULES
  const refuse = (field: string, rule: string): InputRefused =>
    new InputRefused([{ file: path, field, rule }])
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, "utf8"))
  } catch (cause) {
    throw refuse("fraud", `cannot be read as JSON (${(cause as Error).message})`)
  }
  const parsed = fraudRulesSchema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new InputRefused(
    parsed.error.issues.map((issue) => ({
      file: path,
      field: issue.path.join(".") || "fraud",
      rule: issue.message,
    })),
  )
}

/** What one thing is told by: what happened to a member's posts is not the member's doing. */
export function receivedTypes(rules: EconomyRules): string[] {
  return [rules.discourse.likeReceived, rules.discourse.commentReceived]
}

/** Divides by the length of the scale, so that a score is a whole number in every engine. */
function scoreSql(d: Dialect, rule: { tolerated: number; certain: number }): string {
  const { tolerated, certain } = rule
  return `(CASE WHEN n >= ${certain} THEN 100 ELSE ${d.divide(`((n - ${tolerated}) * 100)`, String(certain - tolerated))} END)::INT`
}

/**
 * From `considered`, the judged events, to `judged` without the held ones, `held` (event, rule, score, n, other, released)
 * and `suspicions`. Each rule first finds the few members, pairs or instants that it can be about at all.
 */
export function fraudStatements(d: Dialect, p: FraudParameters, economy: EconomyRules): string[] {
  const { burst, reciprocalLikes, sameMinute, sameInstant } = p.rules
  const typeOf = (name: string): string => `(SELECT type FROM type_names WHERE name = ${d.text(name)})`
  const received = receivedTypes(economy).map(d.text).join(", ")
  const statements = [
    d.createTableAs(
      "acts",
      `SELECT c.event, c.ordinal, c.type, i.moment
       FROM considered c JOIN scored s ON s.type = c.type JOIN incoming i ON i.rowid = c.event
       WHERE c.reason IS NULL AND c.type NOT IN (SELECT type FROM type_names WHERE name IN (${received}))`,
    ),
  ]
  const rules: string[] = []
  const suspect = (rule: FraudRule, grades: { tolerated: number; certain: number }, rows: string): void => {
    rules.push(
      `SELECT event, '${rule}' AS rule, ${scoreSql(d, grades)} AS score, n::BIGINT AS n, other FROM (${rows}) AS rows_of_${rule}
       WHERE n > ${grades.tolerated}`,
    )
  }
  if (burst !== false) {
    const width = burst.windowSeconds * SECOND
    // A window of this width lies over at most two of the same width side by side: one of them has half of it.
    statements.push(
      d.createTableAs(
        "quick_members",
        `SELECT DISTINCT ordinal FROM (
           SELECT ordinal FROM acts GROUP BY ordinal, ${d.divide("moment", String(width))}
           HAVING count(*) * 2 > ${burst.tolerated}) AS parts`,
      ),
    )
    suspect(
      "burst",
      burst,
      `SELECT event, max(back) OVER (PARTITION BY ordinal ORDER BY moment
           RANGE BETWEEN CURRENT ROW AND ${width - 1} FOLLOWING) AS n, NULL::STRING AS other
       FROM (SELECT event, ordinal, moment, count(*) OVER (PARTITION BY ordinal ORDER BY moment
           RANGE BETWEEN ${width - 1} PRECEDING AND CURRENT ROW) AS back
         FROM acts WHERE ordinal IN (SELECT ordinal FROM quick_members)) AS windows`,
    )
  }
  if (sameMinute !== false) {
    const minute = d.divide("moment", String(MINUTE))
    statements.push(
      d.createTableAs(
        "full_minutes",
        `SELECT ordinal, ${minute} AS minute, count(*) AS n FROM acts GROUP BY ordinal, ${minute}
         HAVING count(*) > ${sameMinute.tolerated}`,
      ),
      d.createTableAs(
        "mixed_minutes",
        `SELECT m.ordinal, m.minute, max(m.n) AS n
         FROM full_minutes m JOIN acts a ON a.ordinal = m.ordinal AND ${d.divide("a.moment", String(MINUTE))} = m.minute
         GROUP BY m.ordinal, m.minute HAVING count(DISTINCT a.type) >= ${sameMinute.leastTypes}`,
      ),
    )
    suspect(
      "sameMinute",
      sameMinute,
      `SELECT a.event, m.n, NULL::STRING AS other
       FROM mixed_minutes m JOIN acts a ON a.ordinal = m.ordinal AND ${d.divide("a.moment", String(MINUTE))} = m.minute`,
    )
  }
  if (sameInstant !== false) {
    const allowance = `(SELECT ${WHOLE_SECOND_ALLOWANCE} * (1 + ${d.divide("count(*)", String(SECONDS_PER_WEEK))}) FROM acts
      WHERE moment % ${SECOND} = 0)`
    statements.push(
      d.createTableAs(
        "full_instants",
        `SELECT moment, count(DISTINCT ordinal) AS members FROM acts
         WHERE moment IN (SELECT moment FROM acts GROUP BY moment HAVING count(*) > ${sameInstant.tolerated}) GROUP BY moment`,
      ),
      d.createTableAs("allowances", `SELECT * FROM ${allowance} AS counted(allowed)`),
    )
    suspect(
      "sameInstant",
      sameInstant,
      `SELECT a.event, f.members - CASE WHEN f.moment % ${SECOND} = 0 THEN w.allowed ELSE 0 END AS n, NULL::STRING AS other
       FROM full_instants f JOIN acts a ON a.moment = f.moment CROSS JOIN allowances w`,
    )
  }
  if (reciprocalLikes !== false) {
    const { likeGiven, likeReceived } = economy.discourse
    const isMost = (n: string, given: string): string =>
      `${n} * 100 >= ${reciprocalLikes.leastSharePercent} * ${given}`
    statements.push(
      d.createTableAs(
        "likes",
        `SELECT i.user_id AS giver, i.counterpart AS receiver, count(*) AS n
         FROM considered c JOIN scored s ON s.type = c.type JOIN incoming i ON i.rowid = c.event
         WHERE c.reason IS NULL AND c.type = ${typeOf(likeGiven)} AND i.counterpart <> i.user_id
         GROUP BY i.user_id, i.counterpart`,
      ),
      d.createTableAs("givers", "SELECT giver, sum(n)::BIGINT AS n FROM likes GROUP BY giver"),
      d.createTableAs(
        "pairs",
        `SELECT l.giver, l.receiver, least(l.n, r.n) AS n
         FROM likes l JOIN likes r ON r.giver = l.receiver AND r.receiver = l.giver
           JOIN givers g ON g.giver = l.giver JOIN givers h ON h.giver = l.receiver
         WHERE l.n > ${reciprocalLikes.tolerated} AND r.n > ${reciprocalLikes.tolerated}
           AND ${isMost("l.n", "g.n")} AND ${isMost("r.n", "h.n")}`,
      ),
    )
    const side = (type: string, giver: string, receiver: string): string =>
      `SELECT c.event, p.n, i.counterpart AS other
       FROM incoming i JOIN pairs p ON p.giver = i.${giver} AND p.receiver = i.${receiver} JOIN considered c ON c.event = i.rowid
         JOIN scored s ON s.type = c.type
       WHERE c.reason IS NULL AND c.type = ${typeOf(type)}`
    suspect(
      "reciprocalLikes",
      reciprocalLikes,
      `${side(likeGiven, "user_id", "counterpart")} UNION ALL ${side(likeReceived, "counterpart", "user_id")}`,
    )
  }
  return [
    ...statements,
    d.createTable("suspicions", "event BIGINT, rule STRING, score INT, n BIGINT, other STRING"),
    ...rules.map((rows) => `INSERT INTO suspicions ${rows}`),
    d.createTable("released", "source_id STRING"),
    ...inGroups(p.released).map(
      (ids) => `INSERT INTO released VALUES ${ids.map((id) => `(${d.text(id)})`).join(", ")}`,
    ),
    d.createTableAs(
      "held",
      `SELECT s.event, s.rule, s.score, s.n, s.other, i.source_id IN (SELECT source_id FROM released) AS released
       FROM suspicions s JOIN incoming i ON i.rowid = s.event WHERE s.score >= ${p.rules.holdAt}`,
    ),
    d.createTableAs(
      "judged",
      `SELECT c.event, c.ordinal, c.type, c.day, CASE WHEN h.event IS NOT NULL THEN 'held' ELSE c.reason END AS reason
       FROM considered c LEFT JOIN (SELECT DISTINCT event FROM held WHERE NOT released) h ON h.event = c.event`,
    ),
  ]
}

const IDS_OF_A_STATEMENT = 1000

function inGroups(ids: readonly string[]): string[][] {
  const distinct = [...new Set(ids)].sort()
  const groups: string[][] = []
  for (let start = 0; start < distinct.length; start += IDS_OF_A_STATEMENT)
    groups.push(distinct.slice(start, start + IDS_OF_A_STATEMENT))
  return groups
}

/** The rule that a held event is listed by: the one with the highest score. */
export const HELD_DETAIL = `(SELECT event, rule || ' ' || score AS detail FROM (
  SELECT event, rule, score, row_number() OVER (PARTITION BY event ORDER BY score DESC, rule) AS nth FROM held WHERE NOT released) AS ranked
  WHERE nth = 1)`
