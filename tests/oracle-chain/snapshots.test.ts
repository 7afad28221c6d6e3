import { decodeSnapshot, isoWeek, snapshotPda } from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { RENT_LAMPORTS_PER_BYTE } from "stk-localnet"
import { Cluster, createAt, presetFile, scoreGenerated } from "./utils/cluster"

interface SettleJson {
  outcome: string
  paid: string
  cost: { transactions: number; fee_lamports: string; rent_lamports: string }
}

/** More than a page. */
const MEMBERS = 1_030
/** Where the number of the latest snapshot is in an economy's account. */
const SNAPSHOT_OFFSET = 8 + 2_800
/** Bytes of a snapshot's account, with what every account occupies beside its data. */
const SNAPSHOT_BYTES = 128 + 8_248

/** Takes a snapshot as a proposal does, without one: writes its number into the economy's account. */
async function takeSnapshot({ localnet, connection }: Cluster, economy: PublicKey, number: number) {
  const account = await connection.getAccountInfo(economy)
  if (account === null) throw new Error("there is no economy")
  const data = Buffer.from(account.data)
  data.writeUInt32LE(number, SNAPSHOT_OFFSET)
  const { lamports, owner } = account
  const written = { lamports, owner: owner.toBase58(), data: data.toString("hex") }
  const method = "surfnet_setAccount"
  const answer = await fetch(localnet.rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: [economy.toBase58(), written] }),
  })
  const { error } = (await answer.json()) as { error?: unknown }
  if (error !== undefined) throw new Error(JSON.stringify(error))
}

describe("a week that is settled while a vote needs the balances before it", function () {
  this.timeout(170_000)
  let cluster: Cluster

  before(async () => {
    cluster = await Cluster.start()
  })
  after(() => cluster.stop())

  it("keeps each page before it settles it, and counts the rent of new snapshots only", async () => {
    const first = await cluster.nextWeek()
    const economy = await createAt(cluster, presetFile(cluster.folder, "preset.json", 10n ** 15n), first)
    const address = economy.toBase58()
    const costs: { rent: bigint; snapshot: number }[] = []
    let previous: string | undefined
    for (const [place, snapshot] of [1, 3].entries()) {
      const week = first + place
      await cluster.passWeek(week)
      const chained = previous === undefined ? {} : { previous }
      const directory = await scoreGenerated(cluster.folder, { week, members: MEMBERS, ...chained })
      previous = directory
      await cluster.json("post", directory, "--economy", address, "--yes")
      await takeSnapshot(cluster, economy, snapshot)
      const before = await cluster.members(economy)
      const lamports = BigInt(await cluster.connection.getBalance(cluster.operator.publicKey))

      const settled = await cluster.json<SettleJson>("settle", "--economy", address)

      expect(settled.outcome, isoWeek(week)).to.equal("settled")
      expect(BigInt(settled.paid) > 0n, "somebody was paid").to.equal(true)
      const paid = lamports - BigInt(await cluster.connection.getBalance(cluster.operator.publicKey))
      expect(paid).to.equal(BigInt(settled.cost.fee_lamports) + BigInt(settled.cost.rent_lamports))
      costs.push({ rent: BigInt(settled.cost.rent_lamports), snapshot })
      const byIndex = [...before.values()].sort((a, b) => a.index - b.index).map(({ balance }) => balance)
      for (const page of [0, 1]) {
        const account = await cluster.connection.getAccountInfo(snapshotPda(economy, page, snapshot)[0])
        const kept = decodeSnapshot(account?.data ?? new Uint8Array())
        expect(kept).to.include({ number: snapshot, page })
        const expected = byIndex.slice(1_024 * page, 1_024 * (page + 1))
        expect(kept.balances.slice(0, expected.length)).to.deep.equal(expected)
      }
    }

    const rent = 2n * BigInt(SNAPSHOT_BYTES) * RENT_LAMPORTS_PER_BYTE
    expect(costs).to.deep.equal([
      { rent, snapshot: 1 },
      { rent: 0n, snapshot: 3 },
    ])
  })
})
