import { isoWeek, weekOf } from "@stk/sdk/math"
import { expect } from "chai"
import { configSchema, type OracleConfig } from "../../oracle/src/config/config"
import { createLogger } from "../../oracle/src/log"
import {
  leases,
  outbox,
  rejections,
  sources,
  steps,
  transactions,
  weeks,
} from "../../oracle/src/store/schema"
import type { Store } from "../../oracle/src/store/store"
import { Observed } from "../../oracle/src/watch/observed"
import { readCounts, readStoreState } from "../../oracle/src/watch/store_state"
import { Watch } from "../../oracle/src/watch/watch"
import { eachStore } from "../utils/postgres"

const NOW = Date.now() / 1000
const CURRENT = weekOf(NOW) ?? 0
const HOUR = 3_600_000

const CONFIG: OracleConfig = {
  ...configSchema.parse({
    chain: { economy: "1".repeat(32), rpc: ["http://127.0.0.1:1"], oracle: "oracle.json" },
    sources: [{ name: "club", kind: "files", folder: "club" }],
    run: { firstWeek: isoWeek(CURRENT - 20) },
    watch: { weeks: 3, freshSeconds: 0 },
  }),
  path: "stk-oracle.json",
  database: "db",
}

/** The last week is held, the one before final; one is done that is not shown any more. */
async function fill({ database, session }: Store): Promise<void> {
  const week = (ago: number) => ({ week: CURRENT - ago, name: isoWeek(CURRENT - ago) })
  await database.insert(weeks).values([
    { ...week(1), heldBecause: "points of u-000001 doubled" },
    { ...week(2), isFinal: true, heldBecause: "too many likes", overriddenBy: "a decision" },
    { ...week(9), isFinal: true },
  ])
  const hourAgo = new Date((NOW - 3_600) * 1000).toISOString()
  await database.insert(steps).values([
    { week: CURRENT - 1, step: "post", state: "held", attempts: 0, error: "held" },
    { week: CURRENT - 1, step: "score", state: "running", attempts: 3, startedAt: hourAgo },
    { week: CURRENT - 2, step: "notify", state: "done", attempts: 1 },
    { week: CURRENT - 9, step: "notify", state: "done", attempts: 1 },
  ])
  await database.insert(sources).values([
    { name: "club", kind: "files", error: "answers HTTP 500" },
    { name: "gone", kind: "files", error: "was configured once" },
  ])
  const message = { kind: "weekly-result", userId: "u-000001", channel: "email", address: "a@b", payload: {} }
  const due = new Date(NOW * 1000 - 2 * HOUR).toISOString()
  await database.insert(outbox).values([
    // Not due: its week is not final.
    { ...message, id: "1", week: CURRENT - 1, dueAt: new Date(NOW * 1000 - 9 * HOUR).toISOString() },
    { ...message, id: "2", week: CURRENT - 2, dueAt: due },
    { ...message, id: "3", week: CURRENT - 2, state: "sent" },
    { ...message, id: "4", week: CURRENT - 2, state: "failed" },
  ])
  const place = { source: "club", file: "raw", line: 1 }
  await database.insert(rejections).values([
    { ...place, week: CURRENT - 1, reason: "late" },
    { ...place, week: CURRENT - 1, reason: "late" },
    { ...place, week: CURRENT - 5, reason: "malformed" },
  ])
  const sent = {
    ...{
      week: CURRENT - 2,
      economy: "e",
      genesisHash: "g",
      kind: "submit_scores",
      what: "w",
      blockhash: "b",
    },
    ...{ lastValidBlockHeight: 1, fee: 5_000, computeUnits: 1, bytes: "" },
  }
  await database.insert(transactions).values([
    { ...sent, signature: "1", outcome: "finalized" },
    { ...sent, signature: "2", outcome: "finalized" },
    { ...sent, signature: "3", outcome: "expired" },
    { ...sent, signature: "4", outcome: "confirmed" },
    { ...sent, signature: "5" },
  ])
  await database.insert(leases).values({
    ...{ name: "weekly", holder: `host:1 ${session}`, token: 7 },
    expiresAt: new Date(Date.now() + HOUR).toISOString(),
  })
}

