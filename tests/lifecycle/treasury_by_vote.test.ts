import {
  acceptRoleInstruction,
  decodeInstruction,
  Fund,
  governanceAuthorityPda,
  keypairSigner,
  proposalState,
  Role,
  setTransferFeeInstruction,
  type StkClient,
  tallyShares,
} from "@stk/sdk"
import { type TransactionInstruction, type Keypair } from "@solana/web3.js"
import { expect } from "chai"
import { clientOf } from "../sdk/support"
import { memberKey, propose as offerRole } from "../utils/actions"
import { addMembers, createEconomy, readEconomy, readMember, releaseDays, runWeek } from "../utils/economy"
import { expectError, expectLedgerInvariant } from "../utils/expect"
import { FUNDED_PRESET, NO_LIMITS, setLimits, spendingOf } from "../utils/funds"
import { DESCRIPTION, GOVERNANCE, payingMember, readProposal } from "../utils/governance"
import { addStakePage, stake } from "../utils/staking"
import { withAccount } from "../utils/instructions"
import { Chain } from "../utils/svm"

describe("A treasury that the members decide about", () => {
  it("[STK-141] is spent by a passed proposal only, once the governance is the treasurer", async function () {
    this.timeout(60_000)
    const chain = new Chain()
    const economy = createEconomy(chain, { preset: FUNDED_PRESET })
    addMembers(chain, economy, 3)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[9_000], [5_000], [2_000]])
    setLimits(chain, economy, NO_LIMITS)
    addStakePage(chain, economy)
    stake(chain, economy, 1, 4_000n, 90)
    const [governance] = governanceAuthorityPda(economy.address)
    const { admin, treasurer } = economy.actors
    const clients = new Map<Keypair, StkClient>()
    const as = (key: Keypair): StkClient => {
      const known = clients.get(key) ?? clientOf(chain, economy, key).client
      clients.set(key, known)
      return known
    }
    const member = (index: number): StkClient => as(payingMember(chain, economy, index))
    /** Proposes as member 0 and lets members 0 and 1 carry it against member 2. */
    const decide = async (title: string, instruction: TransactionInstruction): Promise<number> => {
      const { proposals: index } = readEconomy(chain, economy)
      await member(0).propose(title, DESCRIPTION, instruction, chain.unixTime)
      await member(0).vote(index, true)
      await member(1).vote(index, true)
      await member(2).vote(index, false)
      expect(await member(1).vote(index, true), "there is nothing left to vote with").to.have.length(0)
      chain.unixTime = readProposal(chain, economy, index).executableAt
      return index
    }

    await as(admin).createGovernance(GOVERNANCE)
    offerRole(chain, economy, "treasurer", governance)
    const handover = await decide(
      "The members become the treasurer",
      acceptRoleInstruction({ holder: governance, economy: economy.address, role: Role.Treasurer }),
    )
    const proposal = await member(0).fetchProposal(handover)
    // 9,000 + 1,000 + 4,000 staked against 2,000.
    expect(proposal).to.include({ yes: 14_000n, no: 2_000n, voters: 3 })
    expect(proposal && proposalState(proposal, chain.unixTime)).to.equal("executable")
    expect(proposal && tallyShares(proposal)).to.include({ yesBps: 8_750, missing: 0n })
    await as(chain.payer).executeProposal(handover)

    // The key that was the treasurer before is one like any other.
    const spending = spendingOf(economy, { fund: Fund.Treasury, amount: 1_234n, reason: "A prize", index: 2 })
    await expectError(() => chain.send(spending, [treasurer]), "NotTreasurer")
    const byVote = withAccount(spending, "treasurer", governance)
    const fund = readEconomy(chain, economy).funds[Fund.Treasury]
    const prize = await decide("A prize for the third member", byVote)
    expect(await member(0).fetchProposals()).to.have.length(2)
    const decoded = decodeInstruction((await member(0).fetchProposal(prize))?.instruction ?? spending)
    expect(decoded).to.deep.include({ name: "spendFund", remaining: [] })
    expect(decoded?.args).to.include({ fund: Fund.Treasury, amount: 1_234n, reason: "A prize" })
    expect(decoded?.accounts["treasurer"]?.equals(governance)).to.equal(true)
    await member(2).executeProposal(prize)
    expect(readMember(chain, economy, 2).balance).to.equal(3_234n)
    expect(readEconomy(chain, economy).funds[Fund.Treasury]).to.equal(fund - 1_234n)
    expect(await member(2).executeProposal(prize), "it is done").to.have.length(0)

    const at = { treasurer: governance, economy: economy.address, bps: 25 }
    await member(1).executeProposal(await decide("A fee on transfers", setTransferFeeInstruction(at)))
    expect(readEconomy(chain, economy).transferFeeBps).to.equal(25)

    const rejected = readEconomy(chain, economy).proposals
    await member(2).propose("A yacht", DESCRIPTION, byVote, chain.unixTime)
    await member(2).vote(rejected, true)
    await member(0).vote(rejected, false)
    chain.unixTime = readProposal(chain, economy, rejected).executableAt
    await expectError(() => member(2).executeProposal(rejected), "NotPassed")
    await member(0).closeProposal(rejected)
    expect(await member(0).fetchProposal(rejected)).to.equal(null)
    expect(await member(0).fetchProposals()).to.have.length(3)
    expectLedgerInvariant(chain, economy)
  })

  it("warns who executes a proposal that would take its signature", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain, { preset: FUNDED_PRESET })
    addMembers(chain, economy, 1)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[9_000]])
    const { admin, stranger } = economy.actors
    await clientOf(chain, economy, admin).client.createGovernance(GOVERNANCE)
    const wallet = payingMember(chain, economy, 0)
    const { client } = clientOf(chain, economy, wallet)
    const trap = acceptRoleInstruction({
      holder: stranger.publicKey,
      economy: economy.address,
      role: Role.Guardian,
    })
    offerRole(chain, economy, "guardian", stranger.publicKey)
    await client.propose("A trap", DESCRIPTION, trap, chain.unixTime)
    await client.vote(0, true)
    chain.unixTime = readProposal(chain, economy).executableAt

    const victim = clientOf(chain, economy, stranger).client
    let refusal: unknown
    await victim.executeProposal(0).catch((error: unknown) => {
      refusal = error
    })
    expect(refusal).to.have.property("name", "PlanError")
    // Who agrees signs, as here the one who was offered the role.
    await clientOf(chain, economy, memberKey(economy, 0)).client.executeProposal(0, [keypairSigner(stranger)])
    expect(readEconomy(chain, economy).roles.guardian.equals(stranger.publicKey)).to.equal(true)
  })
})
