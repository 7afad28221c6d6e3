import { expect } from "chai"
import { compare, isWorse } from "../../bench/compare"
import type { Results, Unit } from "../../bench/figures"

/** Results with one figure, and a target that it may miss. */
function resultsWith(
  value: number,
  { unit = "CU", limit = 1_000_000 }: { unit?: Unit; limit?: number } = {},
): Results {
  return {
    targets: [{ name: "one of it", unit, limit, bound: "at most", measured: value }],
    tables: [
      {
        id: "table",
        title: "A table",
        text: [],
        heading: "Row",
        columns: [{ name: "Of" }, { name: "Amount", unit }],
        rows: [{ name: "row", cells: ["something", value] }],
      },
    ],
  }
}

const kinds = (committed: Results, measured: Results): string[] =>
  compare(committed, measured).map(({ kind }) => kind)

describe("bench: comparison with the committed results", () => {
  it("lets a figure grow by 3.0% and not by 3.1%", () => {
    expect(kinds(resultsWith(1_000), resultsWith(1_030))).to.deep.equal([])
    expect(kinds(resultsWith(1_000), resultsWith(1_031))).to.deep.equal(["worse"])
  })

  it("holds the boundary for amounts with decimals", () => {
    expect(isWorse("lamports", 27.17, 27.98)).to.equal(false) // 27.17 × 1.03 = 27.9851
    expect(isWorse("lamports", 27.17, 27.99)).to.equal(true)
    expect(isWorse("CU", 1.1, 1.133)).to.equal(false)
  })

  it("lets a figure of nothing stay nothing only", () => {
    expect(kinds(resultsWith(0), resultsWith(0))).to.deep.equal([])
    expect(kinds(resultsWith(0), resultsWith(1))).to.deep.equal(["worse"])
  })

  it("lets what comes back stay, and fall by 3%", () => {
    expect(isWorse("lamports", -1_000, -1_000)).to.equal(false)
    expect(isWorse("lamports", -1_000, -970)).to.equal(false)
    expect(isWorse("lamports", -1_000, -969)).to.equal(true)
    expect(isWorse("lamports", -1_000, -2_000)).to.equal(false)
  })

  it("lets every cost fall, and members of a transaction rise", () => {
    expect(kinds(resultsWith(1_000), resultsWith(1))).to.deep.equal([])
    expect(kinds(resultsWith(184, { unit: "members" }), resultsWith(500, { unit: "members" }))).to.deep.equal(
      [],
    )
  })

  it("refuses fewer members of a transaction by more than 3%", () => {
    expect(isWorse("members", 1_000, 970)).to.equal(false)
    expect(isWorse("members", 1_000, 969)).to.equal(true)
  })

  it("names the figure, both amounts and the change", () => {
    const [problem] = compare(resultsWith(200), resultsWith(300))

    expect(problem?.figure).to.equal("table / row / Amount")
    expect(problem?.sentence).to.equal("table / row / Amount: 200 → 300 CU (+50.0%, 3% is allowed)")
  })

  it("names figures that one of the two results does not have", () => {
    const nothing: Results = { targets: [], tables: [] }

    expect(kinds(resultsWith(1), nothing)).to.deep.equal(["missing"])
    expect(kinds(nothing, resultsWith(1))).to.deep.equal(["unknown"])
  })

  it("names a target that was met and is missed, not one that was missed already", () => {
    const [met, missed] = [resultsWith(1_000, { limit: 1_000 }), resultsWith(1_001, { limit: 1_000 })]

    expect(kinds(met, missed)).to.deep.equal(["target"])
    expect(kinds(missed, missed)).to.deep.equal([])
  })
})
