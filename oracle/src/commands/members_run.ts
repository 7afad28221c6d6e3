import { desc, sql } from "drizzle-orm"
import { configuredRules, readConfig } from "../config/config"
import { UsageError } from "../failure"
import { createLogger } from "../log"
import { grouped, table } from "../output"
import { compareStreaks, syncMembers, type StreakDifference, type SyncReport } from "../source/roster"
import { members, results, weeks } from "../store/schema"
import { openStore } from "../store/store"
import type { MembersOptions } from "./members"

/** Rows of a table on a terminal; `--json` has all. */
const SHOWN = 20

interface Comparison {
  week: string
  differences: StreakDifference[]
}

export async function runMembers(options: MembersOptions): Promise<void> {
  if (options.sync !== true)
    for (const name of ["full", "acceptRemovals"] as const)
      if (options[name] === true)
        throw new UsageError(name === "full" ? "full" : "accept-removals", "needs --sync")
  const config = readConfig(options.config)
  const rules = configuredRules(config)
  const store = await openStore(config.database)
  try {
    const sync =
      options.sync === true
        ? await syncMembers({
            config,
            store,
            rules,
            log: createLogger(),
            full: options.full === true,
            acceptRemovals: options.acceptRemovals === true,
          })
        : null
    const rows = await store.database
      .select()
      .from(members)
      .orderBy(sql`${members.userId} COLLATE "C"`)
    const [scored] = await store.database
      .select({ week: results.week, name: weeks.name })
      .from(results)
      .leftJoin(weeks, sql`${weeks.week} = ${results.week}`)
      .orderBy(desc(results.week))
      .limit(1)
    const comparison: Comparison | null =
      scored === undefined
        ? null
        : {
            week: scored.name ?? String(scored.week),
            differences: await compareStreaks(store, scored.week, rules),
          }
    process.stdout.write(
      options.json === true
        ? JSON.stringify({ sync, members: rows, consistency: comparison }) + "\n"
        : describe(rows, sync, comparison),
    )
  } finally {
    await store.close()
  }
}

type Row = typeof members.$inferSelect

function describe(rows: readonly Row[], sync: SyncReport | null, comparison: Comparison | null): string {
  const active = rows.filter((row) => !row.isDeleted)
  const parts: string[] = []
  if (sync !== null) parts.push(...describeSync(sync))
  parts.push(`${grouped(active.length)} members, ${grouped(rows.length - active.length)} deleted`)
  if (active.length > 0)
    parts.push(
      limited(
        ["user", "level", "evidence", "wallet", "forum name", "name", "payment", "platform's weeks"],
        active.map((row) => [
          row.userId,
          String(row.level),
          row.levelEvidence ?? "",
          row.wallet,
          row.discourseUsername ?? "",
          row.displayName ?? "",
          row.paymentStatus ?? "",
          row.platformStreak === null ? "" : String(row.platformStreak),
        ]),
      ),
    )
  if (comparison !== null)
    parts.push(
      comparison.differences.length === 0
        ? `week ${comparison.week}: the platform counts weeks in a row as this oracle does`
        : `week ${comparison.week}: weeks in a row differ for ${grouped(comparison.differences.length)} members; the oracle's are used`,
      ...(comparison.differences.length === 0
        ? []
        : [
            limited(
              ["user", "oracle", "platform"],
              comparison.differences.map(({ userId, own, platform }) => [
                userId,
                String(own),
                String(platform),
              ]),
            ),
          ]),
    )
  return parts.join("\n\n") + "\n"
}

function describeSync(sync: SyncReport): string[] {
  const counts = [
    ["received", sync.received],
    ["unchanged", sync.unchanged],
    ["new", sync.added.length],
    ["wallet changed", sync.walletChanged.length],
    ["level changed", sync.levelChanged.length],
    ["otherwise updated", sync.updated.length],
    ["deleted", sync.deleted.length],
    ["back again", sync.restored.length],
    ["without a wallet yet", sync.withoutWallet.length],
    ["refused", sync.refused.length],
  ] as const
  const changes = [
    ...sync.added.map((userId) => [userId, "new", "", ""]),
    ...sync.walletChanged.map(({ userId, from, to }) => [userId, "wallet", from, to]),
    ...sync.levelChanged.map(({ userId, from, to, evidence }) => [
      userId,
      "level",
      String(from),
      evidence === null ? String(to) : `${to} (${evidence})`,
    ]),
    ...sync.deleted.map((userId) => [userId, "deleted", "", ""]),
    ...sync.restored.map((userId) => [userId, "back again", "", ""]),
  ]
  return [
    table(
      [sync.source === "lms" ? "from the platform" : "from the file", ""],
      counts.map(([name, count]) => [name, grouped(count)]),
    ),
    ...(changes.length === 0 ? [] : [limited(["user", "change", "from", "to"], changes)]),
    ...(sync.refused.length === 0
      ? []
      : [
          limited(
            ["refused", "line", "field", "rule"],
            sync.refused.map(({ userId, line, field, rule }) => [
              userId ?? "?",
              line === null ? "" : String(line),
              field,
              rule,
            ]),
          ),
        ]),
  ]
}

function limited(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = table(header, rows.slice(0, SHOWN))
  return rows.length > SHOWN
    ? `${shown}\n… and ${grouped(rows.length - SHOWN)} more (--json lists all)`
    : shown
}
