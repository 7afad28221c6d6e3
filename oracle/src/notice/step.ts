import { isoWeek, SECONDS_PER_DAY, weekEnd } from "@stk/sdk/math"
import { eq } from "drizzle-orm"
import { NotReady } from "../chain/failures"
import { weeks } from "../store/schema"
import type { StepRun } from "../week/step"
import { deliverNotices } from "./deliver"
import { outboxCounts, queueResults } from "./outbox"

/**
 * Tells every member with a result what the week brought (STK-60), never before it is final on chain. What cannot be
 * delivered at once stays in the outbox, and does not hold up the week; of an old week nobody is told.
 *
 * @throws {NotReady} the week is not final
 */
export const notifyStep: StepRun = async (context) => {
  const { store, config, rules, week, dryRun, shadow } = context
  const [row] = await store.database
    .select({ isFinal: weeks.isFinal })
    .from(weeks)
    .where(eq(weeks.week, week))
  if (row?.isFinal !== true)
    throw new NotReady([`week: ${isoWeek(week)} is not final on chain: nobody is told of it yet`])
  if (dryRun || shadow) return { ...(await outboxCounts(store, week)), queued: 0 }
  // A store that was lost and filled again does not know who was told: old news are not repeated.
  const daysLate = Math.floor((context.now() - weekEnd(week)) / SECONDS_PER_DAY)
  const { mostDaysLate } = config.notices
  if (daysLate >= mostDaysLate) {
    context.log.warn({ week: isoWeek(week), daysLate }, "nobody is told of a week that is no news any more")
    return { queued: 0, days_late: daysLate, most_days_late: mostDaysLate }
  }
  const economy = config.chain.economy
  const queued = await queueResults(store, { economy, rules, config: config.notices, week })
  const delivered = await deliverNotices(context)
  return { ...queued, ...delivered }
}
