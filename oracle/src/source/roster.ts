import { and, eq, inArray, isNotNull, sql } from "drizzle-orm"
import { createHash } from "node:crypto"
import { mkdir, open, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { decodeAddress } from "../base58"
import type { MembersConfig } from "../config/members"
import { UsageError } from "../failure"
import { itemAt } from "../item"
import type { Logger } from "../log"
import { STK_RULES, type EconomyRules } from "../score/rules"
import { findings, members, results, sources } from "../store/schema"
import type { Store } from "../store/store"
import { lmsMembers, lmsMemberSchema, type LmsMember } from "./lms"
import { DISCOURSE_USERS_HEADER, MEMBERS_HEADER, userIdRule, XAPI_USERS_HEADER } from "./members"
import { readRosterFile } from "./roster_file"

/**
 * Who the members are: from the learning platform or a file into the store (STK-49), and from there into the files that a
 * week is scored with. A record that breaks a rule is refused by itself and listed; the member keeps the last good row.
 */

/** Name under which the cursor stands among the sources. */
const SOURCE = "members"
/** Rows of one statement. */
const CHUNK = 1000
/** A file that would take out more than this share of the members is more likely to be cut off than to be meant. */
const MOST_REMOVED_PERCENT = 10
const FEWEST_REMOVED = 10
export const STREAK_RULE = "platform-streak"

export type MemberRow = typeof members.$inferSelect
type MemberData = Omit<MemberRow, "updatedAt">
const COLUMNS = [
  "userId",
  "wallet",
  "level",
  "levelEvidence",
  "platformStreak",
  "paymentStatus",
  "discourseUsername",
  "displayName",
  "email",
  "telegram",
  "language",
  "isDeleted",
  "updatedAt",
] as const satisfies readonly (keyof MemberRow)[]

export interface SyncContext {
  config: { members?: MembersConfig | undefined }
  store: Store
  /** Which levels there are; STK's by default. */
  rules?: EconomyRules
  signal?: AbortSignal
  log: Logger
  /** Takes a file that leaves out many members as it is: they are gone. */
  acceptRemovals?: boolean
  /** Asks the platform for everybody, not only for those who changed. */
  full?: boolean
}

export interface RefusedMember {
  /** Null where the record does not even say who it is about. */
  userId: string | null
  /** Line of the file; null for the platform's API. */
  line: number | null
  field: string
  rule: string
}

export interface SyncReport {
  source: MembersConfig["kind"]
  /** Records that came. */
  received: number
  unchanged: number
  added: string[]
  walletChanged: { userId: string; from: string; to: string }[]
  levelChanged: { userId: string; from: number; to: number; evidence: string | null }[]
  /** Something else changed: a name, an address, a status. */
  updated: string[]
  deleted: string[]
  restored: string[]
  /** Members of the platform who have not named a wallet yet: nothing can be credited to them. */
  withoutWallet: string[]
  refused: RefusedMember[]
}

interface Candidate {
  data: MemberData
  line: number | null
}

/** Brings the members up to date. Everything is written in one transaction with the cursor, or nothing. */
export async function syncMembers(context: SyncContext): Promise<SyncReport> {
  const { config, store } = context
  if (config.members === undefined)
    throw new UsageError("members", "the configuration does not say where members come from")
  const report: SyncReport = {
    source: config.members.kind,
    received: 0,
    unchanged: 0,
    added: [],
    walletChanged: [],
    levelChanged: [],
    updated: [],
    deleted: [],
    restored: [],
    withoutWallet: [],
    refused: [],
  }
  const present = new Map(
    (await store.database.select().from(members)).map(({ updatedAt: _, ...row }) => [row.userId, row]),
  )
  const reader = new CandidateReader(context.rules ?? STK_RULES, report, present)
  const cursor =
    config.members.kind === "lms"
      ? await readPlatform(context, config.members, reader)
      : await readFile(context, config.members.path, reader, present)
  const changed = withoutClashes(reader.candidates, present, report)
  describeChanges(changed, present, report)
  await write(store, changed, present, config.members.kind, cursor)
  for (const list of [report.added, report.updated, report.deleted, report.restored, report.withoutWallet])
    list.sort()
  report.walletChanged.sort(byUser)
  report.levelChanged.sort(byUser)
  return report
}

function byUser(a: { userId: string }, b: { userId: string }): number {
  return a.userId < b.userId ? -1 : 1
}

/** Turns records into rows; what breaks a rule goes to the report. */
class CandidateReader {
  /** The last record of each member. */
  readonly candidates = new Map<string, Candidate>()

  constructor(
    private readonly rules: EconomyRules,
    private readonly report: SyncReport,
    private readonly present: ReadonlyMap<string, MemberData>,
  ) {}

  refuse(userId: string | null, line: number | null, field: string, rule: string): void {
    this.report.refused.push({ userId, line, field, rule })
  }

  /** @returns the user id, for as much as the record has one */
  take(record: unknown, line: number | null): string | null {
    this.report.received++
    const parsed = lmsMemberSchema.safeParse(record)
    if (!parsed.success) {
      const id = (record as { id?: unknown } | null)?.id
      const userId = lmsMemberSchema.shape.id.safeParse(id).data ?? null
      const issue = itemAt(parsed.error.issues, 0)
      this.refuse(userId, line, issue.path.join(".") || "member", issue.message)
      return userId
    }
    const member = parsed.data
    const { wallet, qualification } = member
    const known = this.present.get(member.id)
    // The platform may have ids that points.csv cannot: one of them must not stop everybody's week.
    const idRule = userIdRule(member.id)
    if (idRule !== null) {
      this.refuse(member.id, line, "id", idRule)
    } else if (wallet === null && (member.deleted !== true || known === undefined)) {
      if (known === undefined) this.report.withoutWallet.push(member.id)
      else this.refuse(member.id, line, "wallet", `is gone; the last one stays: ${known.wallet}`)
    } else if (wallet !== null && decodeAddress(wallet) === null) {
      this.refuse(member.id, line, "wallet", "must be the base58 address of 32 bytes")
    } else if (this.rules.levelTenths[qualification.level - 1] === 0) {
      this.refuse(
        member.id,
        line,
        "qualification.level",
        `is ${qualification.level}, which the economy does not have`,
      )
    } else {
      this.candidates.set(member.id, { data: rowOf(member, wallet ?? known?.wallet ?? ""), line })
    }
    return member.id
  }
}

function rowOf(member: LmsMember, wallet: string): MemberData {
  return {
    userId: member.id,
    wallet,
    level: member.qualification.level,
    levelEvidence: member.qualification.evidence ?? null,
    platformStreak: member.consistency?.weeks_in_a_row ?? null,
    paymentStatus: member.payment?.status ?? null,
    discourseUsername: member.discourse_username ?? null,
    displayName: member.display_name ?? null,
    email: member.email ?? null,
    telegram: member.telegram ?? null,
    language: member.language ?? null,
    isDeleted: member.deleted ?? false,
  }
}

/** @returns what the next listing asks for */
async function readPlatform(
  context: SyncContext,
  config: MembersConfig & { kind: "lms" },
  reader: CandidateReader,
): Promise<unknown> {
  const [row] = await context.store.database.select().from(sources).where(eq(sources.name, SOURCE))
  const kept = row?.kind === "lms" ? (row.cursor as { updatedSince?: string; url?: string } | null) : null
  // Another platform has its own clock and its own members.
  const since = context.full !== true && kept?.url === config.url ? (kept.updatedSince ?? null) : null
  let updatedSince: string | null = null
  for await (const page of lmsMembers(config, since, context)) {
    for (const member of page.members) reader.take(member, null)
    updatedSince = page.updatedSince
  }
  return { url: config.url, updatedSince }
}

async function readFile(
  context: SyncContext,
  path: string,
  reader: CandidateReader,
  present: ReadonlyMap<string, MemberData>,
): Promise<unknown> {
  const named = new Set<string>()
  const lines = new Map<string, number>()
  const records = await readRosterFile(path)
  let isCertain = true
  for (const record of records) {
    if ("rule" in record) {
      reader.refuse(null, record.line, "line", record.rule)
      isCertain = false
      continue
    }
    const userId = reader.take(record.member, record.line)
    if (userId === null) isCertain = false
    else if (named.has(userId)) {
      reader.refuse(userId, record.line, "id", `is already on line ${lines.get(userId)}`)
      reader.candidates.delete(userId)
    } else {
      named.add(userId)
      lines.set(userId, record.line)
    }
  }
  const missing = [...present.values()].filter((row) => !row.isDeleted && !named.has(row.userId))
  // A line that does not say whom it is about may be about anybody who is missing.
  if (missing.length > 0 && !isCertain) {
    for (const { userId } of missing)
      reader.refuse(userId, null, "id", "is missing, while other lines are unreadable: the member stays")
    return null
  }
  const active = [...present.values()].filter((row) => !row.isDeleted).length
  if (
    context.acceptRemovals !== true &&
    missing.length > Math.max(FEWEST_REMOVED, (active * MOST_REMOVED_PERCENT) / 100)
  )
    throw new UsageError(
      "members",
      `${path} leaves out ${missing.length} of ${active} members: nothing was changed; --accept-removals takes it as it is`,
    )
  for (const row of missing)
    reader.candidates.set(row.userId, { data: { ...row, isDeleted: true }, line: null })
  return null
}

const CLAIMS = [
  { field: "wallet", of: (row: MemberData): string | null => row.wallet },
  {
    field: "discourse_username",
    // Discourse's names are unique without regard to case.
    of: (row: MemberData): string | null => row.discourseUsername?.toLowerCase() ?? null,
  },
] as const

/**
 * Leaves out changes after which two members would have the same wallet or the same forum name. Who has it keeps it; two who
 * both want it are both refused, since nothing says who is right. A change that is left out may make another one clash: so
 * until nothing does.
 */
function withoutClashes(
  candidates: ReadonlyMap<string, Candidate>,
  present: ReadonlyMap<string, MemberData>,
  report: SyncReport,
): Map<string, MemberData> {
  const accepted = new Map(candidates)
  for (;;) {
    const refused = new Map<string, RefusedMember>()
    for (const { field, of } of CLAIMS) {
      const holders = new Map<string, string[]>()
      const hold = (row: MemberData): void => {
        const claim = row.isDeleted ? null : of(row)
        if (claim !== null) holders.set(claim, [...(holders.get(claim) ?? []), row.userId])
      }
      for (const row of present.values()) if (!accepted.has(row.userId)) hold(row)
      for (const { data } of accepted.values()) hold(data)
      for (const [claim, users] of holders) {
        if (users.length === 1) continue
        for (const userId of users) {
          const candidate = accepted.get(userId)
          const before = present.get(userId)
          const hadIt = before !== undefined && !before.isDeleted && of(before) === claim
          if (candidate === undefined || hadIt) continue
          const other = users.find((user) => user !== userId)
          refused.set(userId, { userId, line: candidate.line, field, rule: `is also the one of ${other}` })
        }
      }
    }
    if (refused.size === 0) break
    for (const [userId, problem] of refused) {
      accepted.delete(userId)
      report.refused.push(problem)
    }
  }
  return new Map([...accepted].map(([userId, { data }]) => [userId, data]))
}

/** Leaves in `changed` only what is different, and says what that is. */
function describeChanges(
  changed: Map<string, MemberData>,
  present: ReadonlyMap<string, MemberData>,
  report: SyncReport,
): void {
  for (const [userId, row] of changed) {
    const before = present.get(userId)
    if (before === undefined) {
      // Whoever has left before being known here is nobody to us.
      if (row.isDeleted) changed.delete(userId)
      else report.added.push(userId)
      continue
    }
    const fields = (Object.keys(row) as (keyof MemberData)[]).filter((field) => row[field] !== before[field])
    if (fields.length === 0) {
      changed.delete(userId)
      report.unchanged++
      continue
    }
    if (fields.includes("isDeleted")) (row.isDeleted ? report.deleted : report.restored).push(userId)
    if (fields.includes("wallet")) report.walletChanged.push({ userId, from: before.wallet, to: row.wallet })
    if (fields.includes("level"))
      report.levelChanged.push({ userId, from: before.level, to: row.level, evidence: row.levelEvidence })
    if (!fields.some((field) => field === "isDeleted" || field === "wallet" || field === "level"))
      report.updated.push(userId)
  }
}

async function write(
  store: Store,
  changed: ReadonlyMap<string, MemberData>,
  present: ReadonlyMap<string, MemberData>,
  kind: string,
  cursor: unknown,
): Promise<void> {
  const updatedAt = new Date().toISOString()
  await store.transaction(async (transaction) => {
    const replaced = [...changed.keys()].filter((userId) => present.has(userId))
    for (let at = 0; at < replaced.length; at += CHUNK)
      await transaction.database
        .delete(members)
        .where(inArray(members.userId, replaced.slice(at, at + CHUNK)))
    await transaction.copyRows(
      members,
      COLUMNS,
      [...changed.values()].map((row) =>
        COLUMNS.map((column) => (column === "updatedAt" ? updatedAt : row[column])),
      ),
    )
    await transaction.database
      .insert(sources)
      .values({ name: SOURCE, kind, cursor, updatedAt })
      .onConflictDoUpdate({ target: sources.name, set: { kind, cursor, updatedAt, error: null } })
  })
}

export interface RosterFiles {
  /** `user_id,wallet,level`. */
  members: string
  /** `username,user_id`; null while no member has a forum name: then a forum name is the user id. */
  discourseUsers: string | null
  /** `mbox_sha1sum,user_id`; null while no member has an address. */
  xapiUsers: string | null
}

/**
 * Writes the files that a week is scored with into a folder, in the order of user ids (bytes of UTF-8): equal members give
 * equal bytes. Deleted members are left out. A file is complete under its name, or not there.
 */
export async function writeRoster(store: Store, directory: string, week: number): Promise<RosterFiles> {
  await mkdir(directory, { recursive: true })
  const rows = await store.database
    .select()
    .from(members)
    .where(eq(members.isDeleted, false))
    .orderBy(sql`${members.userId} COLLATE "C"`)
  if (rows.length === 0)
    throw new UsageError(
      "members",
      `nobody is a member in week ${week}: stk-oracle members --sync reads them`,
    )
  const write = async (
    name: string,
    header: readonly string[],
    lines: string[][],
  ): Promise<string | null> => {
    const path = join(directory, name)
    if (lines.length === 0) {
      await rm(path, { force: true })
      return null
    }
    await writeWhole(path, [header, ...lines].map((line) => line.map(csvField).join(",") + "\n").join(""))
    return path
  }
  const membersPath = await write(
    "members.csv",
    MEMBERS_HEADER,
    rows.map(({ userId, wallet, level }) => [userId, wallet, String(level)]),
  )
  return {
    members: membersPath ?? join(directory, "members.csv"),
    discourseUsers: await write(
      "discourse-users.csv",
      DISCOURSE_USERS_HEADER,
      rows.flatMap(({ userId, discourseUsername: name }) => (name === null ? [] : [[name, userId]])),
    ),
    xapiUsers: await write("xapi-users.csv", XAPI_USERS_HEADER, addressHashes(rows)),
  }
}

/**
 * The standard's `mbox_sha1sum` of each address, as it is written and in lower case; one that several members have says
 * nothing about who it was.
 */
export function addressHashes(rows: readonly Pick<MemberRow, "userId" | "email">[]): [string, string][] {
  const users = new Map<string, string | null>()
  for (const { userId, email } of rows)
    for (const address of email === null ? [] : [...new Set([email, email.toLowerCase()])]) {
      const hash = createHash("sha1").update(`mailto:${address}`).digest("hex")
      users.set(hash, users.has(hash) ? null : userId)
    }
  return [...users].flatMap(([hash, userId]) => (userId === null ? [] : [[hash, userId]]))
}

function csvField(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

async function writeWhole(path: string, content: string): Promise<void> {
  const partial = `${path}.partial`
  const file = await open(partial, "w")
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(partial, path)
}

export interface StreakDifference {
  userId: string
  /** Active weeks in a row as this oracle counted them, of which the rules know only so many. */
  own: number
  /** As the platform counts them. */
  platform: number
}

/**
 * Where the platform's weeks in a row differ from ours after a scored week: reported, never used (STK-49). Both are cut off
 * where the coefficient ends to grow. What was found before for the week is replaced; nothing of it holds a week.
 */
export async function compareStreaks(
  store: Store,
  week: number,
  rules: EconomyRules = STK_RULES,
): Promise<StreakDifference[]> {
  const longest = rules.streakHundredths.length
  const rows = await store.database
    .select({ userId: results.userId, own: results.streak, platform: members.platformStreak })
    .from(results)
    .innerJoin(members, eq(members.userId, results.userId))
    .where(and(eq(results.week, week), isNotNull(members.platformStreak)))
    .orderBy(sql`${results.userId} COLLATE "C"`)
  const differences = rows.flatMap(({ userId, own, platform }) =>
    platform !== null && Math.min(platform, longest) !== Math.min(own, longest)
      ? [{ userId, own, platform }]
      : [],
  )
  await store.transaction(async (transaction) => {
    await transaction.database
      .delete(findings)
      .where(and(eq(findings.week, week), eq(findings.rule, STREAK_RULE)))
    await transaction.copyRows(
      findings,
      ["week", "rule", "subject", "score", "detail"],
      differences.map(({ userId, own, platform }) => [week, STREAK_RULE, userId, 0, { own, platform }]),
    )
  })
  return differences
}
