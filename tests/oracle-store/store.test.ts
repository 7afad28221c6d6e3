import { expect } from "chai"
import { sql } from "drizzle-orm"
import { execFileSync } from "node:child_process"
import { chownSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bindStore } from "../../oracle/src/store/facts"
import { StoreNotReady, StoreUnreachable } from "../../oracle/src/store/failures"
import { rowsOf } from "../../oracle/src/store/migrate"
import { decisions, facts, oracleSchema } from "../../oracle/src/store/schema"
import * as schema from "../../oracle/src/store/schema"
import { openStore, type Store } from "../../oracle/src/store/store"
import { eachStore, startPostgres, type PostgresServer } from "../utils/postgres"
import { failureOf, Worker } from "./utils/processes"

/** Every table of the schema is there with its fence. */
async function expectComplete(store: Store): Promise<void> {
  const tables = await rowsOf<{ name: string; fences: number }>(
    store.database,
    sql`SELECT c.relname AS name, count(t.oid)::int AS fences
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'refuse_stale_lease'
        WHERE n.nspname = ${oracleSchema.schemaName} AND c.relkind = 'r' GROUP BY 1`,
  )
  const expected = Object.values(schema).filter((value) => value !== oracleSchema).length
  expect(tables.length).to.equal(expected)
  for (const { name, fences } of tables) expect(fences, name).to.equal(name === "leases" ? 0 : 1)
}

