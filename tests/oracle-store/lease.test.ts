import { expect } from "chai"
import { sql } from "drizzle-orm"
import { Locked } from "../../oracle/src/chain/failures"
import { StaleLease } from "../../oracle/src/store/failures"
import { holderOf, withLease, type Lease } from "../../oracle/src/store/lease"
import { decisions } from "../../oracle/src/store/schema"
import { openStore, type Store } from "../../oracle/src/store/store"
import { eachStore } from "../utils/postgres"
import { Worker } from "./utils/processes"

const LEASE = "weekly"

async function write(store: Store, id: string): Promise<void> {
  await store.database.insert(decisions).values({ id, who: "test", action: "write", reason: "", detail: {} })
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  )
}

/** As if another oracle had taken over: the store cannot tell. */
async function takeOver(store: Store): Promise<void> {
  await store.database.execute(sql`UPDATE stk_oracle.leases SET token = token + 1 WHERE name = ${LEASE}`)
}

async function runOut(store: Store): Promise<void> {
  await store.database.execute(
    sql`UPDATE stk_oracle.leases SET expires_at = clock_timestamp() - interval '1 second' WHERE name = ${LEASE}`,
  )
}

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason)
    signal.addEventListener("abort", () => resolve(signal.reason))
  })
}

describe("The lease", () => {
  eachStore((stores) => {
    it("is held by one at a time, and its token counts up", async () => {
      const store = await stores.open()
      const tokens: number[] = []
      for (let round = 0; round < 3; round++)
        await withLease(store, LEASE, async (lease) => {
          tokens.push(lease.token)
          expect(await holderOf(store, LEASE)).to.contain(`:${process.pid} `)
          const failure = await failureOf(withLease(store, LEASE, () => Promise.resolve()))
          expect(failure).to.be.instanceOf(Locked).with.property("exitCode", 7)
          expect(String(failure)).to.contain(`:${process.pid} holds it`)
          await withLease(store, "another", () => Promise.resolve())
        })
      expect(tokens).to.deep.equal([1, 2, 3])
      expect(await holderOf(store, LEASE)).to.equal(null)
    })

    it("is given back when the work fails", async () => {
      const store = await stores.open()
      const failure = await failureOf(withLease(store, LEASE, () => Promise.reject(new Error("broken"))))
      expect(failure).to.have.property("message", "broken")
      await withLease(store, LEASE, (lease) => write(lease.store, "after"))
    })

    it("refuses every write once the token is stale, and nothing of the transaction stays", async () => {
      const store = await stores.open()
      const failure = await failureOf(
        withLease(store, LEASE, async (lease) => {
          await write(lease.store, "in time")
          await takeOver(store)
          await lease.store.transaction(async ({ database, copyRows }) => {
            await database.execute(sql`SELECT 1`)
            await copyRows(
              decisions,
              ["id", "who", "action", "reason", "detail"],
              [["too late", "test", "write", "", {}]],
            )
          })
        }),
      )
      expect(failure).to.be.instanceOf(StaleLease).with.property("exitCode", 7)
      for (const late of [
        (lease: Lease) => lease.store.database.update(decisions).set({ reason: "changed" }),
        (lease: Lease) => lease.store.database.delete(decisions),
        (lease: Lease) => write(lease.store, "late"),
      ]) {
        await runOut(store)
        expect(
          await failureOf(
            withLease(store, LEASE, async (lease) => {
              await takeOver(store)
              await late(lease)
            }),
          ),
        ).to.be.instanceOf(StaleLease)
      }
      const rows = await store.database.select().from(decisions)
      expect(rows.map(({ id, reason }) => [id, reason])).to.deep.equal([["in time", ""]])
    })

    it("lets go of work whose lease was taken over", async () => {
      const store = await stores.open()
      await withLease(
        store,
        LEASE,
        async (lease) => {
          await takeOver(store)
          expect(await aborted(lease.signal)).to.be.instanceOf(StaleLease)
        },
        { seconds: 1 },
      )
    })

    it("outlives many times its length while its holder lives", async () => {
      const store = await stores.open()
      await withLease(
        store,
        LEASE,
        async (lease) => {
          // Lengthened four times in a second: after two seconds nobody else may have it.
          await new Promise((resolve) => setTimeout(resolve, 2_500))
          expect(await failureOf(withLease(store, LEASE, () => Promise.resolve()))).to.be.instanceOf(Locked)
          await write(lease.store, "still mine")
        },
        { seconds: 1 },
      )
    })

    it("runs out by the database's clock, whatever this machine believes", async () => {
      const store = await stores.open()
      const now = Date.now
      Date.now = () => now() + 3_600_000
      try {
        await withLease(store, LEASE, async () => {
          expect(await failureOf(withLease(store, LEASE, () => Promise.resolve()))).to.be.instanceOf(Locked)
          await runOut(store)
          await withLease(store, LEASE, (lease) => write(lease.store, "taken over"))
        }).catch(() => undefined)
      } finally {
        Date.now = now
      }
      expect(await store.database.$count(decisions)).to.equal(1)
    })

    it("passes to another process when its holder is killed", async () => {
      const location = await stores.prepared()
      const holder = new Worker([location, LEASE, "1"])
      const { token } = await holder.says("token")
      holder.order("write")
      await holder.says("wrote")
      await holder.kill()
      const store = await openStore(location)
      for (;;) {
        const failure = await failureOf(
          withLease(store, LEASE, (lease) => {
            expect(lease.token).to.equal(Number(token) + 1)
            return write(lease.store, "next")
          }),
        )
        if (failure === null) break
        expect(failure).to.be.instanceOf(Locked)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      expect(await store.database.$count(decisions)).to.equal(2)
      await store.close()
    })

    it("refuses a process that was stopped, lost its lease meanwhile and comes back", async () => {
      const location = await stores.prepared()
      const zombie = new Worker([location, LEASE, "1"])
      await zombie.says("token")
      for (const order of stores.kind === "postgres" ? ["write", "hang"] : ["write"]) {
        zombie.order(order)
        await zombie.says(order === "hang" ? "hanging" : "wrote")
      }
      zombie.signal("SIGSTOP")
      if (stores.kind === "pglite") {
        // Its files are its own as long as it exists.
        const failure = await failureOf(openStore(location, { patience: 0 }))
        expect(failure).to.be.instanceOf(Locked)
        expect(String(failure)).to.contain("does not share it")
        zombie.signal("SIGCONT")
        zombie.order("write")
        await zombie.says("wrote", 2)
        zombie.order("end")
        expect(await zombie.ended()).to.equal(0)
        return
      }
      const store = await openStore(location)
      const taken = await untilTaken(store)
      expect(taken).to.equal(2)
      zombie.signal("SIGCONT")
      // What it was in the middle of, and what it tries afterwards.
      zombie.order("go on")
      await zombie.says("refused")
      zombie.order("write")
      await zombie.says("refused", 2)
      expect(await zombie.says("lost")).to.deep.equal({ lost: "StaleLease" })
      const rows = await store.database.select({ who: decisions.who }).from(decisions)
      expect(rows.map((row) => row.who).sort()).to.deep.equal(["test", "worker"])
      zombie.order("end")
      await zombie.ended()
      await store.close()
    })
  })
})

/** Waits for the lease to run out, writes under it, and leaves it in the hands of whoever comes next. */
async function untilTaken(store: Store): Promise<number> {
  for (;;) {
    try {
      return await withLease(store, LEASE, async (lease) => {
        await write(lease.store, "taken over")
        return lease.token
      })
    } catch (error) {
      if (!(error instanceof Locked)) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
