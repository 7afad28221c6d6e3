import { expect } from "chai"
import { asc, sql } from "drizzle-orm"
import { events, members, weeks } from "../../oracle/src/store/schema"
import { eachStore } from "../utils/postgres"

const EVENT_COLUMNS = ["source", "sourceId", "type", "userId", "occurredAt", "week", "pull", "line"] as const

function event(id: string, user = "u1"): unknown[] {
  return ["posthog", id, "ExerciseSave", user, "2025-12-15T10:00:00.123456Z", 2919, 1, 1]
}

describe("Bulk loading", () => {
  eachStore((stores) => {
    it("loads every value as it is", async () => {
      const store = await stores.open()
      const names = ["plain", 'tab\tquote"comma,', "line\nbreak\r", "back\\slash \\N \\.", "кириллица 🙂", ""]
      const loaded = await store.transaction(({ copyRows }) =>
        copyRows(
          members,
          ["userId", "wallet", "level", "displayName", "isDeleted", "platformStreak"],
          names.map((name, index) => [`u${index}`, `w${index}`, index + 1, name, index % 2 === 1, null]),
        ),
      )
      expect(loaded).to.equal(names.length)
      const rows = await store.database.select().from(members).orderBy(asc(members.userId))
      expect(rows.map((row) => row.displayName)).to.deep.equal(names)
      expect(rows.map((row) => row.isDeleted)).to.deep.equal([false, true, false, true, false, true])
      expect(rows.every((row) => row.platformStreak === null && row.language === null)).to.equal(true)
    })

    it("loads JSON, and text with a zero byte", async () => {
      const store = await stores.open()
      const summary = { text: 'a "quoted"\n\\ text', list: [1, null, { deep: true }] }
      await store.transaction(({ copyRows }) =>
        copyRows(weeks, ["week", "name", "summary"], [[2919, "a\0b", summary]]),
      )
      const [row] = await store.database.select().from(weeks)
      expect(row?.summary).to.deep.equal(summary)
      expect(row?.name).to.equal("a\ufffdb")
    })

    it("[STK-51] keeps an event once, however often it comes", async () => {
      const store = await stores.open()
      const load = (ids: readonly string[]): Promise<number> =>
        store.transaction(({ copyRows }) =>
          copyRows(
            events,
            EVENT_COLUMNS,
            ids.map((id) => event(id)),
            { ignoreConflicts: true },
          ),
        )
      expect(await load(["a", "b", "a"])).to.equal(2)
      expect(await load(["b", "c"])).to.equal(1)
      const rows = await store.database
        .select({ id: events.sourceId })
        .from(events)
        .orderBy(asc(events.sourceId))
      expect(rows.map((row) => row.id)).to.deep.equal(["a", "b", "c"])
    })

    it("refuses a second row with the same key, and nothing of the transaction stays", async () => {
      const store = await stores.open()
      const failure = await store
        .transaction(({ copyRows }) => copyRows(events, EVENT_COLUMNS, [event("a"), event("a")]))
        .then(
          () => null,
          (error: unknown) => error as { code?: string },
        )
      expect(failure?.code).to.equal("23505")
      expect(await store.database.$count(events)).to.equal(0)
    })

    it("rolls back when the rows break off, and works on", async () => {
      const store = await stores.open()
      async function* breaking(): AsyncGenerator<unknown[]> {
        for (let row = 0; row < 50_000; row++) yield event(`e${row}`)
        await Promise.reject(new Error("the source broke off"))
      }
      const failure = await store
        .transaction(({ copyRows }) => copyRows(events, EVENT_COLUMNS, breaking()))
        .catch((error: unknown) => error as Error)
      expect(failure).to.be.instanceOf(Error).with.property("message", "the source broke off")
      expect(await store.database.$count(events)).to.equal(0)
      await store.transaction(({ copyRows }) => copyRows(events, EVENT_COLUMNS, [event("a")]))
      expect(await store.database.$count(events)).to.equal(1)
    })

    it("loads more than fits one block, several times in one transaction", async () => {
      const store = await stores.open()
      await store.transaction(async ({ copyRows, database }) => {
        for (const part of ["x", "y"])
          await copyRows(
            events,
            EVENT_COLUMNS,
            Array.from({ length: 60_000 }, (_, row) => event(part + row)),
            {
              ignoreConflicts: true,
            },
          )
        expect(await database.$count(events)).to.equal(120_000)
      })
      const [{ users } = { users: 0 }] = await store.database
        .select({ users: sql<number>`count(DISTINCT ${events.userId})::int` })
        .from(events)
      expect(users).to.equal(1)
    })
  })
})
