import { planTransaction } from "@stk/sdk"
import { SystemProgram, type PublicKey } from "@solana/web3.js"
import { sql } from "drizzle-orm"
import type { Store } from "../store/store"
import type { ChainRun } from "./run"
import { sol } from "./sol"
import { feeOf, type Step } from "./steps"

/** The oracle's key holds what some weeks cost, and no more: what a thief of the key could take at most (STK-59). */

/** So many weeks are looked back at. */
const WEEKS_BACK = 4
/** A transfer and its compute budget use a few hundred. */
const TRANSFER_COMPUTE_UNITS = 1_000

export interface SolBudget {
  address: string
  /** Lamports. */
  balance: bigint
  /** What the dearest of the last weeks cost, or the planned one if that is more; null before the first. */
  week: bigint | null
  /** Whole weeks that the balance pays for. */
  weeksLeft: number | null
  /** What may go: above the allowed weeks. */
  surplus: bigint
  /** Less than a week is left. */
  isLow: boolean
}

export interface BudgetRules {
  weeksOfFees: number
  /** Lamports that keep the account itself alive. */
  reserve: bigint
}

/** What a balance is worth in weeks. `costs` are fees and rent of weeks, in lamports. */
export function solBudget(
  address: string,
  balance: bigint,
  costs: readonly bigint[],
  { weeksOfFees, reserve }: BudgetRules,
): SolBudget {
  const week = costs.reduce<bigint | null>((most, cost) => (most === null || cost > most ? cost : most), null)
  const free = balance > reserve ? balance - reserve : 0n
  if (week === null || week === 0n)
    return { address, balance, week, weeksLeft: null, surplus: 0n, isLow: free === 0n }
  const most = week * BigInt(weeksOfFees)
  return {
    address,
    balance,
    week,
    weeksLeft: Number(free / week),
    surplus: free > most ? free - most : 0n,
    isLow: free < week,
  }
}

/** What the last weeks cost: fees of all that was sent, and the rent that their steps report. */
export async function lastCosts(store: Store): Promise<bigint[]> {
  const { rows } = (await store.database.execute(sql`
    select sent.fees + coalesce((step.result -> 'cost' ->> 'rent_lamports')::numeric, 0) as cost
    from (
      select week, sum(fee) as fees from stk_oracle.transactions
      where outcome is not null and outcome <> 'expired' and kind <> 'return_sol'
      group by week order by week desc limit ${WEEKS_BACK}
    ) sent
    left join stk_oracle.steps step on step.week = sent.week and step.step = 'post'
  `)) as unknown as { rows: { cost: string }[] }
  return rows.map((row) => BigInt(row.cost))
}

/** What a person should do about it; null when there is nothing to do. */
export function describeBudget(budget: SolBudget): string | null {
  if (!budget.isLow) return null
  const need = budget.week === null ? "" : `, less than the ${sol(budget.week)} SOL of one week`
  return `${budget.address} has ${sol(budget.balance)} SOL${need}: send it some`
}

/**
 * Sends what is above the allowed weeks to `to`, unless `isReturned` says that this week's has landed. A run waits for
 * what an earlier one left on its way before it asks, so that it goes once. Gives the lamports that went now.
 */
export async function returnSurplus(
  run: ChainRun,
  isReturned: () => Promise<boolean>,
  p: { to: PublicKey; costs: readonly bigint[]; weeksOfFees: number },
): Promise<bigint> {
  let returned = 0n
  await run.work(async () => {
    if ((await isReturned()) || run.landed.some((each) => each.kind === "return_sol")) return []
    const { surplus } = await readBudget(run, p.costs, p.weeksOfFees)
    const fee = feeOf(transferStep(run, p.to, 1n).planned)
    returned = surplus > fee ? surplus - fee : 0n
    return returned > 0n ? [[[transferStep(run, p.to, returned)]]] : []
  })
  return run.landed.some((each) => each.kind === "return_sol") ? returned : 0n
}

/** What the payer has now; its account's own rent is not counted. */
export async function readBudget(
  run: ChainRun,
  costs: readonly bigint[],
  weeksOfFees: number,
): Promise<SolBudget> {
  const { payer } = run.context
  const balance = BigInt(await run.connection.getBalance(payer, "confirmed"))
  const reserve = BigInt(await run.connection.getMinimumBalanceForRentExemption(0))
  return solBudget(payer.toBase58(), balance, costs, { weeksOfFees, reserve })
}

function transferStep(run: ChainRun, to: PublicKey, lamports: bigint): Step {
  const { payer } = run.context
  const transfer = SystemProgram.transfer({ fromPubkey: payer, toPubkey: to, lamports })
  return {
    kind: "return_sol",
    planned: planTransaction(
      `return of ${sol(lamports)} SOL`,
      payer,
      [transfer],
      TRANSFER_COMPUTE_UNITS,
      run.context,
    ),
    rentBytes: 0,
  }
}
