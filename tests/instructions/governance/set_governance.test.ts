import { setGovernanceInstruction } from "@stk/sdk"
import { expect } from "chai"
import { addMembers, createEconomy, releaseDays, runWeek, type TestEconomy } from "../../utils/economy"
import { eventOf } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import {
  createGovernance,
  DAY,
  execute,
  executionOf,
  GOVERNANCE,
  pass,
  propose,
  readGovernance,
  readProposal,
} from "../../utils/governance"
import { withAccount, withMeta } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain } from "../../utils/svm"

describe("set_governance", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[700], [80]])
    createGovernance(chain, economy)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const setting = (changes: Partial<typeof GOVERNANCE>) =>
    setGovernanceInstruction({ economy: economy.address, parameters: { ...GOVERNANCE, ...changes } })

  it("changes how later proposals are voted on, by a passed proposal", () => {
    const changes = { votingSeconds: 3 * DAY, timeLockSeconds: DAY, quorumBps: 2_000, threshold: 5n }
    const first = pass(chain, economy, setting(changes))
    const running = propose(chain, economy)

    const sent = execute(chain, economy, first)

    expect(readGovernance(chain, economy)).to.include(changes)
    expect(eventOf(sent, "GovernanceSet").parameters).to.deep.equal(changes)
    const before = readProposal(chain, economy, running)
    expect(before.votingEnds).to.equal(chain.unixTime + 7 * DAY)
    const later = readProposal(chain, economy, propose(chain, economy))
    expect(later).to.include({
      votingEnds: chain.unixTime + 3 * DAY,
      executableAt: chain.unixTime + 4 * DAY,
      quorum: 156n, // 780 circulating × 20%
    })
  })

  it("refuses a proposal whose parameters are out of bounds when it is executed", async () => {
    const cases = [
      [{ votingSeconds: 1 }, "BadVotingTime"],
      [{ timeLockSeconds: 31 * DAY }, "DelayTooLong"],
      [{ quorumBps: 0 }, "BadQuorum"],
    ] as const
    for (const [change, error] of cases) {
      const proposal = pass(chain, economy, setting(change))
      await expectError(() => execute(chain, economy, proposal), error)
      expect(readProposal(chain, economy, proposal).executed).to.equal(false)
    }
    expect(readGovernance(chain, economy)).to.include(GOVERNANCE)
  })

  it("is refused without the signature of the governance's authority", async () => {
    const unsigned = withMeta(setting({}), 0, { isSigner: false })
    await expectError(() => chain.send(unsigned), "MissingRequiredSignature")
    const { admin } = economy.actors
    const signed = withAccount(setting({}), "authority", admin.publicKey)
    await expectError(() => chain.send(signed, [admin]), "NotGovernance")
  })

  it("changes no other economy's governance", async () => {
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    createGovernance(chain, other)
    const foreign = setGovernanceInstruction({ economy: other.address, parameters: GOVERNANCE })
    const proposal = pass(chain, economy, foreign)
    // The program signs for this economy's governance alone, and no key could sign for the other's.
    const forged = withMeta(executionOf(chain, economy, proposal), 2, { isSigner: false })
    await expectError(() => chain.send(forged), "PrivilegeEscalation")
  })
})
