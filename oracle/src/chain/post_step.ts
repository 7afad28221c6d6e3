import { isoWeek } from "@stk/sdk"
import { and, eq, inArray, sql } from "drizzle-orm"
import { join } from "node:path"
import { resolveSigner } from "../key/resolve"
import { fileHash } from "../score/hash"
import type { Store, StoreTransaction } from "../store/store"
import { transactions, weeks } from "../store/schema"
import type { StepRun, WeekContext } from "../week/step"
import { creditsOf, placesOf } from "./agreement"
import { configuredUrls } from "./cluster_url"
import { Disagreement, NotReady } from "./failures"
import { postWeek, type FinalWeek, type PostReport } from "./post"
import { ChainRun, parseAddress, type ConnectionParameters, type RunEvents } from "./run"
import { describeBudget, lastCosts, readBudget, returnSurplus } from "./sol_budget"
import { StoreJournal } from "./store_journal"

/** The step that posts and settles a scored week, and writes down what the chain has of it when that is final. */

/** What the chain says of a paid week, as `weeks.chain` keeps it. Base units as decimal text. */
export interface PaidWeek {
  economy: string
  genesis_hash: string
  members: number
  active: number
  due: string
  payable: string
  paid: string
  returned: string
  detail_root: string
}

/** Members whose credits are written at once. */
const CREDITS_AT_ONCE = 10_000

/**
 * @throws {NotReady} the week is held, or chain, keys, balance or time are not ready: the week stays
 * @throws {Disagreement} the chain has, or would compute, something else
 */
export const postStep: StepRun = async (context) => {
  const { config, store, week, rules } = context
  const directory = join(context.directory, "score")
  const onlyPlans = context.dryRun || context.shadow
  await requireFree(context, directory)
  const notes: string[] = []
  const { oracle, registrar, priorityFee, mostPriorityFee, feeBudget } = config.chain
  const journal = onlyPlans ? null : await StoreJournal.open(store, week)
  const urls = configuredUrls(config)
  const economy = parseAddress(config.chain.economy, "chain.economy")
  const signer = await resolveSigner(oracle, "chain.oracle", notes)
  const events: RunEvents = {
    onProgress: context.onProgress,
    onLanded: ({ kind, what, signature, slot }) =>
      context.log.info({ kind, what, signature, slot }, "transaction confirmed"),
    onNote: (note) => context.log.warn(note),
  }
  const report = await postWeek(
    {
      directory,
      rules,
      urls,
      economy,
      signer,
      ...(registrar === undefined
        ? {}
        : { registrar: await resolveSigner(registrar, "chain.registrar", notes) }),
      priorityFee: priorityFee === "auto" ? "auto" : BigInt(priorityFee),
      mostPriorityFee: BigInt(mostPriorityFee),
      ...(feeBudget === undefined ? {} : { feeBudget: BigInt(feeBudget) }),
      concurrency: config.chain.concurrency,
      settle: true,
      dryRun: onlyPlans,
      journal,
      signal: context.signal,
      onFinal: (final) => writePaid(store, final),
    },
    events,
  )
  for (const note of notes) context.log.warn(note)
  if (!onlyPlans) await keepSolLow(context, { urls, economy, signer }, report, events)
  return resultOf(report)
}

/** Says when the oracle's SOL runs low, and gives back what is more than it may hold. */
async function keepSolLow(
  { store, week, config, log }: WeekContext,
  connection: ConnectionParameters,
  report: PostReport,
  events: RunEvents,
): Promise<void> {
  const { fee_lamports, rent_lamports } = report.cost
  const costs = [...(await lastCosts(store)), BigInt(fee_lamports) + BigInt(rent_lamports)]
  const { weeksOfFees, returnSolTo } = config.chain
  const journal = await StoreJournal.open(store, week)
  try {
    const run = new ChainRun(connection, journal, events)
    const budget = await readBudget(run, costs, weeksOfFees)
    const low = describeBudget(budget)
    if (low !== null) log.warn({ lamports: String(budget.balance), weeks_left: budget.weeksLeft }, low)
    if (returnSolTo === undefined) return
    await run.begin({ command: "return", week, summary_sha256: null })
    const isReturned = async (): Promise<boolean> =>
      (await store.database.$count(
        transactions,
        and(
          eq(transactions.week, week),
          eq(transactions.kind, "return_sol"),
          inArray(transactions.outcome, ["confirmed", "finalized"]),
        ),
      )) > 0
    const to = parseAddress(returnSolTo, "chain.returnSolTo")
    const returned = await returnSurplus(run, isReturned, { to, costs, weeksOfFees })
    if (returned > 0n) log.info({ lamports: String(returned), to: returnSolTo }, "SOL returned")
    await run.finalize()
  } finally {
    await journal.close()
  }
}