describe("what is watched of a store", () => {
  eachStore((stores) => {
    let store: Store
    before(async () => {
      store = await stores.open()
      await fill(store)
    })

    it("tells the last weeks, and of older ones only how many are not done", async () => {
      const state = await readStoreState(store, CONFIG, NOW)

      expect(state.weeks.map(({ week }) => CURRENT - week)).to.deep.equal([3, 2, 1])
      expect(state.unfinished).to.equal(18)
      expect(state.held).to.equal(1)
      expect(state.lastFinal).to.equal(CURRENT - 2)
      const [, before, last] = state.weeks
      expect(before).to.include({ heldBecause: null, isFinal: true })
      expect(last).to.include({ heldBecause: "points of u-000001 doubled", isFinal: false })
      expect(last?.steps.map(({ state: each }) => each)).to.deep.equal([
        ...["pending", "running", "pending", "held", "pending"],
      ])
      expect(last?.steps[1]?.attempts).to.equal(3)
      expect(NOW - (last?.steps[1]?.startedAt ?? 0)).to.be.closeTo(3_600, 0.01)
    })

    it("tells the configured sources, the lease, and what is due", async () => {
      const state = await readStoreState(store, CONFIG, NOW)

      expect(state.sources.map(({ name, error }) => [name, error])).to.deep.equal([
        ["club", "answers HTTP 500"],
      ])
      expect(state.lease).to.include({ holder: "host:1", isOwn: true, token: 7 })
      expect(NOW - (state.outbox.oldestDue ?? 0)).to.be.closeTo(7_200, 0.01)
      expect(state.costs).to.deep.equal([15_000n])
    })

    it("counts", async () => {
      const counts = await readCounts(store, NOW)

      expect(counts.rejections).to.deep.equal([{ week: isoWeek(CURRENT - 1), reason: "late", count: 2 }])
      expect(counts.outbox).to.have.deep.members([
        { state: "pending", count: 2 },
        { state: "sent", count: 1 },
        { state: "failed", count: 1 },
      ])
      expect(counts.transactions).to.have.deep.members([
        { outcome: "finalized", count: 2, lamports: 10_000 },
        { outcome: "expired", count: 1, lamports: 5_000 },
        { outcome: "confirmed", count: 1, lamports: 5_000 },
        { outcome: "open", count: 1, lamports: 5_000 },
      ])
    })

    it("is kept when the database is gone, which is said", async () => {
      const watch = await Watch.start(CONFIG, 0, createLogger("silent"))
      try {
        const page = async (): Promise<string> => (await fetch(`${watch.url}/metrics`)).text()
        watch.attach(store)
        watch.active()
        const before = await page()
        expect(before).to.contain("stk_oracle_database_up 1\n").and.to.contain("stk_oracle_lease_held 1\n")
        const held = `stk_oracle_week_held{week="${isoWeek(CURRENT - 1)}"} 1\n`
        expect(before).to.contain(held).and.to.contain("stk_oracle_fees_lamports_total 10000\n")
        expect(before).not.to.contain("u-000001")

        await store.close()
        // A reading was quick: the next one is soon.
        let after = before
        while (after.includes("stk_oracle_database_up 1\n")) after = await page()

        expect(after).to.contain(held).and.to.contain("stk_oracle_lease_held 0\n")
        const ready = await fetch(`${watch.url}/readyz`)
        expect(ready.status).to.equal(503)
        const { checks } = (await ready.json()) as { checks: Record<string, { ok: boolean; says: string }> }
        expect(checks.database?.ok).to.equal(false)
        expect(checks.lease?.says).to.equal("is not known without the database")
        expect(checks.activity?.ok).to.equal(true)
      } finally {
        await watch.close()
      }
    })
  })
})

describe("a reading", () => {
  it("never keeps who asks waiting, and is not begun twice", async () => {
    let [begun, finish] = [0, (_: number): void => undefined]
    const observed = new Observed(
      () => {
        begun++
        return new Promise<number>((resolve) => {
          finish = resolve
        })
      },
      { freshMs: 3_600_000, patienceMs: 30 },
    )
    const first = await Promise.all([observed.look(), observed.look(), observed.look()])
    expect(first.map(({ value }) => value)).to.deep.equal([null, null, null])
    finish(5)
    expect((await observed.look()).value).to.equal(5)
    expect(begun).to.equal(1)
  })

  it("keeps what was read when it fails, with the reason and without secrets", async () => {
    let isGone = false
    const observed = new Observed(
      () => {
        if (isGone) throw new Error("cannot reach postgres://stk:hunter22@host/db")
        return Promise.resolve("read")
      },
      { freshMs: 0, patienceMs: 1_000 },
    )
    const before = await observed.look()
    isGone = true
    const after = await observed.look()
    expect(before).to.include({ value: "read", error: null })
    expect(after).to.deep.equal({
      ...before,
      error: "cannot reach postgres://[redacted]@host/db",
    })
  })
})
