import { existsSync } from "node:fs"
import { join } from "node:path"
import { isoWeek, PAGE_SLOTS, weekEnd, weekOf, WeekStatus, type PageHeader, type Week } from "@stk/sdk"
import { itemAt } from "../item"
import type { EconomyRules } from "../score/rules"
import {
  compareRecord,
  compareRules,
  detailRoot,
  disagreements,
  phaseOf,
  placesOf,
  unregistered,
  walletsOf,
} from "./agreement"
import { Disagreement, NotReady } from "./failures"
import { finalOnEach } from "./finality"
import { FileJournal, JOURNAL_FILE, type Journal } from "./journal"
import { DirectoryLock } from "./lock"
import {
  ChainRun,
  estimateOf,
  type ConnectionParameters,
  type Cost,
  type Estimate,
  type RunEvents,
} from "./run"
import { readScoredWeek, type ScoredWeek } from "./scored_week"
import { settle, type SettleTotals } from "./settle"
import { sol } from "./sol"
import { isEmissionDue, type ChainState } from "./state"
import {
  emissionStep,
  entriesOf,
  levelLanes,
  openStep,
  registrationEntries,
  registrationLane,
  scoreLanes,
  sealStep,
  type Lane,
  type LevelStep,
  type PlanContext,
  type PlanEntry,
} from "./steps"

/** Posts a scored week: whatever the chain does not have yet of it, in order, exactly once. */

export interface PostParameters extends ConnectionParameters {
  directory: string
  rules: EconomyRules
  /** Settles too. */
  settle?: boolean
  dryRun?: boolean
  parallelRegistration?: boolean
  /** What was sent is written here, or into this file; into one in the directory by default, null for nowhere. */
  journal?: Journal | string | null
  /** Called when all of it is final, a settled week only, also where the chain had everything already. */
  onFinal?: (final: FinalWeek) => Promise<void>
  /** Asked once, before anything is sent; nothing is when it says no. */
  confirm?: (plan: PostPlan) => Promise<boolean>
}

/** A settled week as it was scored, and as the chain has it at `finalized`. */
export interface FinalWeek {
  scored: ScoredWeek
  chain: ChainState
  record: Week
  genesisHash: string
}

/** What posting will take, from the chain as it stands. */
export interface PostPlan {
  week: string
  members: { on_chain: number; new: number; levels: number; not_in_directory: number }
  emission_due: boolean
  steps: Estimate[]
  /** Lamports. */
  fees: bigint
  rent: bigint
  /** All transactions, in order. */
  transactions: { kind: string; what: string; bytes: number }[]
}

export interface PostReport {
  economy: string
  week: string
  /** `posted` now, `unchanged` when the chain had everything, `planned` for a dry run, `declined` at the question. */
  outcome: "posted" | "unchanged" | "planned" | "declined"
  plan: PostPlan | null
  totals: { members: number; active: number; due: string; payable: string } | null
  settlement: SettleTotals | null
  cost: Cost
  signatures: { kind: string; what: string; signature: string }[]
  seconds: number
}

/** So many members are registered before the chain is read again: planning more at once takes memory and time. */
const MEMBERS_OF_A_ROUND = 16 * PAGE_SLOTS
/** How often a fork may take something back before a person should look. */
const MOST_FORKS = 3
/** Rent exemption of the fee payer's own account. */
const PAYER_BYTES = 128

/**
 * @throws {InputRefused} the directory does not fit together
 * @throws {NotReady} the chain, the keys or the balance are not ready; nothing was sent
 * @throws {Disagreement} the chain would compute something else (nothing was sent), or has
 * @throws {Interrupted} the cluster did not answer; the same call resumes
 */
