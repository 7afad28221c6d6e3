import { expect } from "chai"
import { rowIdsOfRustTest, rowIdsOfTitle } from "../../toolchain/runner/row_ids"

const ROWS = [
  { id: "STK-05", title: "Yearly emission" },
  { id: "STK-46", title: "Batches" },
  { id: "CLR-142", title: "Cookies" },
]

describe("row ids of a test", () => {
  it("come from every bracket of the title, its suites' included", () => {
    expect(rowIdsOfTitle("emission [EX-05] halves [EX-06, EX-07] and stops [EX-05]")).to.deep.equal([
      "EX-05",
      "EX-06",
      "EX-07",
    ])
  })

  it("are not taken from text without brackets or from other brackets", () => {
    expect(rowIdsOfTitle("EX-05 in [words] and [1, 2] and [EX-]")).to.deep.equal([])
  })

  it("come from names in the path of a Rust test, with or without leading zeros", () => {
    expect(rowIdsOfRustTest("emission::tests::stk_05_halves", ROWS)).to.deep.equal(["STK-05"])
    expect(rowIdsOfRustTest("stk_5_and_more::stk_46_clr_142_together", ROWS)).to.deep.equal([
      "STK-05",
      "STK-46",
      "CLR-142",
    ])
  })

  it("are not taken from Rust names that only look like one", () => {
    expect(rowIdsOfRustTest("my_stk_460::xstk_46::stk_46th::case_12", ROWS)).to.deep.equal([])
  })
})
