import { and, eq, inArray, isNotNull, ne, sql } from "drizzle-orm"
import { join } from "node:path"
import { rename } from "node:fs/promises"
import { configuredRules, type OracleConfig } from "../config/config"
import { EXIT, OracleError } from "../failure"
import type { SourceConfig } from "../config/sources"
import type { Logger } from "../log"
import { canonicalJson, type EconomyRules } from "../score/rules"
import { knownTypes } from "../score/tables"
import { events, members, pulls, pushedCounts, rejections, sources, weeks } from "../store/schema"
import type { Store, StoreTransaction } from "../store/store"
import { createSource } from "./create"
import {
  isoMicroseconds,
  normalise,
  type NormaliseContext,
  type Normalised,
  type NormalisedCount,
  type NormalisedEvent,
  type Rejection,
} from "./normalise"
import { listRaw, packLines, rawPath, readRaw, unpackLines, writeDurably, type RawContent } from "./raw"
import { addressHashes } from "./roster"
import type { Cursor, PulledRecords, Source } from "./source"

/**
 * Collecting: what a source gives becomes a raw file, and then, in one transaction, its row, its events, what of it is
 * no event, and the place where the source goes on. A crash in between leaves a raw file without a row, which the next
 * run takes in; nothing is lost, and by source id nothing is there twice.
 */

export interface CollectContext {
  config: OracleConfig
  store: Store
  /** Records up to here are wanted: unix seconds. */
  until: number
  /** Only these sources; all by default. */
  only?: readonly string[]
  log: Logger
  signal: AbortSignal
  onProgress: (stage: string, done: number, total: number) => void
}

export interface CollectedSource {
  source: string
  kind: string
  /** Raw files that were written, or found without a row and taken in. */
  files: number
  adopted: number
  records: number
  /** Events that are new in the store. */
  events: number
  duplicates: number
  rejected: Record<string, number>
  error: string | null
}

export interface CollectReport {
  until: number
  sources: CollectedSource[]
  failed: number
}

/** Ids in one question to the database. */
const IDS_AT_ONCE = 1_000

/** Takes what every source has since the last time. A source that fails is reported and does not stop the others. */
export async function collect(context: CollectContext): Promise<CollectReport> {
  const { config, onProgress } = context
  const chosen = config.sources.filter((source) => context.only?.includes(source.name) ?? true)
  const report: CollectReport = { until: context.until, sources: [], failed: 0 }
  for (const [index, sourceConfig] of chosen.entries()) {
    context.signal.throwIfAborted()
    onProgress(sourceConfig.name, index, chosen.length)
    const collected = await new SourceCollector(context, sourceConfig, (records) =>
      onProgress(`${sourceConfig.name}: ${records} records`, index, chosen.length),
    ).run()
    report.sources.push(collected)
    if (collected.error !== null) report.failed++
  }
  onProgress("done", chosen.length, chosen.length)
  return report
}

class SourceCollector {
  private readonly result: CollectedSource
  private readonly source: Source
  private readonly rules: EconomyRules
  private readonly types: readonly string[]
  private people: People | null = null
  /** Where the stored cursor stands, as this run knows it. */
  private cursor: Cursor | null = null

  constructor(
    private readonly context: CollectContext,
    config: SourceConfig,
    private readonly onRecords: (records: number) => void,
  ) {
    this.rules = configuredRules(context.config)
    this.types = knownTypes(this.rules)
    this.source = createSource(config, this.rules)
    const { source } = this
    this.result = {
      source: source.name,
      kind: source.kind,
      files: 0,
      adopted: 0,
      records: 0,
      events: 0,
      duplicates: 0,
      rejected: {},
      error: null,
    }
  }

  async run(): Promise<CollectedSource> {
    const { store, until, signal, log } = this.context
    const { database } = store
    const { name, kind } = this.source
    await database
      .insert(sources)
      .values({ name, kind })
      .onConflictDoUpdate({ target: sources.name, set: { kind } })
    try {
      await this.adopt()
      const [row] = await database.select().from(sources).where(eq(sources.name, name))
      this.cursor = row?.cursor ?? null
      for await (const pulled of this.source.pull(this.cursor, { until, signal, log })) {
        await this.keep(pulled)
        this.onRecords(this.result.records)
      }
      await database
        .update(sources)
        .set({ error: null, updatedAt: sql`now()` })
        .where(eq(sources.name, name))
    } catch (error) {
      // A bug, a full disk or a lost lease is not the source's: the run ends there.
      if (!(error instanceof OracleError) || error.exitCode !== EXIT.sourceFailed) throw error
      this.result.error = error.lines.join("; ")
      log.error({ source: name, error: this.result.error }, "source failed")
      await database.update(sources).set({ error: this.result.error }).where(eq(sources.name, name))
    }
    return this.result
  }

