import { join } from "node:path"
import type { Difference } from "../chain/failures"
import { itemAt } from "../item"
import type { Summary } from "../score/report"
import { canonicalJson, scoredEvents, type EconomyRules } from "../score/rules"
import { splitRecord } from "../source/members"
import { decimal, type Recount, type RecountedMember } from "./recount"
import { linesOf } from "./records"

/** Compares what `score` wrote with the second count, down to the last digit. */

/** Most differences that are kept; all are counted. */
const KEPT = 100

/** Differences, the first of them in full. */
export class DifferenceList {
  readonly kept: Difference[] = []
  count = 0

  compare(subject: string, field: string, expected: unknown, actual: unknown): void {
    if (String(expected) !== String(actual))
      this.add({ subject, field, expected: String(expected), actual: String(actual) })
  }

  add(...differences: readonly Difference[]): void {
    for (const difference of differences) {
      this.count++
      if (this.kept.length < KEPT) this.kept.push(difference)
    }
  }
}

/** `expected` is the second count, `actual` what stands in the directory. */
export async function compareRecount(
  directory: string,
  summary: Summary,
  rules: EconomyRules,
  recount: Recount,
  out: DifferenceList,
): Promise<void> {
  await compareRows(join(directory, "points.csv"), recount.points, out)
  await compareRows(join(directory, "state.csv"), recount.state, out)
  await compareDetail(join(directory, "detail.jsonl"), rules, recount.members, out)
  const compare = (field: string, expected: unknown, actual: unknown): void =>
    out.compare("summary.json", field, expected, actual)
  const sum = (pick: (member: RecountedMember) => number): number =>
    recount.members.reduce((total, member) => total + pick(member), 0)
  compare("members", recount.members.length, summary.members.total)
  compare(
    "active members",
    sum((member) => (member.weightSum > 0 ? 1 : 0)),
    summary.members.active,
  )
  compare("events read", recount.events.read, summary.events.read)
  compare("duplicates", recount.events.duplicates, summary.events.duplicates)
  compare("rejected", canonicalJson(recount.events.rejected), canonicalJson(summary.events.rejected))
  for (const [type, counts] of Object.entries(summary.events.by_type))
    compare(`accepted ${type}`, recount.accepted[type] ?? 0, counts.accepted)
  scoredEvents(rules).forEach(({ name }, place) =>
    compare(
      `counted ${name}`,
      sum((member) => itemAt(member.counted, place)),
      summary.events.by_type[name]?.counted,
    ),
  )
  compare(
    "sum before coefficients",
    sum((member) => member.weightSum),
    summary.totals.weight_sum,
  )
  const thousandths = recount.members.reduce((total, member) => total + member.thousandths, 0n)
  compare("reward", thousandths * 10n ** BigInt(rules.decimals - 3), summary.totals.reward)
  compare("leaves", recount.merkle.leaves, summary.merkle.leaves)
  compare("Merkle root", recount.merkle.root, summary.merkle.root)
}

async function compareRows(path: string, rows: readonly string[][], out: DifferenceList): Promise<void> {
  const name = path.slice(path.lastIndexOf("/") + 1)
  let count = 0
  for await (const { text, line } of linesOf(path)) {
    if (line === 1) continue
    const fields = splitRecord(text)
    const expected = rows[count++]
    out.compare(
      name,
      `line ${line}`,
      expected?.join(",") ?? "nothing",
      typeof fields === "string" ? text : fields.join(","),
    )
  }
  out.compare(name, "rows", rows.length, count)
}

async function compareDetail(
  path: string,
  rules: EconomyRules,
  members: readonly RecountedMember[],
  out: DifferenceList,
): Promise<void> {
  const types = scoredEvents(rules).length
  const unit = 10n ** BigInt(rules.decimals - 3)
  let count = 0
  for await (const { text, line } of linesOf(path)) {
    const member = members[count++]
    out.compare(
      "detail.jsonl",
      `line ${line}`,
      member === undefined ? "nothing" : detailOf(member, types, unit),
      text,
    )
  }
  out.compare("detail.jsonl", "lines", members.length, count)
}

function detailOf(member: RecountedMember, types: number, unit: bigint): string {
  const daily = Array.from({ length: 7 }, (_, day) =>
    Array.from({ length: types }, (_, type) => member.daily?.[day * types + type] ?? 0),
  )
  return JSON.stringify({
    index: member.index,
    user_id: member.userId,
    wallet: member.wallet,
    level: member.level,
    streak: member.streak,
    daily,
    counted: member.counted,
    weight_sum: member.weightSum,
    points: decimal(member.thousandths),
    reward: (member.thousandths * unit).toString(),
  })
}
