import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fetchWeek, isoWeek, weekEnd, weekPda, weekStart } from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { postStep } from "../../oracle/src/chain/post_step"
import { openStore, type Store } from "../../oracle/src/store/store"
import { aggregateStep } from "../../oracle/src/week/aggregate_step"
import { scoreStep } from "../../oracle/src/week/score_step"
import { Cluster } from "../oracle-chain/utils/cluster"
import { createEconomies } from "../oracle-chain/utils/posting"
import { Community, Operator, SteeredProcess } from "../oracle-run/utils/operator"
import { type CliResult, type Detail, cli, jsonLines } from "../oracle/utils/fixtures"
import { eachStore } from "../utils/postgres"

const HOUR = 3_600
const BURST = 40

interface Holds {
  weeks: {
    held_because: string | null
    overridden_by: { reason: string } | null
    events: { source: string; source_id: string; user_id: string; rule: string; released_by: unknown }[]
  }[]
}

describe("a week that is held, and what people decide", function () {
  this.timeout(240_000)
  let cluster: Cluster
  let community: Community
  let week: number
  let economies: PublicKey[]
  const operators: Operator[] = []

  before(async () => {
    cluster = await Cluster.start()
    week = await cluster.nextWeek()
    economies = await createEconomies(cluster, week, [cluster.operator, cluster.operator])
    await cluster.passWeek(week)
    community = await Community.generate(week, 1)
  })
  after(async () => {
    for (const operator of operators) operator.remove()
    community.remove()
    await cluster.stop()
  })

  /** An operator whose sources also bring three members who act faster than people. */
  function newOperator(economy: PublicKey, database: string): { operator: Operator; cheats: string[] } {
    const operator = new Operator(community, {
      database,
      chain: { economy: economy.toBase58(), rpc: [cluster.localnet.rpcUrl], oracle: cluster.operatorFile },
    })
    operators.push(operator)
    operator.drop(week)
    const rows = readFileSync(join(operator.folder, "members.csv"), "utf8").trimEnd().split("\n").slice(1, 4)
    const cheats = rows.map((row) => row.split(",")[0] ?? "")
    const noon = (weekStart(week) + 36 * HOUR) * 1000
    const lines = cheats.flatMap((user, nth) =>
      Array.from({ length: BURST }, (_, n) => {
        const timestamp = new Date(noon + nth * HOUR * 1000 + n * 1000 + 123).toISOString()
        return JSON.stringify({
          ...{ uuid: `burst-${nth}-${n}`, event: "SectionCompleted", distinct_id: user, properties: {} },
          ...{ timestamp, created_at: timestamp },
        })
      }),
    )
    mkdirSync(join(operator.folder, "drop", "bursts"))
    writeFileSync(join(operator.folder, "drop", "bursts", "events.jsonl"), lines.join("\n") + "\n")
    return { operator, cheats }
  }

  eachStore((stores) => {
    it("[STK-140] is not posted, counts what is released, is posted by an override, and then it is too late", async function () {
      this.timeout(300_000)
      const economy = economies.pop() ?? expect.fail("there is no economy left")
      const location = await stores.prepared()
      const { operator, cheats } = newOperator(economy, location)
      const [first = "", second = ""] = cheats
      const store: Store = await openStore(location)
      try {
        await store.serve()
        const note = () => Promise.resolve({})
        const weekly = new SteeredProcess(operator, store, {
          runs: { aggregate: aggregateStep, score: scoreStep, report: note, post: postStep },
        })
        const name = isoWeek(week)
        const run = (...args: string[]): Promise<CliResult> =>
          cli([...args, "-c", operator.configPath, "--week", name, "--json"], { STK_LOG_LEVEL: "silent" })
        const now = weekEnd(week) + 9 * HOUR
        const detailOf = (user: string): Detail | undefined =>
          jsonLines<Detail>(
            readFileSync(join(operator.folder, "data/weeks", name, "score/detail.jsonl"), "utf8"),
          ).find((member) => member.user_id === user)
        const onChain = () => fetchWeek(cluster.connection, weekPda(economy, week)[0])

        expect(await weekly.at(now)).to.deep.equal([`${name} aggregate`, `${name} score`, `${name} report`])
        expect(weekly.events.at(-1)).to.include({ event: "held", step: "post" })
        expect(await onChain()).to.equal(null)
        const held = await run("holds")
        expect(held.code, held.stderr).to.equal(10)
        const [before] = (JSON.parse(held.stdout) as Holds).weeks
        expect(before?.held_because).to.contain("follow each other faster than people act")
        const bursts = before?.events.filter((event) => event.rule === "burst") ?? []
        expect(bursts).to.have.length(3 * BURST)
        expect(new Set(bursts.map((event) => `${event.source} ${event.user_id}`))).to.deep.equal(
          new Set(cheats.map((user) => `drop ${user}`)),
        )
        const checked = await run("check")
        expect(checked.code, checked.stderr).to.equal(10)

        const points = detailOf(first)?.weight_sum ?? 0
        const released = await run("release", "--member", first, "--reason", "a workshop with a stopwatch")
        expect(released.code, released.stderr).to.equal(0)
        const release = JSON.parse(released.stdout) as { released: string[]; scored: boolean }
        expect(release.released).to.have.length(BURST)
        // Where somebody else has the database, that process scores.
        expect(release.scored).to.equal(stores.kind === "postgres")
        const done = await weekly.at(now + 60)
        expect(done).to.deep.equal([...(release.scored ? [] : [`${name} score`]), `${name} report`])
        expect(detailOf(first)?.weight_sum).to.be.greaterThan(points)
        expect(weekly.events.at(-1)).to.include({ event: "held", step: "post" })
        expect(await onChain()).to.equal(null)

        const passed = await run("override", "--reason", "two of us looked at it")
        expect(passed.code, passed.stderr).to.equal(0)
        expect(await weekly.at(now + 120)).to.deep.equal([`${name} post`])
        expect(await onChain()).to.not.equal(null)
        const after = await run("holds")
        expect(after.code, after.stderr).to.equal(0)
        const [decided] = (JSON.parse(after.stdout) as Holds).weeks
        expect(decided?.overridden_by?.reason).to.equal("two of us looked at it")
        expect(decided?.events.filter((event) => event.released_by !== null)).to.have.length(BURST)

        const late = await run("release", "--member", second, "--reason", "her too")
        expect(late.code).to.equal(5)
        expect(late.stderr).to.contain("give the members an explicit reward instead")
        const twice = await run("override", "--reason", " ")
        expect(twice.code).to.equal(2)

        const verified = await run("verify")
        expect(verified.code, verified.stderr).to.equal(0)
        expect(JSON.parse(verified.stdout)).to.deep.include({ verdict: "same", differences: [] })
      } finally {
        await store.close()
      }
    })
  })
})