/** @throws {NotReady} the week is not scored, is held, or the directory is not what was scored */
async function requireFree({ store, week }: WeekContext, directory: string): Promise<void> {
  const [row] = await store.database.select().from(weeks).where(eq(weeks.week, week))
  if (row === undefined || row.summarySha256 === null)
    throw new NotReady([`week: ${isoWeek(week)} is not scored`])
  if (row.heldBecause !== null && row.overriddenBy === null)
    throw new NotReady([`week: ${isoWeek(week)} is held, and nobody has overridden it: ${row.heldBecause}`])
  const sha256 = await fileHash(join(directory, "summary.json"))
  if (sha256 !== row.summarySha256)
    throw new Disagreement("the directory is not the week that was scored; nothing was sent", [
      { subject: "week", field: "sha256 of summary.json", expected: sha256, actual: row.summarySha256 },
    ])
}

/** All of it or nothing: a week is final when every credit is written. */
async function writePaid(store: Store, { scored, chain, record, genesisHash }: FinalWeek): Promise<void> {
  const credits = creditsOf(
    scored.members.map(({ reward }) => reward),
    record.payable,
    record.due,
  )
  const indexes = new Int32Array(scored.members.length).fill(-1)
  placesOf(scored, chain).forEach((place, index) => {
    if (place >= 0) indexes[place] = index
  })
  const paid: PaidWeek = {
    economy: chain.address.toBase58(),
    genesis_hash: genesisHash,
    members: record.members,
    active: record.active,
    due: record.due.toString(),
    payable: record.payable.toString(),
    paid: record.paid.toString(),
    returned: (record.payable - record.paid).toString(),
    detail_root: Buffer.from(record.detailRoot).toString("hex"),
  }
  await store.transaction(async ({ database }) => {
    for (let first = 0; first < scored.members.length; first += CREDITS_AT_ONCE) {
      const part = scored.members.slice(first, first + CREDITS_AT_ONCE).map(({ userId }, place) => ({
        user_id: userId,
        credited: String(credits[first + place] ?? 0n),
        member_index: indexes[first + place] ?? -1,
      }))
      await writeCredits(database, scored.week, part)
    }
    await database.update(weeks).set({ chain: paid, isFinal: true }).where(eq(weeks.week, scored.week))
  })
}

async function writeCredits(
  database: StoreTransaction["database"],
  week: number,
  credits: readonly { user_id: string; credited: string; member_index: number }[],
): Promise<void> {
  await database.execute(sql`
    UPDATE stk_oracle.results AS r SET credited = c.credited, member_index = c.member_index
    FROM jsonb_to_recordset(${JSON.stringify(credits)}::jsonb)
      AS c(user_id text, credited numeric, member_index integer)
    WHERE r.week = ${week} AND r.user_id = c.user_id`)
}

function resultOf(report: PostReport): Record<string, unknown> {
  const { outcome, plan, totals, settlement, cost, seconds } = report
  return {
    outcome,
    ...(plan === null
      ? {}
      : {
          planned: {
            transactions: plan.transactions.length,
            fees: String(plan.fees),
            rent: String(plan.rent),
          },
        }),
    ...(totals === null ? {} : { totals }),
    ...(settlement === null ? {} : { settlement }),
    cost,
    seconds,
  }
}