  /** Takes in raw files that a crash left without a row, or that a lost database forgot. */
  private async adopt(): Promise<void> {
    const { config, store, log } = this.context
    const rows = await store.database
      .select({ path: pulls.path })
      .from(pulls)
      .where(eq(pulls.source, this.source.name))
    const known = new Set(rows.map((row) => row.path))
    for (const { path, pull } of await listRaw(config.data, this.source.name)) {
      if (known.has(path)) continue
      const content = await readRaw(config.data, path)
      if (content === null) {
        // Its bytes are not those that were written: nothing refers to it, and the cursor never moved behind it.
        const aside = join(config.data, `${path}.damaged`)
        await rename(join(config.data, path), aside)
        log.error({ source: this.source.name, path: aside }, "a raw file is damaged and was set aside")
        continue
      }
      const lines = unpackLines(content.bytes)
      const normalised = await this.normalise(lines)
      await this.commit({ id: pull, path, content, lines: lines.length, normalised })
      this.result.adopted++
      log.info({ source: this.source.name, path }, "took in a raw file without a row")
    }
  }

  private async keep(pulled: PulledRecords): Promise<void> {
    const { config, store } = this.context
    if (pulled.lines.length === 0) {
      await store.transaction(async (transaction) => this.moveCursor(transaction, pulled.cursor))
      return
    }
    const content = packLines(pulled.lines)
    const [twin] = await store.database
      .select({ id: pulls.id })
      .from(pulls)
      .where(and(eq(pulls.source, this.source.name), eq(pulls.sha256, content.sha256)))
    if (twin !== undefined) {
      this.result.duplicates += pulled.lines.length
      await store.transaction(async (transaction) => this.moveCursor(transaction, pulled.cursor))
      return
    }
    const normalised = await this.normalise(pulled.lines)
    normalised.firstAt ??= pulled.firstAt
    normalised.lastAt ??= pulled.lastAt
    const id = await this.nextPull()
    const path = rawPath(this.source.name, id, content.sha256)
    await writeDurably(join(config.data, path), content.bytes)
    await this.commit({ id, path, content, lines: pulled.lines.length, normalised }, pulled.cursor)
  }

  /** A number that no other pull has; one that a crash used up is never given again. */
  private async nextPull(): Promise<number> {
    const { rows } = (await this.context.store.database.execute(
      sql`SELECT nextval(pg_get_serial_sequence('stk_oracle.pulls', 'id')) AS id`,
    )) as unknown as { rows: { id: string | number }[] }
    const id = Number(rows[0]?.id)
    if (!Number.isSafeInteger(id)) throw new Error("the database gave no number for a pull")
    return id
  }

  private async normalise(lines: readonly string[]): Promise<Normalised> {
    this.people ??= await readPeople(this.context.store)
    return normalise(lines, { rules: this.rules, ...this.people })
  }

  /** The one transaction: all of a pull and the place behind it, or nothing. */
  private async commit(pull: Pull, cursor?: Cursor): Promise<void> {
    const { store } = this.context
    const source = this.source.name
    const outcome = await store.transaction(async (transaction) => {
      const { database } = transaction
      const { content, normalised } = pull
      const [row] = await database
        .insert(pulls)
        .values({
          id: pull.id,
          source,
          path: pull.path,
          sha256: content.sha256,
          bytes: content.bytes.length,
          records: pull.lines,
          firstAt: normalised.firstAt === null ? null : isoMicroseconds(normalised.firstAt),
          lastAt: normalised.lastAt === null ? null : isoMicroseconds(normalised.lastAt),
        })
        .returning({ id: pulls.id })
      if (row === undefined) throw new Error(`pull ${pull.id} has no row`)
      const accepted = await this.acceptEvents(transaction, pull)
      if (cursor !== undefined) await this.moveCursor(transaction, cursor)
      else
        // A lost database counts from the files that are there.
        await database.execute(
          sql`SELECT setval(pg_get_serial_sequence('stk_oracle.pulls', 'id'), (SELECT max(id) FROM stk_oracle.pulls))`,
        )
      return accepted
    })
    this.result.files++
    this.result.records += pull.lines
    this.result.events += outcome.events
    this.result.duplicates += outcome.duplicates + pull.normalised.duplicates
    for (const { reason } of outcome.rejections)
      this.result.rejected[reason] = (this.result.rejected[reason] ?? 0) + 1
  }

