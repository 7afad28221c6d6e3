import { createInterface } from "node:readline"
import { OracleError } from "../../../oracle/src/failure"
import { withLease, type Lease } from "../../../oracle/src/store/lease"
import { decisions } from "../../../oracle/src/store/schema"
import { openStore } from "../../../oracle/src/store/store"

/**
 * A process that works on a store as another oracle would: `worker.ts <location> [<lease> <seconds>]`. Says what it
 * does, a JSON line each, and obeys lines on stdin: `write`, `hang` (in the middle of a transaction), `end`.
 */
function say(line: Record<string, unknown>): void {
  process.stdout.write(JSON.stringify(line) + "\n")
}

const nameOf = (error: unknown): string => (error instanceof OracleError ? error.name : String(error))

async function obey(lease: Lease): Promise<void> {
  lease.signal.addEventListener("abort", () => say({ lost: nameOf(lease.signal.reason) }))
  say({ token: lease.token })
  let writes = 0
  for await (const order of createInterface({ input: process.stdin })) {
    if (order === "end") return
    await lease.store
      .transaction(async ({ database }) => {
        const id = `${process.pid}-${writes++}`
        await database
          .insert(decisions)
          .values({ id, who: "worker", action: "write", reason: "", detail: {} })
        if (order === "hang") {
          say({ hanging: true })
          await new Promise((resolve) => process.stdin.once("data", resolve))
        }
      })
      .then(
        () => say({ wrote: true }),
        (error: unknown) => say({ refused: nameOf(error), cause: String((error as Error).cause ?? error) }),
      )
  }
}

async function main(): Promise<void> {
  const [location = "", lease, seconds] = process.argv.slice(2)
  say({ started: true })
  const store = await openStore(location, { patience: 60_000 })
  say({ opened: store.kind })
  if (lease !== undefined) await withLease(store, lease, obey, { seconds: Number(seconds) })
  await store.close()
  say({ closed: true })
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    say({ failed: nameOf(error), message: (error as Error).message })
    process.exit(1)
  },
)
