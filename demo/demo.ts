import "./quiet"
import { createReadStream, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { parseArgs } from "node:util"
import { getAccount, getAssociatedTokenAddressSync } from "@solana/spl-token"
import { Keypair, LAMPORTS_PER_SOL, PublicKey } from "@solana/web3.js"
import {
  STK_PRESET,
  StkClient,
  closingSunday,
  isoWeek,
  keypairSigner,
  parseAmount,
  weekEnd,
  weekOf,
  weekStart,
  type Economy,
} from "@stk/sdk"
import { startLocalnet, type Localnet } from "stk-localnet"
import { oracle } from "./oracle"
import { bar, bold, count, dim, green, grouped, sol, table, tokens } from "./show"

const HELP = `Usage: npm run demo [-- options]

Four weeks of a community on a local chain: emission, scores, settlement, and one member's withdrawal.

  --members <n>   members by the last week (default 2000)
  --weeks <n>     weeks, 1 to 12 (default 4)
  --seed <text>   another seed is another community
  --json          print one JSON object at the end, and the rest to stderr
  --help          this text

Takes about two minutes, longer on the first run, which installs packages and the compiler.`

/** Where the demo keeps its files; each run starts afresh. */
const FOLDER = join(__dirname, "..", ".stk", "demo")
/** What `generate` writes for each week. */
const INPUT_FILES = ["members.csv", "posthog.jsonl", "discourse-posts.json", "discourse-likes.json"]
/** When an operator posts, seconds after the week's end: Monday 06:00 UTC. */
const POSTING_TIME = 6 * 3_600
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
interface WeekResult extends Posted {
  week: string
  events: number
  seconds: number
}
/** A line of `detail.jsonl`: what the demo shows of it. */
interface Detail {
  user_id: string
  wallet: string
  level: number
  streak: number
  counted: number[]
  weight_sum: number
  points: string
}

const { values } = parseArgs({
  options: {
    members: { type: "string", default: "2000" },
    weeks: { type: "string", default: "4" },
    seed: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
})

const print = (text = "") => (values.json ? process.stderr : process.stdout).write(`${text}\n`)
const heading = (text: string) => print(`\n${bold(text)}`)
const stk = (baseUnits: bigint) => tokens(baseUnits, STK_PRESET.decimals)

/** A number given on the command line. */
function wholeNumber(name: string, text: string, low: number, high: number): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= low && number <= high) return number
  process.stderr.write(`demo: --${name}: "${text}" is not a whole number from ${low} to ${high}\n`)
  process.exit(2)
}

/** Runs `work` and says what it is and how long it took. */
async function step<Result>(text: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now()
  const result = await work()
  print(`  ${green("✓")} ${text} ${dim(`${((performance.now() - started) / 1_000).toFixed(1)} s`)}`)
  return result
}

async function readDetail(folder: string): Promise<Detail[]> {
  const details: Detail[] = []
  for await (const line of createInterface(createReadStream(join(folder, "detail.jsonl"), "utf8"))) {
    details.push(JSON.parse(line) as Detail)
  }
  return details
}

function readKeypair(path: string): Keypair {
  return Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(path, "utf8")) as number[]))
}

function showEconomy(economy: Economy): void {
  heading("Emission and funds")
  const names = ["Rewards Pool", "Treasury", "Startup Fund", "Team", "Liquidity"]
  const largest = economy.funds.reduce((high, fund) => (fund > high ? fund : high), economy.memberBalances)
  const rows = [
    ...names.map((name, index) => [name, economy.funds[index] ?? 0n] as const),
    ["Members", economy.memberBalances] as const,
  ]
  print(
    `  ${stk(economy.minted)} STK released in ${economy.releasedDays} days, of at most ${stk(economy.emissionCap)} ever\n`,
  )
  print(
    table(
      ["", "STK", ""],
      rows.map(([name, amount]) => [name, stk(amount), bar(amount, largest)]),
      [0, 2],
    ),
  )
}

function showWeeks(weeks: readonly WeekResult[]): void {
  heading("Weeks")
  print(
    table(
      [
        "week",
        "members",
        "active",
        "events",
        "due, STK",
        "paid, STK",
        "transactions",
        "compute units",
        "seconds",
      ],
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
    ),
  )
}

function showBreakdown(member: Detail): void {
  heading(`${member.user_id} in the last week`)
  const scored = STK_PRESET.eventTypes.filter((type) => type.weight > 0)
  print(
    table(
      ["activity", "counted", "weight", "points"],
      scored.map((type, index) => {
        const counted = member.counted[index] ?? 0
        return [
          type.name,
          `${counted} of ${7 * type.dailyLimit}`,
          count(type.weight),
          count(counted * type.weight),
        ]
      }),
    ),
  )
  const level = STK_PRESET.levels[member.level - 1]
  const streak = Math.max(1, Math.min(member.streak, 5))
  const coefficient = (value: number, unit: number) => (value / unit).toFixed(2)
  print(
    `\n  ${count(member.weight_sum)} points × ${coefficient(level?.tenths ?? 10, 10)} (level ${member.level}, ${level?.name})` +
      ` × ${coefficient(STK_PRESET.streakHundredths[streak - 1] ?? 100, 100)} (${member.streak} weeks in a row) = ${bold(`${grouped(member.points)} STK`)}`,
  )
}

