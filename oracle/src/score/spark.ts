import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process"
import { createReadStream, createWriteStream, existsSync } from "node:fs"
import { once } from "node:events"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface, type Interface } from "node:readline"
import { mkdtemp, rm } from "node:fs/promises"
import { EXIT, OracleError } from "../failure"
import type { ColumnType, Engine, OpenEngine, Row, TableWriter } from "./engine"
import { SPARK, textFile } from "./spark_dialect"

const DRIVER = join(__dirname, "..", "..", "spark", "driver.py")
const STDERR_KEPT = 4000
const LINES_AT_ONCE = 2048

/** On one machine: the small steps of a week would be slow with the hundreds that a cluster needs. */
const FEW_PARTITIONS = { "spark.sql.shuffle.partitions": "4", "spark.default.parallelism": "4" }

export interface SparkOptions {
  /** Master URL, such as `local[2]` or `spark://host:7077`. */
  master: string
  /** Memory of the driver, which with a local master is all of it. */
  memory?: string
  /** Settings of Spark beside or instead of those here. */
  conf?: Record<string, string>
  /** Python that has pyspark, or finds one in SPARK_HOME; `sparkPython()` by default. */
  python?: string
}

/** Apache Spark cannot be started or failed. */
export class SparkFailed extends OracleError {
  override readonly name = "SparkFailed"

  constructor(what: string, rule: string) {
    super(EXIT.failure, [`spark: ${what}`, rule])
  }
}

/** A running Spark session: a driver process that executes statements, one after the other, for any number of weeks. */
export class SparkSession {
  private stderr = ""
  private readonly answers: AsyncIterator<string>
  private queue: Promise<unknown> = Promise.resolve()
  private weeks = 0
  version = ""

  private constructor(
    private readonly driver: ChildProcessWithoutNullStreams,
    reader: Interface,
    private readonly python: string,
    /** What Spark writes beside the tables of a week. */
    private readonly folder: string,
  ) {
    this.answers = reader[Symbol.asyncIterator]()
    driver.stderr.on("data", (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString()).slice(-STDERR_KEPT)
    })
    // What the driver can no longer take shows as a missing answer.
    driver.stdin.on("error", () => undefined)
  }

  /** @throws {SparkFailed} there is no pyspark, no Java, or no such master */
  static async start(options: SparkOptions): Promise<SparkSession> {
    const python = options.python ?? sparkPython()
    const folder = await mkdtemp(join(tmpdir(), "stk-spark-"))
    const driver = spawn(python, [DRIVER], { env: { ...process.env, PYTHONPATH: sparkHomePath() } })
    const failed = new Promise<never>((_, reject) => {
      driver.once("error", (error) => reject(new SparkFailed(error.message, INSTALL)))
    })
    const session = new SparkSession(driver, createInterface({ input: driver.stdout }), python, folder)
    const memory = options.memory ?? "2g"
    const started = session.ask({
      master: options.master,
      conf: {
        "spark.driver.memory": memory.replace(/B$/i, ""),
        "spark.driver.extraJavaOptions": "-Xss4m",
        "spark.executor.extraJavaOptions": "-Xss4m",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        // One value has to be taken where a text names a field twice.
        "spark.sql.variant.allowDuplicateKeys": "true",
        "spark.sql.warehouse.dir": folder,
        "spark.local.dir": folder,
        "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
        ...(options.master.startsWith("local") ? FEW_PARTITIONS : {}),
        ...options.conf,
      },
    })
    const { version } = await Promise.race([started, failed])
    session.version = String(version)
    return session
  }

  /** For `scoreWeek`; weeks on one session run one after the other. */
  readonly open: OpenEngine = async (scratch) => {
    const name = `stk_week_${process.pid}_${++this.weeks}`
    await this.run(`CREATE DATABASE ${name} LOCATION ${SPARK.text(`file://${join(scratch, "tables")}`)}`)
    await this.run(`USE ${name}`)
    return new SparkEngine(this, name, scratch)
  }

  async run(sql: string): Promise<void> {
    await this.ask({ run: sql })
  }

  async rows(sql: string): Promise<Row[]> {
    return (await this.ask({ rows: sql })).rows as Row[]
  }

  async writeLines(sql: string, path: string, header: string | null): Promise<void> {
    await this.ask({ lines: sql, path, header })
  }

  async close(): Promise<void> {
    if (this.driver.exitCode === null && this.driver.signalCode === null) {
      this.driver.stdin.end()
      await once(this.driver, "close")
    }
    await rm(this.folder, { recursive: true, force: true })
  }

  private ask(request: object): Promise<Row> {
    const answer = this.queue.then(async () => {
      this.driver.stdin.write(JSON.stringify(request) + "\n")
      const { value, done } = await this.answers.next()
      if (done === true) throw new SparkFailed(`${this.python} ended: ${lastLines(this.stderr)}`, INSTALL)
      const reply = JSON.parse(value) as Row
      if (typeof reply.error === "string") throw new SparkFailed("a statement failed", reply.error)
      return reply
    })
    this.queue = answer.catch(() => undefined)
    return answer
  }
}

