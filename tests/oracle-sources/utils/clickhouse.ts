import { execFileSync, spawn, type ChildProcess } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"

/** A row of PostHog's `events`, as far as anything here reads it. Times are ClickHouse texts in UTC. */
export interface EventRow {
  uuid: string
  event: string
  distinct_id: string
  timestamp: string
  created_at: string
}

interface Answer {
  result?: unknown
  error?: string
}

/** The columns and types of PostHog's own table. */
const EVENTS_TABLE = `CREATE TABLE events (uuid UUID, event String, properties String DEFAULT '{}', timestamp DateTime64(6, 'UTC'),
  team_id Int64 DEFAULT 1, distinct_id String, created_at DateTime64(6, 'UTC')) ENGINE = Memory`

/** A real ClickHouse (chdb) in a process of its own, with PostHog's HogQL parser beside it. */
export class ClickHouse {
  private readonly waiting: ((answer: Answer) => void)[] = []

  private constructor(private readonly child: ChildProcess) {
    if (child.stdout === null) throw new Error("ClickHouse has no output")
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.waiting.shift()?.(JSON.parse(line) as Answer)
    })
    child.on("exit", () => {
      for (const answer of this.waiting.splice(0)) answer({ error: "ClickHouse ended" })
    })
  }

  static async start(): Promise<ClickHouse> {
    const script = join(__dirname, "..", "..", "..", "toolchain", "services", "chdb.sh")
    const python = execFileSync(script, { encoding: "utf8" }).trim()
    const child = spawn(python, [join(__dirname, "clickhouse.py")], { stdio: ["pipe", "pipe", "ignore"] })
    const clickhouse = new ClickHouse(child)
    await clickhouse.sql("CREATE DATABASE IF NOT EXISTS fixture")
    await clickhouse.sql("USE fixture")
    await clickhouse.sql(EVENTS_TABLE)
    return clickhouse
  }

  /** @throws with ClickHouse's message */
  async sql(text: string): Promise<{ data: unknown[][]; meta: { name: string; type: string }[] }> {
    return ((await this.ask({ sql: text })) ?? { data: [], meta: [] }) as {
      data: unknown[][]
      meta: { name: string; type: string }[]
    }
  }

  /** What PostHog's parser makes of a query. */
  async parse(hogql: string): Promise<{ error?: boolean; message?: string }> {
    return (await this.ask({ hogql })) as { error?: boolean; message?: string }
  }

  async replaceEvents(rows: readonly EventRow[]): Promise<void> {
    await this.sql("TRUNCATE TABLE events")
    await this.addEvents(rows)
  }

  async addEvents(rows: readonly EventRow[]): Promise<void> {
    if (rows.length === 0) return
    const values = rows.map(
      (row) =>
        `(${[row.uuid, row.event, row.distinct_id, row.timestamp, row.created_at].map(sqlText).join(", ")})`,
    )
    await this.sql(
      `INSERT INTO events (uuid, event, distinct_id, timestamp, created_at) VALUES ${values.join(", ")}`,
    )
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve))
    this.child.kill("SIGKILL")
    await ended
  }

  private ask(request: Record<string, string>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.push(({ result, error }) =>
        error === undefined ? resolve(result) : reject(new Error(error)),
      )
      this.child.stdin?.write(JSON.stringify(request) + "\n")
    })
  }
}

/** A text as ClickHouse and HogQL write it. */
export function sqlText(text: string): string {
  return `'${text
    .replaceAll("\\", "\\\\")
    .replaceAll("'", "\\'")
    .replace(
      /[\u0000-\u001f\u007f]/g,
      (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
    )}'`
}
