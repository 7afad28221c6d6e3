import { inArray } from "drizzle-orm"
import { StoreNotReady } from "./failures"
import { facts } from "./schema"
import type { Store } from "./store"

/** What a store belongs to. */
export interface StoreFacts {
  /** Address of the economy. */
  economy: string
  /** Names the cluster. */
  genesis_hash: string
  rules_sha256: string
}

const WHAT: Record<keyof StoreFacts, string> = {
  economy: "economy",
  genesis_hash: "cluster (genesis hash)",
  rules_sha256: "scoring rules (SHA-256)",
}

/**
 * Writes down what an empty store is for, and refuses to use it for anything else afterwards. Facts that are not known
 * yet, such as the cluster while no RPC endpoint answers, are left open.
 *
 * @throws {StoreNotReady} it belongs to another economy, cluster or rules
 */
export async function bindStore(store: Store, known: Partial<StoreFacts>): Promise<void> {
  const names = (Object.keys(known) as (keyof StoreFacts)[]).filter((name) => known[name] !== undefined)
  if (names.length === 0) return
  const written = await store.database.transaction(async (transaction) => {
    await transaction
      .insert(facts)
      .values(names.map((name) => ({ name, value: known[name] ?? "" })))
      .onConflictDoNothing()
    return transaction.select().from(facts).where(inArray(facts.name, names))
  })
  for (const { name, value } of written) {
    const wanted = known[name as keyof StoreFacts]
    if (value !== wanted)
      throw new StoreNotReady(
        store.where,
        `belongs to another ${WHAT[name as keyof StoreFacts]}: ${value}, not ${wanted ?? ""}; use a store and a data directory of its own`,
      )
  }
}
