import { expect } from "chai"
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Locked } from "../../oracle/src/chain/failures"
import { bindStore } from "../../oracle/src/store/facts"
import { decisions, facts, members } from "../../oracle/src/store/schema"
import { openStore } from "../../oracle/src/store/store"
import { failureOf } from "./utils/processes"

describe("The embedded store", function () {
  this.timeout(120_000)
  let folder: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "stk-embedded-"))
    await (await openStore(join(folder, "a"))).close()
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it("is one process's: another one waits, and is told what to do", async () => {
    const store = await openStore(join(folder, "a"))
    const failure = await failureOf(openStore(join(folder, "a"), { patience: 200 }))
    expect(failure).to.be.instanceOf(Locked).with.property("exitCode", 7)
    expect(failure.message).to.contain(`process ${process.pid} is working`).and.to.contain("use PostgreSQL")
    const waiting = openStore(join(folder, "a"), { patience: 60_000 })
    await store.close()
    await (await waiting).close()
    expect(statSync(join(folder, "a")).mode & 0o077).to.equal(0)
  })

  it("is shared by the process that has it: sessions take turns", async () => {
    const store = await openStore(join(folder, "a"))
    await store.serve()
    await bindStore(store, { economy: "e" })
    const others = [await openStore(join(folder, "a")), await openStore(join(folder, "a"))] as const
    const [one, two] = others
    expect([one.kind, one.isShared, store.isShared]).to.deep.equal(["pglite", true, false])
    expect(await one.database.select({ value: facts.value }).from(facts)).to.deep.equal([{ value: "e" }])
    const order: string[] = []
    const decision = (id: string) => ({ id, who: "test", action: "a", reason: "", detail: { id } })
    let go: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      go = resolve
    })
    const first = one.transaction(async ({ database }) => {
      await database.insert(decisions).values(decision("first"))
      order.push("first begins")
      await held
      order.push("first ends")
    })
    while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const second = two.database
      .insert(decisions)
      .values(decision("second"))
      .then(() => order.push("second"))
    const third = store.database.$count(decisions).then(() => order.push("third"))
    await new Promise((resolve) => setTimeout(resolve, 100))
    go()
    await Promise.all([first, second, third])
    expect(order.slice(0, 2)).to.deep.equal(["first begins", "first ends"])
    expect(order.slice(2).sort()).to.deep.equal(["second", "third"])

    const loaded = await two.transaction(({ copyRows }) =>
      copyRows(
        members,
        ["userId", "wallet", "level"],
        Array.from({ length: 1_200 }, (_, row) => [`u${row % 1_000}`, "w", 1]),
        { ignoreConflicts: true },
      ),
    )
    expect(loaded).to.equal(1_000)
    // Errors are PostgreSQL's own, and the session goes on.
    const failure = await one.database
      .insert(decisions)
      .values(decision("first"))
      .then(
        () => null,
        (error: unknown) => (error as Error).cause as { code?: string },
      )
    expect(failure?.code).to.equal("23505")
    expect(await one.database.$count(decisions)).to.equal(2)
    expect(await failureOf(one.fenced({ lease: "a", token: 1 }))).to.be.instanceOf(Locked)
    for (const other of others) await other.close()
    await store.close()
  })

  it("takes back what a client left unfinished", async () => {
    const location = join(folder, "b")
    const store = await openStore(location)
    await store.serve()
    const client = await openStore(location)
    await client
      .transaction(async ({ database }) => {
        await database.insert(facts).values({ name: "economy", value: "half" })
        // Serving ends in the middle, as it does for a client that is killed.
        await store.close()
      })
      .catch(() => undefined)
    await client.close()
    const again = await openStore(location)
    expect(await again.database.$count(facts)).to.equal(0)
    await again.close()
  })

  it("works below a path that is too long for a socket", async () => {
    const location = join(folder, "long".repeat(30))
    mkdirSync(location, { recursive: true })
    const store = await openStore(location)
    await store.serve()
    const other = await openStore(location)
    expect(other.isShared).to.equal(true)
    expect(existsSync(join(location, ".s.PGSQL.5432"))).to.equal(false)
    await other.close()
    await store.close()
  })
})
