import { weekOf, weekOfIso } from "@stk/sdk/math"
import { eq } from "drizzle-orm"
import type { OracleConfig } from "../config/config"
import { facts } from "../store/schema"
import type { Store } from "../store/store"

/** The first week to score: the configured one, or the week in which the store was made; null when neither is known. */
export async function firstWeekOf(config: OracleConfig, store: Store): Promise<number | null> {
  if (config.run.firstWeek !== undefined) return weekOfIso(config.run.firstWeek)
  const [fact] = await store.database.select().from(facts).where(eq(facts.name, "economy"))
  return fact === undefined ? null : weekOf(Date.parse(fact.writtenAt) / 1000)
}
