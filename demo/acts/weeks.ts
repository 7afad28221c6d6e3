import { join } from "node:path"
import { getAccount, getAssociatedTokenAddressSync } from "@solana/spl-token"
import { LAMPORTS_PER_SOL, PublicKey } from "@solana/web3.js"
import {
  STK_PRESET,
  StkClient,
  closingSunday,
  isoWeek,
  parseAmount,
  weekEnd,
  weekOf,
  weekStart,
} from "@stk/sdk"
import {
  clientOf,
  readDetail,
  readKeyHolders,
  scoredFolder,
  type Community,
  type Detail,
  type KeyHolder,
  type Stage,
} from "../community"
import { oracle } from "../oracle"
import { bold, count, grouped, sol } from "../show"
import { showEconomy, stk } from "./economy"

/** What `generate` writes for each week. */
const INPUT_FILES = ["members.csv", "posthog.jsonl", "discourse-posts.json", "discourse-likes.json"]
/** When an operator posts, seconds after the week's end: Monday 06:00 UTC. */
export const POSTING_TIME = 6 * 3_600
/** Members who get a keypair file. */
const KEYPAIRS = 50
/** What an SPL transfer to each member costs: a signature, and an associated token account once (165 bytes at 5,080 lamports a byte). */
const TRANSFER_FEE = 5_000n
const TOKEN_ACCOUNT_RENT = 5_080n * (128n + 165n)

/** What `stk-oracle` prints with `--json`: what the demo shows of it. */
interface Created {
  economy: string
  mint: string
}
interface Scored {
  summary: { events: { read: number } }
}
interface Posted {
  totals: { active: number; members: number; due: string; payable: string }
  settlement: { paid: string; returned: string }
  cost: { transactions: number; compute_units: number; fee_lamports: string; rent_lamports: string }
}

/** One week of act one. */
export interface WeekResult extends Posted {
  week: string
  events: number
  seconds: number
}

/** How large the community is, and for how long it is active. */
export interface Size {
  members: number
  weeks: number
  seed?: string | undefined
}

/** What a member took to its SPL account. */
export interface Withdrawal {
  member: string
  amount: string
  account: string
  signature: string
}

/** Creates the economy and generates the community, which is founded next Monday: a chain's clock only moves forward. */
export async function foundCommunity(stage: Stage, { members, weeks, seed }: Size): Promise<Community> {
  const { voice, chain, folder } = stage
  const firstWeek = (weekOf(await chain.unixTime()) ?? 0) + 1
  await chain.timeTravel(weekStart(firstWeek))
  const created = await voice.step("economy STK created: mint, vault, five funds, rules, policy", () =>
    oracle<Created>("create", "--preset", "stk", ...stage.chainOptions),
  )
  const data = join(folder, "data")
  const options = { members, week: isoWeek(firstWeek), weeks, keypairs: KEYPAIRS, out: data, seed }
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, `${value}`],
  )
  await voice.step(`${count(members)} members and ${weeks} weeks of activity generated`, () =>
    oracle("generate", ...given),
  )
  const [economy, mint] = [new PublicKey(created.economy), new PublicKey(created.mint)]
  return { economy, mint, data, firstWeek, lastWeek: firstWeek + weeks - 1 }
}

/** Lets one week pass, scores it from the exports and posts it, as the operator does on Monday morning. */
async function liveWeek(stage: Stage, community: Community, index: number): Promise<WeekResult> {
  const week = isoWeek(index)
  const scored = scoredFolder(stage, index)
  const started = performance.now()
  await stage.chain.timeTravel(weekEnd(index) + POSTING_TIME)
  const previous = index === community.firstWeek ? [] : ["--previous", scoredFolder(stage, index - 1)]
  const [membersFile = "", ...events] = INPUT_FILES.map((file) => join(community.data, week, file))
  const inputs = ["--week", week, "--members", membersFile, "--events", ...events, ...previous]
  const posting = ["--settle", "--yes", "--economy", community.economy.toBase58(), ...stage.chainOptions]
  const text = `${week}, closed ${closingSunday(index)}: scored, posted, settled`
  const result = await stage.voice.step(text, async () => {
    const score = await oracle<Scored>("score", ...inputs, "--out", scored)
    const posted = await oracle<Posted>("post", scored, ...posting)
    return { ...posted, events: score.summary.events.read }
  })
  return { ...result, week, seconds: (performance.now() - started) / 1_000 }
}

/** Lets the community's weeks pass, one after the other. */
export async function liveWeeks(stage: Stage, community: Community): Promise<WeekResult[]> {
  const results: WeekResult[] = []
  for (let index = community.firstWeek; index <= community.lastWeek; index++) {
    results.push(await liveWeek(stage, community, index))
  }
  return results
}

