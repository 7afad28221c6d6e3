import { readFileSync, statSync } from "node:fs"
import { join, relative } from "node:path"
import { isoWeek, parseAmount, STK_PRESET, StkClient, weekEnd, WeekStatus } from "@stk/sdk"
import { readDetail, readRows, type Stage } from "../../community"
import { OracleRun, oracle, type RunEvent } from "../../oracle"
import { bold, count, dim, green, grouped, red } from "../../show"
import { stk } from "../economy"
import { Inbox } from "./inbox"
import { drop, setUp, weekFolder, type Operator } from "./operator"

/** Members of the second economy, at most: the act is about the process, not about size. */
const MOST_MEMBERS = 250
const WEEKS = 2
/** The last window of a Monday, in which members are told, and a bit. */
const AFTER_LAST_WINDOW = 8 * 3_600 + 60
/** When each step may begin. */
const WINDOWS: Readonly<Record<string, string>> = {
  aggregate: "00:00",
  score: "02:00",
  report: "04:00",
  post: "06:00",
  notify: "08:00",
}
const POLL_MILLISECONDS = 10
const KIB = 1_024

/** What act three did. Amounts are base units. */
export interface UnattendedResult {
  economy: string
  steps: string[]
  explained: { member: string; points: string }
  killed: { during: string; status: number; scored: number; members: number }
  balances: { members: number; equal: number; credited: string; due: string }
  notices: { received: number; distinct: number; refused: number }
}

interface Inputs {
  events: { path: string }[]
}
interface Manifest {
  statements: { user_id: string; file: string }[]
}
interface Explanation {
  events: unknown[]
  /** Events by outcome. */
  outcomes: Record<string, number>
  score: { weight_sum: string; level_coefficient: string; streak_coefficient: string; points: string }
  streak: number
  level: number
  proof: { root: string; proof: string[] }
  differences: unknown[]
}

/** Act three: an operator who sleeps. */
export async function playUnattended(
  stage: Stage,
  p: { members: number; keypair: string },
): Promise<UnattendedResult> {
  const { voice, chain } = stage
  voice.heading("Act three: a Monday, unattended")
  const inbox = await Inbox.open()
  try {
    const members = Math.min(p.members, MOST_MEMBERS)
    const operator = await setUp(stage, { ...p, members, weeks: WEEKS, inbox })
    const { economy, firstWeek } = operator
    drop(operator, firstWeek)

    voice.heading(`${isoWeek(firstWeek)} ends: stk-oracle run --once`)
    const steps = await runMonday(stage, operator, inbox, firstWeek)
    const explained = await showPapers(stage, operator, firstWeek)

    const second = firstWeek + 1
    voice.heading(`${isoWeek(second)} ends, and somebody pulls the plug`)
    drop(operator, second)
    const client = new StkClient({ connection: chain.connect(), economy })
    const killed = await killMonday(stage, operator, inbox, second, client)
    steps.push(...(await runMonday(stage, operator, inbox, second)))
    const balances = await compareBalances(stage, operator, client, [firstWeek, second])
    const distinct = new Set(inbox.ids).size
    voice.say(
      `  ${bold(count(inbox.ids.length))} notices came to the platform's webhook with a valid signature, ` +
        `${bold(count(distinct))} of them different`,
    )
    return {
      economy: economy.toBase58(),
      steps,
      explained,
      killed,
      balances,
      notices: { received: inbox.ids.length, distinct, refused: inbox.refused },
    }
  } finally {
    inbox.close()
  }
}

/** A run in the last window of the Monday that ends a week; says each step as it ends, and gives their names. */
async function runMonday(stage: Stage, operator: Operator, inbox: Inbox, week: number): Promise<string[]> {
  const { voice } = stage
  const now = await toMonday(stage, week)
  const done: string[] = []
  let since = performance.now()
  const onEvent = ({ event, step = "", result = {}, error, why }: RunEvent): void => {
    if (event === "step-done") {
      const seconds = ((performance.now() - since) / 1_000).toFixed(1)
      done.push(step)
      voice.say(
        `  ${green("✓")} ${dim(WINDOWS[step] ?? "")} ${step.padEnd(9)} ${tell(step, result)} ${dim(`${seconds} s`)}`,
      )
      since = performance.now()
    } else if (event === "step-failed" || event === "held")
      voice.say(`  ${red("✗")} ${step}: ${error ?? why}`)
  }
  await new OracleRun({ config: operator.config, now, environment: inbox.environment, onEvent }).succeeded()
  return done
}

/** The chain's clock at the last window of a week's Monday, unless it is later. */
async function toMonday({ chain }: Stage, week: number): Promise<number> {
  const time = weekEnd(week) + AFTER_LAST_WINDOW
  if ((await chain.unixTime()) < time) await chain.timeTravel(time)
  return chain.unixTime()
}

/** What a step did, in words. */
function tell(step: string, result: Record<string, unknown>): string {
  const number = (name: string): string => count(Number(result[name] ?? 0))
  const part = (name: string): Record<string, unknown> => (result[name] ?? {}) as Record<string, unknown>
  switch (step) {
    case "aggregate":
      return `${number("files")} raw files fixed, with their hashes`
    case "score":
      return `${number("counted")} events count, ${number("active")} of ${number("members")} members active: ${bold(`${grouped(String(result["points"]))} STK`)}`
    case "report":
      return `${number("statements")} statements as PDF, the page of the week`
    case "post":
      return `posted, settled, final on chain in ${count(Number(part("cost")["transactions"]))} transactions: ${stk(BigInt(String(part("settlement")["paid"])))} STK paid`
    default:
      return `${number("sent")} members told`
  }
}

