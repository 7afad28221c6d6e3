import { isoWeek } from "@stk/sdk"
import { and, asc, eq, gte, inArray, lte } from "drizzle-orm"
import type { Store } from "../store/store"
import { isStaleLease } from "../store/fence"
import { StaleLease } from "../store/failures"
import { facts, transactionMembers, transactions } from "../store/schema"
import { NotReady } from "./failures"
import {
  requireSameEconomy,
  type Journal,
  type MemberRange,
  type OutcomeEntry,
  type RunEntry,
  type SentEntry,
} from "./journal"

type Row = typeof transactions.$inferSelect

/**
 * The journal in the store: a transaction is committed with the members that it is about before it is sent. Through a
 * store that is fenced by a lease nobody who has lost it can commit, and so send, anything; and whoever has taken over
 * finds everything that was committed before.
 */
export class StoreJournal implements Journal {
  private header: RunEntry | null = null

  private constructor(
    private readonly store: Store,
    private readonly week: number,
    private rows: readonly Row[],
  ) {}

  static async open(store: Store, week: number): Promise<StoreJournal> {
    const rows = await store.database
      .select()
      .from(transactions)
      .where(eq(transactions.week, week))
      .orderBy(asc(transactions.preparedAt), asc(transactions.signature))
    return new StoreJournal(store, week, rows)
  }

  async begin(header: RunEntry): Promise<void> {
    if (header.week !== this.week)
      throw new NotReady([`journal: is of ${isoWeek(this.week)}, not of ${isoWeek(header.week)}`])
    const open = this.rows.filter(isOpen)
    for (const row of open)
      requireSameEconomy(open.length, { genesis_hash: row.genesisHash, economy: row.economy }, header)
    await this.requireOwn(header)
    this.header = header
  }

  /** A store belongs to one economy on one cluster, from its first run on. */
  private async requireOwn({ economy, genesis_hash }: RunEntry): Promise<void> {
    const own = { economy, genesis_hash }
    const known = await this.store.database
      .select()
      .from(facts)
      .where(inArray(facts.name, Object.keys(own)))
    const values = new Map(known.map(({ name, value }) => [name, value]))
    for (const [name, value] of Object.entries(own)) {
      const before = values.get(name)
      if (before !== undefined && before !== value)
        throw new NotReady([
          `${name}: is ${value}, but this store belongs to ${before}: is this the right cluster and economy?`,
        ])
      if (before === undefined)
        await this.write(() =>
          this.store.database.insert(facts).values({ name, value }).onConflictDoNothing(),
        )
    }
  }

  /** Those without an outcome, and those that landed and were not final: a fork may have taken them back. */
  unresolved(): readonly SentEntry[] {
    return this.rows.filter(isOpen).map(entryOf)
  }

  spent(): bigint {
    return this.rows
      .filter(({ outcome }) => outcome !== "expired")
      .reduce((sum, { fee }) => sum + BigInt(fee), 0n)
  }

  async sent(entry: Omit<SentEntry, "type" | "at">): Promise<void> {
    const { header, week } = this
    if (header === null) throw new Error("a transaction before the run has begun")
    const { signature, members = [] } = entry
    await this.write(() =>
      this.store.transaction(async ({ database }) => {
        // The same signature is the same transaction.
        const inserted = await database
          .insert(transactions)
          .values({
            signature,
            week,
            economy: header.economy,
            genesisHash: header.genesis_hash,
            kind: entry.kind,
            what: entry.what,
            blockhash: entry.blockhash,
            lastValidBlockHeight: entry.last_valid_block_height,
            fee: entry.fee,
            computeUnits: entry.compute_units,
            evidence: entry.evidence ?? null,
            bytes: entry.transaction,
          })
          .onConflictDoNothing()
          .returning({ signature: transactions.signature })
        if (inserted.length === 0 || members.length === 0) return
        await database
          .insert(transactionMembers)
          .values(
            members.map(({ first, last }) => ({ signature, week, firstMember: first, lastMember: last })),
          )
      }),
    )
  }

  async outcome({ signature, status, slot, error }: Omit<OutcomeEntry, "type" | "at">): Promise<void> {
    await this.write(() =>
      this.store.database
        .update(transactions)
        .set({ outcome: status, slot, error, endedAt: new Date().toISOString() })
        .where(eq(transactions.signature, signature)),
    )
  }

  /** What a run found at its end is kept with its week and its step. */
  async result(): Promise<void> {
    return Promise.resolve()
  }

  async close(): Promise<void> {
    return Promise.resolve()
  }

  private async write(work: () => PromiseLike<unknown>): Promise<void> {
    try {
      await work()
    } catch (cause) {
      if (isStaleLease(cause)) throw new StaleLease("of the week", { cause })
      throw cause
    }
  }
}

const isOpen = ({ outcome }: Row): boolean => outcome === null || outcome === "confirmed"

function entryOf(row: Row): SentEntry {
  return {
    type: "sent",
    at: row.preparedAt,
    kind: row.kind,
    what: row.what,
    signature: row.signature,
    blockhash: row.blockhash,
    last_valid_block_height: row.lastValidBlockHeight,
    fee: row.fee,
    compute_units: row.computeUnits,
    transaction: row.bytes,
    ...(row.evidence === null ? {} : { evidence: row.evidence }),
  }
}

/** A transaction of a week, as far as it is about one member. */
export interface MemberTransaction {
  signature: string
  /** `submit_scores` or `settle_pages`. */
  kind: string
  /** Null while it is not known. */
  outcome: string | null
  slot: number | null
  /** Members that it is about, this one among them. */
  members: MemberRange
}

/** The transactions that scored and credited a member in a week, in the order they were made (STK-53). */
export async function transactionsOfMember(
  store: Store,
  p: { week: number; memberIndex: number },
): Promise<MemberTransaction[]> {
  const rows = await store.database
    .select()
    .from(transactionMembers)
    .innerJoin(transactions, eq(transactions.signature, transactionMembers.signature))
    .where(
      and(
        eq(transactionMembers.week, p.week),
        lte(transactionMembers.firstMember, p.memberIndex),
        gte(transactionMembers.lastMember, p.memberIndex),
      ),
    )
    .orderBy(asc(transactions.preparedAt), asc(transactions.signature))
  return rows.map(({ transactions: { signature, kind, outcome, slot }, transaction_members: range }) => ({
    signature,
    kind,
    outcome,
    slot,
    members: { first: range.firstMember, last: range.lastMember },
  }))
}