/** Withdraws the member's whole balance to the SPL account that a wallet shows. */
async function withdraw(chain: Localnet, economy: PublicKey, wallet: Keypair) {
  const connection = chain.connect()
  await connection.confirmTransaction(await connection.requestAirdrop(wallet.publicKey, LAMPORTS_PER_SOL))
  const client = new StkClient({ connection, economy, signer: keypairSigner(wallet) })
  const found = await client.fetchMember(wallet.publicKey)
  if (found === null) throw new Error(`${wallet.publicKey.toBase58()} is not a member`)
  const sent = await client.withdraw(found.member.balance)
  const { mint } = await client.fetchEconomy()
  const account = await getAccount(connection, getAssociatedTokenAddressSync(mint, wallet.publicKey))
  return { amount: account.amount, account: account.address, signature: sent.at(-1)?.signature ?? "" }
}

/** Keypair files of the members who have one, by wallet. */
function readKeypairFiles(folder: string): Map<string, string> {
  const lines = readFileSync(join(folder, "keypairs.csv"), "utf8").trim().split("\n").slice(1)
  return new Map(
    lines.map((line) => {
      const [wallet = "", file = ""] = line.split(",").slice(-2)
      return [wallet, join(folder, file)]
    }),
  )
}

function showCost(weeks: readonly WeekResult[], earners: bigint): void {
  heading("What it cost")
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
  print(table(["", "transactions", "compute units", "fees", "rent, once"], [ours, theirs]))
}

async function run(): Promise<void> {
  const members = wholeNumber("members", values.members, 10, 100_000)
  const weeks = wholeNumber("weeks", values.weeks, 1, 12)
  const started = performance.now()
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })

  heading("A community on a local chain")
  const chain = await step("local chain started, program deployed", () => startLocalnet())
  try {
    const keypair = join(FOLDER, "operator.json")
    writeFileSync(keypair, JSON.stringify([...chain.payer.secretKey]), { mode: 0o600 })
    const chainOptions = ["--url", chain.rpcUrl, "--keypair", keypair]

    // The chain's clock only moves forward: the community is founded next Monday.
    const firstWeek = (weekOf(await chain.unixTime()) ?? 0) + 1
    await chain.timeTravel(weekStart(firstWeek))
    const created = await step("economy STK created: mint, vault, five funds, rules", () =>
      oracle<Created>("create", "--preset", "stk", ...chainOptions),
    )
    const data = join(FOLDER, "data")
    const size = [
      "--members",
      `${members}`,
      "--week",
      isoWeek(firstWeek),
      "--weeks",
      `${weeks}`,
      "--keypairs",
      "50",
    ]
    const seed = values.seed === undefined ? [] : ["--seed", values.seed]
    await step(`${count(members)} members and ${weeks} weeks of activity generated`, () =>
      oracle("generate", ...size, ...seed, "--out", data),
    )

    const results: WeekResult[] = []
    for (let index = firstWeek; index < firstWeek + weeks; index++) {
      const week = isoWeek(index)
      const scored = join(FOLDER, week)
      const weekStarted = performance.now()
      await chain.timeTravel(weekEnd(index) + POSTING_TIME)
      const previous = index === firstWeek ? [] : ["--previous", join(FOLDER, isoWeek(index - 1))]
      const [membersFile = "", ...events] = INPUT_FILES.map((file) => join(data, week, file))
      const inputs = ["--week", week, "--members", membersFile, "--events", ...events, ...previous]
      const result = await step(
        `${week}, closed ${closingSunday(index)}: scored, posted, settled`,
        async () => {
          const score = await oracle<Scored>("score", ...inputs, "--out", scored)
          const posted = await oracle<Posted>(
            "post",
            scored,
            "--settle",
            "--yes",
            "--economy",
            created.economy,
            ...chainOptions,
          )
          return { ...posted, events: score.summary.events.read }
        },
      )
      results.push({ ...result, week, seconds: (performance.now() - weekStarted) / 1_000 })
    }

    const economy = new PublicKey(created.economy)
    showWeeks(results)
    showEconomy(await new StkClient({ connection: chain.connect(), economy }).fetchEconomy())

    const lastWeek = isoWeek(firstWeek + weeks - 1)
    const points = (member: Detail) => parseAmount(member.points, STK_PRESET.decimals)
    const details = await readDetail(join(FOLDER, lastWeek))
    const ranked = details.sort((a, b) => (points(a) < points(b) ? 1 : -1))
    heading(`Top members of ${lastWeek}`)
    print(
      table(
        ["member", "level", "weeks in a row", "STK"],
        ranked
          .slice(0, 8)
          .map((member) => [member.user_id, `${member.level}`, `${member.streak}`, grouped(member.points)]),
      ),
    )

    const keypairFiles = readKeypairFiles(join(data, "keypairs"))
    const member = ranked.find((candidate) => keypairFiles.has(candidate.wallet))
    const keypairFile = keypairFiles.get(member?.wallet ?? "")
    if (member === undefined || keypairFile === undefined) throw new Error("no member has a keypair")
    showBreakdown(member)

    heading("Withdrawal")
    const paidOut = await step(`${member.user_id} withdraws all rewards so far`, () =>
      withdraw(chain, economy, readKeypair(keypairFile)),
    )
    print(`  ${bold(`${stk(paidOut.amount)} STK`)} in the SPL account ${paidOut.account.toBase58()},`)
    print(`  what Phantom and Solflare show. Transaction ${paidOut.signature}`)

    showCost(results, BigInt(details.length))
    print(`\n  ${dim(`done in ${((performance.now() - started) / 1_000).toFixed(0)} s; files in ${FOLDER}`)}`)
    if (values.json) {
      const { amount, account, signature } = paidOut
      const withdrawal = {
        member: member.user_id,
        amount: `${amount}`,
        account: account.toBase58(),
        signature,
      }
      process.stdout.write(`${JSON.stringify({ ...created, weeks: results, withdrawal }, null, 2)}\n`)
    }
  } finally {
    await chain.stop()
  }
}

if (values.help) {
  process.stdout.write(`${HELP}\n`)
} else {
  run().catch((error: unknown) => {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
}
