import {
  acceptRoleInstruction,
  decodePageHeader,
  isoWeek,
  pagePda,
  proposeRoleInstruction,
  Role,
  WeekStatus,
} from "@stk/sdk"
import { sendAndConfirmTransaction, Transaction, type PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { Cluster, createAt, dueByWallet, presetFile, scoreGenerated } from "../oracle-chain/utils/cluster"

describe("a key that is taken out of use in the middle of a week", function () {
  this.timeout(120_000)
  let cluster: Cluster
  let economy: PublicKey
  before(async () => {
    // Slow slots: some batches are there, and some are not.
    cluster = await Cluster.start({ slotTimeMs: 200 })
  })
  after(() => cluster.stop())

  it("is refused from the next batch on, and the new one goes on where it stopped", async () => {
    const { folder, connection, operator } = cluster
    const week = await cluster.nextWeek()
    const directory = await scoreGenerated(folder, { week, members: 400 })
    economy = await createAt(cluster, presetFile(folder, "preset.json", 10n ** 15n), week)
    await cluster.passWeek(week)
    const command = ["post", directory, "--economy", economy.toBase58(), "--yes", "--concurrency", "1"]
    const old = cluster.spawn(...command)
    while ((await cluster.economy(economy)).weekStatus !== WeekStatus.Open)
      await new Promise((resolve) => setTimeout(resolve, 20))
    const page = pagePda(economy, 0)[0]
    const cursor = async (): Promise<number> => {
      const account = await connection.getAccountInfo(page, "confirmed")
      const header = decodePageHeader(account?.data ?? new Uint8Array())
      return header.week === week ? header.cursor : 0
    }
    while ((await cursor()) === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    old.child.kill("SIGKILL")
    await old.ended
    expect((await cluster.economy(economy)).weekStatus).to.equal(WeekStatus.Open)
    const before = await cursor()
    expect(before).to.be.greaterThan(0).and.lessThan(400)

    const next = await cluster.newKey("next.json")
    for (const [key, instruction] of [
      [
        operator,
        proposeRoleInstruction({
          authority: operator.publicKey,
          economy,
          role: Role.Oracle,
          proposed: next.keypair.publicKey,
        }),
      ],
      [next.keypair, acceptRoleInstruction({ holder: next.keypair.publicKey, economy, role: Role.Oracle })],
    ] as const)
      await sendAndConfirmTransaction(connection, new Transaction().add(instruction), [key])

    const refused = await cluster.run(...command)
    expect(refused.code).to.equal(5)
    expect(refused.stderr).to.contain(
      `${operator.publicKey.toBase58()} is not the oracle ${next.keypair.publicKey.toBase58()}`,
    )
    expect(await cursor()).to.be.at.least(before)

    const report = await cluster.json<{ outcome: string }>(...command, "-k", next.file, "--settle")
    expect(report.outcome).to.equal("posted")
    const due = dueByWallet(
      folder.read(`weeks/${isoWeek(week)}/points.csv`),
      folder.read(`data-${isoWeek(week)}-400/${isoWeek(week)}/members.csv`),
    )
    const members = await cluster.members(economy)
    for (const [wallet, points] of due) expect(members.get(wallet)?.balance, wallet).to.equal(points)
  })
})