export async function postWeek(p: PostParameters, events: RunEvents): Promise<PostReport> {
  const started = Date.now()
  const directory = p.directory
  events.onProgress("reading", 0, 1)
  const scored = await readScoredWeek(directory, p.rules)
  const lock = p.dryRun === true ? null : DirectoryLock.take(directory)
  const journal = openJournal(p)
  const run = new ChainRun(p, journal, events)
  const report = (
    outcome: PostReport["outcome"],
    rest: Pick<PostReport, "plan" | "totals" | "settlement" | "cost">,
  ): PostReport => ({
    economy: p.economy.toBase58(),
    week: isoWeek(scored.week),
    outcome,
    ...rest,
    signatures: run.landed.map(({ kind, what, signature }) => ({ kind, what, signature })),
    seconds: Math.round((Date.now() - started) / 100) / 10,
  })
  const nothing: Cost = { transactions: 0, compute_units: 0, fee_lamports: "0", rent_lamports: "0" }
  try {
    await run.requireProgram()
    if (p.dryRun !== true)
      await run.begin({ command: "post", week: scored.week, summary_sha256: scored.summarySha256 })

    const chain = await run.reader.read(p.economy)
    preflight(scored, chain, run.context)
    const plan = await planWeek(scored, chain, run)
    await requireBalance(plan, run)
    if (p.dryRun === true) return report("planned", { plan, totals: null, settlement: null, cost: nothing })
    if (plan.transactions.length > 0 && p.confirm !== undefined && !(await p.confirm(plan)))
      return report("declined", { plan, totals: null, settlement: null, cost: nothing })

    const record = await post(scored, run, plan.transactions.length, p.parallelRegistration === true)
    const wasSent = run.landed.length > 0
    const totals = totalsOf(record)
    const settlement = p.settle === true ? await settle(run, { week: scored.week, scored }) : null
    if (settlement !== null && p.onFinal !== undefined) await tellFinal(scored, run, p.onFinal)
    const cost = await run.cost()
    if (run.landed.length > 0)
      await journal.result({
        summary_sha256: scored.summarySha256,
        ...totals,
        ...(settlement === null ? {} : { settlement }),
        cost,
      })
    return report(wasSent ? "posted" : "unchanged", { plan, totals, settlement, cost })
  } finally {
    await journal.close()
    lock?.release()
  }
}

function openJournal({
  directory,
  journal = join(directory, JOURNAL_FILE),
  dryRun,
}: PostParameters): Journal {
  if (journal === null) return FileJournal.none()
  if (typeof journal !== "string") return journal
  return dryRun === true && !existsSync(journal) ? FileJournal.none() : FileJournal.open(journal)
}

async function post(scored: ScoredWeek, run: ChainRun, total: number, parallel: boolean): Promise<Week> {
  const next = (chain: ChainState): readonly Lane[] => {
    const stage = nextStage(scored, chain, run.context, parallel)
    // The first look was before this; until the week is opened nothing is final, and looking costs time.
    if (stage?.isFinal !== false) preflight(scored, chain, run.context)
    if (stage !== null)
      run.events.onProgress(stage.name, run.landed.length, Math.max(total, run.landed.length + 1))
    return stage?.lanes ?? []
  }
  for (let fork = 0; ; fork++) {
    await run.work(next)
    if (run.landed.length > 0)
      run.events.onProgress("waiting for finality", run.landed.length, Math.max(total, run.landed.length))
    if (!(await run.finalize())) {
      if (fork >= MOST_FORKS) throw new NotReady(["the cluster keeps taking confirmed transactions back"])
      run.events.onNote("a fork has taken transactions back: posting again what is missing")
      continue
    }
    return verify(scored, run)
  }
}

async function tellFinal(
  scored: ScoredWeek,
  run: ChainRun,
  onFinal: NonNullable<PostParameters["onFinal"]>,
): Promise<void> {
  const chain = await run.reader.read(run.p.economy, "finalized")
  const record = await run.reader.week(run.p.economy, scored.week, "finalized")
  if (record === null || run.genesisHash === null) throw new Error("a settled week has no record")
  await onFinal({ scored, chain, record, genesisHash: run.genesisHash })
}

export interface Stage {
  name: string
  /** Whether it commits the economy to this week. */
  isFinal: boolean
  lanes: readonly Lane[]
}

