import { getAssociatedTokenAddressSync } from "@solana/spl-token"
import type { Keypair } from "@solana/web3.js"
import { acceptRoleInstruction, parseAmount, pauseInstruction, Role, STK_PRESET } from "@stk/sdk"
import { expect } from "chai"
import type { LocalProgram } from "stk-localnet"
import * as actions from "../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  readMember,
  releaseDays,
  runWeek,
  withdraw,
  type TestEconomy,
} from "../utils/economy"
import { expectEvents } from "../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance } from "../utils/expect"
import type { Chain } from "../utils/svm"
import { BUILD_TIMEOUT_MILLISECONDS, buildPublished, chainWith, expectCode } from "./utils/published"
import {
  createRealm,
  execute,
  finalise,
  GOVERNANCE,
  GovernanceError,
  joinInstruction,
  leaveInstruction,
  ProposalState,
  propose,
  releaseVoteInstruction,
  stateOf,
  vote,
  type Proposal,
  type Realm,
} from "./utils/realms"

const stk = (amount: string) => parseAmount(amount, STK_PRESET.decimals)

/** One section, one task and one post: 350 STK at level 1. */
const WEEK = [1, 1, 1, 0, 0, 0, 0]
const EARNED = stk("350")
const THREE_DAYS = 3 * 86_400
const ONE_DAY = 86_400

describe("a role held by the published SPL Governance, whose voters earned the token they vote with", function () {
  this.timeout(BUILD_TIMEOUT_MILLISECONDS)

  let program: LocalProgram
  let chain: Chain
  let economy: TestEconomy
  let realm: Realm
  let alice: Keypair
  let bob: Keypair

  before("builds the governance's program", () => {
    program = buildPublished(GOVERNANCE)
  })

  beforeEach("two members earn 350 STK each and put them into a realm in which 600 carry a vote", () => {
    chain = chainWith(program)
    economy = createEconomy(chain)
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [WEEK, WEEK])
    realm = createRealm(chain, economy.address, {
      name: "STK",
      mint: economy.mint,
      weight: stk("1000"),
      yesPercent: 60,
      weightToPropose: stk("100"),
      votingSeconds: THREE_DAYS,
      holdUpSeconds: ONE_DAY,
    })
    for (const index of [0, 1]) {
      const member = actions.memberKey(economy, index)
      withdraw(chain, economy, index, EARNED)
      chain.send(joinInstruction(chain, realm, member.publicKey, EARNED), [member])
    }
    alice = actions.memberKey(economy, 0)
    bob = actions.memberKey(economy, 1)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const guardian = () => readEconomy(chain, economy).roles.guardian
  const isPaused = () => readEconomy(chain, economy).paused
  const acceptance = () =>
    acceptRoleInstruction({ holder: realm.governance, economy: economy.address, role: Role.Guardian })
  const pause = () => pauseInstruction({ guardian: realm.governance, economy: economy.address })

  /** An execution has to come later than the hold-up lasts. */
  const afterHoldUp = () => {
    chain.unixTime += ONE_DAY + 1
  }

  /** The admin offers the guardian's role to the governance, and both members vote to take it. */
  const handOver = (): Proposal => {
    actions.propose(chain, economy, "guardian", realm.governance)
    const proposal = propose(chain, realm, alice, "Become the guardian", acceptance())
    vote(chain, realm, proposal, alice, true)
    vote(chain, realm, proposal, bob, true)
    afterHoldUp()
    execute(chain, realm, proposal)
    return proposal
  }

  it("is accepted by a vote, and no longer the former holder's", async () => {
    const proposal = handOver()

    expect(stateOf(chain, proposal)).to.equal(ProposalState.Completed)
    expect(guardian().equals(realm.governance)).to.equal(true)
    await expectError(() => actions.pause(chain, economy), "NotGuardian")
    expect(isPaused()).to.equal(false)
  })

  it("is used by a vote: the economy pauses once enough of the token says yes, and not before", () => {
    handOver()
    const proposal = propose(chain, realm, bob, "Pause", pause())

    vote(chain, realm, proposal, bob, true)

    // 350 of 1,000 are fewer than 60%.
    expect(stateOf(chain, proposal)).to.equal(ProposalState.Voting)
    expectCode(() => execute(chain, realm, proposal), GovernanceError.InvalidStateCannotExecuteTransaction)
    expect(isPaused()).to.equal(false)

    vote(chain, realm, proposal, alice, true)

    expect(stateOf(chain, proposal)).to.equal(ProposalState.Succeeded)
    chain.unixTime += ONE_DAY
    expectCode(
      () => execute(chain, realm, proposal),
      GovernanceError.CannotExecuteTransactionWithinHoldUpTime,
    )
    expect(isPaused()).to.equal(false)

    chain.unixTime += 1
    const executed = execute(chain, realm, proposal)

    expect(stateOf(chain, proposal)).to.equal(ProposalState.Completed)
    expect(isPaused()).to.equal(true)
    expectEvents(executed, { name: "PauseChanged", data: { economy: economy.address, paused: true } })
  })

  it("is not used where the vote falls short until its time is over", () => {
    handOver()
    const proposal = propose(chain, realm, bob, "Pause", pause())
    vote(chain, realm, proposal, bob, true)
    vote(chain, realm, proposal, alice, false)

    chain.unixTime += THREE_DAYS + 1
    finalise(chain, realm, proposal)

    expect(stateOf(chain, proposal)).to.equal(ProposalState.Defeated)
    expectCode(() => execute(chain, realm, proposal), GovernanceError.InvalidStateCannotExecuteTransaction)
    expect(isPaused()).to.equal(false)
  })

  it("is used once a vote: the same proposal does not pause a second time", () => {
    handOver()
    const proposal = propose(chain, realm, bob, "Pause", pause())
    vote(chain, realm, proposal, bob, true)
    vote(chain, realm, proposal, alice, true)
    afterHoldUp()
    execute(chain, realm, proposal)
    actions.resume(chain, economy)

    expectCode(() => execute(chain, realm, proposal), GovernanceError.InvalidStateCannotExecuteTransaction)

    expect(isPaused()).to.equal(false)
  })

  it("is not the governance's as long as the admin has not offered it", async () => {
    const proposal = propose(chain, realm, alice, "Become the guardian", acceptance())
    vote(chain, realm, proposal, alice, true)
    vote(chain, realm, proposal, bob, true)
    afterHoldUp()

    await expectError(() => execute(chain, realm, proposal), "NotProposed")

    expect(guardian().equals(economy.actors.guardian.publicKey)).to.equal(true)
  })

  it("leaves the token its members': they take it out of the vote and back into their balances", () => {
    const proposal = handOver()

    for (const [index, member] of [alice, bob].entries()) {
      const { publicKey: owner } = member
      const account = getAssociatedTokenAddressSync(economy.mint, owner)
      chain.send(
        [
          releaseVoteInstruction(realm, proposal, owner),
          leaveInstruction(realm, owner),
          actions.depositOf(economy, index, account, EARNED),
        ],
        [member],
      )
    }

    expect(tokenBalance(chain, realm.holding)).to.equal(0n)
    expect([0, 1].map((index) => readMember(chain, economy, index).balance)).to.deep.equal([EARNED, EARNED])
  })
})
