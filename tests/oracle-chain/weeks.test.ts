import { readFileSync } from "node:fs"
import { join } from "node:path"
import { isoWeek, type Economy } from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { Cluster, createAt, dueByWallet, presetFile, scoreGenerated } from "./utils/cluster"

interface PostJson {
  outcome: string
  totals: { members: number; active: number; due: string; payable: string }
  cost: { transactions: number }
  signatures: { signature: string }[]
}
interface SettleJson {
  outcome: string
  due: string
  payable: string
  paid: string
  returned: string
  members_checked: number
  cost: { transactions: number }
}
interface StatusJson {
  week: { name: string; phase: string; members_scored: number }
  surplus: string
  unsettled: string
  member_balances: string
}

/** What the pool has ever received: all that was minted and did not go to the other funds, from which nobody spends here. */
const poolInflow = ({ minted, funds }: Economy): bigint => minted - sum(funds.slice(1))
const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((total, amount) => total + amount, 0n)

describe("three weeks of a community over the command line", function () {
  let cluster: Cluster
  let economy: PublicKey
  let first: number
  /** By week: where it was scored, and base units due by wallet, from points.csv alone. */
  const weeks: { directory: string; due: Map<string, bigint> }[] = []

  before(async () => {
    cluster = await Cluster.start()
    first = await cluster.nextWeek()
    const sizes = [270, 285, 300]
    for (const [place, members] of sizes.entries()) {
      const week = first + place
      const previous = weeks.at(-1)?.directory
      const directory = await scoreGenerated(cluster.folder, {
        week,
        members,
        ...(previous === undefined ? {} : { previous }),
      })
      const data = cluster.folder.at(`data-${isoWeek(week)}-${members}/${isoWeek(week)}`)
      weeks.push({
        directory,
        due: dueByWallet(
          readFileSync(join(directory, "points.csv"), "utf8"),
          readFileSync(join(data, "members.csv"), "utf8"),
        ),
      })
    }
    // Seven days give the pool nine tenths of what the first week is due: 365 / 7 × 2 (half goes to the pool) × 0.9.
    const firstDue = sum(weeks[0]?.due.values() ?? [])
    const emission = (firstDue * 9n * 365n * 2n) / (10n * 7n)
    economy = await createAt(cluster, presetFile(cluster.folder, "preset.json", emission), first)
  })
  after(() => cluster.stop())

  const balances = new Map<string, bigint>()
  /** Base units that left the pool, and how many weeks it could not pay in full. */
  let poolTaken = 0n
  let shortWeeks = 0

  for (const place of [0, 1, 2]) {
    it(`pays week ${place + 1} exactly what points.csv says, pro rata where the pool is short`, async () => {
      const { directory, due } = weeks[place] ?? expect.fail("no week")
      const week = first + place
      // The second week is posted three weeks late: four more weeks of emission are in the pool.
      await cluster.passWeek(place === 1 ? week + 3 : week)

      const address = economy.toBase58()
      const posted = await cluster.json<PostJson>("post", directory, "--economy", address, "--yes")
      const settled = await cluster.json<SettleJson>("settle", "--economy", address)

      const total = sum(due.values())
      const state = await cluster.economy(economy)
      const record = await cluster.week(economy, week)
      expect(posted.outcome).to.equal("posted")
      expect(BigInt(posted.totals.due), "due = Σ points.csv").to.equal(total)
      expect(record.due).to.equal(total)
      const pool = poolInflow(state) - poolTaken
      const payable = pool < total ? pool : total
      expect(record.payable, "payable = min(due, pool)").to.equal(payable)

      let paid = 0n
      for (const [wallet, reward] of due) {
        const credit = (reward * payable) / (total === 0n ? 1n : total)
        balances.set(wallet, (balances.get(wallet) ?? 0n) + credit)
        paid += credit
      }
      const members = await cluster.members(economy)
      for (const [wallet, balance] of balances)
        expect(members.get(wallet)?.balance, `balance of ${wallet}`).to.equal(balance)
      expect(members.size).to.equal(balances.size)
      expect(record.paid).to.equal(paid)
      expect(settled).to.include({
        outcome: "settled",
        due: total.toString(),
        payable: payable.toString(),
        paid: paid.toString(),
        returned: (payable - paid).toString(),
      })
      expect(settled.members_checked).to.equal(members.size)
      poolTaken += paid
      shortWeeks += payable < total ? 1 : 0
      expect(state.funds[0], "what floors left is back in the pool").to.equal(poolInflow(state) - poolTaken)

      const status = await cluster.json<StatusJson>("status", "--economy", address)
      expect(status.week).to.include({ name: isoWeek(week), phase: "settled", members_scored: due.size })
      expect(status).to.include({
        surplus: "0",
        unsettled: "0",
        member_balances: sum(balances.values()).toString(),
      })
    })
  }
  it("was short of pool in one of the weeks only", () => {
    expect(shortWeeks).to.equal(1)
  })

  it("sends nothing when post and settle are repeated", async () => {
    const { directory } = weeks[2] ?? expect.fail("no week")
    const address = economy.toBase58()
    const before = await cluster.members(economy)
    const lamports = await cluster.connection.getBalance(cluster.operator.publicKey)
    const journal = readFileSync(join(directory, "journal.jsonl"), "utf8")

    const posted = await cluster.json<PostJson>("post", directory, "--economy", address, "--yes", "--settle")
    const settled = await cluster.json<SettleJson>("settle", "--economy", address)

    expect(posted).to.deep.include({ outcome: "unchanged", signatures: [] })
    expect(settled.outcome).to.equal("unchanged")
    expect(settled.cost.transactions).to.equal(0)
    expect(await cluster.members(economy)).to.deep.equal(before)
    expect(await cluster.connection.getBalance(cluster.operator.publicKey)).to.equal(lamports)
    expect(readFileSync(join(directory, "journal.jsonl"), "utf8")).to.equal(journal)
  })

  it("recognises an older week as posted, and finds it in order", async () => {
    const { directory, due } = weeks[0] ?? expect.fail("no week")

    const posted = await cluster.json<PostJson>("post", directory, "--economy", economy.toBase58(), "--yes")

    expect(posted.outcome).to.equal("unchanged")
    expect(BigInt(posted.totals.due)).to.equal(sum(due.values()))
  })
})