/** The next thing that the chain does not have; null when it has everything. */
export function nextStage(
  scored: ScoredWeek,
  chain: ChainState,
  context: PlanContext,
  parallel: boolean,
): Stage | null {
  const { economy } = chain
  const phase = phaseOf(chain, scored.week)
  if (phase === "sealed" || phase === "settled") return null
  const emission: Lane[] = isEmissionDue(chain) ? [[[emissionStep(context, economy)]]] : []
  const places = placesOf(scored, chain)
  if (phase === "before") {
    const fresh = unregistered(scored, places)
    if (fresh.length > 0)
      return {
        name: "registering members",
        isFinal: false,
        lanes: [...emission, newMembers(context, chain, fresh, parallel)],
      }
    const changes = levelChanges(scored, chain, places)
    if (changes.length > 0)
      return { name: "setting levels", isFinal: false, lanes: levelLanes(context, scored.week, changes) }
    if (emission.length > 0) return { name: "releasing emission", isFinal: false, lanes: emission }
    const { root } = detailRoot(scored, walletsOf(chain, economy.members))
    return {
      name: "opening the week",
      isFinal: true,
      lanes: [[[openStep(context, scored.week, economy.members, root)]]],
    }
  }
  const lanes = scoreLanes(context, {
    rules: economy,
    week: scored.week,
    members: economy.weekMembers,
    pages: chain.pages.map((page) => page.header),
    countsOf: (index) => countsAt(scored, places, index),
  })
  if (lanes.length > 0) return { name: "posting scores", isFinal: true, lanes }
  // The pool is taken at the sealing: a day that ended meanwhile belongs into it.
  if (emission.length > 0) return { name: "releasing emission", isFinal: true, lanes: emission }
  return { name: "sealing", isFinal: true, lanes: [[[sealStep(context, scored.week)]]] }
}

function countsAt(scored: ScoredWeek, places: Int32Array, index: number): readonly number[] | null {
  return scored.members[places[index] ?? -1]?.counted ?? null
}

function newMembers(
  context: PlanContext,
  chain: ChainState,
  fresh: readonly { wallet: Uint8Array }[],
  parallel: boolean,
): Lane {
  return registrationLane(context, {
    members: chain.economy.members,
    capacities: chain.pages.map((page) => page.capacity),
    wallets: fresh.slice(0, MEMBERS_OF_A_ROUND).map((member) => member.wallet),
    parallel,
  })
}

/** Levels on chain that differ from the directory's; new members come at level 1. */
function levelChanges(scored: ScoredWeek, chain: ChainState, places: Int32Array): LevelStep[] {
  const changes: LevelStep[] = []
  for (const page of chain.pages) {
    for (let slot = 0; slot < page.length; slot++) {
      const index = page.header.index * PAGE_SLOTS + slot
      const member = scored.members[places[index] ?? -1]
      if (member === undefined) continue
      const { level } = page.member(slot)
      if (level !== member.level)
        changes.push({ index, userId: member.userId, wallet: member.wallet, from: level, to: member.level })
    }
  }
  return changes
}

/**
 * Everything that must hold before anything more is sent.
 * @throws {NotReady} @throws {Disagreement}
 */
