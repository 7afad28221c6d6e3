import { Fund, STK_POLICY } from "@stk/sdk"
import { expect } from "chai"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT } from "./markdown"

const TOKENOMICS = readFileSync(join(ROOT, "docs", "tokenomics.md"), "utf8")

/** The rows of the tables under a heading, their cells without padding; the head and the line below it left out. */
function rowsUnder(heading: string): string[][] {
  const [, section = ""] = TOKENOMICS.split(`## ${heading}\n`)
  const [own = ""] = section.split("\n## ")
  const lines = own.split("\n").filter((line) => line.startsWith("|"))
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

describe("docs/tokenomics.md", () => {
  it("[STK-64] states what each way of earning brings", () => {
    const incomes = Object.fromEntries(rowsUnder("Ways to earn").map(([way, , income]) => [way, income]))
    expect(incomes).to.include({
      Learning: "500–2,000",
      Club: "200–800",
      Mentoring: "1,000–5,000",
      "Content creation": "by contract",
      Projects: "by result",
      Grants: "by grant programme",
    })
  })

  it("[STK-64] names for every kind of reward of the preset a way of earning it", () => {
    const named = rowsUnder("Ways to earn").flatMap((cells) => (cells[4] ?? "").match(/\w+/g) ?? [])
    expect(named.sort()).to.deep.equal(STK_POLICY.rewardKinds.map(({ name }) => name).sort())
  })

  it("states fund and freeze of the kinds as the preset sets them", () => {
    const stated = rowsUnder("Frozen rewards").map(([kind, fund, days]) => [kind, fund, days])
    expect(stated).to.deep.equal(
      STK_POLICY.rewardKinds.map(({ name, fund, minFreezeDays, maxFreezeDays, defaultFreezeDays }) => [
        `\`${name}\``,
        fund === Fund.Startup ? "Startup Fund" : "Rewards Pool",
        minFreezeDays === maxFreezeDays
          ? `${minFreezeDays}`
          : `${minFreezeDays}–${maxFreezeDays}, usually ${defaultFreezeDays}`,
      ]),
    )
  })
})
