import {
  Fund,
  keypairSigner,
  MEMBER_BYTES,
  PAGE_HEAD_BYTES,
  pagePda,
  STK_PRESET,
  StkClient,
  weekEnd,
  weekOf,
} from "@stk/sdk"
import { Keypair, type PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { Disagreement } from "../../oracle/src/chain/failures"
import { FileJournal } from "../../oracle/src/chain/journal"
import { ChainRun, NO_EVENTS } from "../../oracle/src/chain/run"
import { settle } from "../../oracle/src/chain/settle"
import { Cluster } from "./utils/cluster"

const MEMBERS = 4
/** A section completed on seven days, five times each: 1,750 points. */
const COUNTS = [35, 0, 0, 0, 0, 0, 0]
/** Where a member's balance is in its slot. */
const BALANCE_OFFSET = 32

describe("a week that is settled while its members move tokens", function () {
  this.timeout(120_000)
  let cluster: Cluster
  let members: Keypair[]
  let economy: PublicKey

  before(async () => {
    cluster = await Cluster.start()
    members = await Promise.all(
      Array.from(
        { length: MEMBERS },
        async (_, index) => (await cluster.newKey(`member-${index}.json`)).keypair,
      ),
    )
    const created = await StkClient.createEconomy({
      connection: cluster.connection,
      signer: keypairSigner(cluster.operator),
      mint: keypairSigner(Keypair.generate()),
      preset: STK_PRESET,
      pollMilliseconds: 50,
    })
    economy = created.economy
    await created.client.registerMembers(members.map(({ publicKey }) => publicKey))
  })
  after(() => cluster.stop())

  const clientOf = (key: Keypair): StkClient =>
    new StkClient({
      connection: cluster.connection,
      economy,
      signer: keypairSigner(key),
      pollMilliseconds: 50,
    })
  const member = (index: number): StkClient =>
    clientOf(members[index] ?? expect.fail("there is no such member"))
  const wallet = (index: number): PublicKey =>
    members[index]?.publicKey ?? expect.fail("there is no such member")

  /** Posts and seals the next week, in which everybody was as active. */
  async function post(): Promise<void> {
    const operator = clientOf(cluster.operator)
    const { week, genesis } = await operator.fetchEconomy()
    const next = week === 0 ? (weekOf(genesis) ?? 0) : week + 1
    await cluster.passWeek(next)
    expect(await cluster.localnet.unixTime()).to.be.at.least(weekEnd(next))
    await operator.releaseEmission()
    await operator.openWeek(next, MEMBERS, new Uint8Array(32))
    await operator.submitScores(() => COUNTS)
    await operator.sealWeek()
  }

  /** Settles; between its settling and its last reads of the chain happens what `meanwhile` does. */
  function settleWhile(meanwhile: () => Promise<unknown>) {
    const keypair = cluster.operator
    const run = new ChainRun(
      { urls: [cluster.localnet.rpcUrl], economy, signer: keypairSigner(keypair) },
      FileJournal.none(),
      NO_EVENTS,
    )
    const finalize = run.finalize.bind(run)
    run.finalize = async () => {
      const done = await finalize()
      await meanwhile()
      // What was sent just now is final before anything is read.
      const slot = await cluster.connection.getSlot("confirmed")
      while ((await cluster.connection.getSlot("finalized")) < slot)
        await new Promise((resolve) => setTimeout(resolve, 100))
      return done
    }
    return settle(run, {})
  }

  it("raises no alarm, whatever they do", async () => {
    await post()
    const settled = await settleWhile(() => Promise.resolve())
    expect(settled).to.include({ outcome: "settled", pages: 1, members_checked: MEMBERS })
    await member(1).withdraw(50_000_000n)
    const { id } = await member(1).createService({
      kind: 0,
      name: "Systems thinking",
      descriptionHash: new Uint8Array(32),
      price: 100_000_000n,
      termSeconds: 0,
      sessions: 0,
      split: [
        { member: 1, bps: 7_000 },
        { fund: Fund.Treasury, bps: 3_000 },
      ],
    })
    await member(3).stake(10_000_000n, 30)
    await post()

    const moving = await settleWhile(async () => {
      const operator = clientOf(cluster.operator)
      await member(0).transfer(wallet(2), 12_345_678n)
      await member(2).purchase(id)
      await member(1).deposit(20_000_000n)
      await member(3).stake(30_000_000n, 90)
      await operator.payRewards(0, new Uint8Array(32), [{ member: 0, amount: 1n }])
      await operator.spendFund(Fund.Treasury, wallet(0), 2n, "a prize")
      await member(0).withdraw(3n)
    })

    expect(moving).to.include({ outcome: "settled", pages: 1, members_checked: MEMBERS })
  })

  it("raises an alarm about what no event explains, to the unit", async () => {
    await post()

    const error: unknown = await settleWhile(async () => {
      await member(0).transfer(wallet(2), 7n)
      await addToBalance(3, 1n)
    }).then(
      () => expect.fail("nobody noticed"),
      (raised: unknown) => raised,
    )

    expect(error).to.be.instanceOf(Disagreement)
    const { differences } = error as Disagreement
    expect(differences.map(({ subject }) => subject)).to.deep.equal([wallet(3).toBase58()])
    const [difference] = differences
    expect(BigInt(difference?.actual ?? 0)).to.equal(BigInt(difference?.expected ?? 0) + 1n)
  })

  /** Writes a member's balance past the program. */
  async function addToBalance(slot: number, amount: bigint): Promise<void> {
    const [address] = pagePda(economy, 0)
    const account = await cluster.connection.getAccountInfo(address, "confirmed")
    if (account === null) throw new Error("there is no page")
    const data = Buffer.from(account.data)
    const offset = PAGE_HEAD_BYTES + MEMBER_BYTES * slot + BALANCE_OFFSET
    data.writeBigUInt64LE(data.readBigUInt64LE(offset) + amount, offset)
    const { lamports, owner } = account
    const written = { lamports, owner: owner.toBase58(), data: data.toString("hex") }
    const answer = await fetch(cluster.localnet.rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "surfnet_setAccount",
        params: [address.toBase58(), written],
      }),
    })
    const { error } = (await answer.json()) as { error?: unknown }
    if (error !== undefined) throw new Error(JSON.stringify(error))
  }
})