export function preflight(scored: ScoredWeek, chain: ChainState, context: PlanContext): void {
  const { economy } = chain
  const week = scored.week
  const phase = phaseOf(chain, week)
  const rules = compareRules(scored.rules, economy, new Set(scored.members.map((member) => member.level)))
  if (rules.length > 0)
    throw new Disagreement(
      "the economy has other rules than those the week was scored by; nothing was sent",
      rules,
    )
  if (phase === "settled" && economy.week !== week) return
  const problems: string[] = []
  if (phase === "before") {
    const first = weekOf(economy.genesis) ?? 0
    const expected = economy.week === 0 ? null : economy.week + 1
    if (expected === null && week < first)
      problems.push(`week: ${isoWeek(week)} is before the economy began, in ${isoWeek(first)}`)
    if (expected !== null && week !== expected)
      problems.push(
        `week: the chain is next at ${isoWeek(expected)}, not ${isoWeek(week)}: a missed week is posted late, never skipped`,
      )
    if (economy.weekStatus !== WeekStatus.Settled)
      problems.push(
        economy.weekStatus === WeekStatus.Open
          ? `week: ${isoWeek(economy.week)} is open: finish posting it first`
          : `week: ${isoWeek(economy.week)} is sealed but not settled: run stk-oracle settle`,
      )
    if (chain.now < weekEnd(week))
      problems.push(
        `week: ${isoWeek(week)} ends at ${utc(weekEnd(week))}, and it is ${utc(chain.now)} on chain`,
      )
  }
  const places = placesOf(scored, chain)
  if (phase === "before" || phase === "open") {
    if (economy.paused) problems.push("economy: is paused: its admin must resume it")
    if (!economy.roles.oracle.equals(context.payer))
      problems.push(
        `keypair: ${context.payer.toBase58()} is not the oracle ${economy.roles.oracle.toBase58()}`,
      )
    if (phase === "before") {
      const needsRegistrar =
        unregistered(scored, places).length > 0 || levelChanges(scored, chain, places).length > 0
      if (needsRegistrar && !economy.roles.registrar.equals(context.registrar))
        problems.push(
          `registrar: ${context.registrar.toBase58()} is not the registrar ${economy.roles.registrar.toBase58()}, who must ` +
            "register members or set levels: name its key with --registrar",
        )
    }
  }
  if (problems.length > 0) throw new NotReady(problems)
  const differences = disagreements(scored, chain, places)
  if (phase === "open") {
    const record = chain.week
    const { root } = detailRoot(scored, walletsOf(chain, economy.weekMembers))
    if (record !== null && !root.equals(Buffer.from(record.detailRoot)))
      differences.unshift({
        subject: "week",
        field: "root of the detail",
        expected: root.toString("hex"),
        actual: Buffer.from(record.detailRoot).toString("hex"),
      })
  }
  if (phase !== "before" && phase !== "open" && chain.week !== null)
    differences.unshift(...compareRecord(scored, chain.week, chain))
  if (differences.length > 0)
    throw new Disagreement(
      phase === "before"
        ? "the chain would compute something else; nothing was sent. Was --previous the right week?"
        : phase === "open"
          ? "the week on chain was opened for something else; nothing more was sent"
          : "the week on chain is not what the directory says",
      differences,
    )
}

/**
 * Compares everything that was posted with what each endpoint has of it at `finalized`: the week's record, and each
 * member's slot while the week is the economy's current one. @throws {Disagreement}
 */
export async function verify(scored: ScoredWeek, run: ChainRun): Promise<Week> {
  const { economy } = run.p
  const ends = await finalOnEach(
    run,
    async (reader) => ({
      chain: await reader.read(economy, "finalized"),
      record: await reader.week(economy, scored.week, "finalized"),
    }),
    // Another run's sealing may be confirmed, but not final.
    ({ chain }) => !["before", "open"].includes(phaseOf(chain, scored.week)),
  )
  const records = ends.map(({ endpoint, value: { chain, record } }) => {
    if (record === null)
      throw new NotReady([
        `week: the chain is at ${isoWeek(chain.economy.week)}, and ${isoWeek(scored.week)} was never posted`,
      ])
    const isCurrent = chain.economy.week === scored.week
    const differences = [
      ...compareRecord(scored, record, chain),
      ...(isCurrent ? disagreements(scored, chain, placesOf(scored, chain)) : []),
    ]
    if (differences.length > 0)
      throw new Disagreement(
        `ALARM: the chain, as ${endpoint.name} has it, has something else than what was posted`,
        differences,
      )
    return record
  })
  return itemAt(records, 0)
}

function totalsOf(record: Week): NonNullable<PostReport["totals"]> {
  return {
    members: record.members,
    active: record.active,
    due: record.due.toString(),
    payable: record.payable.toString(),
  }
}

