import { readFileSync } from "node:fs"
import { join } from "node:path"
import { cumulativeEmission, inflationState, scheduleInflation, STK_PRESET, yearAmount } from "@stk/sdk"
import { expect } from "chai"
import { ROOT } from "./markdown"

const TEXT = readFileSync(join(ROOT, "docs/tokenomics.md"), "utf8")
const STK = 1_000_000n

/** Cells of the rows that begin with a year. */
function yearRows(): string[][] {
  return TEXT.split("\n")
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter(([first]) => /^\d+$/.test(first ?? ""))
}

const whole = (text: string | undefined): bigint => BigInt((text ?? "").replace(/,/g, ""))

/** `numerator / denominator` in percent, rounded to as many decimals as `like` has. */
function percentLike(like: string, numerator: bigint, denominator: bigint): string {
  const decimals = /\.(\d+)%$/.exec(like)?.[1]?.length ?? 0
  const scale = 10n ** BigInt(decimals)
  const scaled = (numerator * 100n * scale * 2n + denominator) / (denominator * 2n)
  const digits = String(scaled).padStart(decimals + 1, "0")
  return decimals === 0 ? `${digits}%` : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}%`
}

describe("inflation in docs/tokenomics.md", () => {
  it("[STK-103] shows 100, 50, 33.3, 12.5, 11.1, 10.0, 9.1 and 4.17% at the end of years 1 to 8", () => {
    const inflation = yearRows().map((row) => row[3])
    expect(inflation).to.deep.equal(["–", "100%", "50%", "33.3%", "12.5%", "11.1%", "10.0%", "9.1%", "4.17%"])
  })

  it("[STK-103] shows what the schedule of the preset gives", () => {
    const rows = yearRows()
    expect(rows.map(([year]) => Number(year))).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8])
    for (const [year, emission, before, inflation, state] of rows) {
      const index = whole(year)
      expect(whole(emission), `emission of year ${year}`).to.equal(yearAmount(STK_PRESET, index) / STK)
      expect(whole(before), `supply before year ${year}`).to.equal(
        cumulativeEmission(STK_PRESET, index * 365n) / STK,
      )
      const exact = scheduleInflation(STK_PRESET, index)
      if (exact === null) {
        expect([inflation, state]).to.deep.equal(["–", "–"])
        continue
      }
      expect(inflation).to.equal(percentLike(inflation ?? "", exact.numerator, exact.denominator))
      expect(state, `year ${year}`).to.equal(inflationState(exact))
    }
  })
})
