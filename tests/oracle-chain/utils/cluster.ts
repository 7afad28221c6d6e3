import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import {
  decodePage,
  fetchEconomy,
  fetchWeek,
  isoWeek,
  pagePda,
  weekEnd,
  weekOf,
  weekPda,
  type Economy,
  type Week,
} from "@stk/sdk"
import { Keypair, PublicKey, type Connection } from "@solana/web3.js"
import { type Localnet, startLocalnet } from "stk-localnet"
import { spawn, type ChildProcess } from "node:child_process"
import { cli, type CliResult, Folder } from "../../oracle/utils/fixtures"

const CLI = join(__dirname, "..", "..", "..", "oracle", "bin", "stk-oracle.js")
/** A hundred SOL: what an operator of a test has. */
const OPERATOR_LAMPORTS = 100_000_000_000n

/** A local chain over RPC, a folder, an operator's key in a file, and the command line as a process. */
export class Cluster {
  private constructor(
    readonly localnet: Localnet,
    readonly connection: Connection,
    readonly folder: Folder,
    readonly operator: Keypair,
    readonly operatorFile: string,
  ) {}

  static async start(options: { slotTimeMs?: number } = {}): Promise<Cluster> {
    const operator = Keypair.generate()
    const localnet = await startLocalnet({
      ...options,
      airdrop: [{ address: operator.publicKey, lamports: OPERATOR_LAMPORTS }],
    })
    const folder = new Folder()
    const file = folder.file("operator.json", JSON.stringify([...operator.secretKey]))
    return new Cluster(localnet, localnet.connect(), folder, operator, file)
  }

  async stop(): Promise<void> {
    await this.localnet.stop()
    this.folder.remove()
  }

  /** Runs a command with this chain and the operator's key. */
  run(...parameters: string[]): Promise<CliResult> {
    return cli(parameters, this.environment)
  }

  get environment(): Record<string, string> {
    return { STK_RPC_URL: this.localnet.rpcUrl, STK_KEYPAIR: this.operatorFile }
  }

  /** Starts a command that the test may kill; gives its end. */
  spawn(...parameters: string[]): {
    child: ChildProcess
    ended: Promise<CliResult & { signal: string | null }>
  } {
    const child = spawn(process.execPath, [CLI, ...parameters], {
      env: { ...process.env, CI: "1", ...this.environment },
    })
    let [stdout, stderr] = ["", ""]
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()))
    const ended = new Promise<CliResult & { signal: string | null }>((resolve) =>
      child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr })),
    )
    return { child, ended }
  }

  /** Runs a command that must succeed and gives its JSON. */
  async json<T>(...parameters: string[]): Promise<T> {
    const result = await this.run(...parameters, "--json")
    if (result.code !== 0)
      throw new Error(`stk-oracle ${parameters.join(" ")}: ${result.code}\n${result.stderr}`)
    return JSON.parse(result.stdout) as T
  }

  /** A key in a file, with lamports. */
  async newKey(name: string, lamports = 10_000_000_000): Promise<{ keypair: Keypair; file: string }> {
    const keypair = Keypair.generate()
    const file = this.folder.file(name, JSON.stringify([...keypair.secretKey]))
    if (lamports > 0) {
      await this.connection.requestAirdrop(keypair.publicKey, lamports)
      while ((await this.connection.getBalance(keypair.publicKey, "confirmed")) === 0)
        await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return { keypair, file }
  }

  /** Moves the clock to some time after a week's end, unless it is later already. */
  async passWeek(week: number, secondsAfter = 7_200): Promise<void> {
    const time = weekEnd(week) + secondsAfter
    if ((await this.localnet.unixTime()) < time) await this.localnet.timeTravel(time)
  }

  /** The first whole week from now on. */
  async nextWeek(): Promise<number> {
    return (weekOf(await this.localnet.unixTime()) ?? 0) + 1
  }

  async economy(address: PublicKey): Promise<Economy> {
    const economy = await fetchEconomy(this.connection, address)
    if (economy === null) throw new Error(`there is no economy ${address.toBase58()}`)
    return economy
  }

  async week(economy: PublicKey, week: number): Promise<Week> {
    const record = await fetchWeek(this.connection, weekPda(economy, week)[0])
    if (record === null) throw new Error(`there is no week ${isoWeek(week)}`)
    return record
  }

  /** All members by wallet, with their global index. */
  async members(economy: PublicKey): Promise<Map<string, ChainMember>> {
    const { pages } = await this.economy(economy)
    const members = new Map<string, ChainMember>()
    for (let index = 0; index < pages; index++) {
      const account = await this.connection.getAccountInfo(pagePda(economy, index)[0])
      decodePage(account?.data ?? new Uint8Array()).members.forEach((member, slot) => {
        const { balance, pending, points, lastActiveWeek, streak, level } = member
        members.set(member.wallet.toBase58(), {
          index: index * 1024 + slot,
          balance,
          pending,
          points,
          lastActiveWeek,
          streak,
          level,
        })
      })
    }
    return members
  }
}

