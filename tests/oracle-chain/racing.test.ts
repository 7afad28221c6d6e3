import { cpSync } from "node:fs"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { Cluster, createAt, presetFile, scoreGenerated } from "./utils/cluster"

describe("two runs at once", () => {
  let cluster: Cluster
  let economy: PublicKey
  let week: number
  let directory: string

  before(async () => {
    cluster = await Cluster.start()
    week = await cluster.nextWeek()
    directory = await scoreGenerated(cluster.folder, { week, members: 120 })
    economy = await createAt(cluster, presetFile(cluster.folder, "preset.json", 10n ** 15n), week)
    await cluster.passWeek(week)
  })
  after(() => cluster.stop())

  it("on one directory: the second is told that the first is at work, and sends nothing", async () => {
    const command = ["post", directory, "--economy", economy.toBase58(), "--yes", "--json"]
    const first = cluster.spawn(...command)
    while ((await cluster.economy(economy)).members === 0)
      await new Promise((resolve) => setTimeout(resolve, 10))

    const second = await cluster.run(...command)
    expect(second.code).to.equal(7)
    expect(second.stderr).to.contain(`process ${first.child.pid} is working on this directory`)

    // The first one dies, as it would on a machine that loses power.
    first.child.kill("SIGKILL")
    await first.ended
  })

  it("on two machines: the chain lets each thing happen once, and both end with the same", async () => {
    const other = cluster.folder.at("other-machine")
    cpSync(directory, other, { recursive: true, filter: (path) => !/journal\.jsonl$|post\.lock$/.test(path) })
    const command = (from: string): string[] => [
      "post",
      from,
      "--economy",
      economy.toBase58(),
      "--yes",
      "--settle",
    ]

    const results = await Promise.all(
      [directory, other].map((from) => cluster.spawn(...command(from), "--json").ended),
    )

    for (const result of results) expect(result.code, result.stderr).to.equal(0)
    const totals = results.map((result) => (JSON.parse(result.stdout) as { totals: { due: string } }).totals)
    expect(totals[0]).to.deep.equal(totals[1])
    const record = await cluster.week(economy, week)
    const members = await cluster.members(economy)
    const credited = [...members.values()].reduce((sum, member) => sum + member.balance, 0n)
    expect(credited).to.equal(record.due).and.to.equal(record.paid)
    expect(members.size).to.equal(record.members)
  })
})
