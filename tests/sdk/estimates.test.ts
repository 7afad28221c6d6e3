import { ESTIMATED_COMPUTE_UNITS, STK_IDL, type InstructionName } from "@stk/sdk"
import { expect } from "chai"
import { FIXTURES, newWorld } from "../security/fixtures"

/** Estimates that depend on how much an instruction does, under the name of the work; the tests of their plans hold them. */
const BY_AMOUNT: readonly InstructionName[] = [
  "castVote",
  "createProposal",
  "executeProposal",
  "giveVerdicts",
  "grantRewards",
  "payRewards",
  "purchase",
  "redistributePage",
  "registerMembers",
  "resolveRewards",
  "setLevels",
  "settlePage",
  "stake",
  "submitScores",
]

describe("Estimates of compute units", () => {
  const estimates: Partial<Record<string, unknown>> = ESTIMATED_COMPUTE_UNITS

  for (const { name } of STK_IDL.instructions) {
    const estimate = estimates[name]
    if (typeof estimate !== "number") {
      it(`of ${name} grow with what it does`, () => {
        expect(BY_AMOUNT).to.include(name)
      })
      continue
    }
    it(`of ${name} are above what it uses`, () => {
      const world = newWorld()
      const { instruction, signers } = FIXTURES[name](world)
      const { computeUnits } = world.chain.send(instruction, signers)
      expect(computeUnits).to.be.at.most(estimate)
    })
  }
})
