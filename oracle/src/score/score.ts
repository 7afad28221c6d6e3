import { itemAt } from "../item"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { InputRefused, UsageError, type InputProblem } from "../failure"
import { insertCountsFile, judgeCounts, refuseRepeatedCounts } from "../source/counts"
import { DISCOURSE_USERS, insertDiscourseEvents, insertDiscourseFiles } from "../source/discourse"
import { prepareEventFile, type EventFileKind, type PreparedFile } from "../source/intake"
import type { RecordKind } from "../source/kind"
import { readDiscourseUsers, readMembers, readXapiUsers, type CsvReading } from "../source/members"
import { insertPosthogFiles } from "../source/posthog"
import { insertXapiFiles, XAPI_USERS } from "../source/xapi"
import { DEFAULT_MEMORY, DEFAULT_THREADS, ScratchDatabase } from "./database"
import type { Dialect } from "./dialect"
import type { ColumnType, Engine, OpenEngine } from "./engine"
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
  /** What counts: DuckDB in this process by default. */
  engine?: OpenEngine
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

const KIND_NAMES: Record<EventFileKind, string> = {
  posthog: "PostHog events",
  discourse: "Discourse pages",
  xapi: "xAPI statements",
  counts: "counts",
  empty: "empty files",
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
    const engine = await (p.engine ?? ScratchDatabase.open)(scratch, {
      memory: p.memory ?? DEFAULT_MEMORY,
      threads: p.threads ?? DEFAULT_THREADS,
    })
    try {
      for (const sql of createTables(engine.dialect, rules)) await engine.run(sql)
      const notes: string[] = []
      const previous = await loadPrevious(engine, p, rulesHash(rules), notes)
      const members = await stage("members", async () => loadMembers(engine, p.members, rules))
      const discourseUsers =
        p.discourseUsers === undefined ? null : await loadDiscourseUsers(engine, p.discourseUsers)
      const xapiUsers = p.xapiUsers === undefined ? null : await loadXapiUsers(engine, p.xapiUsers)
      const mapped = { discourse: discourseUsers !== null, xapi: xapiUsers !== null }
      const files = await loadEvents(engine, p, scratch, rules, mapped, stage)
      await refuseMalformed(engine, files, p.skipMalformed === true)
      await stage("count", async () => {
        for (const sql of countingStatements(engine.dialect, p, rules)) await engine.run(sql)
      })
      const summary = await stage("write", async () =>
        writeReport(engine, {
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
      await engine.close()
    }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** From the events read to the counts: without duplicates, judged, held, counted. */
function countingStatements(d: Dialect, { week, fraud }: ScoreParameters, rules: EconomyRules): string[] {
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

async function loadMembers(engine: Engine, path: string, rules: EconomyRules): Promise<CsvReading> {
  requireFile(path, "members")
  const table = await engine.writer("members_read", {
    line: "INT",
    user_id: "STRING",
    wallet: "STRING",
    level: "TINYINT",
  })
  const reading = await readMembers(
    path,
    rules.levelTenths,
    (row) => table.append(row.line, row.userId, row.wallet, row.level),
    PROBLEM_LIMIT,
  )
  await table.close()
  if (reading.problemCount > 0) throw new InputRefused(reading.problems, reading.problemCount)
  await refuseRepeated(engine, path, "members_read", "user_id")
  await refuseRepeated(engine, path, "members_read", "wallet")
  for (const sql of arrangeMembers(engine.dialect)) await engine.run(sql)
  await engine.run("DROP TABLE members_read")
  return reading
}

async function loadDiscourseUsers(engine: Engine, path: string): Promise<CsvReading> {
  requireFile(path, "discourse-users")
  const table = await engine.writer("discourse_users", DISCOURSE_USERS)
  const reading = await readDiscourseUsers(
    path,
    (row) => table.append(row.line, row.username, row.userId),
    PROBLEM_LIMIT,
  )
  await table.close()
  if (reading.problemCount > 0) throw new InputRefused(reading.problems, reading.problemCount)
  // Discourse's names are unique without regard to case.
  await refuseRepeated(engine, path, "discourse_users", "username", engine.dialect.lower("username"))
  await refuseRepeated(engine, path, "discourse_users", "user_id")
  return reading
}

async function loadXapiUsers(engine: Engine, path: string): Promise<CsvReading> {
  requireFile(path, "xapi-users")
  const table = await engine.writer("xapi_users", XAPI_USERS)
  const reading = await readXapiUsers(
    path,
    (row) => table.append(row.line, row.mboxSha1sum, row.userId),
    PROBLEM_LIMIT,
  )
  await table.close()
  if (reading.problemCount > 0) throw new InputRefused(reading.problems, reading.problemCount)
  // Several addresses may be one member's, but not the other way round.
  await refuseRepeated(engine, path, "xapi_users", "mbox_sha1sum")
  return reading
}

async function refuseRepeated(
  engine: Engine,
  path: string,
  table: string,
  field: string,
  key = field,
): Promise<void> {
  const repeats = `FROM ${table} t JOIN (SELECT ${key} AS k, min(line) AS first FROM ${table} GROUP BY ${key} HAVING count(*) > 1) r
    ON r.k = ${key} AND t.line > r.first`
  const count = await engine.number(`SELECT count(*) ${repeats}`)
  if (count === 0) return
  const rows = await engine.rows(`SELECT t.line, r.first ${repeats} ORDER BY t.line LIMIT ${PROBLEM_LIMIT}`)
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
  engine: Engine,
  p: ScoreParameters,
  scratch: string,
  rules: EconomyRules,
  mapped: { discourse: boolean; xapi: boolean },
  stage: <T>(name: string, work: () => Promise<T>) => Promise<T>,
): Promise<LoadedFile[]> {
  const prepared: PreparedFile[] = []
  for (const [index, path] of [...p.events, ...(p.counts ?? [])].entries())
    prepared.push(await stage("prepare", () => prepareEventFile(path, scratch, index, engine.readsTogether)))
  const wrong = prepared.slice(p.events.length).find(({ kind }) => kind !== "counts" && kind !== "empty")
  if (wrong !== undefined)
    throw new InputRefused([{ file: wrong.path, field: "file", rule: "holds events, not counts" }])
  for (const { path, kind } of prepared)
    if (engine.unsupported.some((unsupported) => unsupported === kind))
      throw new UsageError(
        "--engine",
        `${Object.keys(engine.identity).join()} does not read ${KIND_NAMES[kind]} (${basename(path)}); duckdb does`,
      )
  // Order and names must not depend on the order or the folder of the arguments.
  prepared.sort((a, b) => compare(basename(a.path), basename(b.path)) || compare(a.sha256, b.sha256))
  const names = prepared.map((file) => basename(file.path))
  const records = prepared.map((file, number): LoadedFile => {
    const name = itemAt(names, number)
    const label =
      names.indexOf(name) !== names.lastIndexOf(name) ? `${name}#${file.sha256.slice(0, 12)}` : name
    return { path: file.path, name: label, kind: file.kind, sha256: file.sha256, bytes: file.bytes }
  })
  await stage("read", async () => {
    await noteFiles(engine, prepared, records)
    const numbered = prepared.map((file, number) => ({ file, number }))
    const how = { rules, week: p.week, xapiMapped: mapped.xapi }
    // A line of PostHog's is found by its row: nothing may stand before or between them.
    for (const kind of ["posthog", "discourse", "xapi", "counts"] as const) {
      const ofKind = numbered.filter(({ file }) => file.kind === kind)
      const groups = engine.readsTogether ? [ofKind] : ofKind.map((one) => [one])
      for (const group of groups.filter((files) => files.length > 0))
        await readFiles(engine, kind, group, how)
    }
    for (const sql of insertDiscourseEvents(engine.dialect, rules.discourse, mapped.discourse))
      await engine.run(sql)
    for (const sql of refuseRepeatedCounts(engine.dialect)) await engine.run(sql)
    for (const sql of engine.dialect.finishReading) await engine.run(sql)
  })
  return records
}

/** Where the files stand in `incoming`, and what the engine does not see of their lines. */
async function noteFiles(
  engine: Engine,
  prepared: readonly PreparedFile[],
  records: readonly LoadedFile[],
): Promise<void> {
  const fill = async (
    table: string,
    columns: Record<string, ColumnType>,
    rows: Iterable<readonly (string | number)[]>,
  ): Promise<void> => {
    const writer = await engine.writer(table, columns)
    for (const row of rows) writer.append(...row)
    await writer.close()
  }
  let base = 0
  const files = prepared.map((file, number) => {
    const row = [number, itemAt(records, number).name, base]
    if (file.kind === "posthog") base += file.lines
    return row
  })
  await fill("files", { file: "INT", label: "STRING", base: "BIGINT" }, files)
  const unreadable = prepared.flatMap((file, number) =>
    file.unreadable.map(({ line, rule }) => [number, line, rule]),
  )
  if (unreadable.length > 0)
    await fill("unreadable", { file: "INT", line: "BIGINT", rule: "STRING" }, unreadable)
  if (prepared.some((file) => file.lineNumbers !== null))
    await fill(
      "line_numbers",
      { file: "INT", page_row: "BIGINT", line: "INT" },
      (function* () {
        for (const [number, file] of prepared.entries())
          for (const [row, line] of (file.lineNumbers ?? []).entries()) yield [number, row, line]
      })(),
    )
}

/** Reads files in parallel; DuckDB gives up on some layouts of very long lines, which it then reads one by one. */
async function readFiles(
  engine: Engine,
  kind: RecordKind,
  group: readonly { file: PreparedFile; number: number }[],
  how: { rules: EconomyRules; week: number; xapiMapped: boolean },
): Promise<void> {
  const { rules, week, xapiMapped } = how
  const d = engine.dialect
  const late = lateFrom(week)
  const files = group.map(({ file, number }) => ({ path: file.readable, number }))
  const statements: Record<RecordKind, (parallel: boolean) => string[]> = {
    posthog: (parallel) => [insertPosthogFiles(d, files, late, parallel)],
    discourse: (parallel) => insertDiscourseFiles(d, files, parallel),
    xapi: (parallel) => insertXapiFiles(d, rules.xapi, files, late, xapiMapped, parallel),
    counts: () => files.flatMap((file) => insertCountsFile(d, file, week)),
  }
  const insert = async (parallel: boolean): Promise<void> => {
    for (const sql of statements[kind](parallel)) await engine.run(sql)
  }
  await insert(true).catch(async (error: unknown) => {
    if (!(error instanceof Error) || !error.message.includes("Parallel CSV Reader")) throw error
    await insert(false)
  })
  // Line numbers rest on this, and no event may be lost.
  const table = {
    posthog: d.incoming,
    discourse: "discourse_pages",
    xapi: d.incoming,
    counts: "pushed_lines",
  }[kind]
  const counts = await engine.rows(`SELECT file, count(*) AS lines FROM ${table} GROUP BY file`)
  const found = new Map(counts.map((row) => [Number(row.file), Number(row.lines)]))
  for (const { file, number } of group) {
    const lines = found.get(number) ?? 0
    if (lines !== file.lines) throw new Error(`${file.path}: ${lines} of ${file.lines} lines were read`)
    if (file.readable !== file.path) await rm(file.readable)
  }
}

async function refuseMalformed(engine: Engine, files: readonly LoadedFile[], skip: boolean): Promise<void> {
  await engine.run(listMalformed(engine.dialect))
  const count = await engine.number("SELECT count(*) FROM malformed")
  if (count === 0 || skip) return
  const rows = await engine.rows(
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
