import { quarterName, weekOf } from "@stk/sdk"
import { desc, inArray } from "drizzle-orm"
import type { Taking } from "../chain/redistribute"
import type { NoticesConfig } from "../config/notices"
import type { EconomyRules } from "../score/rules"
import { members, results } from "../store/schema"
import type { Store } from "../store/store"
import { insert, rowsOf } from "./outbox"

/** Takings of one statement. */
const PART = 1_000

/**
 * Queues what a redistribution took for every affected member (STK-92): the amount, and the call to come back to learning.
 * A wallet that no member of the store has is counted, not dropped silently.
 */
export async function queueInactivity(
  store: Store,
  p: {
    economy: string
    rules: EconomyRules
    config: NoticesConfig
    quarter: number
    /** Unix seconds. */
    now: number
    takings: readonly Taking[]
  },
): Promise<{ members: number; queued: number; unknown: string[] }> {
  const { symbol, decimals } = p.rules
  const quarter = quarterName(p.quarter)
  const to = { ...p, week: weekOf(p.now) ?? 0, subject: quarter, state: "pending" as const }
  const total = { members: 0, queued: 0, unknown: [] as string[] }
  await store.transaction(async (transaction) => {
    for (let first = 0; first < p.takings.length; first += PART) {
      const part = p.takings.slice(first, first + PART)
      const people = await ownersOf(
        transaction.database,
        part.map(({ wallet }) => wallet.toBase58()),
      )
      const rows = part.flatMap(({ wallet, amount, days, bps, left }) => {
        const person = people.get(wallet.toBase58())
        if (person === undefined) {
          total.unknown.push(wallet.toBase58())
          return []
        }
        total.members++
        return rowsOf(to, person, {
          kind: "inactivity",
          quarter,
          symbol,
          decimals,
          amount: String(amount),
          days,
          bps,
          left: String(left),
        })
      })
      total.queued += await insert(transaction, rows)
    }
  })
  return total
}

interface Owner {
  userId: string
  email: string | null
  telegram: string | null
}

/** Members by wallet: the present one, or one that they had in an earlier week. */
async function ownersOf(
  database: Store["database"],
  wallets: readonly string[],
): Promise<Map<string, Owner>> {
  const { userId, wallet, email, telegram } = members
  const owners = new Map<string, Owner>()
  for (const row of await database
    .select({ userId, wallet, email, telegram })
    .from(members)
    .where(inArray(wallet, [...wallets])))
    owners.set(row.wallet, row)
  const missing = wallets.filter((each) => !owners.has(each))
  if (missing.length === 0) return owners
  const earlier = await database
    .select({ userId: results.userId, wallet: results.wallet })
    .from(results)
    .where(inArray(results.wallet, missing))
    .orderBy(desc(results.week))
  const reached = await database
    .select({ userId, email, telegram })
    .from(members)
    .where(inArray(userId, [...new Set(earlier.map((row) => row.userId))]))
  for (const row of earlier) {
    const person = reached.find((each) => each.userId === row.userId)
    if (!owners.has(row.wallet))
      owners.set(row.wallet, person ?? { userId: row.userId, email: null, telegram: null })
  }
  return owners
}