  private async acceptEvents(
    transaction: StoreTransaction,
    pull: Pull,
  ): Promise<{ events: number; duplicates: number; rejections: Rejection[] }> {
    const source = this.source.name
    const { normalised } = pull
    const rejected: PlacedRejection[] = [...normalised.rejections]
    const frozen = await frozenWeeks(transaction, normalised.events)
    const candidates = normalised.events.filter((event) => !frozen.has(event.week))
    const row = (event: NormalisedEvent): unknown[] => [
      source,
      event.sourceId,
      event.type,
      event.userId,
      event.counterpart,
      isoMicroseconds(event.moment),
      event.arrived === null ? null : isoMicroseconds(event.arrived),
      event.week,
      pull.id,
      event.line,
    ]
    const inserted =
      candidates.length === 0
        ? 0
        : await transaction.copyRows(events, EVENT_COLUMNS, candidates.map(row), { ignoreConflicts: true })
    let duplicates = 0
    const unsure = [
      ...(inserted < candidates.length ? candidates : []),
      ...normalised.events.filter((event) => frozen.has(event.week)),
    ]
    const stored = await storedEvents(transaction, source, unsure, pull.id)
    for (const event of unsure) {
      const known = stored.get(event.sourceId)
      if (known === undefined) {
        // Inserted just now, unless its week is closed: then it came too late, whatever it says of itself.
        if (frozen.has(event.week)) rejected.push(rejection(event, "late"))
      } else if (isEqual(known, event)) {
        duplicates++
      } else if (
        isBefore(event, known, this.types) &&
        !frozen.has(event.week) &&
        !(await isFrozen(transaction, known.week))
      ) {
        // Of one source id the earliest counts, in whatever order they come.
        await transaction.database
          .delete(events)
          .where(and(eq(events.source, source), eq(events.sourceId, event.sourceId)))
        await transaction.copyRows(events, EVENT_COLUMNS, [row(event)])
        rejected.push({ ...rejection(known, "conflicting_duplicate"), line: known.line, pull: known.pull })
      } else {
        rejected.push(rejection(event, "conflicting_duplicate"))
      }
    }
    rejected.push(...(await this.keepCounts(transaction, normalised.counts)))
    await this.listRejections(transaction, pull, rejected)
    return { events: inserted, duplicates, rejections: rejected }
  }

  /** Counts of weeks whose inputs are closed come too late, as events do. */
  private async keepCounts(
    transaction: StoreTransaction,
    counts: readonly NormalisedCount[],
  ): Promise<PlacedRejection[]> {
    const frozen = await frozenWeeks(transaction, counts)
    const kept = counts.filter(({ week }) => !frozen.has(week))
    if (kept.length > 0)
      await transaction.copyRows(
        pushedCounts,
        ["source", "week", "userId", "type", "day", "count"],
        kept.map(({ week, userId, type, day, count }) => [this.source.name, week, userId, type, day, count]),
        { ignoreConflicts: true },
      )
    return counts.flatMap((count, index) =>
      frozen.has(count.week) ? [{ ...count, ...NO_EVENT, reason: "late", line: index + 1 }] : [],
    )
  }

  private async listRejections(
    transaction: StoreTransaction,
    pull: Pull,
    rejected: readonly PlacedRejection[],
  ): Promise<void> {
    if (rejected.length === 0) return
    const others = rejected.flatMap((one) => (one.pull === undefined ? [] : [one.pull]))
    const paths = new Map(
      others.length === 0
        ? []
        : (
            await transaction.database
              .select({ id: pulls.id, path: pulls.path })
              .from(pulls)
              .where(inArray(pulls.id, others))
          ).map(({ id, path }) => [id, path] as const),
    )
    await transaction.copyRows(
      rejections,
      REJECTION_COLUMNS,
      rejected.map((one) => [
        one.week,
        this.source.name,
        one.sourceId,
        one.reason,
        one.detail,
        one.userId,
        one.type,
        one.moment === null ? null : isoMicroseconds(one.moment),
        one.pull === undefined ? pull.path : (paths.get(one.pull) ?? pull.path),
        one.line,
        one.item,
      ]),
    )
  }

