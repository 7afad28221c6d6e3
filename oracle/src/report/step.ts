import { isoWeek } from "@stk/sdk/math"
import { eq, sql } from "drizzle-orm"
import { dirname, join } from "node:path"
import { z } from "zod"
import { readScoredWeek } from "../chain/scored_week"
import { members, results, weeks } from "../store/schema"
import type { Store } from "../store/store"
import type { StepRun, WeekContext } from "../week/step"
import { readSummary } from "../score/report"
import { languageOf } from "./language"
import type { MemberName } from "./names"
import { scoredDirectory, writeReports, type ReportParameters, type ReportResult } from "./reports"

/** Weeks before that the week's page compares with. */
const EARLIER_WEEKS = 11
/** Rows of one statement to the database. */
const ROWS = 5_000

/**
 * The week's reports (STK-58) from the scored files, with names and languages from the store and what the chain has
 * credited, if it has. Writes `reports/` and the hashes of the manifest and of every member's statement into the store.
 */
export const reportStep: StepRun = async (context) => {
  const parameters = await reportParameters(context)
  if (context.dryRun) {
    const scored = await readScoredWeek(scoredDirectory(parameters.scored), parameters.rules)
    return { statements: scored.members.length }
  }
  const result = await writeReports({
    ...parameters,
    signal: context.signal,
    onProgress: context.onProgress,
  })
  const manifest = result.manifest
  if (manifest === null) throw new Error("reports of a whole week have a manifest")
  await recordReports(context.store, context.week, manifest.sha256, result)
  const { written, unchanged, removed } = result
  context.log.info(
    { week: isoWeek(context.week), statements: result.statements.length, written, unchanged, removed },
    "reports are written",
  )
  return {
    statements: result.statements.length,
    written,
    unchanged,
    removed,
    manifest_sha256: manifest.sha256,
  }
}

/** What the reports of a week are made from, when there are a store and a configuration. */
export async function reportParameters(
  context: Pick<WeekContext, "config" | "rules" | "store" | "week" | "directory">,
): Promise<ReportParameters> {
  const { config, rules, store, week, directory } = context
  const { language, community, workers } = config.reports
  const previous: string[] = []
  for (let before = week - EARLIER_WEEKS; before < week; before++) {
    const folder = join(dirname(directory), isoWeek(before))
    if (readSummary(scoredDirectory(folder)) !== null) previous.push(folder)
  }
  const names = new Map<string, MemberName>()
  for (const row of await store.database
    .select({ userId: members.userId, name: members.displayName, language: members.language })
    .from(members))
    names.set(row.userId, {
      name: row.name,
      language: row.language === null ? null : languageOf(row.language),
    })
  return {
    scored: directory,
    previous,
    out: join(directory, "reports"),
    rules,
    community,
    language,
    ...(workers === undefined ? {} : { workers }),
    names,
    economy: config.chain.economy,
    ...(await paymentOf(store, week)),
  }
}

/** Totals that were read back from the chain, as far as they say what is paid. */
const chainTotals = z.object({ payable: z.coerce.bigint() })

async function paymentOf(
  store: Store,
  week: number,
): Promise<{ payable: bigint | null; credited: Map<string, bigint> }> {
  const [row] = await store.database.select({ chain: weeks.chain }).from(weeks).where(eq(weeks.week, week))
  const totals = chainTotals.safeParse(row?.chain)
  const credited = new Map<string, bigint>()
  for (const result of await store.database
    .select({ userId: results.userId, credited: results.credited })
    .from(results)
    .where(eq(results.week, week)))
    if (result.credited !== null) credited.set(result.userId, result.credited)
  return { payable: totals.success ? totals.data.payable : null, credited }
}

/** Records the hashes in one transaction: the store names all reports of a run, or none. */
async function recordReports(
  store: Store,
  week: number,
  manifestSha256: string,
  { statements }: ReportResult,
): Promise<void> {
  await store.transaction(async ({ database }) => {
    for (let from = 0; from < statements.length; from += ROWS) {
      const rows = statements.slice(from, from + ROWS)
      const hashes = JSON.stringify(rows.map((row) => ({ user_id: row.user_id, sha256: row.sha256 })))
      await database.execute(
        sql`UPDATE ${results} SET report_sha256 = r.sha256
            FROM json_to_recordset(${hashes}::json) AS r(user_id text, sha256 text)
            WHERE ${results.week} = ${week} AND ${results.userId} = r.user_id
              AND ${results.reportSha256} IS DISTINCT FROM r.sha256`,
      )
    }
    await database.update(weeks).set({ reportsSha256: manifestSha256 }).where(eq(weeks.week, week))
  })
}
