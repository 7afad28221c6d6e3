import {
  compileTransaction,
  pageProgress,
  planScores,
  transactionsOf,
  WeekStatus,
  type MemberCounts,
  type PlannedTransaction,
  type PlannedVersion,
  type PlanScoresParameters,
} from "@stk/sdk"
import { VersionedTransaction } from "@solana/web3.js"
import { expect } from "chai"
import {
  addMembers,
  createEconomy,
  openWeek,
  readEconomy,
  readPages,
  seal,
  type TestEconomy,
} from "../utils/economy"
import { Chain, type Sent } from "../utils/svm"

const COUNTS = [5, 3, 1, 5, 3, 2, 0]
/** 5·50 + 3·100 + 200 + 5·10 + 3·20 + 2·50 */
const POINTS = 960
const UNIT = 1_000_000n

interface Opened {
  chain: Chain
  economy: TestEconomy
  week: number
}

function opened(members: number): Opened {
  const chain = new Chain()
  const economy = createEconomy(chain)
  addMembers(chain, economy, members)
  return { chain, economy, week: openWeek(chain, economy) }
}

function parametersOf(
  { chain, economy, week }: Opened,
  countsOf: (index: number) => MemberCounts,
  version: PlannedVersion = "legacy",
): PlanScoresParameters {
  const { weekMembers } = readEconomy(chain, economy)
  return {
    oracle: economy.actors.oracle.publicKey,
    economy: economy.address,
    rules: economy.preset,
    week,
    members: weekMembers,
    countsOf,
    version,
    progress: readPages(chain, economy).map((page) => pageProgress(page.header, week)),
  }
}

function send({ chain, economy }: Opened, planned: PlannedTransaction): Sent {
  chain.svm.expireBlockhash()
  const transaction = compileTransaction(planned, chain.svm.latestBlockhash())
  transaction.sign([economy.actors.oracle])
  const bytes = transaction.serialize()
  expect(bytes.length, "the planned size is the size on the wire").to.equal(planned.bytes)
  return chain.sendBytes(bytes)
}

describe("Plan of a week's scores", () => {
  it("fits 184 active members into a transaction of exactly 1,232 bytes", () => {
    const at = opened(184)
    const plan = planScores(parametersOf(at, () => COUNTS))

    const [planned, ...others] = transactionsOf(plan)
    expect(others).to.have.length(0)
    if (!planned) return expect.fail("nothing is planned")
    const sent = send(at, planned)

    expect(sent.size).to.equal(1_232)
    const { weekActive, weekDue } = readEconomy(at.chain, at.economy)
    expect(weekActive).to.equal(184)
    expect(weekDue).to.equal(184n * BigInt(POINTS) * UNIT)
  })

  it("needs a second transaction for the 185th active member", () => {
    const plan = planScores(parametersOf(opened(185), () => COUNTS))
    expect(transactionsOf(plan).map(({ bytes }) => bytes <= 1_232)).to.deep.equal([true, true])
  })

  it("fits fewer beside a priority fee", () => {
    const at = opened(184)
    const plan = planScores({ ...parametersOf(at, () => COUNTS), microLamportsPerUnit: 5n })
    const planned = transactionsOf(plan)
    expect(planned).to.have.length(2)
    for (const each of planned) {
      expect(each.bytes).to.be.at.most(1_232)
      send(at, each)
    }
    expect(readEconomy(at.chain, at.economy).weekActive).to.equal(184)
  })

  it("fits 744 active members into a version-1 transaction that the chain executes", () => {
    const at = opened(744)
    const planned = transactionsOf(planScores(parametersOf(at, () => COUNTS, 1)))
    expect(planned).to.have.length(1)
    const [only] = planned
    if (!only) return expect.fail("nothing is planned")
    const sent = send(at, only)

    expect(sent.size).to.be.at.most(4_096)
    expect(readEconomy(at.chain, at.economy).weekActive).to.equal(744)
    const read = VersionedTransaction.deserialize(compileTransaction(only).serialize())
    expect(read.version).to.equal(1)
    expect(read.message.compiledInstructions[0]?.data.length).to.equal(only.instructions[0]?.data.length)
  })

  it("covers every member of several pages once and lets the week be sealed [STK-47]", function () {
    this.timeout(60_000)
    const at = opened(1_500)
    const countsOf = (index: number): MemberCounts => (index % 3 === 0 ? COUNTS : null)
    for (const version of ["legacy" as const, 0 as const]) {
      const plan = planScores(parametersOf(at, countsOf, version))
      if (version === "legacy") expect(plan.lanes.map(({ name }) => name)).to.deep.equal(["page 0", "page 1"])
      // Lanes in any order: here the last first, and only half of each, which the second plan completes.
      for (const lane of [...plan.lanes].reverse()) {
        const some = version === 0 ? lane.transactions : lane.transactions.slice(0, 1)
        for (const planned of some) send(at, planned)
      }
    }
    const done = planScores(parametersOf(at, countsOf))
    expect(done.lanes).to.have.length(0)
    expect(done.alreadyDone).to.deep.equal({ members: 1_500, pages: 2 })

    seal(at.chain, at.economy)
    const economy = readEconomy(at.chain, at.economy)
    expect(economy.weekStatus).to.equal(WeekStatus.Sealed)
    expect(economy.weekActive).to.equal(500)
    expect(economy.weekDue).to.equal(500n * BigInt(POINTS) * UNIT)
  })

  it("puts small rests of several pages into one transaction", function () {
    this.timeout(60_000)
    const at = opened(1_030)
    const countsOf = (index: number): MemberCounts => (index % 20 === 0 ? COUNTS : null)
    const plan = planScores(parametersOf(at, countsOf))
    expect(plan.lanes.map(({ name }) => name)).to.deep.equal(["pages 0, 1"])
    transactionsOf(plan).forEach((planned) => send(at, planned))
    expect(readEconomy(at.chain, at.economy).weekActive).to.equal(52)
  })
})