  /** @throws {OracleError} somebody else moved it meanwhile */
  private async moveCursor(transaction: StoreTransaction, cursor: Cursor): Promise<void> {
    const { name } = this.source
    const [row] = await transaction.database
      .select({ cursor: sources.cursor })
      .from(sources)
      .where(eq(sources.name, name))
      .for("update")
    if (canonicalJson(row?.cursor ?? null) !== canonicalJson(this.cursor))
      throw new OracleError(EXIT.locked, [
        `${name}: another process collects from this source at the same time`,
      ])
    await transaction.database
      .update(sources)
      .set({ cursor, updatedAt: sql`now()` })
      .where(eq(sources.name, name))
    this.cursor = cursor
  }
}

interface Pull {
  id: number
  /** Below the data directory. */
  path: string
  content: RawContent
  lines: number
  normalised: Normalised
}

const EVENT_COLUMNS = [
  "source",
  "sourceId",
  "type",
  "userId",
  "counterpart",
  "occurredAt",
  "arrivedAt",
  "week",
  "pull",
  "line",
] as const
const REJECTION_COLUMNS = [
  "week",
  "source",
  "sourceId",
  "reason",
  "detail",
  "userId",
  "type",
  "occurredAt",
  "file",
  "line",
  "item",
] as const

/** What an earlier pull brought keeps its place there. */
type PlacedRejection = Rejection & { pull?: number }
type StoredEvent = Omit<NormalisedEvent, "arrived" | "counterpart"> & { pull: number }

type People = Pick<NormaliseContext, "discourseUsers" | "xapiUsers">

/** Who is who in the sources, as far as the members say. */
async function readPeople({ database }: Store): Promise<People> {
  const rows = await database
    .select({ userId: members.userId, username: members.discourseUsername, email: members.email })
    .from(members)
  return {
    discourseUsers: new Map(
      rows.flatMap(({ username, userId }) => (username === null ? [] : [[username, userId] as const])),
    ),
    xapiUsers: new Map(addressHashes(rows)),
  }
}

/** Weeks of these records whose inputs are closed. */
async function frozenWeeks(
  { database }: StoreTransaction,
  list: readonly { week: number }[],
): Promise<Set<number>> {
  const indexes = [...new Set(list.map((event) => event.week))]
  if (indexes.length === 0) return new Set()
  const rows = await database
    .select({ week: weeks.week })
    .from(weeks)
    .where(and(inArray(weeks.week, indexes), isNotNull(weeks.inputs)))
  return new Set(rows.map((row) => row.week))
}

async function isFrozen({ database }: StoreTransaction, week: number): Promise<boolean> {
  return (await database.$count(weeks, and(eq(weeks.week, week), isNotNull(weeks.inputs)))) > 0
}

/** What earlier pulls know by the same source ids. */
async function storedEvents(
  { database }: StoreTransaction,
  source: string,
  list: readonly NormalisedEvent[],
  pull: number,
): Promise<Map<string, StoredEvent>> {
  const found = new Map<string, StoredEvent>()
  for (let start = 0; start < list.length; start += IDS_AT_ONCE) {
    const ids = list.slice(start, start + IDS_AT_ONCE).map((event) => event.sourceId)
    const rows = await database
      .select({
        sourceId: events.sourceId,
        type: events.type,
        userId: events.userId,
        microseconds: sql<string>`(extract(epoch from ${events.occurredAt}) * 1000000)::bigint::text`,
        week: events.week,
        line: events.line,
        pull: events.pull,
      })
      .from(events)
      .where(and(eq(events.source, source), inArray(events.sourceId, ids), ne(events.pull, pull)))
    for (const { microseconds, ...row } of rows)
      found.set(row.sourceId, { ...row, moment: BigInt(microseconds) })
  }
  return found
}

function isEqual(a: StoredEvent, b: NormalisedEvent): boolean {
  return a.moment === b.moment && a.type === b.type && a.userId === b.userId
}

/** The order of scoring: the moment, then the type as the rules list them, then the user. */
function isBefore(a: NormalisedEvent, b: StoredEvent, types: readonly string[]): boolean {
  if (a.moment !== b.moment) return a.moment < b.moment
  if (a.type !== b.type) return types.indexOf(a.type) < types.indexOf(b.type)
  return Buffer.compare(Buffer.from(a.userId), Buffer.from(b.userId)) < 0
}

const NO_EVENT = { detail: null, sourceId: null, moment: null, item: null }

function rejection(event: Omit<NormalisedEvent, "arrived" | "counterpart">, reason: string): Rejection {
  const { sourceId, type, userId, moment, week, line } = event
  return { reason, detail: null, sourceId, type, userId, moment, week, line, item: null }
}