/** The whole way from here to a sealed week. */
async function planWeek(scored: ScoredWeek, chain: ChainState, run: ChainRun): Promise<PostPlan> {
  const { economy } = chain
  const { context } = run
  const phase = phaseOf(chain, scored.week)
  const places = placesOf(scored, chain)
  const entries: PlanEntry[] = []
  const add = (...lanes: Lane[]): void => void entries.push(...entriesOf(lanes))
  const fresh = phase === "before" ? unregistered(scored, places) : []
  let levels: LevelStep[] = []
  if (phase === "before" || phase === "open") {
    if (isEmissionDue(chain)) add([[emissionStep(context, economy)]])
    if (fresh.length > 0)
      entries.push(
        ...registrationEntries(context, {
          members: economy.members,
          capacities: chain.pages.map((page) => page.capacity),
          count: fresh.length,
        }),
      )
    if (phase === "before") {
      levels = levelChanges(scored, chain, places)
      fresh.forEach((member, place) => {
        if (member.level === 1) return
        const { userId, wallet, level: to } = member
        levels.push({ index: economy.members + place, userId, wallet, from: 1, to })
      })
      add(...levelLanes(context, scored.week, levels))
      const wallets = [...walletsOf(chain, economy.members), ...fresh.map((member) => member.wallet)]
      const { root, leaves } = detailRoot(scored, wallets)
      add([[openStep(context, scored.week, leaves, root)]])
    }
    add(
      ...scoreLanes(context, {
        rules: economy,
        week: scored.week,
        members: phase === "open" ? economy.weekMembers : economy.members + fresh.length,
        pages: chain.pages.map((page): PageHeader => page.header),
        countsOf: (index) =>
          index < places.length
            ? countsAt(scored, places, index)
            : itemAt(fresh, index - places.length).counted,
      }),
      [[sealStep(context, scored.week)]],
    )
  }
  const perByte = entries.length > 0 ? await run.reader.rentPerByte() : 0
  const steps = estimateOf(entries)
  return {
    week: isoWeek(scored.week),
    members: {
      on_chain: economy.members,
      new: fresh.length,
      levels: levels.length,
      not_in_directory: places.filter((place) => place < 0).length,
    },
    emission_due: isEmissionDue(chain),
    steps,
    fees: steps.reduce((sum, each) => sum + each.fees, 0n),
    rent: BigInt(Math.trunc(steps.reduce((sum, each) => sum + each.rentBytes, 0) * perByte)),
    transactions: entries.map(({ kind, what, bytes }) => ({ kind, what, bytes })),
  }
}

/** @throws {NotReady} when the keys cannot pay for the plan */
async function requireBalance(plan: PostPlan, run: ChainRun): Promise<void> {
  if (plan.transactions.length === 0) return
  const { connection, context, reader } = run
  const perByte = await reader.rentPerByte()
  const isOne = context.payer.equals(context.registrar)
  const ofRegistrar = new Set(["create_page", "register_members", "set_levels"])
  const need = (isRegistrar: boolean): bigint =>
    plan.steps
      .filter((each) => isOne || ofRegistrar.has(each.kind) === isRegistrar)
      .reduce((sum, each) => sum + each.fees + BigInt(Math.trunc(each.rentBytes * perByte)), 0n)
  const problems: string[] = []
  const check = async (field: string, address: typeof context.payer, cost: bigint): Promise<void> => {
    const least = cost === 0n ? 0n : cost + BigInt(Math.trunc(PAYER_BYTES * perByte))
    const balance = BigInt(await connection.getBalance(address, "confirmed"))
    if (balance < least)
      problems.push(
        `${field}: ${address.toBase58()} has ${sol(balance)} SOL, and this needs ${sol(least)} SOL`,
      )
  }
  await check("keypair", context.payer, need(false))
  if (!isOne) await check("registrar", context.registrar, need(true))
  if (problems.length > 0) throw new NotReady(problems)
}

export function utc(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z")
}
