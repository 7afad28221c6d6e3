import { isoWeek } from "@stk/sdk/math"
import { sql } from "drizzle-orm"
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { readConfig, type OracleConfig } from "../../../oracle/src/config/config"
import { generateDataSet } from "../../../oracle/src/generate/generate"
import { createLogger } from "../../../oracle/src/log"
import { STK_RULES } from "../../../oracle/src/score/rules"
import { rowsOf } from "../../../oracle/src/store/migrate"
import type { Store } from "../../../oracle/src/store/store"
import { aggregateStep } from "../../../oracle/src/week/aggregate_step"
import { scoreStep } from "../../../oracle/src/week/score_step"
import { WeeklyProcess, type ProcessEvent, type ProcessOptions } from "../../../oracle/src/week/process"

const CLI = join(__dirname, "..", "..", "..", "oracle", "bin", "stk-oracle.js")

/** A community's activity, week by week, as exports in a drop folder; written once for a test file. */
export class Community {
  private constructor(
    readonly folder: string,
    readonly first: number,
    readonly weeks: number,
  ) {}

  static async generate(first: number, weeks: number, members = 12): Promise<Community> {
    const folder = mkdtempSync(join(tmpdir(), "stk-community-"))
    await generateDataSet({
      ...{ members, week: first, weeks, out: folder, seed: "weekly", eventsPerMember: 20 },
      ...{ late: 20, duplicates: 20, unknown: 20, malformed: 1, keypairs: 0 },
    })
    return new Community(folder, first, weeks)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** One operator: a configuration, a drop folder, a data directory. */
export class Operator {
  readonly folder = mkdtempSync(join(tmpdir(), "stk-operator-"))
  readonly configPath = join(this.folder, "stk-oracle.json")

  constructor(
    private readonly community: Community,
    /** Of the configuration, in place of a chain that nobody reaches. */
    settings: Record<string, unknown> = {},
  ) {
    mkdirSync(join(this.folder, "drop"))
    const last = isoWeek(community.first + community.weeks - 1)
    copyFileSync(join(community.folder, last, "members.csv"), join(this.folder, "members.csv"))
    writeFileSync(
      this.configPath,
      JSON.stringify({
        chain: { economy: "1".repeat(32), rpc: ["http://127.0.0.1:1"], oracle: "oracle.json" },
        sources: [{ name: "drop", kind: "files", folder: "drop" }],
        members: { kind: "file", path: "members.csv" },
        run: { firstWeek: isoWeek(community.first) },
        ...settings,
      }),
    )
  }

  /** The exports of a week appear. */
  drop(week: number): void {
    const name = isoWeek(week)
    const target = join(this.folder, "drop", name)
    mkdirSync(target)
    const source = join(this.community.folder, name)
    for (const file of readdirSync(source))
      if (file !== "members.csv") copyFileSync(join(source, file), join(target, file))
  }

  dropAll(): void {
    for (let week = 0; week < this.community.weeks; week++) this.drop(this.community.first + week)
  }

  get config(): OracleConfig {
    return readConfig(this.configPath)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Every file below a folder of the data directory, as bytes. */
  files(folder = "weeks"): Record<string, string> {
    const root = join(this.folder, "data", folder)
    if (!existsSync(root)) return {}
    return Object.fromEntries(
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
        .map((path) => [path.slice(root.length + 1), readFileSync(path).toString("base64")]),
    )
  }
}

/** The weekly process in this process, with a clock that the test sets. */
export class SteeredProcess {
  seconds = 0
  readonly events: ProcessEvent[] = []
  readonly process: WeeklyProcess

  constructor(operator: Operator, store: Store, options: Partial<ProcessOptions> = {}) {
    this.process = new WeeklyProcess({
      config: operator.config,
      rules: STK_RULES,
      store,
      now: () => this.seconds,
      log: createLogger("silent"),
      signal: new AbortController().signal,
      onEvent: (event) => this.events.push(event),
      onProgress: () => undefined,
      runs: { aggregate: aggregateStep, score: scoreStep },
      ...options,
    })
  }

  /** What was done at this moment: `2025-W51 score` each. */
  async at(seconds: number, only: Parameters<WeeklyProcess["tick"]>[0] = {}): Promise<string[]> {
    this.seconds = seconds
    this.events.length = 0
    await this.process.tick(only)
    return this.events.flatMap((event) =>
      event.event === "step-done" ? [`${event.week} ${event.step}`] : [],
    )
  }
}

/** Tables of the store as text, a row each, in the order of their content; without what tells the time of day. */
export async function dump(
  store: Store,
  tables: readonly string[],
  without: readonly string[] = [],
): Promise<string[]> {
  const lines: string[] = []
  for (const table of tables) {
    const rows = await rowsOf<{ row: Record<string, unknown> }>(
      store.database,
      sql`SELECT to_jsonb(t) AS row FROM ${sql.raw(`stk_oracle.${table}`)} t`,
    )
    const texts = rows.map(({ row }) => {
      for (const name of without) delete row[name]
      return `${table} ${JSON.stringify(row)}`
    })
    lines.push(...texts.sort())
  }
  return lines
}

/** A text without the numbers of pulls, of which a killed run may have used some up. */
export function withoutPulls(text: string): string {
  return text.replace(/\d+-([0-9a-f]{12}\.jsonl\.gz)/g, "$1").replace(/"pull": ?\d+/g, '"pull":0')
}

/** The clock of a process that it is given to: this machine's, so many seconds later. */
const CLOCK = `
const seconds = Number(process.env.TEST_CLOCK_SHIFT)
const Machine = Date
const now = () => Machine.now() + seconds * 1000
globalThis.Date = class Date extends Machine {
  constructor(...parts) { super(...(parts.length === 0 ? [now()] : parts)) }
  static now() { return now() }
}
`

/** `stk-oracle run` as an operator starts it, in a process of its own. */
export class Daemon {
  readonly events: Record<string, unknown>[] = []
  private readonly child: ChildProcess
  private readonly exit: Promise<unknown>
  private readonly errors: Buffer[] = []
  private wake: () => void = () => undefined

  constructor(operator: Operator, args: readonly string[] = [], clock?: number) {
    this.child = spawn(process.execPath, [CLI, "run", "--json", "-c", operator.configPath, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        STK_LOG_LEVEL: "error",
        ...(clock === undefined ? {} : shifted(operator, clock)),
      },
    })
    this.exit = once(this.child, "close").then(() => this.wake())
    this.child.stderr?.on("data", (chunk: Buffer) => this.errors.push(chunk))
    if (this.child.stdout === null) throw new Error("no stdout")
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      this.events.push(JSON.parse(line) as Record<string, unknown>)
      this.wake()
    })
  }

