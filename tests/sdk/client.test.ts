import {
  closingSunday,
  daysEnded,
  cumulativeEmission,
  encodeDailyCounts,
  Fund,
  InvalidArgumentError,
  keypairSigner,
  leafData,
  leafHash,
  MerkleTree,
  parseAmount,
  planRegistration,
  StkClient,
  TransactionExpiredError,
  transactionsOf,
  TransactionFailedError,
  weekEnd,
  weekOf,
  WeekStatus,
  type MemberCounts,
  type SentTransaction,
} from "@stk/sdk"
import { Keypair } from "@solana/web3.js"
import { expect } from "chai"
import {
  addMembers,
  balances,
  createEconomy,
  openWeek,
  readEconomy,
  readMember,
  readPage,
  releaseDays,
  runWeek,
  seal,
  submitAll,
} from "../utils/economy"
import { expectError, expectLedgerInvariant } from "../utils/expect"
import { readSnapshot, takeSnapshot } from "../utils/staking"
import { Chain } from "../utils/svm"
import { clientOf, recordingConnection } from "./support"

const DAY: readonly number[] = [5, 3, 1, 5, 3, 2, 0]
const NOTHING = [0, 0, 0, 0, 0, 0, 0]

/** Most that a limit may lie above what is used, in percent. */
const MARGIN_PERCENT = 2

function expectTightLimits(
  sent: readonly SentTransaction[],
  connection: ReturnType<typeof recordingConnection>,
): void {
  for (const { signature, computeUnitLimit, description } of sent) {
    const used = connection.sent.get(signature)?.computeUnits ?? 0
    expect(used, description).to.be.greaterThan(0)
    expect(computeUnitLimit, description).to.be.within(used, Math.ceil(used * (1 + MARGIN_PERCENT / 100)))
  }
}

