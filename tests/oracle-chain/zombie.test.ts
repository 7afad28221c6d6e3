import { cpSync } from "node:fs"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { eq } from "drizzle-orm"
import { openStore } from "../../oracle/src/store/store"
import { leases, transactions, weeks } from "../../oracle/src/store/schema"
import { FaultyRpc } from "../utils/faulty_rpc"
import { startPostgres, type PostgresServer } from "../utils/postgres"
import { Cluster, dueByWallet, scoreGenerated } from "./utils/cluster"
import { spawnPostStep } from "./utils/killing"
import { createEconomies, scoredContext } from "./utils/posting"

const MEMBERS = 6
const LEASE = "weekly"

describe("an oracle that was stopped while another took over", function () {
  this.timeout(180_000)
  let cluster: Cluster
  let postgres: PostgresServer
  let week: number
  let scored: string
  let economies: PublicKey[]
  let due: Map<string, bigint>

  before(async () => {
    ;[cluster, postgres] = await Promise.all([Cluster.start(), startPostgres()])
    week = await cluster.nextWeek()
    scored = await scoreGenerated(cluster.folder, { week, members: MEMBERS })
    economies = await createEconomies(cluster, week, Array(2).fill(cluster.operator))
    await cluster.passWeek(week)
    const name = scored.split("/").at(-1) ?? ""
    due = dueByWallet(
      cluster.folder.read(`weeks/${name}/points.csv`),
      cluster.folder.read(`data-${name}-${MEMBERS}/${name}/members.csv`),
    )
  })
  after(async () => {
    await postgres.stop()
    await cluster.stop()
  })

  for (const isForwarded of [false, true])
    it(`[STK-53] writes nothing more and pays nothing twice, ${
      isForwarded ? "having sent" : "before sending"
    } what it committed`, async () => {
      const economy = economies.pop() ?? expect.fail("there is no economy left")
      const database = await postgres.createDatabase()
      const store = await openStore(database)
      const proxy = await FaultyRpc.start(cluster.localnet.rpcUrl)
      try {
        const { config, directory } = await scoredContext({
          ...{ cluster, store, economy, week, scored, urls: [proxy.url], database },
          // One after the other: no second commit is half done when the process is stopped. A real takeover waits for such
          // a one, or ends its session; this one is played by hand.
          chain: { concurrency: 1 },
        })
        const expiresAt = "2099-01-01T00:00:00Z"
        await store.database.insert(leases).values({ name: LEASE, holder: "first", token: 1, expiresAt })
        const zombie = spawnPostStep(config.path, week, directory, { name: LEASE, token: 1 })
        await new Promise<void>((resolve) => {
          let isStopped = false
          const stop = (): void => {
            zombie.child.kill("SIGSTOP")
            isStopped = true
            resolve()
          }
          proxy.decide = ({ method }) => {
            if (isStopped || method !== "sendTransaction") return { fault: null }
            if (isForwarded) return { fault: "reset-after", onForwarded: stop }
            stop()
            return { fault: "reset" }
          }
        })
        const [committed] = await store.database.select().from(transactions)
        expect(committed?.outcome).to.equal(null)

        // The lease has run out: somebody else takes it, and finds what was committed.
        await store.database.update(leases).set({ holder: "second", token: 2 }).where(eq(leases.name, LEASE))
        // On another machine: here the folder's lock would stop it as well.
        const other = `${directory}-elsewhere`
        cpSync(directory, other, { recursive: true, filter: (path) => !path.endsWith("post.lock") })
        const successor = await spawnPostStep(config.path, week, other, { name: LEASE, token: 2 }).ended
        expect(successor.code, successor.stderr).to.equal(0)
        const sent = await store.database.select().from(transactions)
        const [row] = await store.database.select().from(weeks)
        expect(row?.isFinal).to.equal(true)

        zombie.child.kill("SIGCONT")
        const end = await zombie.ended

        expect(end.code, end.stderr).to.equal(7)
        expect(end.stderr).to.contain("another process has taken over; nothing more was written")
        expect(await store.database.select().from(transactions)).to.deep.equal(sent)
        expect(await store.database.select().from(weeks)).to.deep.equal([row])
        const members = await cluster.members(economy)
        expect(new Map([...members].map(([wallet, { balance }]) => [wallet, balance]))).to.deep.equal(due)
        const record = await cluster.week(economy, week)
        expect(record.paid).to.equal(record.due)
        // The creation of the economy alone was not theirs.
        const landed = await cluster.connection.getSignaturesForAddress(economy, {}, "confirmed")
        const known = new Set(sent.map(({ signature }) => signature))
        expect(landed.filter(({ signature }) => !known.has(signature))).to.have.length(1)
      } finally {
        await proxy.stop()
        await store.close()
      }
    })
})