describe("The store", () => {
  eachStore((stores) => {
    it("comes up once when several processes start at the same moment", async () => {
      const location = await stores.location()
      const workers = Array.from({ length: 3 }, () => new Worker([location]))
      for (const worker of workers) {
        expect(await worker.ended()).to.equal(0)
        expect(worker.said.at(-1)).to.deep.equal({ closed: true })
      }
      const store = await openStore(location)
      await expectComplete(store)
      await store.close()
    })

    it("comes up after a process was killed at any moment of creating it", async () => {
      const location = await stores.location()
      for (const milliseconds of [0, 40, 90, 160, 300, 700]) {
        const worker = new Worker([location])
        await worker.says("started")
        await new Promise((resolve) => setTimeout(resolve, milliseconds))
        await worker.kill()
      }
      const store = await openStore(location)
      await expectComplete(store)
      await bindStore(store, { economy: "e" })
      await store.close()
      const again = await openStore(location)
      expect(await again.database.$count(facts)).to.equal(1)
      await again.close()
    })

    it("refuses a schema that a newer program left", async () => {
      const location = await stores.prepared()
      const store = await openStore(location)
      await store.database.execute(
        sql`INSERT INTO stk_oracle_migrations.__drizzle_migrations (hash, created_at) VALUES ('x', 99999999999999)`,
      )
      await store.close()
      const failure = await failureOf(openStore(location))
      expect(failure).to.be.instanceOf(StoreNotReady).with.property("exitCode", 5)
      expect(failure.message).to.contain("newer stk-oracle")
    })

    it("belongs to one economy, one cluster and one set of rules", async () => {
      const store = await stores.open()
      const bound = { economy: "A", genesis_hash: "G", rules_sha256: "R" }
      await bindStore(store, { economy: "A" })
      await bindStore(store, bound)
      await bindStore(store, bound)
      for (const [name, what] of [
        ["economy", "economy"],
        ["genesis_hash", "cluster"],
        ["rules_sha256", "rules"],
      ] as const) {
        const failure = await failureOf(bindStore(store, { ...bound, [name]: "other" }))
        expect(failure).to.be.instanceOf(StoreNotReady)
        expect(failure.message).to.contain(what).and.to.contain("use a store and a data directory of its own")
      }
      const rows = await store.database.select({ name: facts.name, value: facts.value }).from(facts)
      expect(Object.fromEntries(rows.map(({ name, value }) => [name, value]))).to.deep.equal(bound)
    })

    it("writes all of a transaction or nothing", async () => {
      const store = await stores.open()
      const decision = { who: "test", action: "a", reason: "", detail: {} }
      await store
        .transaction(async ({ database }) => {
          await database.insert(decisions).values({ id: "1", ...decision })
          throw new Error("no")
        })
        .catch(() => undefined)
      expect(await store.database.$count(decisions)).to.equal(0)
      const counted = await store.transaction(async ({ database }) => {
        await database.insert(decisions).values({ id: "1", ...decision })
        return database.$count(decisions)
      })
      expect(counted).to.equal(1)
    })
  })

  describe("of a PostgreSQL server", () => {
    let server: PostgresServer
    before(async () => {
      server = await startPostgres()
    })
    after(() => server.stop())

    it("says what is wrong with a connection, and never a password", async () => {
      const good = await server.createDatabase()
      const wrong = good.replace(/:[^:@/]+@/, ":hunter2@")
      const cases: [string, typeof StoreNotReady | typeof StoreUnreachable, number, string][] = [
        [wrong, StoreNotReady, 5, "refuses the user or the password"],
        [good.replace(/\/[^/]+$/, "/nowhere"), StoreNotReady, 5, "has no such database"],
        [good.replace(/:[^:@/]+@/, "@"), StoreNotReady, 5, "needs a password"],
        [
          good.replace(`:${server.port}/`, ":1/").replace(/:[^:@/]+@/, ":hunter2@"),
          StoreUnreachable,
          8,
          "ECONNREFUSED",
        ],
        ["postgres://stk:hunter2@no-such-host.invalid/db", StoreUnreachable, 8, "does not answer"],
        ["postgres://stk:hunter2@[nonsense", StoreNotReady, 5, "is not a URL"],
        [`${wrong}?sslmode=verify-full`, StoreNotReady, 5, "TLS cannot be agreed on"],
      ]
      for (const [url, kind, exitCode, text] of cases) {
        const failure = await failureOf(openStore(url))
        expect(failure, url).to.be.instanceOf(kind).with.property("exitCode", exitCode)
        expect(failure.message).to.contain(text)
        expect(`${failure.message} ${JSON.stringify(failure)}`).not.to.contain("hunter2")
      }
    })

    it("refuses a server before PostgreSQL 15", async () => {
      const old = await oldServer()
      const failure = await failureOf(openStore(`postgres://stk@127.0.0.1:${old.port}/db`))
      expect(failure).to.be.instanceOf(StoreNotReady)
      expect(failure.message).to.contain("is PostgreSQL 14; 15 or later is needed")
      old.close()
    })

    it("goes on after the server dropped its connections", async () => {
      const url = await server.createDatabase()
      const store = await openStore(url)
      const other = await openStore(url)
      const drop = (): Promise<unknown> =>
        other.database.execute(
          sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ${store.session}`,
        )
      await bindStore(store, { economy: "e" })
      await drop()
      const failure = await store
        .transaction(async ({ database }) => {
          await database.execute(sql`SELECT 1`)
          await drop()
          await database.execute(sql`SELECT 1`)
        })
        .then(
          () => null,
          (error: unknown) => error,
        )
      expect(failure).to.be.instanceOf(Error)
      expect(await store.database.$count(facts)).to.equal(1)
      await store.close()
      await other.close()
    })
  })

  it("speaks TLS and checks the server's certificate", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stk-tls-"))
    const at = (name: string): string => join(folder, name)
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"],
        ...["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", at("key.pem"), "-out", at("cert.pem")],
      ],
      { stdio: "pipe" },
    )
    execFileSync("chmod", ["755", folder])
    const server = await startPostgres(
      { ssl: "on", ssl_cert_file: at("cert.pem"), ssl_key_file: at("key.pem") },
      (user) => chownSync(at("key.pem"), user.uid, user.gid),
    )
    try {
      const url = await server.createDatabase()
      const store = await openStore(`${url}?sslmode=verify-full&sslrootcert=${at("cert.pem")}`)
      const [row] = await rowsOf<{ ssl: boolean }>(
        store.database,
        sql`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`,
      )
      expect(row?.ssl).to.equal(true)
      await store.close()
      const failure = await failureOf(openStore(`${url}?sslmode=verify-full`))
      expect(failure.message).to.contain("TLS cannot be agreed on (self-signed certificate)")
    } finally {
      await server.stop()
      rmSync(folder, { recursive: true })
    }
  })
})

/** Speaks just enough of the protocol to say that it is PostgreSQL 14. */
async function oldServer(): Promise<{ port: number; close(): void }> {
  const message = (type: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(5, type)
    head.writeUInt32BE(body.length + 4, 1)
    return Buffer.concat([head, body])
  }
  const ready = message("Z", Buffer.from("I"))
  const number = "140012"
  const column = Buffer.concat([
    Buffer.from("\0\x01number\0"),
    Buffer.alloc(6),
    Buffer.from([0, 0, 0, 25, 0xff, 0xff]),
    Buffer.alloc(6, 0xff),
  ])
  column.writeUInt16BE(0, column.length - 2)
  const row = Buffer.concat([Buffer.from([0, 1, 0, 0, 0, number.length]), Buffer.from(number)])
  const answer = Buffer.concat([
    message("T", column),
    message("D", row),
    message("C", Buffer.from("SELECT 1\0")),
    ready,
  ])
  const server = createServer((socket) => {
    let isStarted = false
    socket.on("data", (data) => {
      if (data.toString("latin1", 0, 1) === "X") socket.end()
      else socket.write(isStarted ? answer : Buffer.concat([message("R", Buffer.alloc(4)), ready]))
      isStarted = true
    })
    socket.on("error", () => undefined)
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() }
}
