import { Keypair } from "@solana/web3.js"
import { expect } from "chai"
import { Cluster } from "../oracle-chain/utils/cluster"
import { Random } from "../utils/random"
import { differences, Mondays } from "./utils/monday"
import { Community, withoutPulls } from "./utils/operator"

/** `STK_KILLS=60 npx ts-mocha … killed_weeks.test.ts` is the campaign; in between as many as fit. */
const KILLS = Number(process.env.STK_KILLS ?? 5)
/** A killed run gets a step or two further. */
const WEEKS = Math.max(1, Math.ceil(KILLS / 5))
const STEPS_OF_A_WEEK = 5
const MEMBERS = 8
const SEED = 20_261_122
const MESSAGES = 7
/** Seconds after which a notice that a killed process had claimed is due again. */
const CLAIM = 600

/** Of results: what follows from the data and the chain. Moments and numbers of rows and pulls differ from run to run. */
const TABLES = ["weeks", "results", "rejections", "events", "members", "outbox"]
const RUN_DEPENDENT = [
  ...["id", "pull", "attempts", "due_at", "sent_at", "updated_at", "recorded_at"],
  ...["address", "genesis_hash", "first_seen", "last_seen"],
]

describe("the whole weekly process, killed again and again", function () {
  this.timeout(120_000 + KILLS * 30_000)
  let clusters: Cluster[]
  let community: Community
  let calm: Mondays
  let killed: Mondays
  before(async () => {
    clusters = await Promise.all([Cluster.start(), Cluster.start()])
    const [one, other] = clusters
    if (one === undefined || other === undefined) throw new Error("two chains")
    const first = Math.max(await one.nextWeek(), await other.nextWeek())
    community = await Community.generate(first, WEEKS, MEMBERS)
    const mint = Keypair.generate()
    ;[calm, killed] = await Promise.all([
      Mondays.start({ cluster: one, community, mint }),
      Mondays.start({ cluster: other, community, mint }),
    ])
  })
  after(async () => {
    await Promise.all([calm.stop(), killed.stop()])
    community.remove()
    await Promise.all(clusters.map((cluster) => cluster.stop()))
  })

  it(`[STK-61] ends as if nothing had happened after ${KILLS} kills`, async () => {
    const last = community.first + community.weeks - 1
    for (const one of [calm, killed]) one.operator.dropAll()
    const started = Date.now()
    await calm.run(last, 9)
    const milliseconds = (2 * (Date.now() - started)) / WEEKS / STEPS_OF_A_WEEK

    const random = new Random(SEED)
    const during = new Map<string, number>()
    let kills = 0
    while (kills < KILLS) {
      const daemon = await killed.begin(last, 9, "--once")
      await daemon.reportsMany(random.below(MESSAGES))
      await new Promise((resolve) => setTimeout(resolve, random.below(Math.ceil(milliseconds))))
      if (daemon.hasEnded) break
      daemon.signal("SIGKILL")
      await daemon.ended()
      kills++
      const { event, step } = daemon.events.at(-1) ?? { event: "starting" }
      const where = `${String(event)}${step === undefined ? "" : ` ${String(step)}`}`
      during.set(where, (during.get(where) ?? 0) + 1)
    }
    await killed.run(last, 9 + CLAIM / 3_600)
    console.log(
      `${kills} kills over ${WEEKS} weeks: ${[...during].map(([at, n]) => `${at} ${n}`).join(", ")}`,
    )

    expect(differences(filesOf(calm), filesOf(killed)), "files").to.deep.equal([])
    const tables = async (one: Mondays): Promise<string[]> =>
      (await one.tables(TABLES, RUN_DEPENDENT)).map((line) =>
        // Two chains: their names differ.
        withoutPulls(line).replace(/"genesis_hash":"\w+"/, ""),
      )
    expect(differences(await tables(calm), await tables(killed)), "tables").to.deep.equal([])
    expect(await paidBy(killed)).to.deep.equal(await paidBy(calm))
    const ids = (one: Mondays): string[] =>
      [...new Set(one.receiver.requests.map(({ body }) => String(body.id)))].sort()
    expect(ids(calm).length).to.be.greaterThan(0)
    expect(ids(killed), "every notice came at least once").to.deep.equal(ids(calm))
    // What came twice was the same.
    const bodies = new Set(killed.receiver.requests.map(({ text }) => text))
    expect(bodies.size).to.equal(ids(killed).length)
  })
})

/** Files of the weeks; those that are text without numbers of pulls. */
function filesOf({ operator }: Mondays): string[] {
  return Object.entries(operator.files()).map(([path, base64]) =>
    /\.(json|jsonl|csv|html)$/.test(path)
      ? `${path} ${withoutPulls(Buffer.from(base64, "base64").toString())}`
      : `${path} ${base64}`,
  )
}

/** What the chain has of every week and of every member. */
async function paidBy({ cluster, economy, community }: Mondays): Promise<unknown> {
  const weeks = []
  for (let week = community.first; week < community.first + community.weeks; week++) {
    const { members, active, due, payable, paid } = await cluster.week(economy, week)
    weeks.push({ members, active, due, payable, paid })
  }
  return { weeks, members: await cluster.members(economy) }
}
