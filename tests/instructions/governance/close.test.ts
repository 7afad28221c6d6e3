import { closeBallotsInstruction, closeProposalInstruction, type StkEvent } from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { memberKey } from "../../utils/actions"
import { addMembers, createEconomy, releaseDays, runWeek, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import {
  createGovernance,
  DAY,
  execute,
  GOVERNANCE,
  pass,
  propose,
  readProposal,
  vote,
  voteOf,
} from "../../utils/governance"
import { ballotsPda, proposalPda, setGovernanceInstruction } from "@stk/sdk"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain, type Sent } from "../../utils/svm"

describe("Rents of a vote", () => {
  let chain: Chain
  let economy: TestEconomy
  let wallet: PublicKey

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[700], [81]])
    createGovernance(chain, economy, { timeLockSeconds: DAY })
    wallet = memberKey(economy, 0).publicKey
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const lamports = (address: PublicKey): number => chain.getAccount(address)?.lamports ?? 0
  const addressOf = (proposal: number): PublicKey => proposalPda(economy.address, proposal)[0]
  const harmlessSetting = () => setGovernanceInstruction({ economy: economy.address, parameters: GOVERNANCE })

  describe("close_proposal", () => {
    const close = (proposal: number, proposer = wallet): Sent =>
      chain.send(closeProposalInstruction({ economy: economy.address, proposal, proposer }))

    const expectClosed = (proposal: number, executed: boolean): void => {
      const rent = lamports(addressOf(proposal))
      const before = lamports(wallet)
      const event: StkEvent = {
        name: "ProposalClosed",
        data: { economy: economy.address, proposal, executed },
      }
      expectEvents(close(proposal), event)
      expect(chain.getAccount(addressOf(proposal))).to.equal(null)
      expect(lamports(wallet) - before).to.equal(rent)
    }

    it("gives the rent of an executed proposal back to its proposer", async () => {
      const proposal = pass(chain, economy, harmlessSetting())
      await expectError(() => close(proposal), "ProposalIsOpen")
      execute(chain, economy, proposal)
      expectClosed(proposal, true)
      await expectError(() => close(proposal), "AccountDataTooSmall")
    })

    it("closes a proposal that failed as soon as its vote is over", async () => {
      const proposal = propose(chain, economy)
      const { votingEnds } = readProposal(chain, economy, proposal)
      chain.unixTime = votingEnds - 1
      await expectError(() => close(proposal), "ProposalIsOpen")
      chain.unixTime = votingEnds
      expectClosed(proposal, false)
    })

    it("keeps a passed proposal until it can no longer be executed", async () => {
      const proposal = pass(chain, economy, harmlessSetting())
      const { executableAt } = readProposal(chain, economy, proposal)
      chain.unixTime = executableAt + 30 * DAY - 1
      await expectError(() => close(proposal), "ProposalIsOpen")
      chain.unixTime = executableAt + 30 * DAY
      expectClosed(proposal, false)
    })

    it("gives the rent to nobody else", async () => {
      const proposal = propose(chain, economy)
      chain.unixTime = readProposal(chain, economy, proposal).votingEnds
      await expectError(() => close(proposal, memberKey(economy, 1).publicKey), "WrongPayer")
    })

    it("frees no index", () => {
      const first = propose(chain, economy)
      chain.unixTime = readProposal(chain, economy, first).votingEnds
      close(first)
      expect(propose(chain, economy)).to.equal(1)
    })
  })

  describe("close_ballots", () => {
    const close = (proposal: number, payer = wallet, page = 0): Sent =>
      chain.send(closeBallotsInstruction({ economy: economy.address, proposal, page, payer }))

    it("gives the rent back to who voted first, when the vote is over and not before", async () => {
      const proposal = propose(chain, economy)
      vote(chain, economy, 0, { proposal })
      vote(chain, economy, 1, { proposal, approve: false })
      const [ballots] = ballotsPda(addressOf(proposal), 0)
      const rent = lamports(ballots)
      const before = lamports(wallet)
      const { votingEnds } = readProposal(chain, economy, proposal)

      chain.unixTime = votingEnds - 1
      await expectError(() => close(proposal), "VotingNotOver")
      chain.unixTime = votingEnds
      await expectError(() => close(proposal, memberKey(economy, 1).publicKey), "WrongPayer")
      const sent = close(proposal)

      expect(chain.getAccount(ballots)).to.equal(null)
      expect(lamports(wallet) - before).to.equal(rent)
      expectEvents(sent, { name: "BallotsClosed", data: { proposal: addressOf(proposal), page: 0 } })
      await expectError(() => close(proposal), "AccountDataTooSmall")
      const again = voteOf(chain, economy, 0, { proposal })
      await expectError(() => chain.send(again, [memberKey(economy, 0)]), "VotingIsOver")
    })

    it("does not need the proposal, which may be closed", () => {
      const proposal = propose(chain, economy)
      vote(chain, economy, 0, { proposal, approve: false })
      chain.unixTime = readProposal(chain, economy, proposal).votingEnds
      chain.send(closeProposalInstruction({ economy: economy.address, proposal, proposer: wallet }))
      close(proposal)
      expect(chain.getAccount(ballotsPda(addressOf(proposal), 0)[0])).to.equal(null)
    })
  })
})
