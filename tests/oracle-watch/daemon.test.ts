import { isoWeek, weekOf } from "@stk/sdk/math"
import { expect } from "chai"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { cli } from "../oracle/utils/fixtures"
import { Cluster } from "../oracle-chain/utils/cluster"
import { createEconomies } from "../oracle-chain/utils/posting"
import { Community, Daemon, Operator } from "../oracle-run/utils/operator"
import { promtool } from "./utils/promtool"

const FIRST = (weekOf(Date.now() / 1000) ?? 0) - 2
const NAME = isoWeek(FIRST)
const LAST = isoWeek(FIRST + 1)
const API_KEY = "k-7c1f0e55aa-secret"
const POLL_MS = 200

interface Readiness {
  ready: boolean
  checks: Record<"database" | "lease" | "rpc" | "activity", { ok: boolean; says: string }>
}

describe("watching a daemon", function () {
  this.timeout(120_000)
  let cluster: Cluster
  let community: Community
  let operator: Operator
  let daemon: Daemon
  let economy: string
  let url: string
  /** Everything that was answered. */
  const seen: string[] = []

  before(async () => {
    const starting = Cluster.start()
    community = await Community.generate(FIRST, 1)
    cluster = await starting
    const [address] = await createEconomies(cluster, await cluster.nextWeek(), [cluster.operator])
    economy = address?.toBase58() ?? ""
    operator = new Operator(community, {
      run: { firstWeek: NAME, collectEveryMinutes: 0.02 },
      chain: {
        economy,
        rpc: [`${cluster.localnet.rpcUrl}/?api-key=${API_KEY}`, "http://127.0.0.1:1"],
        oracle: "oracle.json",
      },
      watch: { port: 0, freshSeconds: 0 },
    })
    operator.dropAll()
    daemon = new Daemon(operator, ["--until", "score"])
    await daemon.reports({ event: "watching" })
    url = String(daemon.events.find(({ event }) => event === "watching")?.url)
  })
  after(async () => {
    daemon.signal("SIGKILL")
    await daemon.ended()
    operator.remove()
    community.remove()
    await cluster.stop()
  })

  async function get(path: string, method = "GET"): Promise<{ status: number; text: string }> {
    const response = await fetch(url + path, { method })
    const text = await response.text()
    seen.push(text)
    return { status: response.status, text }
  }

  /** Asks until the answer is such. */
  async function until<T>(ask: () => Promise<T>, isSuch: (answer: T) => boolean): Promise<T> {
    for (;;) {
      const answer = await ask()
      if (isSuch(answer)) return answer
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  const readiness = async (): Promise<Readiness & { status: number }> => {
    const { status, text } = await get("/readyz")
    return { status, ...(JSON.parse(text) as Readiness) }
  }

  /** The value of a series; undefined when there is none. */
  function valueOf(page: string, series: string): number | undefined {
    const line = page.split("\n").find((each) => each.startsWith(`${series} `))
    return line === undefined ? undefined : Number(line.slice(series.length + 1))
  }

  it("is alive at once, and ready when it has database, lease and chain", async () => {
    expect((await get("/healthz")).status).to.equal(200)

    const ready = await until(readiness, ({ status }) => status === 200)

    expect(ready.ready).to.equal(true)
    expect(ready.checks.lease.says).to.equal("this process holds it")
    expect(ready.checks.rpc.says).to.equal("1 of 2 endpoints answer")
  })

  it("serves metrics of the week, the sources and the chain that promtool finds nothing wrong with", async () => {
    await daemon.reports({ event: "step-done", week: NAME, step: "score" })
    const step = (name: string, state: string): string =>
      `stk_oracle_step_state{week="${NAME}",step="${name}",state="${state}"}`
    const { text: page } = await until(
      () => get("/metrics"),
      ({ text }) => valueOf(text, step("score", "done")) === 1,
    )

    promtool(["check", "metrics"], page)
    expect(valueOf(page, step("report", "pending"))).to.equal(1)
    expect(valueOf(page, step("score", "failed"))).to.equal(0)
    expect(valueOf(page, `stk_oracle_step_attempts{week="${NAME}",step="score"}`)).to.equal(1)
    expect(valueOf(page, "stk_oracle_database_up")).to.equal(1)
    expect(valueOf(page, "stk_oracle_lease_held")).to.equal(1)
    expect(valueOf(page, "stk_oracle_backlog")).to.equal(2)
    // Not known, and so not said.
    expect(valueOf(page, "stk_oracle_last_final_week")).to.equal(undefined)
    expect(valueOf(page, `stk_oracle_source_failing{source="drop"}`)).to.equal(0)
    const now = Date.now() / 1000
    expect(valueOf(page, `stk_oracle_source_last_success_timestamp_seconds{source="drop"}`)).to.be.within(
      now - 120,
      now + 1,
    )
    const local = cluster.localnet.rpcUrl
    expect(valueOf(page, `stk_oracle_rpc_up{endpoint="${local}",index="0"}`)).to.equal(1)
    expect(valueOf(page, `stk_oracle_rpc_up{endpoint="http://127.0.0.1:1",index="1"}`)).to.equal(0)
    expect(valueOf(page, `stk_oracle_rpc_errors_total{endpoint="http://127.0.0.1:1"}`)).to.be.greaterThan(0)
    expect(
      valueOf(page, `stk_oracle_rpc_request_duration_seconds_count{endpoint="${local}"}`),
    ).to.be.greaterThan(0)
    expect(valueOf(page, `stk_oracle_balance_lamports{role="oracle"}`)).to.equal(
      await cluster.connection.getBalance(cluster.operator.publicKey, "confirmed"),
    )
    expect(valueOf(page, "stk_oracle_chain_paused")).to.equal(0)
  })

  it("counts what the store has of the weeks", async () => {
    const { text: page } = await until(
      () => get("/metrics"),
      ({ text }) => text.includes(`stk_oracle_observed_timestamp_seconds{part="counts"}`),
    )
    for (const state of ["pending", "sent", "failed"])
      expect(valueOf(page, `stk_oracle_outbox_messages{state="${state}"}`)).to.equal(0)
    expect(valueOf(page, "stk_oracle_transactions_open")).to.equal(0)
    expect(valueOf(page, "stk_oracle_fees_lamports_total")).to.equal(0)
  })

  it("answers twenty scrapes at once with whole pages", async () => {
    const pages = await Promise.all(Array.from({ length: 20 }, () => get("/metrics")))
    for (const { status, text } of pages) {
      expect(status).to.equal(200)
      expect(valueOf(text, "stk_oracle_database_up")).to.equal(1)
      expect(text.match(/^stk_oracle_step_state\{/gm)).to.have.length(2 * 5 * 5)
    }
  })

  it("has nothing else, and lets nobody change anything", async () => {
    expect((await get("/")).status).to.equal(404)
    expect((await get("/metrics", "POST")).status).to.equal(405)
    expect((await get("/metrics", "HEAD")).status).to.equal(200)
  })

  it("is shown by status beside the daemon, as text, as JSON, and line by line", async () => {
    const watching = cluster.spawn("status", "--watch", "--interval", "1", "-c", operator.configPath)
    let lines = ""
    const stopAfterTwo = (chunk: Buffer): void => {
      lines += chunk.toString()
      if (lines.split("\n").length > 2) watching.child.kill("SIGTERM")
    }
    watching.child.stdout?.on("data", stopAfterTwo)
    const [text, json, watched] = await Promise.all([
      cli(["status", "-c", operator.configPath]),
      cli(["status", "-c", operator.configPath, "--json"]),
      watching.ended,
    ])
    expect(watched.code, watched.stderr).to.equal(0)
    expect(lines.split("\n")[1]).to.match(
      new RegExp(
        `^\\S+Z; ${NAME} report late; .*sources ok; outbox 0 waiting, 0 given up; chain no week slot \\d+; `,
      ),
    )
    expect(text.code, text.stderr).to.equal(0)
    expect(text.stdout).to.contain(`economy ${economy}`).and.to.contain(", shared by the daemon")
    expect(text.stdout)
      .to.match(new RegExp(`^${LAST}`, "m"))
      .and.to.match(/^chain: no week posted yet/m)
    const overview = JSON.parse(json.stdout) as {
      weeks: { name: string; steps: { step: string; state: string }[] }[]
      chain: { endpoints: { isUp: boolean }[]; economy: { paused: boolean } }
      lease: { holder: string }
    }
    expect(overview.weeks.map(({ name }) => name)).to.deep.equal([NAME, LAST])
    expect(overview.weeks[0]?.steps[1]).to.include({ step: "score", state: "done" })
    expect(overview.chain.endpoints.map(({ isUp }) => isUp)).to.deep.equal([true, false])
    expect(overview.chain.economy.paused).to.equal(false)
    seen.push(text.stdout, text.stderr, json.stdout, lines)
  })

  it("refuses a port that another process has", async () => {
    const other = createServer().listen(0, "127.0.0.1")
    await new Promise((resolve) => other.once("listening", resolve))
    const { port } = other.address() as AddressInfo
    const second = new Operator(community, { watch: { port } })
    try {
      const result = await cli(["run", "-c", second.configPath])
      expect(result.code).to.equal(5)
      expect(result.stderr).to.equal(`error: watch.port: ${port} on 127.0.0.1 is in use by another process\n`)
    } finally {
      other.close()
      second.remove()
    }
  })

  it("is alive and not ready without a chain, and says so in metrics", async () => {
    await cluster.localnet.stop()

    const { checks } = await until(readiness, ({ status }) => status === 503)

    expect(checks.rpc).to.deep.equal({ ok: false, says: "0 of 2 endpoints answer" })
    expect(checks.database.ok).to.equal(true)
    expect((await get("/healthz")).status).to.equal(200)
    const { text } = await get("/metrics")
    expect(valueOf(text, `stk_oracle_rpc_up{endpoint="${cluster.localnet.rpcUrl}",index="0"}`)).to.equal(0)
  })

  it("never shows a secret or a member", () => {
    const members = readFileSync(join(operator.folder, "members.csv"), "utf8").trim().split("\n").slice(1)
    const identities = members.flatMap((line) => line.split(",").slice(0, 2))
    expect(identities.length).to.be.greaterThan(20)
    expect(seen.length).to.be.greaterThan(10)
    for (const text of [...seen, daemon.stderr])
      for (const secret of [API_KEY, ...identities]) expect(text).not.to.contain(secret)
  })

  it("closes with the daemon", async () => {
    daemon.signal("SIGTERM")
    expect(await daemon.ended(), daemon.stderr).to.equal(0)
    const error: unknown = await fetch(`${url}/healthz`).catch((raised: unknown) => raised)
    expect(error).to.be.instanceOf(TypeError)
  })
})
