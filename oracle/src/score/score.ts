import { itemAt } from "../item"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { InputRefused, type InputProblem } from "../failure"
import { insertCountsFile, judgeCounts, refuseRepeatedCounts } from "../source/counts"
import { insertDiscourseEvents, insertDiscourseFiles } from "../source/discourse"
import { prepareEventFile, type PreparedFile } from "../source/intake"
import { readDiscourseUsers, readMembers, readXapiUsers, type CsvReading } from "../source/members"
import { insertPosthogFiles } from "../source/posthog"
import { insertXapiFiles } from "../source/xapi"
import { DEFAULT_MEMORY, DEFAULT_THREADS, literal, ScratchDatabase } from "./database"
import { DUCKDB } from "./duckdb"
import { fraudStatements, type FraudParameters } from "./fraud"
import { checkReplaceable, publish, type Publication } from "./output"
import { loadPrevious } from "./previous"
import { rulesHash, STK_RULES, type EconomyRules } from "./rules"
import {
  arrangeMembers,
  countEvents,
  createTables,
  findDuplicates,
  judgeEvents,
  lateFrom,
  listCapped,
  listHeld,
  listMalformed,
  listRejected,
} from "./tables"
import { writeReport, type Summary } from "./report"

export interface ScoreParameters {
  /** Week index. */
  week: number
  events: readonly string[]
  /** Files of counts that were made at the source, beside the events or instead of them. */
  counts?: readonly string[]
  members: string
  out: string
  previous?: string
  /** Accept a previous week that is further back: every streak starts again. */
  allowGap?: boolean
  discourseUsers?: string
  xapiUsers?: string
  skipMalformed?: boolean
  rules?: EconomyRules
  /** Rules that hold events back, and events that were released from them; without it every event counts. */
  fraud?: FraudParameters
  memory?: string
  threads?: number
  /** Called when a stage begins. */
  onStage?: (stage: string, done: number, total: number) => void
}

export interface ScoreResult {
  summary: Summary
  publication: Publication
  /** Wall-clock seconds, of everything and by stage; never written to a file. */
  seconds: number
  stages: Record<string, number>
  eventsPerSecond: number
  notes: string[]
}

/** Problems printed before the rest is only counted. */
const PROBLEM_LIMIT = 10

/**
 * Scores one week: reads the files, counts, writes the report.
 * Nothing is written to `out` unless everything succeeded; equal inputs give equal bytes in any order.
 *
 * @throws {InputRefused} a file breaks a rule
 * @throws {OutputRefused} `out` holds something else
 */
