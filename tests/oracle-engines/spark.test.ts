import { expect } from "chai"
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { gzipSync } from "node:zlib"
import { DEFAULT_FRAUD_RULES, type FraudRules } from "../../oracle/src/config/checks"
import { UsageError } from "../../oracle/src/failure"
import { scoreWeek, type ScoreParameters } from "../../oracle/src/score/score"
import { SparkSession } from "../../oracle/src/score/spark"
import { cli, event, Folder, lines, membersCsv, WEEK, WEEK_INDEX } from "../oracle/utils/fixtures"
import { Random } from "../utils/random"
import { hostileLine, hostilePage, MEMBERS } from "./hostile"

const INSTALLER = join(__dirname, "..", "..", "toolchain", "services", "spark.sh")
const SEEDS = [1, 2]
/** Lines of one random file: enough that each kind of damage comes several times. */
const LINES = 300

/** Rules that hold even a few events. */
const FRAUD: FraudRules = {
  ...DEFAULT_FRAUD_RULES,
  burst: { tolerated: 1, certain: 3, windowSeconds: 3600 },
}

describe("the same week on DuckDB and on Apache Spark", () => {
  let folder: Folder
  let python: string
  let spark: SparkSession

  before(async function () {
    // The first run on a machine downloads Spark.
    this.timeout(900_000)
    folder = new Folder()
    python = (await promisify(execFile)(INSTALLER)).stdout.trim()
    // Weeks so small are over before generated code is compiled; several blocks a file, as a large one has.
    spark = await SparkSession.start({
      master: "local[2]",
      memory: "1g",
      python,
      conf: {
        "spark.driver.extraJavaOptions": "-Xss4m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.files.maxPartitionBytes": "40000",
        "spark.sql.files.openCostInBytes": "0",
      },
    })
  })
  after(async function () {
    this.timeout(60_000)
    await spark.close()
    folder.remove()
  })

  /** Scores on both and says whether every file has the same bytes; `engine` in the summary names who computed it. */
  async function compare(name: string, week: Omit<ScoreParameters, "out">, previous?: string): Promise<void> {
    const outputs = []
    for (const engine of ["duckdb", "spark"]) {
      const { summary } = await scoreWeek({
        ...week,
        out: folder.at(`${name}-${engine}`),
        ...(previous === undefined ? {} : { previous: folder.at(`${previous}-${engine}`) }),
        ...(engine === "spark" ? { engine: spark.open } : {}),
      })
      expect(Object.keys(summary.engine)).to.deep.equal(["stk_oracle", engine])
      const files = folder.snapshot(`${name}-${engine}`)
      outputs.push({ ...files, "summary.json": JSON.stringify({ ...summary, engine: null }) })
    }
    expect(outputs[1]).to.deep.equal(outputs[0])
  }

  it("[STK-52] gives the same bytes for hostile lines, pages, names and times, over several seeds", async function () {
    this.timeout(900_000)
    const members = folder.file(
      "members.csv",
      membersCsv(MEMBERS.map((user, n) => ({ user, level: 1 + (n % 8) }))),
    )
    for (const [n, seed] of SEEDS.entries()) {
      const random = new Random(seed)
      const file = (): string => lines(Array.from({ length: LINES }, () => hostileLine(random)))
      const pages = lines(Array.from({ length: LINES / 10 }, () => hostilePage(random)))
      const plain = folder.file(`${seed}/posthog.jsonl`, lines(event()) + file())
      const zipped = folder.file(`${seed}/more.jsonl.gz`, gzipSync(lines(event()) + file()))
      // Windows line ends, bytes that are no UTF-8 and a page in an array: the file is rewritten before an engine sees it.
      const dirty = Buffer.concat([
        Buffer.from(lines(event()).replace("\n", "\r\n")),
        Buffer.from([0xff, 10]),
      ])
      const rewritten = folder.file(`${seed}/dirty.jsonl`, Buffer.concat([dirty, Buffer.from(file())]))
      const forum = folder.file(`${seed}/forum.json`, lines('{"latest_posts":[]}') + pages)
      await compare(
        `hostile-${seed}`,
        {
          week: WEEK_INDEX + n,
          events: [plain, zipped, rewritten, forum],
          members,
          skipMalformed: true,
          ...(n === 0 ? { fraud: { rules: FRAUD, released: ["id 1", "id 2"] } } : {}),
        },
        n === 0 ? undefined : `hostile-${SEEDS[n - 1]}`,
      )
    }
    const rejected = folder.read(`hostile-${SEEDS[0]}-duckdb/rejected.jsonl`)
    for (const reason of ["malformed", "outside_week", "late", "unknown_member", "conflicting_duplicate"])
      expect(rejected).to.include(`"reason":"${reason}"`)
  })

  it("refuses what DuckDB refuses, with the same file, line, field and rule", async function () {
    this.timeout(300_000)
    const week = {
      week: WEEK_INDEX,
      events: [folder.file("torn.jsonl", lines(event(), '{"uuid":'))],
      members: folder.file("one.csv", membersCsv([{ user: "anna", level: 1 }])),
      out: folder.at("refused"),
    }
    const refusals: string[] = []
    await scoreWeek(week).catch((error: Error) => refusals.push(error.message))
    await scoreWeek({ ...week, engine: spark.open }).catch((error: Error) => refusals.push(error.message))
    expect(refusals[0]).to.include("torn.jsonl:2: line: is not valid JSON")
    expect(refusals[1]).to.equal(refusals[0])
  })

  it("refuses statements of xAPI, which it does not read, as a matter of usage", async function () {
    this.timeout(300_000)
    const statement = {
      id: "00000000-0000-4000-8000-0000000000aa",
      actor: { account: { name: "anna", homePage: "https://example.org" } },
      verb: { id: "http://adlnet.gov/expapi/verbs/answered" },
      object: { id: "https://example.org/1" },
      timestamp: "2025-12-16T10:00:00Z",
    }
    const error = await scoreWeek({
      week: WEEK_INDEX,
      events: [folder.file("lrs.jsonl", lines(JSON.stringify(statement)))],
      members: folder.file("two.csv", membersCsv([{ user: "anna", level: 1 }])),
      out: folder.at("xapi"),
      engine: spark.open,
    }).catch((cause: unknown) => cause)
    expect(error).to.be.instanceOf(UsageError)
    expect(String(error)).to.include("--engine: spark does not read xAPI statements (lrs.jsonl); duckdb does")
  })

  it("says how to install Spark where there is none", async function () {
    this.timeout(60_000)
    const members = folder.file("none.csv", membersCsv([{ user: "anna", level: 1 }]))
    const events = folder.file("none.jsonl", lines(event()))
    const result = await cli(
      [
        "score",
        "--week",
        WEEK,
        "--events",
        events,
        "--members",
        members,
        "--out",
        folder.at("none"),
        "--engine",
        "spark",
      ],
      { STK_SPARK_PYTHON: "/nonexistent/python" },
    )
    expect(result.code).to.equal(1)
    expect(result.stderr).to.include("pip install pyspark==").and.to.include("JAVA_HOME")
    expect(result.stdout).to.equal("")
  })
})
