import { appendFileSync } from "node:fs"
import { join } from "node:path"
import { type Keypair, PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { eq, sql } from "drizzle-orm"
import { NotReady } from "../../oracle/src/chain/failures"
import { postStep, type PaidWeek } from "../../oracle/src/chain/post_step"
import { StoreJournal, transactionsOfMember } from "../../oracle/src/chain/store_journal"
import { OracleError } from "../../oracle/src/failure"
import { StaleLease } from "../../oracle/src/store/failures"
import { facts, leases, results, transactions, weeks } from "../../oracle/src/store/schema"
import type { Store } from "../../oracle/src/store/store"
import { eachStore } from "../utils/postgres"
import { Cluster, scoreGenerated } from "./utils/cluster"
import { createEconomies, scoredContext } from "./utils/posting"

const MEMBERS = 24
/** What the plan of such a week has. */
const SHOWN_STEPS = 8

describe("the step that posts a week", function () {
  this.timeout(120_000)
  let cluster: Cluster
  let week: number
  let scored: string
  let poor: Keypair
  let ofPoor: PublicKey
  let economies: PublicKey[]

  before(async () => {
    cluster = await Cluster.start()
    week = await cluster.nextWeek()
    scored = await scoreGenerated(cluster.folder, { week, members: MEMBERS })
    poor = (await cluster.newKey("poor.json", 40_000_000)).keypair
    const own = Array<Keypair>(6).fill(cluster.operator)
    ;[ofPoor = PublicKey.default, ...economies] = await createEconomies(cluster, week, [poor, ...own])
    await cluster.passWeek(week)
  })
  after(() => cluster.stop())

  const newEconomy = (): PublicKey => economies.pop() ?? expect.fail("there is no economy left")

  async function refusal(work: Promise<unknown>): Promise<OracleError> {
    const error: unknown = await work.catch((raised: unknown) => raised)
    if (!(error instanceof OracleError)) throw new Error(`not refused: ${String(error)}`)
    return error
  }

  const rowOf = async (store: Store) =>
    (await store.database.select().from(weeks).where(eq(weeks.week, week)))[0] ?? expect.fail("no week")

  eachStore((stores) => {
    it("[STK-59] [STK-53] pays the week, writes what is final, and keeps the signatures of every member", async () => {
      const store = await stores.open()
      const economy = newEconomy()
      const context = await scoredContext({ cluster, store, economy, week, scored })

      const first = await postStep(context)

      expect(first).to.include({ outcome: "posted" })
      const record = await cluster.week(economy, week)
      const row = await rowOf(store)
      expect(row.isFinal).to.equal(true)
      const paid = row.chain as PaidWeek
      expect(paid).to.include({ economy: economy.toBase58(), members: MEMBERS, paid: String(record.paid) })
      const onChain = await cluster.members(economy)
      const credited = await store.database.select().from(results)
      expect(credited).to.have.length(MEMBERS)
      for (const result of credited) {
        const member = onChain.get(result.wallet)
        expect(result.credited, result.userId).to.equal(member?.balance)
        expect(result.memberIndex, result.userId).to.equal(member?.index)
        const own = await transactionsOfMember(store, { week, memberIndex: result.memberIndex })
        expect(own.map(({ kind, outcome }) => `${kind} ${outcome}`)).to.deep.equal([
          "submit_scores finalized",
          "settle_pages finalized",
        ])
        for (const { signature, slot } of own) {
          const { value } = await cluster.connection.getSignatureStatuses([signature])
          expect(value[0]).to.include({ err: null, slot })
        }
      }
      const sent = await store.database.select().from(transactions)
      expect(sent.every(({ outcome }) => outcome === "finalized")).to.equal(true)

      const second = await postStep(context)

      expect(second).to.include({ outcome: "unchanged" })
      expect(await store.database.$count(transactions)).to.equal(sent.length)
      expect((await rowOf(store)).chain).to.deep.equal(paid)
    })

    it("keeps a held week until somebody lets it pass, and plans without sending in a dry run and in a shadow", async () => {
      const store = await stores.open()
      const economy = newEconomy()
      const context = await scoredContext({ cluster, store, economy, week, scored })
      await store.database.update(weeks).set({ heldBecause: "totals doubled" })

      const held = await refusal(postStep(context))
      expect(held).to.be.instanceOf(NotReady)
      expect(held.message).to.contain("is held, and nobody has overridden it: totals doubled")

      await store.database.update(weeks).set({ overriddenBy: "decision-1" })
      for (const mode of [{ dryRun: true }, { shadow: true }]) {
        const planned = await postStep({ ...context, ...mode })
        expect(planned).to.include({ outcome: "planned" })
        expect(planned.planned).to.include({ transactions: SHOWN_STEPS })
      }
      expect(await store.database.$count(transactions)).to.equal(0)
      expect(await store.database.$count(facts)).to.equal(0)
      expect((await cluster.economy(economy)).members).to.equal(0)

      expect(await postStep(context)).to.include({ outcome: "posted" })
    })

    it("refuses a directory that is not the scored week, an unscored one, and another economy's store", async () => {
      const store = await stores.open()
      const economy = newEconomy()
      const context = await scoredContext({ cluster, store, economy, week, scored })
      const unscored = await refusal(postStep({ ...context, week: week + 1 }))
      expect(unscored.message).to.contain("is not scored")

      await store.database.insert(facts).values({ name: "genesis_hash", value: "another cluster" })
      const foreign = await refusal(postStep(context))
      expect(foreign.message).to.contain("but this store belongs to another cluster")
      await store.database.delete(facts)

      appendFileSync(join(context.directory, "score", "summary.json"), "\n")
      const changed = await refusal(postStep(context))
      expect(changed.exitCode).to.equal(6)
      expect((await cluster.economy(economy)).members).to.equal(0)
    })

    it("leaves a week whose key has too few SOL as it is", async () => {
      const store = await stores.open()
      const chain = { oracle: cluster.folder.at("poor.json") }
      const context = await scoredContext({ cluster, store, economy: ofPoor, week, scored, chain })

      const short = await refusal(postStep(context))

      expect(short).to.be.instanceOf(NotReady)
      expect(short.message).to.match(/keypair: \w+ has 0\.\d+ SOL, and this needs 0\.\d+ SOL/)
      expect((await rowOf(store)).isFinal).to.equal(false)
      expect(await store.database.$count(transactions)).to.equal(0)
    })

    it("commits nothing, and so sends nothing, for an oracle that has lost the lease", async () => {
      const store = await stores.open()
      await store.database
        .insert(leases)
        .values({ name: "week", holder: "old", token: 7, expiresAt: "2099-01-01T00:00:00Z" })
      const fenced = await store.fenced({ lease: "week", token: 7 })
      const journal = await StoreJournal.open(fenced, week)
      await journal.begin({
        ...{ type: "run", at: "", command: "post", version: "0.1.0", pid: 1, economy: "economy", week },
        ...{ genesis_hash: "hash", summary_sha256: null },
      })
      const entry = (signature: string) => ({
        ...{ kind: "submit_scores", what: "page 0", signature, blockhash: "blockhash", fee: 5000 },
        ...{ last_valid_block_height: 100, compute_units: 1000, transaction: "AQ==" },
        members: [{ first: 0, last: 7 }],
      })
      await journal.sent(entry("before"))
      await store.database.update(leases).set({ holder: "new", token: 8 })
      // PGlite has one session, which is the fenced one.
      const lost = await refusal(journal.sent(entry("after")))
      expect(lost).to.be.instanceOf(StaleLease)
      await refusal(journal.outcome({ signature: "before", status: "expired", slot: null, error: null }))
      if (stores.kind === "postgres") await fenced.close()

      const { rows } = (await store.database.execute(
        sql`SELECT signature, outcome FROM stk_oracle.transactions ORDER BY signature`,
      )) as unknown as { rows: unknown[] }
      expect(rows).to.deep.equal([{ signature: "before", outcome: null }])
      const next = await StoreJournal.open(store, week)
      expect(next.unresolved().map(({ signature }) => signature)).to.deep.equal(["before"])
    })
  })
})