describe("StkClient", () => {
  it("takes an economy through a week, asking for at most 2% more compute units than it uses", async function () {
    this.timeout(60_000)
    const chain = new Chain()
    const economy = createEconomy(chain)
    const { actors } = economy
    const wallets = Array.from({ length: 220 }, () => Keypair.generate())
    const sent: SentTransaction[] = []
    const note = (one: SentTransaction): number => sent.push(one)

    const registrar = clientOf(chain, economy, actors.registrar)
    const addresses = wallets.map((wallet) => wallet.publicKey)
    await registrar.client.registerMembers(addresses.slice(0, 100), note)
    await registrar.client.registerMembers(addresses, note)
    await registrar.client.registerMembers(addresses, note)
    const levels = [
      { index: 0, level: 3 },
      { index: 7, level: 8 },
    ]
    await registrar.client.setLevels(levels, new Uint8Array(32), note)
    expect(await registrar.client.setLevels(levels, new Uint8Array(32), note)).to.have.length(0)
    expectTightLimits(sent, registrar.connection)
    expect(readEconomy(chain, economy).members).to.equal(220)

    const week = weekOf(readEconomy(chain, economy).genesis) ?? 0
    expect(closingSunday(week)).to.equal("2025-12-21")
    chain.unixTime = weekEnd(week)
    const days = addresses.map(
      (_, index) => [index % 2 === 0 ? DAY : NOTHING, ...Array(6).fill(NOTHING)] as number[][],
    )
    const leaves = addresses.map((wallet, index) =>
      leafHash(leafData(wallet, week, encodeDailyCounts(days[index] ?? []))),
    )
    const tree = new MerkleTree(leaves)
    const countsOf = (index: number): MemberCounts => (index % 2 === 0 ? DAY : null)

    const oracle = clientOf(chain, economy, actors.oracle)
    const posted: SentTransaction[] = [
      await oracle.client.releaseEmission(),
      await oracle.client.openWeek(week, leaves.length, tree.root),
      ...(await oracle.client.submitScores(countsOf)),
      ...(await oracle.client.submitScores(countsOf)),
      await oracle.client.sealWeek(),
      ...(await oracle.client.settleWeek()),
      await oracle.client.auditScore({
        week,
        page: 0,
        slot: 2,
        dailyCounts: encodeDailyCounts(days[2] ?? []),
        proof: tree.proof(2),
      }),
    ]
    expectTightLimits(posted, oracle.connection)
    const last = posted.at(-1)
    const events = await oracle.client.fetchEvents(last?.signature ?? "")
    expect(events.map(({ name }) => name)).to.deep.equal(["ScoreAudited"])
    expect(events[0]?.data).to.include({ submitted: 960, recomputed: 960, mismatches: 0 })

    const state = await oracle.client.fetchEconomy()
    expect(state.weekStatus).to.equal(WeekStatus.Settled)
    expect(state.minted).to.equal(cumulativeEmission(state, daysEnded(state.genesis, weekEnd(week))))
    expect((await oracle.client.fetchWeek(week))?.active).to.equal(110)
    expect(balances(chain, economy)[0]).to.equal(parseAmount("1440", 6))

    const [first] = wallets
    if (!first) return expect.fail("no members")
    chain.airdrop(first.publicKey)
    const member = clientOf(chain, economy, first)
    const paidOut = await member.client.withdraw(parseAmount("440.5", 6))
    const paidIn = await member.client.deposit(parseAmount("40.5", 6))
    expectTightLimits([...paidOut, ...(await member.client.withdraw(1n)), paidIn], member.connection)
    const found = await member.client.fetchMember(first.publicKey)
    expect(found?.member.balance).to.equal(parseAmount("1040", 6) - 1n)
    expect(await member.client.fetchMember(Keypair.generate().publicKey)).to.equal(null)
    expectLedgerInvariant(chain, economy)
  })

  it("stakes and takes back, and keeps pages for votes before their balances change [STK-136]", async function () {
    this.timeout(30_000)
    const chain = new Chain()
    const economy = createEconomy(chain)
    addMembers(chain, economy, 3)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [DAY, DAY, null])
    const [key, ...others] = economy.members
    if (!key) return expect.fail("no members")
    chain.airdrop(key.publicKey)
    const { client, connection } = clientOf(chain, economy, key)
    expect(await client.fetchStakes(key.publicKey)).to.deep.equal([])
    expect(await client.fetchStakePage(0)).to.equal(null)

    const sent = [
      ...(await client.stake(parseAmount("100", 6), 30)),
      ...(await client.stake(parseAmount("200", 6), 365)),
    ]
    takeSnapshot(chain, economy)
    sent.push(...(await client.stake(parseAmount("300", 6), 90)))
    const stakes = await client.fetchStakes(key.publicKey)
    expect(stakes.map(({ id, termDays, snapshot }) => [id, termDays, snapshot])).to.deep.equal([
      [0, 30, 0],
      [1, 365, 0],
      [2, 90, 1],
    ])
    expect(readMember(chain, economy, 0).balance).to.equal(parseAmount("360", 6))
    for (const other of others) expect(await client.fetchStakes(other.publicKey)).to.deep.equal([])
    await expectError(() => client.unstake(0), "StakeIsLocked")
    await expectError(() => client.unstake(7), "InvalidArgumentError")
    await expectError(() => client.fetchStakes(Keypair.generate().publicKey), "AccountNotFoundError")
    chain.unixTime += 30 * 86_400
    sent.push(...(await client.unstake(0)))
    takeSnapshot(chain, economy)
    chain.unixTime += 60 * 86_400
    sent.push(...(await client.unstake(2)))
    expect(readMember(chain, economy, 0).balance).to.equal(parseAmount("760", 6))
    expect((await client.fetchStakes(key.publicKey)).map(({ id }) => id)).to.deep.equal([1])
    expect(readSnapshot(chain, economy, 0, 2).balances[0]).to.equal(parseAmount("460", 6))

    takeSnapshot(chain, economy)
    expect(await client.snapshotPages()).to.have.length(1)
    expect(await client.snapshotPages()).to.deep.equal([])
    expect(readPage(chain, economy).header.snapshot).to.equal(3)

    // A page that is behind when its week is settled is kept first.
    openWeek(chain, economy)
    submitAll(chain, economy, [DAY])
    seal(chain, economy)
    takeSnapshot(chain, economy)
    sent.push(...(await client.settleWeek()))
    expect(readPage(chain, economy).header.snapshot).to.equal(4)
    expect(readSnapshot(chain, economy, 0, 4).balances[0]).to.equal(parseAmount("760", 6))
    expect(readMember(chain, economy, 0).balance > parseAmount("760", 6)).to.equal(true)
    expectTightLimits(sent, connection)
    expectLedgerInvariant(chain, economy)
  })

  it("reports a refusal by its name before anything is paid for", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    const { client, connection } = clientOf(chain, economy, economy.actors.oracle)
    const error = await expectError(() => client.releaseEmission(), "NothingDue")
    expect(error.code).to.equal(6027)
    expect(error.shortMessage).to.equal("No day has ended since the last release")
    openWeek(chain, economy)
    await client.releaseEmission()
    await client.sealWeek()
    connection.sent.clear()
    await expectError(() => client.sealWeek(), "WeekNotOpen")
    const unmeasured = clientOf(chain, economy, economy.actors.oracle, { measure: false })
    await expectError(() => unmeasured.client.releaseEmission(), "NothingDue")
    expect(connection.sent.size).to.equal(0)
  })

  it("asks for a signer before it sends and for everybody who must sign", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    const reader = new StkClient({ connection: recordingConnection(chain), economy: economy.address })
    expect((await reader.fetchEconomy()).funds[Fund.Team]).to.equal(0n)
    await expectError(() => reader.releaseEmission(), "InvalidArgumentError")
    const elsewhere = new StkClient({ connection: recordingConnection(chain), economy: economy.mint })
    // The mint is an account of the token program.
    await expectError(() => elsewhere.fetchEconomy(), "InvalidAccountError")
    const nowhere = new StkClient({
      connection: recordingConnection(chain),
      economy: Keypair.generate().publicKey,
    })
    await expectError(() => nowhere.fetchEconomy(), "AccountNotFoundError")
    const { client } = clientOf(chain, economy, economy.actors.stranger)
    const { registrar } = economy.actors
    const state = { members: 0, pages: 0, capacity: 0 }
    const wallets = [Keypair.generate().publicKey]
    const plan = planRegistration({
      registrar: registrar.publicKey,
      economy: economy.address,
      wallets,
      state,
    })
    const error = await expectError(() => client.execute(plan), "InvalidArgumentError")
    expect(error).to.be.instanceOf(InvalidArgumentError)
    const [planned] = transactionsOf(plan)
    if (!planned) return expect.fail("nothing is planned")
    await client.send(planned, [keypairSigner(registrar)])
    expect(readEconomy(chain, economy).pages).to.equal(1)
  })

  it("signs again when a blockhash expired, and gives up after some attempts", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    releaseDays(chain, economy, 1)
    chain.unixTime += 86_400
    const { client, connection } = clientOf(chain, economy, economy.actors.oracle)
    const { sendRawTransaction } = connection
    const lost: Uint8Array[] = []
    let height = 0
    connection.getBlockHeight = async () => (height += 1_000)
    connection.getLatestBlockhash = async () => {
      chain.svm.expireBlockhash()
      return { blockhash: chain.svm.latestBlockhash(), lastValidBlockHeight: height + 1_500 }
    }
    connection.sendRawTransaction = async (bytes) => {
      // The first transaction is sent twice, each time in vain; its successor arrives.
      if (lost.push(Uint8Array.from(bytes)) <= 2) return "1".repeat(64)
      return sendRawTransaction(bytes)
    }
    const { minted } = readEconomy(chain, economy)
    await client.releaseEmission()
    expect(lost).to.have.length(3)
    expect(lost[0]).to.deep.equal(lost[1])
    expect(lost[2]).to.not.deep.equal(lost[1])
    expect(readEconomy(chain, economy).minted > minted).to.equal(true)

    chain.unixTime += 86_400
    connection.sendRawTransaction = async () => "1".repeat(64)
    const expired = await expectError(() => client.releaseEmission(), "TransactionExpiredError")
    expect(expired).to.be.instanceOf(TransactionExpiredError)
    connection.sendRawTransaction = async () => {
      throw new TransactionFailedError("BlockhashNotFound")
    }
    await expectError(() => client.releaseEmission(), "TransactionExpiredError")
  })

  it("stops at the first failure and continues from what the chain has", async function () {
    this.timeout(60_000)
    const chain = new Chain()
    const economy = createEconomy(chain)
    const wallets = Array.from({ length: 250 }, () => Keypair.generate().publicKey)
    await clientOf(chain, economy, economy.actors.registrar).client.registerMembers(wallets)
    openWeek(chain, economy)
    const { client, connection } = clientOf(chain, economy, economy.actors.oracle)
    const { sendRawTransaction } = connection
    let left = 1
    connection.sendRawTransaction = async (bytes) => {
      if (left-- === 0) throw new Error("the process was killed")
      return sendRawTransaction(bytes)
    }
    let failure: unknown
    await client.submitScores(() => DAY).catch((error: unknown) => (failure = error))
    expect(failure).to.be.an("error").with.property("message", "the process was killed")
    expect(readEconomy(chain, economy).weekActive).to.equal(184)

    await client.submitScores(() => DAY)
    expect(readEconomy(chain, economy).weekActive).to.equal(250)
    await client.sealWeek()
    expect(readMember(chain, economy, 249).pending).to.equal(parseAmount("960", 6))
  })
})