export async function scoreWeek(p: ScoreParameters): Promise<ScoreResult> {
  const rules = p.rules ?? STK_RULES
  const started = process.hrtime.bigint()
  const stages: Record<string, number> = {}
  const total = p.events.length + (p.counts?.length ?? 0) + 4
  let done = 0
  const stage = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    p.onStage?.(name, done++, total)
    const from = process.hrtime.bigint()
    const result = await work()
    stages[name] =
      Math.round(((stages[name] ?? 0) + Number(process.hrtime.bigint() - from) / 1e9) * 1000) / 1000
    return result
  }

  const out = resolve(p.out)
  await checkReplaceable(out, p.week)
  await mkdir(dirname(out), { recursive: true })
  const work = await mkdtemp(join(dirname(out), `.${basename(out)}-`))
  try {
    const scratch = join(work, "scratch")
    const target = join(work, "out")
    await mkdir(scratch)
    await mkdir(target)
    const database = await ScratchDatabase.open(scratch, {
      memory: p.memory ?? DEFAULT_MEMORY,
      threads: p.threads ?? DEFAULT_THREADS,
    })
    try {
      for (const sql of createTables(DUCKDB, rules)) await database.run(sql)
      const notes: string[] = []
      const previous = await loadPrevious(database, p, rulesHash(rules), notes)
      const members = await stage("members", async () => loadMembers(database, p.members, rules))
      const discourseUsers =
        p.discourseUsers === undefined ? null : await loadDiscourseUsers(database, p.discourseUsers)
      const xapiUsers = p.xapiUsers === undefined ? null : await loadXapiUsers(database, p.xapiUsers)
      const mapped = { discourse: discourseUsers !== null, xapi: xapiUsers !== null }
      const files = await loadEvents(database, p, scratch, rules, mapped, stage)
      await refuseMalformed(database, files, p.skipMalformed === true)
      await stage("count", async () => {
        for (const sql of countingStatements(p, rules)) await database.run(sql)
      })
      const summary = await stage("write", async () =>
        writeReport(database, {
          directory: target,
          week: p.week,
          rules,
          ...(p.fraud === undefined ? {} : { fraud: p.fraud }),
          previous,
          inputs: {
            members: { name: basename(p.members), sha256: members.sha256, bytes: members.bytes },
            discourse_users:
              discourseUsers === null
                ? null
                : {
                    name: basename(p.discourseUsers ?? ""),
                    sha256: discourseUsers.sha256,
                    bytes: discourseUsers.bytes,
                  },
            ...(xapiUsers === null
              ? {}
              : {
                  xapi_users: {
                    name: basename(p.xapiUsers ?? ""),
                    sha256: xapiUsers.sha256,
                    bytes: xapiUsers.bytes,
                  },
                }),
            events: files.map(({ path: _, ...file }) => file),
          },
        }),
      )
      const publication = await publish(target, out)
      const seconds = Number(process.hrtime.bigint() - started) / 1e9
      return {
        summary,
        publication,
        seconds: Math.round(seconds * 1000) / 1000,
        stages,
        eventsPerSecond: Math.round(summary.events.read / seconds),
        notes: [...notes, ...warnings(summary)],
      }
    } finally {
      database.close()
    }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** From the events read to the counts: without duplicates, judged, held, counted. */
function countingStatements({ week, fraud }: ScoreParameters, rules: EconomyRules): string[] {
  const d = DUCKDB
  return [
    ...findDuplicates(d),
    ...(fraud === undefined
      ? [judgeEvents(d, week)]
      : [judgeEvents(d, week, "considered"), ...fraudStatements(d, fraud, rules), listHeld(d)]),
    judgeCounts(d),
    listRejected(d, fraud !== undefined),
    ...countEvents(d, week, rules),
    listCapped(d),
  ]
}

function warnings(summary: Summary): string[] {
  const kinds = new Set(summary.inputs.events.filter((file) => file.events > 0).map((file) => file.kind))
  const club = Object.values(summary.events.club_types_from_posthog).reduce((sum, n) => sum + n, 0)
  const notes: string[] = []
  if (kinds.has("discourse") && club > 0)
    notes.push(
      `${club} club events come from PostHog beside Discourse: make sure that they are not the same actions`,
    )
  if (kinds.has("counts") && kinds.has("posthog"))
    notes.push(
      "counts and single events of PostHog are added up: make sure that they are not the same actions",
    )
  return notes
}

async function loadMembers(
  database: ScratchDatabase,
  path: string,
  rules: EconomyRules,
): Promise<CsvReading> {
  requireFile(path, "members")
  const appender = await database.appender("members_read")
  const reading = await readMembers(
    path,
    rules.levelTenths,
    (row) => {
      appender.appendInteger(row.line)
      appender.appendVarchar(row.userId)
      appender.appendVarchar(row.wallet)
      appender.appendTinyInt(row.level)
      appender.endRow()
    },
    PROBLEM_LIMIT,
  )
  appender.closeSync()
  if (reading.problemCount > 0) throw new InputRefused(reading.problems, reading.problemCount)
  await refuseRepeated(database, path, "members_read", "user_id")
  await refuseRepeated(database, path, "members_read", "wallet")
  for (const sql of arrangeMembers(DUCKDB)) await database.run(sql)
  await database.run("DROP TABLE members_read")
  return reading
}

async function loadDiscourseUsers(database: ScratchDatabase, path: string): Promise<CsvReading> {
  requireFile(path, "discourse-users")
  const appender = await database.appender("discourse_users")
  const reading = await readDiscourseUsers(
    path,
    (row) => {
      appender.appendInteger(row.line)
      appender.appendVarchar(row.username)
      appender.appendVarchar(row.userId)
      appender.endRow()
    },
    PROBLEM_LIMIT,
  )
  appender.closeSync()
  if (reading.problemCount > 0) throw new InputRefused(reading.problems, reading.problemCount)
  // Discourse's names are unique without regard to case.
  await refuseRepeated(database, path, "discourse_users", "username", "lower(username)")
  await refuseRepeated(database, path, "discourse_users", "user_id")
  return reading
}

async function loadXapiUsers(database: ScratchDatabase, path: string): Promise<CsvReading> {
  requireFile(path, "xapi-users")
  const appender = await database.appender("xapi_users")
  const reading = await readXapiUsers(
    path,
    (row) => {
      appender.appendInteger(row.line)
      appender.appendVarchar(row.mboxSha1sum)
      appender.appendVarchar(row.userId)
      appender.endRow()
    },
    PROBLEM_LIMIT,
  )
  appender.closeSync()
  if (reading.problemCount > 0) throw new InputRefused(reading.problems, reading.problemCount)
  // Several addresses may be one member's, but not the other way round.
  await refuseRepeated(database, path, "xapi_users", "mbox_sha1sum")
  return reading
}

async function refuseRepeated(
  database: ScratchDatabase,
  path: string,
  table: string,
  field: string,
  key = field,
): Promise<void> {
  const repeats = `FROM ${table} t JOIN (SELECT ${key} AS k, min(line) AS first FROM ${table} GROUP BY 1 HAVING count(*) > 1) r
    ON r.k = ${key} AND t.line > r.first`
  const count = await database.number(`SELECT count(*) ${repeats}`)
  if (count === 0) return
  const rows = await database.rows(`SELECT t.line, r.first ${repeats} ORDER BY t.line LIMIT ${PROBLEM_LIMIT}`)
  throw new InputRefused(
    rows.map((row) => ({
      file: path,
      line: Number(row.line),
      field,
      rule: `is already on line ${Number(row.first)}`,
    })),
    count,
  )
}

function requireFile(path: string, field: string): void {
  if (!existsSync(path)) throw new InputRefused([{ file: path, field, rule: "file does not exist" }])
}

export interface EventFileRecord {
  name: string
  kind: string
  sha256: string
  bytes: number
}

type LoadedFile = EventFileRecord & { path: string }

async function loadEvents(
  database: ScratchDatabase,
  p: ScoreParameters,
  scratch: string,
  rules: EconomyRules,
  mapped: { discourse: boolean; xapi: boolean },
  stage: <T>(name: string, work: () => Promise<T>) => Promise<T>,
): Promise<LoadedFile[]> {
  const prepared: PreparedFile[] = []
  for (const [index, path] of [...p.events, ...(p.counts ?? [])].entries())
    prepared.push(await stage("prepare", () => prepareEventFile(path, scratch, index)))
  const wrong = prepared.slice(p.events.length).find(({ kind }) => kind !== "counts" && kind !== "empty")
  if (wrong !== undefined)
    throw new InputRefused([{ file: wrong.path, field: "file", rule: "holds events, not counts" }])
  // Order and names must not depend on the order or the folder of the arguments.
  prepared.sort((a, b) => compare(basename(a.path), basename(b.path)) || compare(a.sha256, b.sha256))
  const names = prepared.map((file) => basename(file.path))
  const records: LoadedFile[] = []
  await stage("read", async () => {
    for (const [number, file] of prepared.entries()) {
      const name = itemAt(names, number)
      const label =
        names.indexOf(name) !== names.lastIndexOf(name) ? `${name}#${file.sha256.slice(0, 12)}` : name
      const base = await database.number("SELECT count(*) FROM incoming")
      await database.run(`INSERT INTO files VALUES (${number}, ${literal(label)}, ${base})`)
      await readFile(database, file, number, { rules, week: p.week, xapiMapped: mapped.xapi })
      await noteLines(database, number, file)
      records.push({ path: file.path, name: label, kind: file.kind, sha256: file.sha256, bytes: file.bytes })
      if (file.readable !== file.path) await rm(file.readable)
    }
    for (const sql of insertDiscourseEvents(DUCKDB, rules.discourse, mapped.discourse))
      await database.run(sql)
    for (const sql of refuseRepeatedCounts(DUCKDB)) await database.run(sql)
  })
  return records
}

/** Reads a file's lines in parallel; DuckDB gives up on some layouts of very long lines, which it then reads one by one. */
async function readFile(
  database: ScratchDatabase,
  file: PreparedFile,
  number: number,
  how: { rules: EconomyRules; week: number; xapiMapped: boolean },
): Promise<void> {
  const { rules, week, xapiMapped } = how
  const late = lateFrom(week)
  const files = [{ path: file.readable, number }]
  const insert = async (parallel: boolean): Promise<void> => {
    if (file.kind === "posthog") await database.run(insertPosthogFiles(DUCKDB, files, late, parallel))
    else if (file.kind === "discourse")
      for (const sql of insertDiscourseFiles(DUCKDB, files, parallel)) await database.run(sql)
    else if (file.kind === "xapi") {
      for (const sql of insertXapiFiles(DUCKDB, rules.xapi, files, late, xapiMapped, parallel))
        await database.run(sql)
    } else if (file.kind === "counts")
      for (const sql of insertCountsFile(DUCKDB, { path: file.readable, number }, week))
        await database.run(sql)
  }
  await insert(true).catch(async (error: unknown) => {
    if (!(error instanceof Error) || !error.message.includes("Parallel CSV Reader")) throw error
    await insert(false)
  })
  // Line numbers rest on this, and no event may be lost.
  const rows =
    file.kind === "empty"
      ? file.lines
      : file.kind === "discourse"
        ? await database.number("SELECT count(*) FROM discourse_pages")
        : await database.number(
            `SELECT count(*) FROM ${file.kind === "counts" ? "pushed_lines" : "incoming"} WHERE file = ${number}`,
          )
  if (rows !== file.lines) throw new Error(`${file.path}: ${rows} of ${file.lines} lines were read`)
}

async function noteLines(database: ScratchDatabase, number: number, file: PreparedFile): Promise<void> {
  if (file.unreadable.length > 0) {
    const unreadable = await database.appender("unreadable")
    for (const { line, rule } of file.unreadable) {
      unreadable.appendInteger(number)
      unreadable.appendBigInt(BigInt(line))
      unreadable.appendVarchar(rule)
      unreadable.endRow()
    }
    unreadable.closeSync()
  }
  if (file.lineNumbers !== null) {
    const lines = await database.appender("line_numbers")
    file.lineNumbers.forEach((line, row) => {
      lines.appendInteger(number)
      lines.appendBigInt(BigInt(row))
      lines.appendInteger(line)
      lines.endRow()
    })
    lines.closeSync()
  }
}

async function refuseMalformed(
  database: ScratchDatabase,
  files: readonly LoadedFile[],
  skip: boolean,
): Promise<void> {
  await database.run(listMalformed(DUCKDB))
  const count = await database.number("SELECT count(*) FROM malformed")
  if (count === 0 || skip) return
  const rows = await database.rows(
    `SELECT file, line, item, problem FROM malformed ORDER BY file, line, item, problem LIMIT ${PROBLEM_LIMIT}`,
  )
  const problems: InputProblem[] = rows.map((row) => {
    const [field = "", ...rule] = String(row.problem).split(": ")
    const item = Number(row.item)
    return {
      file: itemAt(files, Number(row.file)).path,
      line: Number(row.line),
      field: item > 0 ? `[${item}].${field}` : field,
      rule: rule.join(": "),
    }
  })
  throw new InputRefused(
    problems,
    count,
    `${count} malformed ${count === 1 ? "line" : "lines"}: correct the files, or repeat with --skip-malformed to leave them out`,
  )
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