class SparkEngine implements Engine {
  readonly dialect = SPARK
  readonly identity: Record<string, string>
  readonly readsTogether = true
  readonly unsupported = ["xapi", "counts"] as const
  private results = 0

  constructor(
    private readonly session: SparkSession,
    private readonly name: string,
    private readonly scratch: string,
  ) {
    this.identity = { spark: session.version }
  }

  run(sql: string): Promise<void> {
    return this.session.run(sql)
  }

  rows(sql: string): Promise<Row[]> {
    return this.session.rows(sql)
  }

  async number(sql: string): Promise<number> {
    const rows = await this.rows(sql)
    return Number(Object.values(rows[0] ?? {})[0] ?? 0)
  }

  writer(table: string, columns: Record<string, ColumnType>): Promise<TableWriter> {
    const path = join(this.scratch, `${table}.rows`)
    const output = createWriteStream(path)
    const names = Object.keys(columns)
    const schema = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
    return Promise.resolve({
      append: (...values) => {
        output.write(JSON.stringify(Object.fromEntries(names.map((name, n) => [name, values[n]]))) + "\n")
      },
      close: async () => {
        output.end()
        await once(output, "close")
        await this.run(
          `INSERT INTO ${table} (${names.join(", ")}) SELECT r.* FROM (
             SELECT from_json(value, ${SPARK.text(schema.join(", "))}) AS r FROM ${textFile(path)})`,
        )
        await rm(path)
      },
    })
  }

  writeLines(sql: string, path: string, header?: string): Promise<void> {
    return this.session.writeLines(sql, path, header ?? null)
  }

  async *lines(sql: string): AsyncGenerator<readonly string[]> {
    const path = join(this.scratch, `result-${++this.results}`)
    await this.session.writeLines(sql, path, null)
    let part: string[] = []
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      part.push(line)
      if (part.length === LINES_AT_ONCE) {
        yield part
        part = []
      }
    }
    if (part.length > 0) yield part
    await rm(path)
  }

  async close(): Promise<void> {
    await this.run("USE default")
    await this.run(`DROP DATABASE ${this.name} CASCADE`)
  }
}

const INSTALL =
  "needs Python 3 with pyspark 4 and Java 17 or later: `pip install pyspark==4.0.1`, or set SPARK_HOME to an unpacked Spark 4, and JAVA_HOME"

/** Python that runs Spark: STK_SPARK_PYTHON, PYSPARK_PYTHON, what toolchain/services/spark.sh unpacked, or python3. */
export function sparkPython(): string {
  const { STK_SPARK_PYTHON, PYSPARK_DRIVER_PYTHON, PYSPARK_PYTHON, STK_CACHE, XDG_CACHE_HOME } = process.env
  const unpacked = join(STK_CACHE ?? XDG_CACHE_HOME ?? join(homedir(), ".cache"), "stk-spark", "python")
  return (
    STK_SPARK_PYTHON ??
    PYSPARK_DRIVER_PYTHON ??
    PYSPARK_PYTHON ??
    (existsSync(unpacked) ? unpacked : "python3")
  )
}

/** Where an unpacked Spark keeps its Python packages, with what was on the path. */
function sparkHomePath(): string {
  const { SPARK_HOME, PYTHONPATH } = process.env
  const parts = PYTHONPATH === undefined ? [] : [PYTHONPATH]
  if (SPARK_HOME !== undefined) parts.unshift(join(SPARK_HOME, "python"))
  return parts.join(":")
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-3).join(" ")
}
