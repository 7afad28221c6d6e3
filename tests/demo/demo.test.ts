import { expect } from "chai"
import { execFileSync } from "node:child_process"
import { join } from "node:path"

const ROOT = join(__dirname, "..", "..")
const TSX = join(ROOT, "node_modules", ".bin", "tsx")

interface Summary {
  economy: string
  weeks: {
    week: string
    totals: { active: number; due: string }
    settlement: { paid: string; returned: string }
  }[]
  withdrawal: { member: string; amount: string; account: string; signature: string }
}

/** The demo's story on a small community. */
function runDemo(...parameters: string[]): string {
  return execFileSync(TSX, ["demo/demo.ts", ...parameters], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  })
}

describe("demo", function () {
  this.timeout(180_000)

  it("takes a community from its events to a withdrawn reward", () => {
    const summary = JSON.parse(runDemo("--members", "60", "--weeks", "2", "--json")) as Summary

    expect(summary.weeks).to.have.length(2)
    for (const week of summary.weeks) {
      expect(week.totals.active).to.be.greaterThan(0)
      expect(BigInt(week.settlement.paid) + BigInt(week.settlement.returned)).to.equal(
        BigInt(week.totals.due),
      )
    }
    const paid = summary.weeks.reduce((sum, week) => sum + BigInt(week.settlement.paid), 0n)
    expect(BigInt(summary.withdrawal.amount) > 0n && BigInt(summary.withdrawal.amount) <= paid).to.equal(true)
  })

  it("explains its options and refuses others", () => {
    expect(runDemo("--help")).to.include("--members <n>")
    expect(() => runDemo("--members", "many")).to.throw(/--members: "many" is not a whole number/)
  })
})
