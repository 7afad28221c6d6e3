import type { SignatureStatus } from "@solana/web3.js"
import { expect } from "chai"
import { isPast, judge, type StatusTestimony } from "../../oracle/src/chain/verdict"

const at = (slot: number, status: SignatureStatus | null = null): StatusTestimony => ({ slot, status })
const landed = (slot: number, confirmationStatus: "processed" | "confirmed" | "finalized" = "confirmed") => ({
  ...{ slot, confirmations: null, err: null, confirmationStatus },
})
const failed = (slot: number) => ({ ...landed(slot), err: { InstructionError: [0, { Custom: 6000 }] } })

describe("what became of a transaction", () => {
  it("is what the only endpoint says, once it is confirmed", () => {
    expect(judge([at(10)]).kind).to.equal("unseen")
    expect(judge([at(10, landed(9, "processed"))]).kind).to.equal("pending")
    expect(judge([at(10, landed(9))]).kind).to.equal("landed")
    expect(judge([at(10, failed(9))]).kind).to.equal("landed")
  })

  it("waits for an endpoint that is behind, and leaves it out when it stays behind", () => {
    const said = [at(10, landed(9)), at(8)]
    expect(judge(said).kind).to.equal("pending")
    expect(judge(said, true).kind).to.equal("landed")
  })

  it("is a contradiction where one should know and does not, or knows another end, however long it lasts", () => {
    for (const said of [
      [at(10, landed(9, "finalized")), at(10)],
      [at(10, landed(9)), at(10, failed(9))],
      [at(10, landed(9)), at(10), at(11)],
    ])
      for (const leaveOut of [false, true]) expect(judge(said, leaveOut).kind).to.equal("contradiction")
  })

  it("is what most say of three, and never unseen while one has seen it", () => {
    expect(judge([at(10, landed(9)), at(10, landed(9)), at(10)]).kind).to.equal("landed")
    expect(judge([at(10), at(10), at(10, landed(9, "processed"))]).kind).to.equal("pending")
    expect(judge([at(10), at(10), at(10)]).kind).to.equal("unseen")
  })

  it("has expired only when the finalized height of everyone that answers is past its own horizon", () => {
    const heights = (...all: number[]) => all.map((finalizedHeight) => ({ finalizedHeight }))
    expect(isPast(100, heights(101))).to.equal(true)
    expect(isPast(100, heights(100))).to.equal(false)
    expect(isPast(100, heights(101, 100))).to.equal(false)
    expect(isPast(100, [])).to.equal(false)
  })
})