/** Act one, once its weeks have passed: what they gave, to whom, and what one member does with it. */
export async function showWeeks(
  stage: Stage,
  community: Community,
  weeks: readonly WeekResult[],
): Promise<Withdrawal> {
  const { voice, chain } = stage
  showWeekTable(stage, weeks)
  voice.heading("Emission and funds")
  const { economy } = community
  showEconomy(voice, await new StkClient({ connection: chain.connect(), economy }).fetchEconomy())

  const points = (member: Detail) => parseAmount(member.points, STK_PRESET.decimals)
  const details = await readDetail(scoredFolder(stage, community.lastWeek))
  const ranked = details.sort((a, b) => (points(a) < points(b) ? 1 : -1))
  voice.heading(`Top members of ${isoWeek(community.lastWeek)}`)
  voice.table(
    ["member", "level", "weeks in a row", "STK"],
    ranked
      .slice(0, 8)
      .map((member) => [member.user_id, `${member.level}`, `${member.streak}`, grouped(member.points)]),
  )

  const holders = new Map(readKeyHolders(community).map((holder) => [holder.wallet, holder]))
  const member = ranked.find(({ wallet }) => holders.has(wallet))
  const holder = holders.get(member?.wallet ?? "")
  if (member === undefined || holder === undefined) throw new Error("no member has a keypair")
  showBreakdown(stage, member)

  voice.heading("Withdrawal")
  const paidOut = await voice.step(`${member.user_id} withdraws all rewards so far`, () =>
    withdraw(stage, community, holder),
  )
  voice.say(`  ${bold(`${stk(paidOut.amount)} STK`)} in the SPL account ${paidOut.account.toBase58()},`)
  voice.say(`  what Phantom and Solflare show. Transaction ${paidOut.signature}`)
  showCost(stage, weeks, BigInt(details.length))
  const { amount, account, signature } = paidOut
  return { member: member.user_id, amount: `${amount}`, account: account.toBase58(), signature }
}

function showWeekTable({ voice }: Stage, weeks: readonly WeekResult[]): void {
  voice.heading("Weeks")
  const head = "week|members|active|events|due, STK|paid, STK|transactions|compute units|seconds".split("|")
  voice.table(
    head,
    weeks.map((week) => [
      week.week,
      count(week.totals.members),
      count(week.totals.active),
      count(week.events),
      stk(BigInt(week.totals.due)),
      stk(BigInt(week.settlement.paid)),
      count(week.cost.transactions),
      count(week.cost.compute_units),
      week.seconds.toFixed(1),
    ]),
  )
}

function showBreakdown({ voice }: Stage, member: Detail): void {
  voice.heading(`${member.user_id} in the last week`)
  const scored = STK_PRESET.eventTypes.filter((type) => type.weight > 0)
  voice.table(
    ["activity", "counted", "weight", "points"],
    scored.map((type, index) => {
      const counted = member.counted[index] ?? 0
      const ofMost = `${counted} of ${7 * type.dailyLimit}`
      return [type.name, ofMost, count(type.weight), count(counted * type.weight)]
    }),
  )
  const level = STK_PRESET.levels[member.level - 1]
  const streak = Math.max(1, Math.min(member.streak, 5))
  const coefficient = (value: number, unit: number) => (value / unit).toFixed(2)
  voice.say(
    `\n  ${count(member.weight_sum)} points × ${coefficient(level?.tenths ?? 10, 10)} (level ${member.level}, ${level?.name})` +
      ` × ${coefficient(STK_PRESET.streakHundredths[streak - 1] ?? 100, 100)} (${member.streak} weeks in a row) = ${bold(`${grouped(member.points)} STK`)}`,
  )
}

/** Withdraws the member's whole balance to the SPL account that a wallet shows. */
async function withdraw({ chain }: Stage, { economy, mint }: Community, { name, key }: KeyHolder) {
  const connection = chain.connect()
  await connection.confirmTransaction(await connection.requestAirdrop(key.publicKey, LAMPORTS_PER_SOL))
  const client = clientOf(chain, economy, key)
  const found = await client.fetchMember(key.publicKey)
  if (found === null) throw new Error(`${name} is not a member`)
  const sent = await client.withdraw(found.member.balance)
  const account = await getAccount(connection, getAssociatedTokenAddressSync(mint, key.publicKey))
  return { amount: account.amount, account: account.address, signature: sent.at(-1)?.signature ?? "" }
}

function showCost({ voice }: Stage, weeks: readonly WeekResult[], earners: bigint): void {
  voice.heading("What it cost")
  const rewards = weeks.reduce((sum, week) => sum + week.totals.active, 0)
  const transactions = weeks.reduce((sum, week) => sum + week.cost.transactions, 0)
  const units = weeks.reduce((sum, week) => sum + week.cost.compute_units, 0)
  const fees = weeks.reduce((sum, week) => sum + BigInt(week.cost.fee_lamports), 0n)
  const rent = weeks.reduce((sum, week) => sum + BigInt(week.cost.rent_lamports), 0n)
  const ours = [
    `${count(rewards)} rewards, rules on chain`,
    count(transactions),
    count(units),
    sol(fees),
    sol(rent),
  ]
  const theirs = [
    "one SPL transfer each, no rules",
    count(rewards),
    "",
    sol(BigInt(rewards) * TRANSFER_FEE),
    sol(earners * TOKEN_ACCOUNT_RENT),
  ]
  voice.table(["", "transactions", "compute units", "fees", "rent, once"], [ours, theirs])
}
