import { isoWeek } from "@stk/sdk"
import { eq } from "drizzle-orm"
import { NotReady } from "../chain/failures"
import { weeks } from "../store/schema"
import type { StepRun } from "../week/step"
import { deliverNotices } from "./deliver"
import { outboxCounts, queueResults } from "./outbox"

/**
 * Tells every member with a result what the week brought (STK-60), never before it is final on chain. What cannot be
 * delivered at once stays in the outbox, and does not hold up the week.
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
  const economy = config.chain.economy
  const queued = await queueResults(store, { economy, rules, config: config.notices, week })
  const delivered = await deliverNotices(context)
  return { ...queued, ...delivered }
}
