import { createHash } from "node:crypto"
import { createReadStream, existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { decodeAddress } from "../base58"
import { InputRefused } from "../failure"
import { fileHash } from "../score/hash"
import { pointsText, readSummary, type Summary } from "../score/report"
import { rulesHash, scoredEvents, type EconomyRules } from "../score/rules"
import { closingSunday, DAYS_PER_WEEK } from "../score/weeks"

/** One member of a scored week. */
export interface ScoredMember {
  userId: string
  wallet: Uint8Array
  level: number
  /** Weeks in a row with this one; 0 when not active. */
  streak: number
  /** Points before coefficients. */
  weightSum: number
  /** Base units. */
  reward: bigint
  /** Weekly counts of the scored types with the daily limits applied; null when not active. */
  counted: readonly number[] | null
  /** Raw daily counts, day by day; null when there are none. */
  daily: Uint32Array | null
}

/** An output of `stk-oracle score`, read and checked against itself. */
export interface ScoredWeek {
  directory: string
  /** Index of the week. */
  week: number
  summary: Summary
  /** SHA-256 of summary.json, which names the hashes of everything else. */
  summarySha256: string
  rules: EconomyRules
  /** By user id. */
  members: readonly ScoredMember[]
  /** Place in `members` by wallet, see `walletKey`. */
  byWallet: ReadonlyMap<string, number>
  /** Base units of all members. */
  reward: bigint
}

/** A wallet as a key of maps: its bytes as text, which is much cheaper than base58. */
export function walletKey(wallet: Uint8Array): string {
  return Buffer.from(wallet.buffer, wallet.byteOffset, wallet.byteLength).toString("latin1")
}

const PROBLEM_LIMIT = 10

/**
 * Reads a scored week and refuses one that does not fit together: files changed after scoring, points that are not the
 * detail's, other rules than `rules`.
 *
 * @throws {InputRefused}
 */
export async function readScoredWeek(directory: string, rules: EconomyRules): Promise<ScoredWeek> {
  const refuse = (file: string, field: string, rule: string, line?: number): InputRefused =>
    new InputRefused([{ file: join(directory, file), field, rule, ...(line === undefined ? {} : { line }) }])
  const summary = readSummary(directory)
  if (summary === null)
    throw new InputRefused([
      { file: directory, field: "directory", rule: "is not an output of stk-oracle score" },
    ])
  for (const [name, sha256] of Object.entries(summary.outputs)) {
    if (!existsSync(join(directory, name))) throw refuse(name, "file", "is missing")
    if ((await fileHash(join(directory, name))) !== sha256)
      throw refuse(name, "sha256", "was changed after it was scored: score the week again")
  }
  if (rulesHash(rules) !== summary.economy.rules_sha256)
    throw refuse(
      "summary.json",
      "economy.rules_sha256",
      `was scored by the rules of ${summary.economy.name} (${summary.economy.rules_sha256.slice(0, 12)}), not by those of ` +
        `${rules.name} (${rulesHash(rules).slice(0, 12)}): name the file that score --economy took with --rules`,
    )
  const members = await readDetail(directory, summary, rules)
  const byWallet = new Map(members.map((member, place) => [walletKey(member.wallet), place]))
  if (byWallet.size !== members.length) throw refuse("detail.jsonl", "wallet", "appears twice")
  await comparePoints(directory, summary, members)
  const reward = members.reduce((sum, member) => sum + member.reward, 0n)
  if (reward.toString() !== summary.totals.reward)
    throw refuse(
      "summary.json",
      "totals.reward",
      `is ${summary.totals.reward}, but the members add up to ${reward}`,
    )
  return {
    directory,
    week: summary.week.index,
    summary,
    summarySha256: createHash("sha256")
      .update(readFileSync(join(directory, "summary.json")))
      .digest("hex"),
    rules,
    members,
    byWallet,
    reward,
  }
}

interface DetailLine {
  user_id: string
  wallet: string
  level: number
  streak: number
  daily: number[][]
  counted: number[]
  weight_sum: number
  reward: string
}

async function readDetail(directory: string, summary: Summary, rules: EconomyRules): Promise<ScoredMember[]> {
  const path = join(directory, "detail.jsonl")
  const types = scoredEvents(rules).length
  const members: ScoredMember[] = []
  for await (const text of createInterface({ input: createReadStream(path) })) {
    const line = members.length + 1
    const refuse = (field: string, rule: string): InputRefused =>
      new InputRefused([{ file: path, line, field, rule }])
    const detail = JSON.parse(text) as DetailLine
    const wallet = decodeAddress(detail.wallet)
    if (wallet === null) throw refuse("wallet", "is not an address")
    if (detail.daily.length !== DAYS_PER_WEEK || detail.daily.some((day) => day.length !== types))
      throw refuse("daily", `does not have ${DAYS_PER_WEEK} days of ${types} types`)
    const isActive = detail.counted.some((count) => count > 0)
    if (isActive !== detail.weight_sum > 0) throw refuse("weight_sum", "does not belong to the counts")
    const daily = detail.daily.some((day) => day.some((count) => count > 0))
      ? Uint32Array.from(detail.daily.flat())
      : null
    members.push({
      userId: detail.user_id,
      wallet,
      level: detail.level,
      streak: detail.streak,
      weightSum: detail.weight_sum,
      reward: BigInt(detail.reward),
      counted: isActive ? detail.counted : null,
      daily,
    })
  }
  if (members.length !== summary.members.total)
    throw new InputRefused([
      { file: path, field: "detail", rule: `has ${members.length} members, not ${summary.members.total}` },
    ])
  return members
}

/** points.csv is what people see; it must say exactly what is posted. */
async function comparePoints(
  directory: string,
  summary: Summary,
  members: readonly ScoredMember[],
): Promise<void> {
  const path = join(directory, "points.csv")
  const problems: { file: string; line: number; field: string; rule: string }[] = []
  const date = closingSunday(summary.week.index)
  const thousandth = 10n ** BigInt(summary.economy.decimals - 3)
  let number = 0
  for await (const line of createInterface({ input: createReadStream(path) })) {
    number++
    if (number === 1) continue
    const member = members[number - 2]
    const comma = line.lastIndexOf(",")
    const [day, user, points] = [line.slice(0, 10), line.slice(11, comma), line.slice(comma + 1)]
    const userId = user.startsWith('"') ? user.slice(1, -1).replaceAll('""', '"') : user
    const expected = member === undefined ? null : pointsText(member.reward / thousandth)
    if (day !== date || userId !== member?.userId || points !== expected)
      problems.push({
        file: path,
        line: number,
        field: "points",
        rule: `is not what detail.jsonl says: ${member?.userId ?? "nobody"} ${expected ?? ""}`,
      })
  }
  if (number !== members.length + 1)
    problems.push({
      file: path,
      line: number,
      field: "rows",
      rule: `are ${number - 1}, not ${members.length}`,
    })
  if (problems.length > 0) throw new InputRefused(problems.slice(0, PROBLEM_LIMIT), problems.length)
}
