import { expect } from "chai"
import { parseCargoTest } from "../../toolchain/runner/cargo"

const OUTPUT = `
running 5 tests
test emission::tests::stk_05_halves ... ok
test emission::tests::stk_05_stops ... FAILED
test slow ... ignored
test panics - should panic ... ok
test src/lib.rs - release (line 12) ... ok
test that is not a result line

test result: FAILED. 3 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out
`

describe("the output of cargo test", () => {
  it("is read as one record a test, with state and rows", () => {
    const rows = [{ id: "STK-05", title: "Yearly emission" }]

    expect(parseCargoTest(OUTPUT, rows)).to.deep.equal([
      { title: "emission::tests::stk_05_halves", rows: ["STK-05"], state: "passed" },
      { title: "emission::tests::stk_05_stops", rows: ["STK-05"], state: "failed" },
      { title: "slow", rows: [], state: "pending" },
      { title: "panics", rows: [], state: "passed" },
      { title: "src/lib.rs - release (line 12)", rows: [], state: "passed" },
    ])
  })
})
