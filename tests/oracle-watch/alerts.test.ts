import { expect } from "chai"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Metrics } from "../../oracle/src/watch/metrics"
import { promtool } from "./utils/promtool"

const ROOT = join(__dirname, "..", "..")
const ALERTS = join(ROOT, "oracle", "alerts")
const read = (...path: string[]): string => readFileSync(join(...path), "utf8")

describe("alerts and dashboard of stk-oracle", function () {
  this.timeout(60_000)
  const RULES = "stk-oracle.rules.yml"

  /** Names of the oracle's metrics in a text. */
  function used(text: string): string[] {
    return [...new Set(text.match(/\bstk_oracle_[a-z_]+/g))].map((name) => name.replace(/_bucket$/, ""))
  }

  function known(): string[] {
    const metrics = new Metrics(0)
    metrics.close()
    return metrics.names
  }

  it("has rules that Prometheus takes", () => {
    expect(promtool(["check", "rules", join(ALERTS, RULES)])).to.match(/SUCCESS: \d+ rules found/)
  })

  it("raises each alert when it should, and none while all is well", () => {
    const tests = join(ALERTS, "stk-oracle.rules.test.yml")

    expect(promtool(["test", "rules", tests])).to.contain("SUCCESS")

    const alerts = read(ALERTS, RULES).match(/(?<=alert: )\w+/g) ?? []
    expect(alerts.length).to.be.greaterThan(10)
    for (const alert of alerts) expect(read(tests), alert).to.contain(`name: ${alert}\n`)
  })

  it("uses only metrics that the daemon has", () => {
    const names = known()
    for (const file of [RULES, "stk-oracle.dashboard.json"]) {
      const wanted = used(read(ALERTS, file))
      expect(wanted.length).to.be.greaterThan(10)
      expect(names, file).to.include.members(wanted)
    }
  })

  it("shows every metric of the work on the dashboard", () => {
    const shown = used(read(ALERTS, "stk-oracle.dashboard.json"))
    const left = known().filter((name) => name.startsWith("stk_oracle_") && !shown.includes(name))
    expect(left).to.have.members([
      "stk_oracle_last_final_week",
      "stk_oracle_lease_token",
      "stk_oracle_observed_timestamp_seconds",
      "stk_oracle_rpc_slot",
      "stk_oracle_week_end_timestamp_seconds",
    ])
  })

  it("links every alert to what to do", () => {
    const links = read(ALERTS, RULES).match(/(?<=runbook_url: )\S+/g) ?? []
    expect(links.length).to.be.greaterThan(10)
    for (const link of links) {
      const [page = "", anchor = ""] = link.split("#")
      const headings = read(ROOT, page)
        .match(/^#+ .*$/gm)
        ?.map((line) => line.replace(/^#+ /, "").toLowerCase().replaceAll(" ", "-"))
      expect(headings, link).to.include(anchor)
    }
  })

  it("has a script that finds promtool, and finds it again", () => {
    const script = join(ROOT, "toolchain", "services", "prometheus.sh")
    const paths = [1, 2].map(() => execFileSync(script, { encoding: "utf8", stdio: "pipe" }))
    expect(paths[0]).to.equal(paths[1])
  })
})
