import { bpsShareFloor, isoWeek, NO_POLICY, weekStart } from "@stk/sdk"
import { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { writeFileSync } from "node:fs"
import { members, outbox } from "../../oracle/src/store/schema"
import { openStore } from "../../oracle/src/store/store"
import { event, lines, membersCsv, wallet } from "../oracle/utils/fixtures"
import { Cluster, presetFile, type Created } from "../oracle-chain/utils/cluster"
import { startReceiver, type Receiver } from "./utils/receivers"

const SECRET = "webhook-secret-1234567890"
const PEOPLE = ["anna", "boris", "clara", "dmitri"]
/** Who does something in the first week only. */
const IDLE = ["clara", "dmitri"]
/** So many weeks after the first: 35 days pass, the lowest band is at 30. */
const LATER_WEEKS = 6
const BPS = 500

interface Redistributed {
  quarter: string
  outcome: string
  pages: number
  takings: { wallet: string; amount: string; days: number; bps: number; left: string }[]
  notices: { members: number; queued: number; sent: number; unknown: string[] }
}

describe("a redistribution by the operator", function () {
  this.timeout(240_000)
  let cluster: Cluster
  let receiver: Receiver
  let economy: PublicKey
  let config: string

  before(async () => {
    cluster = await Cluster.start()
    receiver = await startReceiver()
    const first = await cluster.nextWeek()
    const bands = [30, 60, 90].map((days, index) => ({ days, bps: BPS * (index + 1) }))
    const preset = presetFile(cluster.folder, "preset.json", 10n ** 15n, {
      policy: { ...NO_POLICY, bands, spendingLimits: NO_POLICY.spendingLimits.map(String) },
    })
    const genesis = new Date(weekStart(first) * 1000).toISOString()
    const created = await cluster.json<Created>("create", "--preset", preset, "--genesis", genesis)
    economy = new PublicKey(created.economy)
    const list = cluster.folder.file("members.csv", membersCsv(PEOPLE.map((user) => ({ user, level: 1 }))))
    let previous: string | null = null
    for (let week = first; week <= first + LATER_WEEKS; week++) {
      const name = isoWeek(week)
      const timestamp = new Date((weekStart(week) + 3_600) * 1000).toISOString()
      const active = PEOPLE.filter((user) => week === first || !IDLE.includes(user))
      const file = cluster.folder.file(
        `events-${name}.jsonl`,
        lines(active.map((distinct_id) => event({ distinct_id, timestamp }))),
      )
      const out = cluster.folder.at(`week-${name}`)
      const scored = await cluster.run(
        ...["score", "--week", name, "--events", file, "--members", list, "--out", out],
        ...(previous === null ? [] : ["--previous", previous]),
      )
      expect(scored.code, scored.stderr).to.equal(0)
      await cluster.passWeek(week)
      const posted = await cluster.run("post", out, "--economy", created.economy, "--yes", "--settle")
      expect(posted.code, posted.stderr).to.equal(0)
      previous = out
    }
    writeFileSync(cluster.folder.at("secret"), SECRET)
    config = cluster.folder.file(
      "stk-oracle.json",
      JSON.stringify({
        chain: { economy: created.economy, rpc: [cluster.localnet.rpcUrl], oracle: cluster.operatorFile },
        sources: [{ name: "drop", kind: "files", folder: "drop" }],
        notices: { webhook: { url: receiver.url, secret: { file: cluster.folder.at("secret") } } },
      }),
    )
    const store = await openStore(cluster.folder.at("data/db"))
    await store.database
      .insert(members)
      .values(PEOPLE.map((userId) => ({ userId, wallet: wallet(userId), level: 1 })))
    await store.close()
  })
  after(async () => {
    await receiver.stop()
    await cluster.stop()
  })

  it("says what is due and sends nothing in a dry run", async () => {
    const before = await cluster.members(economy)
    const result = await cluster.run("redistribute", "-c", config, "--dry-run")
    expect(result.code, result.stderr).to.equal(0)
    expect(result.stdout).to.match(/^\d{4}-Q\d: 1 pages are due; nothing was sent\n$/)
    expect(await cluster.members(economy)).to.deep.equal(before)
    expect(receiver.requests).to.deep.equal([])
  })

  it("[STK-92] tells every affected member the amount and to come back, and nobody else, once", async () => {
    const before = await cluster.members(economy)
    const done = await cluster.json<Redistributed>("redistribute", "-c", config, "--yes")
    const after = await cluster.members(economy)
    expect(done.outcome).to.equal("redistributed")

    // Independently: who lost what, from the balances on chain.
    const lost = PEOPLE.flatMap((user) => {
      const taken = (before.get(wallet(user))?.balance ?? 0n) - (after.get(wallet(user))?.balance ?? 0n)
      return taken === 0n ? [] : [{ user_id: user, amount: String(taken) }]
    })
    expect(lost.map(({ user_id }) => user_id)).to.deep.equal(IDLE)
    for (const { user_id, amount } of lost)
      expect(amount).to.equal(String(bpsShareFloor(before.get(wallet(user_id))?.balance ?? 0n, BPS)))
    const told = receiver.requests
      .map(({ body }) => ({ user_id: body.user_id, amount: body.amount }))
      .sort((a, b) => (String(a.user_id) < String(b.user_id) ? -1 : 1))
    expect(told).to.deep.equal(lost)
    expect(
      receiver.requests.every(({ body }) => body.kind === "inactivity" && body.quarter === done.quarter),
    ).to.equal(true)

    const again = await cluster.json<Redistributed>("redistribute", "-c", config, "--yes")
    expect([again.outcome, again.notices.queued, again.notices.sent]).to.deep.equal(["unchanged", 0, 0])
    expect(again.takings).to.deep.equal(done.takings)
    expect(await cluster.members(economy)).to.deep.equal(after)
  })

  it("finds who was taken what in the events alone, when the store knows nothing of it", async () => {
    receiver.forget()
    const store = await openStore(cluster.folder.at("data/db"))
    await store.database.delete(outbox)
    await store.close()
    const told = await cluster.json<Redistributed>("redistribute", "-c", config, "--yes")
    expect([told.outcome, told.notices.members, told.notices.sent]).to.deep.equal(["unchanged", 2, 2])
    expect(receiver.requests.map(({ body }) => body.user_id)).to.have.members(IDLE)
  })

  it("refuses while a week that has ended is not posted", async () => {
    const { week } = await cluster.economy(economy)
    await cluster.passWeek(week + 1)
    const result = await cluster.run("redistribute", "-c", config, "--yes")
    expect(result.code).to.equal(5)
    expect(result.stderr).to.contain(
      `error: week: ${isoWeek(week + 1)} has ended and is not posted: post and settle it first\n`,
    )
  })
})