  /** Waits until it has reported so many events. */
  async reportsMany(count: number): Promise<void> {
    while (this.events.length < count && !this.hasEnded) await this.next()
  }

  /** Waits until it has reported such an event. */
  async reports(wanted: Record<string, unknown>): Promise<void> {
    const isWanted = (event: Record<string, unknown>): boolean =>
      Object.entries(wanted).every(([name, value]) => event[name] === value)
    while (!this.events.some(isWanted)) {
      if (this.hasEnded)
        throw new Error(
          `ended with ${this.child.exitCode} and without ${JSON.stringify(wanted)}: ${this.stderr}`,
        )
      await this.next()
    }
  }

  private next(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve
    })
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  get stderr(): string {
    return Buffer.concat(this.errors).toString()
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name)
  }

  async ended(): Promise<number | null> {
    await this.exit
    return this.child.exitCode
  }

  steps(event = "step-done"): string[] {
    return this.events
      .filter((line) => line.event === event)
      .map((line) => `${String(line.week)} ${String(line.step)}`)
  }
}

/** Environment in which a process believes that it is this second. */
function shifted(operator: Operator, seconds: number): Record<string, string> {
  const path = join(operator.folder, "clock.cjs")
  writeFileSync(path, CLOCK)
  return {
    NODE_OPTIONS: `--require ${path}`,
    TEST_CLOCK_SHIFT: String(Math.round(seconds - Date.now() / 1000)),
  }
}
