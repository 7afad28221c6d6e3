import type { PlannedTransaction } from "./transaction.js"

/** Transactions that must be sent one after the other. */
export interface Lane {
  readonly name: string
  readonly transactions: readonly PlannedTransaction[]
}

/** What has to be sent to reach a goal. Lanes may run side by side, a lane in its order. A plan never sends. */
export interface Plan<Done> {
  readonly lanes: readonly Lane[]
  /** What the chain already has of the goal and the plan leaves out. */
  readonly alreadyDone: Done
}

/** All transactions of a plan in an order in which they can be sent. */
export function transactionsOf(plan: Plan<unknown>): PlannedTransaction[] {
  return plan.lanes.flatMap((lane) => lane.transactions)
}
