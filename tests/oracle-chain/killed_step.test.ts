import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { openStore } from "../../oracle/src/store/store"
import { results, transactions, weeks } from "../../oracle/src/store/schema"
import { FaultyRpc } from "../utils/faulty_rpc"
import { startPostgres, type PostgresServer } from "../utils/postgres"
import { Random } from "../utils/random"
import { Cluster, dueByWallet, scoreGenerated } from "./utils/cluster"
import { spawnPostStep } from "./utils/killing"
import { createEconomies, scoredContext } from "./utils/posting"

/** `STK_KILLS=1000 npx ts-mocha … killed_step.test.ts` is the campaign; in between as many as fit. */
const KILLS = Number(process.env.STK_KILLS ?? 8)
const SIDE_BY_SIDE = KILLS > 100 ? 4 : 2
/** A week is killed this often before it may end. */
const KILLS_OF_A_WEEK = 8
const MEMBERS = 6
const SEED = 20_261_121

/** Where a process was killed: at a request, before or after it took effect, or at an instant. */
type Point = { kind: "before" | "after"; request: number } | { kind: "instant"; milliseconds: number }

describe("the step that posts a week, killed again and again", function () {
  this.timeout(60_000 + KILLS * 20_000)
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
    const weeksNeeded = Math.ceil(KILLS / KILLS_OF_A_WEEK) + SIDE_BY_SIDE
    economies = []
    while (economies.length < weeksNeeded)
      economies.push(...(await createEconomies(cluster, week, Array(8).fill(cluster.operator))))
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

  it(`[STK-53] pays nothing twice and loses nothing over ${KILLS} kills`, async () => {
    const points = new Map<string, number>()
    let kills = 0
    let paidWeeks = 0
    let runs = 0
    const started = Date.now()

    const oneWeek = async (random: Random, economy: PublicKey): Promise<void> => {
      const location = await postgres.createDatabase()
      const store = await openStore(location)
      const proxy = await FaultyRpc.start(cluster.localnet.rpcUrl)
      try {
        const context = await scoredContext({
          ...{ cluster, store, economy, week, scored, urls: [proxy.url], database: location },
        })
        for (let killed = 0; ; ) {
          const isLast = killed >= KILLS_OF_A_WEEK || kills >= KILLS
          const point: Point | null = isLast ? null : pointOf(random)
          let at = ""
          let requests = 0
          const { child, ended } = spawnPostStep(context.config.path, week, context.directory)
          const kill = (where: string): void => {
            if (at === "" && child.kill("SIGKILL")) at = where
          }
          proxy.decide = ({ method }) => {
            const isHere = point !== null && point.kind !== "instant" && ++requests === point.request
            if (point?.kind === "instant" && ++requests === 1)
              setTimeout(() => kill("instant"), point.milliseconds)
            if (isHere && point.kind === "before") {
              kill(`before ${method}`)
              return { fault: "reset" }
            }
            return { fault: null, ...(isHere ? { onForwarded: () => kill(`after ${method}`) } : {}) }
          }
          const end = await ended
          runs++
          if (end.signal === "SIGKILL") {
            kills++
            killed++
            points.set(at, (points.get(at) ?? 0) + 1)
            continue
          }
          expect(end.code, end.stderr).to.equal(0)
          break
        }
        await expectPaidOnce(economy, store)
        paidWeeks++
        writeReport({ asked: KILLS, kills, weeks: paidWeeks, runs, seconds: secondsSince(started) }, points)
      } finally {
        await proxy.stop()
        await store.close()
      }
    }

    const lane = async (index: number): Promise<void> => {
      const random = new Random(SEED + index)
      while (kills < KILLS) await oneWeek(random, economies.pop() ?? expect.fail("there is no economy left"))
    }
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, (_, index) => lane(index)))

    expect(kills).to.be.at.least(KILLS)
  })

  const secondsSince = (time: number): number => Math.round((Date.now() - time) / 1000)

  /** Written after each week: a campaign that is ended early has its figures too. */
  function writeReport(figures: object, points: ReadonlyMap<string, number>): void {
    const target = join(__dirname, "..", "..", "target", "exactly-once")
    mkdirSync(target, { recursive: true })
    const report = { ...figures, points: Object.fromEntries([...points].sort()) }
    writeFileSync(join(target, `kills-${KILLS}.json`), JSON.stringify(report, null, 2) + "\n")
  }

  function pointOf(random: Random): Point {
    const kind = (["before", "after", "instant"] as const)[random.below(3)] ?? "instant"
    if (kind === "instant") return { kind, milliseconds: random.below(1_500) }
    return { kind, request: 1 + random.below(40) }
  }

  /** Each member has what points.csv says, the store knows every transaction of the chain, and how each ended. */
  async function expectPaidOnce(economy: PublicKey, store: Awaited<ReturnType<typeof openStore>>) {
    const members = await cluster.members(economy)
    expect(new Map([...members].map(([wallet, { balance }]) => [wallet, balance]))).to.deep.equal(due)
    const record = await cluster.week(economy, week)
    expect(record.paid)
      .to.equal(record.due)
      .and.to.equal([...due.values()].reduce((sum, each) => sum + each, 0n))
    const [row] = await store.database.select().from(weeks)
    expect(row?.isFinal).to.equal(true)
    for (const { wallet, credited } of await store.database.select().from(results))
      expect(credited).to.equal(due.get(wallet))
    const sent = await store.database.select().from(transactions)
    expect(sent.filter(({ outcome }) => outcome === null || outcome === "confirmed")).to.deep.equal([])
    const known = new Set(sent.map(({ signature }) => signature))
    const landed = await cluster.connection.getSignaturesForAddress(economy, {}, "confirmed")
    const unknown = landed.filter(({ signature }) => !known.has(signature))
    // The creation of the economy alone was not the step's.
    expect(unknown).to.have.length(1)
  }
})