export interface ChainMember {
  index: number
  balance: bigint
  pending: bigint
  points: number
  lastActiveWeek: number
  streak: number
  level: number
}

/** Scores a week of generated data and gives the directory; the data is made once for each name. */
export async function scoreGenerated(
  folder: Folder,
  p: {
    week: number
    members: number
    previous?: string
    eventsPerMember?: number
    seed?: string
    out?: string
  },
): Promise<string> {
  const name = isoWeek(p.week)
  const data = folder.at(`data-${name}-${p.members}`)
  if (!existsSync(data))
    await succeed(
      "generate",
      ["--members", String(p.members), "--week", name, "--out", data, "--seed", p.seed ?? "community"],
      p.eventsPerMember === undefined ? [] : ["--events-per-member", String(p.eventsPerMember)],
    )
  const out = folder.at(p.out ?? `weeks/${name}`)
  mkdirSync(folder.at("weeks"), { recursive: true })
  const files = ["posthog.jsonl", "discourse-posts.json", "discourse-likes.json"]
  await succeed(
    "score",
    ["--week", name, "--members", join(data, name, "members.csv"), "--out", out],
    ["--events", ...files.map((file) => join(data, name, file))],
    p.previous === undefined ? [] : ["--previous", p.previous],
  )
  return out
}

async function succeed(command: string, ...parameters: string[][]): Promise<void> {
  const result = await cli([command, ...parameters.flat()])
  if (result.code !== 0) throw new Error(`stk-oracle ${command}: ${result.code}\n${result.stderr}`)
}

/** Base units of points in plain decimal text: written anew here, so that nothing of the oracle is compared with itself. */
export function baseUnits(points: string, decimals = 6): bigint {
  const [whole = "0", fraction = ""] = points.split(".")
  return BigInt(whole + fraction.padEnd(decimals, "0"))
}

/** Base units by wallet, from points.csv and the members file that it came from. */
export function dueByWallet(pointsCsv: string, membersCsv: string): Map<string, bigint> {
  const cells = (text: string): string[][] =>
    text
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","))
  const wallets = new Map(cells(membersCsv).map(([user = "", wallet = ""]) => [user, wallet]))
  return new Map(
    cells(pointsCsv).map(([, user = "", points = ""]) => [wallets.get(user) ?? user, baseUnits(points)]),
  )
}

/** A preset in the JSON form that `create --preset` takes: STK's rules with another emission. */
export function presetFile(
  folder: Folder,
  name: string,
  emissionFirstYear: bigint,
  changes: object = {},
): string {
  const preset = {
    name: "SysTok",
    symbol: "STK",
    decimals: 6,
    emissionFirstYear: emissionFirstYear.toString(),
    halvingYears: 4,
    emissionCap: (emissionFirstYear * 8n).toString(),
    fundBps: [5000, 2000, 1500, 1000, 500],
    levels: [10, 12, 15, 18, 22, 26, 30, 36].map((tenths, index) => ({
      name: `Level ${index + 1}`,
      tenths,
      requirement: "none",
    })),
    streakHundredths: [100, 102, 105, 110, 120],
    eventTypes: [
      ["SectionCompleted", 50, 5],
      ["ExerciseSave", 100, 5],
      ["ClubPostCreated", 200, 1],
      ["ClubLikeGiven", 10, 5],
      ["ClubLikeReceived", 20, 10],
      ["ClubCommentCreated", 50, 5],
      ["ClubCommentReceived", 50, 5],
      ["CourseCompleted", 0, 0],
      ["ProjectMilestoneCompleted", 0, 0],
      ["PeerReviewCompleted", 0, 0],
    ].map(([eventName, weight, dailyLimit]) => ({ name: eventName, weight, dailyLimit })),
    settleDelaySeconds: 0,
    holdSeconds: 0,
    ...changes,
  }
  return folder.file(name, JSON.stringify(preset))
}

export interface Created {
  outcome: string
  economy: string
  mint: string
  vault: string
  signature: string | null
  policy: { outcome: string; parts: string[]; signature: string | null } | null
}

/** Creates an economy that begins on the first Monday from now on, so that its first week has seven whole days. */
export async function createAt(cluster: Cluster, preset: string, week: number): Promise<PublicKey> {
  const genesis = new Date((weekEnd(week) - 604_800) * 1000).toISOString()
  const created = await cluster.json<Created>("create", "--preset", preset, "--genesis", genesis)
  return new PublicKey(created.economy)
}
