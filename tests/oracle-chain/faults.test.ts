import { cpSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { keypairSigner } from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { postWeek, type PostReport } from "../../oracle/src/chain/post"
import { NO_EVENTS } from "../../oracle/src/chain/run"
import { OracleError } from "../../oracle/src/failure"
import { STK_RULES } from "../../oracle/src/score/rules"
import { FaultyRpc, LIES, TRANSPORT_FAULTS, type Fault } from "../utils/faulty_rpc"
import { Cluster, dueByWallet, scoreGenerated } from "./utils/cluster"
import { createEconomies } from "./utils/posting"

/** `STK_FAULTS=all` runs every fault at every method, passing and lasting; otherwise each fault at one method, and every lie. */
const ALL = process.env.STK_FAULTS === "all"
const MEMBERS = 6
const SIDE_BY_SIDE = 12
/** Small, so that what never ends is given up soon: nothing here waits for a cluster that is slow. */
const LIMITS = { requestMs: 1_000, patienceMs: 6_000, behindMs: 3_000, finalityMs: 15_000 }
/** What posting and settling a week ask for. */
const METHODS = [
  "getGenesisHash",
  "getAccountInfo",
  "getMultipleAccounts",
  "getBalance",
  "getRecentPrioritizationFees",
  "getLatestBlockhash",
  "simulateTransaction",
  "sendTransaction",
  "getSignatureStatuses",
  "getBlockHeight",
]

interface Case {
  fault: Fault
  method: string
  /** `passing`: the only endpoint fails now and then. `lasting`: the first of two fails always. */
  mode: "passing" | "lasting"
}

interface Result extends Case {
  happened: number
  /** `equal`: as without faults. `refused`: a typed refusal, and the next run ended as without faults. */
  result: "equal" | "refused"
  refusal?: string
}

function cases(): Case[] {
  const transport = TRANSPORT_FAULTS.flatMap((fault, index) =>
    METHODS.filter((_, place) => ALL || place === index % METHODS.length).map((method) => ({
      fault,
      method,
    })),
  )
  const lies = Object.entries(LIES).flatMap(([fault, methods]) =>
    methods.map((method) => ({ fault: fault as Fault, method })),
  )
  const [passing, lasting] = [[...transport, ...lies], ALL ? [...lies, ...transport] : lies]
  return [
    ...(ALL ? passing : transport).map((each): Case => ({ ...each, mode: "passing" })),
    ...lasting.map((each): Case => ({ ...each, mode: "lasting" })),
  ]
}

describe("an RPC endpoint that fails and lies", function () {
  this.timeout(ALL ? 3_600_000 : 600_000)
  let cluster: Cluster
  let week: number
  let scored: string
  let economies: PublicKey[]
  let due: Map<string, bigint>
  const all = cases()

  before(async () => {
    cluster = await Cluster.start()
    week = await cluster.nextWeek()
    scored = await scoreGenerated(cluster.folder, { week, members: MEMBERS })
    economies = []
    while (economies.length < all.length)
      economies.push(...(await createEconomies(cluster, week, Array(16).fill(cluster.operator))))
    await cluster.passWeek(week)
    const name = scored.split("/").at(-1) ?? ""
    due = dueByWallet(
      cluster.folder.read(`weeks/${name}/points.csv`),
      cluster.folder.read(`data-${name}-${MEMBERS}/${name}/members.csv`),
    )
  })
  after(() => cluster.stop())

  it(`pays everybody once, at once or in the next run, in each of ${all.length} cases`, async () => {
    const results: Result[] = []
    const problems: string[] = []
    const waiting = [...all.entries()]
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, one] = next
        try {
          results.push(await run(one, index))
        } catch (error) {
          problems.push(`${one.fault} at ${one.method}, ${one.mode}: ${String(error)}`)
        }
      }
    }
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane))

    const count = (matches: (result: Result) => boolean): number => results.filter(matches).length
    const report = {
      cases: all.length,
      pairs: new Set(all.map(({ fault, method }) => `${fault} ${method}`)).size,
      kinds: new Set(all.map(({ fault }) => fault)).size,
      methods: METHODS.length,
      equal: count(({ result }) => result === "equal"),
      refused_then_equal: count(({ result }) => result === "refused"),
      wrong: problems.length,
      results: results.sort((a, b) => `${a.fault}${a.method}`.localeCompare(`${b.fault}${b.method}`)),
      problems,
    }
    const target = join(__dirname, "..", "..", "target", "exactly-once")
    mkdirSync(target, { recursive: true })
    writeFileSync(
      join(target, ALL ? "faults-all.json" : "faults.json"),
      JSON.stringify(report, null, 2) + "\n",
    )
    expect(problems).to.deep.equal([])
    expect(count(({ happened }) => happened === 0)).to.equal(0)
  })

  async function run({ fault, method, mode }: Case, index: number): Promise<Result> {
    const economy = economies[index] ?? expect.fail("there is no economy left")
    const directory = cluster.folder.at(`case-${index}`)
    cpSync(scored, directory, { recursive: true })
    const proxies = [
      await FaultyRpc.start(cluster.localnet.rpcUrl),
      await FaultyRpc.start(cluster.localnet.rpcUrl),
    ]
    const [faulty] = proxies
    if (faulty === undefined) throw new Error("there is no proxy")
    const isPassing = mode === "passing"
    faulty.decide = (request) => {
      // Twice in a row, so that the first repetition does not help either, and later again.
      const isNow = !isPassing || [1, 2, 5, 11].includes(request.count)
      return { fault: request.method === method && isNow ? fault : null }
    }
    const [first, ...others] = (isPassing ? proxies.slice(0, 1) : proxies).map(({ url }) => url)
    const post = (): Promise<PostReport> =>
      postWeek(
        {
          ...{ directory, rules: STK_RULES, economy, settle: true, priorityFee: "auto" as const },
          ...{ urls: [first ?? "", ...others], ...LIMITS },
          signer: keypairSigner(cluster.operator),
        },
        NO_EVENTS,
      )
    try {
      let refusal: string | undefined
      try {
        await post()
      } catch (error) {
        // Anything else than a typed refusal is a fault of ours.
        if (!(error instanceof OracleError)) throw error
        refusal = `${error.name}: ${error.message}`
        faulty.decide = () => ({ fault: null })
        await post()
      }
      const members = await cluster.members(economy)
      expect(new Map([...members].map(([wallet, { balance }]) => [wallet, balance]))).to.deep.equal(due)
      const record = await cluster.week(economy, week)
      expect(record.paid).to.equal(record.due)
      expect(record.active).to.equal([...due.values()].filter((amount) => amount > 0n).length)
      const happened = faulty.happened.get(fault) ?? 0
      const result = refusal === undefined ? "equal" : "refused"
      return { fault, method, mode, happened, result, ...(refusal === undefined ? {} : { refusal }) }
    } finally {
      for (const proxy of proxies) await proxy.stop()
    }
  }
})