/** Where the papers are, and why one member has these points. */
async function showPapers(
  { voice }: Stage,
  operator: Operator,
  week: number,
): Promise<UnattendedResult["explained"]> {
  const folder = weekFolder(operator, week)
  const score = join(folder, "score")
  const details = await readDetail(score)
  const active = details.filter((each) => each.weight_sum > 0).sort((a, b) => a.weight_sum - b.weight_sum)
  const member = active[Math.floor(active.length / 2)]
  if (member === undefined) throw new Error("nobody was active")
  const inputs = JSON.parse(readFileSync(join(folder, "inputs", "inputs.json"), "utf8")) as Inputs
  const raw = inputs.events.map(({ path }) => join(operator.folder, "data", path))
  const explanation = await voice.step(
    `stk-oracle explain ${member.user_id}: every event, from the raw files`,
    () => oracle<Explanation>("explain", member.user_id, "--directory", score, "--events", ...raw),
  )
  if (explanation.differences.length > 0) throw new Error("the events do not give what was scored")
  const { weight_sum: sum, level_coefficient: level, streak_coefficient: streak, points } = explanation.score
  const shown = Object.entries(explanation.outcomes).map(([outcome, events]) => `${count(events)} ${outcome}`)
  voice.say(`\n  ${count(explanation.events.length)} events: ${shown.join(", ")}`)
  voice.say(
    `  ${grouped(String(sum))} points × ${level} (level ${explanation.level}) × ${streak} (weeks in a row: ${explanation.streak}) = ` +
      `${bold(`${grouped(String(points))} STK`)}; proof of ${explanation.proof.proof.length} hashes to the root on chain`,
  )
  const manifest = JSON.parse(readFileSync(join(folder, "reports", "manifest.json"), "utf8")) as Manifest
  const statement = manifest.statements.find(({ user_id }) => user_id === member.user_id)
  for (const file of [statement?.file ?? "", "week.html"]) {
    const path = join(folder, "reports", file)
    const size = (statSync(path).size / KIB).toFixed(0)
    voice.say(`  ${relative(process.cwd(), path)} ${dim(`${size} kB`)}`)
  }
  return { member: member.user_id, points: String(points) }
}

/** A run that is ended with SIGKILL while the chain has the week open: scores are on their way. */
async function killMonday(
  stage: Stage,
  operator: Operator,
  inbox: Inbox,
  week: number,
  client: StkClient,
): Promise<UnattendedResult["killed"]> {
  const { voice } = stage
  const now = await toMonday(stage, week)
  let during = ""
  const onEvent = ({ event, step }: RunEvent): void => {
    if (event === "step-started") during = step ?? ""
  }
  const run = new OracleRun({ config: operator.config, now, environment: inbox.environment, onEvent })
  let hasEnded = false
  const ended = run.ended.finally(() => (hasEnded = true))
  // The week before stays settled until this one is opened.
  while (!hasEnded && (await client.fetchEconomy()).weekStatus === WeekStatus.Settled)
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS))
  if (hasEnded) throw new Error("stk-oracle run ended before it had opened the week")
  run.kill()
  await ended
  const status = (await client.fetchEconomy()).weekStatus
  const pages = await client.fetchPages()
  const scored = pages.reduce((sum, { header }) => sum + (header.week === week ? header.cursor : 0), 0)
  const members = pages.reduce((sum, page) => sum + page.members.length, 0)
  const name = Object.entries(WeekStatus).find(([, value]) => value === status)?.[0] ?? ""
  voice.say(
    `  ${red("✗")} kill -9 during ${bold(during)}: on chain the week is ${name.toLowerCase()}, ${count(scored)} of ${count(members)} members are scored`,
  )
  voice.say(`  ${dim("the same command again:")}`)
  return { during, status, scored, members }
}

/** Everybody's balance on chain beside what the weeks' points.csv add up to. */
async function compareBalances(
  { voice }: Stage,
  operator: Operator,
  client: StkClient,
  weeks: readonly number[],
): Promise<UnattendedResult["balances"]> {
  const dues = new Map<string, bigint>()
  for (const week of weeks) {
    const folder = weekFolder(operator, week)
    const wallets = new Map(
      readRows(join(folder, "inputs", "members.csv")).map(([id = "", wallet = ""]) => [id, wallet]),
    )
    for (const [, id = "", points = "0"] of readRows(join(folder, "score", "points.csv"))) {
      const wallet = wallets.get(id) ?? ""
      dues.set(wallet, (dues.get(wallet) ?? 0n) + parseAmount(points, STK_PRESET.decimals))
    }
  }
  const members = (await client.fetchPages()).flatMap((page) => page.members)
  const equal = members.filter(({ wallet, balance }) => balance === dues.get(wallet.toBase58())).length
  const credited = members.reduce((sum, { balance }) => sum + balance, 0n)
  const due = [...dues.values()].reduce((sum, each) => sum + each, 0n)
  voice.say(
    `\n  ${bold(`${count(equal)} of ${count(members.length)}`)} balances are, to the base unit, what both weeks' points.csv add up to: ` +
      `${stk(credited)} STK, nothing twice`,
  )
  return { members: members.length, equal, credited: `${credited}`, due: `${due}` }
}
