import {
  createGovernanceInstruction,
  governanceAuthorityPda,
  governancePda,
  LONGEST_DELAY_SECONDS,
} from "@stk/sdk"
import { expect } from "chai"
import { createEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { createGovernance, DAY, GOVERNANCE, readGovernance } from "../../utils/governance"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain } from "../../utils/svm"

describe("create_governance", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const creation = (parameters = GOVERNANCE) =>
    createGovernanceInstruction({
      admin: economy.actors.admin.publicKey,
      economy: economy.address,
      parameters,
    })

  it("writes down how the economy votes", () => {
    const parameters = { votingSeconds: 2 * DAY, timeLockSeconds: 3_600, quorumBps: 1_500, threshold: 77n }

    const sent = chain.send(creation(parameters), [economy.actors.admin])

    const [governance, bump] = governancePda(economy.address)
    const [authority, authorityBump] = governanceAuthorityPda(economy.address)
    const state = readGovernance(chain, economy)
    expect(state).to.deep.include({
      ...parameters,
      snapshotTakenAt: 0,
      votesEnd: [0, 0],
      bump,
      authorityBump,
    })
    expect(state.economy.equals(economy.address)).to.equal(true)
    expect(state.authority.equals(authority)).to.equal(true)
    expect(chain.getAccount(governance)?.data).to.have.length(8 + 136)
    expectEvents(sent, { name: "GovernanceSet", data: { economy: economy.address, authority, parameters } })
  })

  it("takes votes of 1 to 30 days, time locks of at most 30 days and every quorum that can be reached", async () => {
    const wrong = [
      [{ votingSeconds: DAY - 1 }, "BadVotingTime"],
      [{ votingSeconds: LONGEST_DELAY_SECONDS + 1 }, "BadVotingTime"],
      [{ timeLockSeconds: LONGEST_DELAY_SECONDS + 1 }, "DelayTooLong"],
      [{ quorumBps: 0 }, "BadQuorum"],
      [{ quorumBps: 10_001 }, "BadQuorum"],
    ] as const
    for (const [change, error] of wrong) {
      const { admin } = economy.actors
      await expectError(() => chain.send(creation({ ...GOVERNANCE, ...change }), [admin]), error)
    }
    const right = [
      { votingSeconds: DAY, timeLockSeconds: 0, quorumBps: 1, threshold: 0n },
      {
        votingSeconds: LONGEST_DELAY_SECONDS,
        timeLockSeconds: LONGEST_DELAY_SECONDS,
        quorumBps: 10_000,
        threshold: 2n ** 64n - 1n,
      },
    ]
    for (const parameters of right) {
      const another = createEconomy(chain, { preset: PLAIN_PRESET })
      createGovernance(chain, another, parameters)
      expect(readGovernance(chain, another)).to.include(parameters)
    }
  })

  it("is created once", async () => {
    createGovernance(chain, economy)
    await expectError(() => createGovernance(chain, economy), "SystemAccountAlreadyInUse")
  })

  it("is the admin's to create", async () => {
    const { treasurer } = economy.actors
    const instruction = withAccount(creation(), "admin", treasurer.publicKey)
    await expectError(() => chain.send(instruction, [treasurer]), "NotAdmin")
  })

  it("refuses the address of another economy's governance", async () => {
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    const { admin } = economy.actors
    const governance = withAccount(creation(), "governance", governancePda(other.address)[0])
    await expectError(() => chain.send(governance, [admin]), "InvalidSeeds")
    const authority = withAccount(creation(), "authority", governanceAuthorityPda(other.address)[0])
    await expectError(() => chain.send(authority, [admin]), "InvalidSeeds")
  })
})
