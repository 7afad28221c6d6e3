import { createTransferInstruction } from "@solana/spl-token"
import {
  ballotsPda,
  decodeBallots,
  hasVoted,
  PAGE_SLOTS,
  proposalPda,
  snapshotPda,
  stakePagePda,
} from "@stk/sdk"
import { expect } from "chai"
import { depositOf, memberKey, pause, withdrawalOf } from "../../utils/actions"
import {
  addMembers,
  balances,
  createEconomy,
  readPage,
  releaseDays,
  runWeek,
  tokenAccountOf,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import {
  createGovernance,
  DAY,
  keepBalances,
  payingMember,
  propose,
  readBallots,
  readProposal,
  vote,
  voteOf,
} from "../../utils/governance"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import { addStakePage, readSnapshot, snapshotPage, stake, unstake } from "../../utils/staking"
import { Chain } from "../../utils/svm"

/** Base units that members 0, 1 and 2 begin with; a whole token has 1,000. */
const BALANCES = [7_000, 5_000, 3_000]

describe("cast_vote", () => {
  let chain: Chain
  let economy: TestEconomy

  const newEconomy = (members = BALANCES.length): TestEconomy => {
    const made = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, made, members)
    releaseDays(chain, made, 7)
    runWeek(
      chain,
      made,
      BALANCES.map((balance) => [balance]),
    )
    createGovernance(chain, made)
    return made
  }

  beforeEach(() => {
    chain = new Chain()
    economy = newEconomy()
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const tally = (proposal = 0): [bigint, bigint] => {
    const { yes, no } = readProposal(chain, economy, proposal)
    return [yes, no]
  }

  /** Moves tokens from one member to another by way of their wallets, as anything that moves balances does. */
  const move = (from: number, to: number, amount: bigint): void => {
    // Nothing is withdrawn in the second of a snapshot.
    chain.unixTime += 1
    const source = tokenAccountOf(chain, economy, memberKey(economy, from).publicKey)
    chain.send(withdrawalOf(economy, from, source, amount), [memberKey(economy, from)])
    const target = tokenAccountOf(chain, economy, memberKey(economy, to).publicKey)
    const { publicKey } = memberKey(economy, from)
    chain.send(createTransferInstruction(source, target, publicKey, amount), [memberKey(economy, from)])
    chain.send(depositOf(economy, to, target, amount), [memberKey(economy, to)])
  }

  it("[STK-137] counts a vote for each base unit of the balance in the snapshot, for or against", () => {
    propose(chain, economy)

    const yes = vote(chain, economy, 0)
    const no = vote(chain, economy, 2, { approve: false })

    expect(readProposal(chain, economy)).to.include({ yes: 7_000n, no: 3_000n, voters: 2 })
    const at = { economy: economy.address, proposal: 0, page: 0, stakePlaces: [] }
    const [first, third] = [memberKey(economy, 0).publicKey, memberKey(economy, 2).publicKey]
    expectEvents(yes, {
      name: "VoteCast",
      data: { ...at, slot: 0, wallet: first, approve: true, weight: 7_000n, yes: 7_000n, no: 0n },
    })
    expectEvents(no, {
      name: "VoteCast",
      data: { ...at, slot: 2, wallet: third, approve: false, weight: 3_000n, yes: 7_000n, no: 3_000n },
    })
    const ballots = readBallots(chain, economy)
    expect([0, 1, 2].map((slot) => hasVoted(ballots.slots, slot))).to.deep.equal([true, false, true])
    expect(ballots).to.include({ page: 0, votingEnds: readProposal(chain, economy).votingEnds })
    expect(ballots.payer.equals(first)).to.equal(true)
    expect(ballots.proposal.equals(proposalPda(economy.address, 0)[0])).to.equal(true)
    const [address, bump] = ballotsPda(ballots.proposal, 0)
    expect(ballots.bump).to.equal(bump)
    expect(chain.getAccount(address)?.data).to.have.length(8 + 720)
  })

  it("[STK-137] is taken once from a member", async () => {
    propose(chain, economy)
    vote(chain, economy, 0)
    await expectError(() => vote(chain, economy, 0), "AlreadyVoted")
    await expectError(() => vote(chain, economy, 0, { approve: false }), "AlreadyVoted")
    expect(tally()).to.deep.equal([7_000n, 0n])
    // Another proposal is another vote.
    propose(chain, economy)
    vote(chain, economy, 0, { proposal: 1 })
    expect(tally(1)).to.deep.equal([7_000n, 0n])
  })

  it("is taken until the last second of the voting period", async () => {
    propose(chain, economy)
    const { votingEnds } = readProposal(chain, economy)
    chain.unixTime = votingEnds - 1
    vote(chain, economy, 0)
    chain.unixTime = votingEnds
    await expectError(() => vote(chain, economy, 1), "VotingIsOver")
  })

  it("is taken while the economy is paused", () => {
    propose(chain, economy)
    pause(chain, economy)
    vote(chain, economy, 0)
    expect(tally()).to.deep.equal([7_000n, 0n])
  })

  it("refuses a member who had nothing in the snapshot", async () => {
    addMembers(chain, economy, 1)
    propose(chain, economy, { withoutSnapshots: true })
    addMembers(chain, economy, 1)
    for (const index of [3, 4]) await expectError(() => vote(chain, economy, index), "NothingToVote")
    keepBalances(chain, economy)
    move(0, 3, 100n)
    for (const index of [3, 4]) await expectError(() => vote(chain, economy, index), "NothingToVote")
  })

  it("refuses others than the member in the slot", async () => {
    propose(chain, economy)
    const stranger = payingMember(chain, economy, 1)
    const wrong = withAccount(voteOf(chain, economy, 0), "wallet", stranger.publicKey)
    await expectError(() => chain.send(wrong, [stranger]), "WrongMember")
    const { stranger: outsider } = economy.actors
    const beyond: TestEconomy = { ...economy, members: [...economy.members, outsider] }
    await expectError(() => chain.send(voteOf(chain, beyond, 3), [outsider]), "UnknownSlot")
  })

  describe("tokens that move", () => {
    it("vote by the page itself while its balances are not kept, and by the kept ones from then on", async () => {
      propose(chain, economy, { withoutSnapshots: true })
      vote(chain, economy, 0)
      expect(tally()).to.deep.equal([7_000n, 0n])
      await expectError(() => move(0, 1, 7_000n), "SnapshotDue")

      snapshotPage(chain, economy)
      move(0, 1, 7_000n)
      expect(balances(chain, economy)).to.deep.equal([0n, 12_000n, 3_000n])

      await expectError(() => vote(chain, economy, 0), "AlreadyVoted")
      vote(chain, economy, 1)
      expect(tally()).to.deep.equal([12_000n, 0n])
    })

    it("vote where they were, when they move before the vote", async () => {
      propose(chain, economy)
      move(0, 1, 7_000n)
      vote(chain, economy, 1)
      vote(chain, economy, 0, { approve: false })
      expect(tally()).to.deep.equal([5_000n, 7_000n])
      await expectError(() => vote(chain, economy, 1), "AlreadyVoted")
    })

    it("[STK-137] vote once, when they move to another page right behind the proposal", async () => {
      economy = newEconomy(PAGE_SLOTS + 1)
      const far = PAGE_SLOTS
      // Neither page is kept: what would change one of their balances is refused.
      propose(chain, economy, { withoutSnapshots: true })
      await expectError(() => move(0, far, 6_000n), "SnapshotDue")
      snapshotPage(chain, economy, 0)
      // The first page may give now, the second one must not take before it is kept.
      await expectError(() => move(0, far, 6_000n), "SnapshotDue")
      expect(balances(chain, economy)[0]).to.equal(1_000n)
      snapshotPage(chain, economy, 1)
      const target = tokenAccountOf(chain, economy, memberKey(economy, far).publicKey)
      chain.send(depositOf(economy, far, target, 6_000n), [memberKey(economy, far)])
      expect(balances(chain, economy)[far]).to.equal(6_000n)

      vote(chain, economy, 0)
      await expectError(() => vote(chain, economy, far), "NothingToVote")
      expect(tally()).to.deep.equal([7_000n, 0n])

      // They vote at their new place on a proposal of the next snapshot, and no longer at the old one.
      chain.unixTime += 7 * DAY
      const next = propose(chain, economy)
      vote(chain, economy, far, { proposal: next })
      vote(chain, economy, 0, { proposal: next, approve: false })
      expect(tally(next)).to.deep.equal([6_000n, 1_000n])
    })

    it("vote on both of two proposals by different snapshots at the same time, each where they were", () => {
      propose(chain, economy)
      chain.unixTime += 7 * DAY - 1
      const first = propose(chain, economy) // Still by snapshot 1.
      move(0, 1, 7_000n)
      chain.unixTime += 1
      const second = propose(chain, economy, { by: 1 }) // By snapshot 2.
      move(1, 2, 12_000n)

      for (const proposal of [first, second]) {
        expect(readProposal(chain, economy, proposal).snapshot).to.equal(proposal === first ? 1 : 2)
      }
      vote(chain, economy, 0, { proposal: first })
      vote(chain, economy, 1, { proposal: first, approve: false })
      expect(tally(first)).to.deep.equal([7_000n, 5_000n])
      vote(chain, economy, 1, { proposal: second })
      vote(chain, economy, 2, { proposal: second, approve: false })
      expect(tally(second)).to.deep.equal([12_000n, 3_000n])
    })

    it("vote by the next snapshot when nobody kept the page for the proposal's", async () => {
      propose(chain, economy)
      chain.unixTime += 7 * DAY
      move(0, 1, 1_000n)
      propose(chain, economy, { withoutSnapshots: true }) // By snapshot 2, which nobody keeps.
      chain.unixTime += 7 * DAY - 1
      const left = propose(chain, economy, { withoutSnapshots: true }) // By snapshot 2.
      chain.unixTime += 1
      propose(chain, economy) // By snapshot 3, which is kept: its balances were those of 2, too.
      expect(readProposal(chain, economy, left).snapshot).to.equal(2)
      expect(readSnapshot(chain, economy, 0, 3)).to.include({ number: 3, since: 2 })
      move(0, 1, 6_000n)

      await expectError(() => vote(chain, economy, 0, { proposal: left, snapshot: null }), "SnapshotMissing")
      vote(chain, economy, 0, { proposal: left, snapshot: 3 })
      vote(chain, economy, 1, { proposal: left, snapshot: 3, approve: false })
      expect(tally(left)).to.deep.equal([6_000n, 6_000n])
    })
  })

  describe("kept balances", () => {
    it("must be given once the page itself has others", async () => {
      propose(chain, economy)
      await expectError(() => vote(chain, economy, 0, { snapshot: null }), "SnapshotMissing")
      vote(chain, economy, 0)
    })

    it("must be those of the proposal's snapshot", async () => {
      propose(chain, economy)
      chain.unixTime += 7 * DAY
      const second = propose(chain, economy)
      await expectError(() => vote(chain, economy, 0, { proposal: second, snapshot: 1 }), "WrongSnapshot")
    })

    it("must be those of the member's page and economy", async () => {
      economy = newEconomy(PAGE_SLOTS + 1)
      const other = newEconomy()
      propose(chain, economy)
      propose(chain, other)
      const key = payingMember(chain, economy, 0)
      for (const [at, page] of [
        [economy, 1],
        [other, 0],
      ] as const) {
        const wrong = withAccount(voteOf(chain, economy, 0), "snapshot", snapshotPda(at.address, page, 1)[0])
        await expectError(() => chain.send(wrong, [key]), "WrongSnapshot")
      }
    })

    it("do not exist of a page that was created later, whose members had nothing", async () => {
      economy = newEconomy(PAGE_SLOTS)
      propose(chain, economy)
      addMembers(chain, economy, 1)
      await expectError(() => vote(chain, economy, PAGE_SLOTS, { snapshot: null }), "SnapshotMissing")
    })
  })

  describe("stakes", () => {
    beforeEach(() => addStakePage(chain, economy))

    it("[STK-137] vote besides the balance when they were made before the snapshot", () => {
      stake(chain, economy, 0, 2_000n, 30)
      stake(chain, economy, 1, 1_000n, 30)
      stake(chain, economy, 0, 3_000n, 90)
      propose(chain, economy)

      vote(chain, economy, 0, { stakePlaces: [2, 0] })

      expect(tally()).to.deep.equal([7_000n, 0n])
      const ballots = readBallots(chain, economy)
      expect([0, 1, 2].map((place) => hasVoted(ballots.stakes, place))).to.deep.equal([true, false, true])
      expect(readProposal(chain, economy).voters).to.equal(1)
    })

    it("do not vote when they were made after it: their tokens were a balance then", async () => {
      propose(chain, economy)
      stake(chain, economy, 0, 7_000n, 30)
      await expectError(() => vote(chain, economy, 0, { stakePlaces: [0] }), "StakeDoesNotVote")
      vote(chain, economy, 0)
      expect(tally()).to.deep.equal([7_000n, 0n])
      await expectError(() => vote(chain, economy, 0, { stakePlaces: [0] }), "StakeDoesNotVote")

      chain.unixTime += 7 * DAY
      const next = propose(chain, economy, { by: 1 })
      vote(chain, economy, 0, { proposal: next, stakePlaces: [0] })
      expect(tally(next)).to.deep.equal([7_000n, 0n])
    })

    it("vote once", async () => {
      stake(chain, economy, 0, 2_000n, 30)
      propose(chain, economy)
      await expectError(() => vote(chain, economy, 0, { stakePlaces: [0, 0] }), "AlreadyVoted")
      vote(chain, economy, 0, { stakePlaces: [0] })
      await expectError(() => vote(chain, economy, 0, { stakePlaces: [0] }), "AlreadyVoted")
      expect(tally()).to.deep.equal([7_000n, 0n])
    })

    it("may follow the balance in a second vote, which does not count that again", async () => {
      stake(chain, economy, 0, 2_000n, 30)
      stake(chain, economy, 0, 1_000n, 30)
      propose(chain, economy)
      vote(chain, economy, 0)
      vote(chain, economy, 0, { stakePlaces: [1] })
      vote(chain, economy, 0, { stakePlaces: [0], approve: false })
      expect(readProposal(chain, economy)).to.include({ yes: 5_000n, no: 2_000n, voters: 1 })
      await expectError(() => vote(chain, economy, 0, { stakePlaces: [0] }), "AlreadyVoted")
    })

    it("vote no more once they are taken back, and their tokens wait for the next snapshot", async () => {
      stake(chain, economy, 0, 2_000n, 30)
      chain.unixTime += 30 * DAY
      propose(chain, economy)
      unstake(chain, economy, 0, 0, 0)
      await expectError(() => vote(chain, economy, 0, { stakePlaces: [0] }), "StakeDoesNotVote")
      vote(chain, economy, 0)
      expect(tally()).to.deep.equal([5_000n, 0n])
    })

    it("vote once when they are taken back and staked again, by whomever", async () => {
      stake(chain, economy, 0, 2_000n, 30)
      chain.unixTime += 30 * DAY
      propose(chain, economy)
      vote(chain, economy, 0, { stakePlaces: [0] })
      expect(tally()).to.deep.equal([7_000n, 0n])
      unstake(chain, economy, 0, 0, 0)
      move(0, 1, 2_000n)
      stake(chain, economy, 1, 2_000n, 30)

      // The stake took the place of the old one.
      await expectError(() => vote(chain, economy, 1, { stakePlaces: [0] }), "StakeDoesNotVote")
      vote(chain, economy, 1)
      expect(tally()).to.deep.equal([12_000n, 0n])
    })

    it("vote for a member whose balance was empty", () => {
      stake(chain, economy, 2, 3_000n, 30)
      propose(chain, economy)
      vote(chain, economy, 2, { stakePlaces: [0] })
      expect(tally()).to.deep.equal([3_000n, 0n])
    })

    it("of others, and places without one, are refused", async () => {
      stake(chain, economy, 0, 2_000n, 30)
      propose(chain, economy)
      for (const place of [0, 1, 316, 317, 4_095, 4_096, 65_535]) {
        await expectError(() => vote(chain, economy, 1, { stakePlaces: [place] }), "StakeDoesNotVote")
      }
    })

    it("must be those of the page and the economy, and be given", async () => {
      economy = newEconomy(PAGE_SLOTS + 1)
      const other = newEconomy()
      addStakePage(chain, economy, 0)
      addStakePage(chain, economy, 1)
      addStakePage(chain, other, 0)
      stake(chain, economy, 0, 2_000n, 30)
      propose(chain, economy)
      const right = voteOf(chain, economy, 0, { stakePlaces: [0] })
      const key = payingMember(chain, economy, 0)
      const send = (stakes: Parameters<typeof withAccount>[2]) =>
        chain.send(withAccount(right, "stakes", stakes), [key])
      await expectError(() => send(stakePagePda(economy.address, 1)[0]), "WrongStakePage")
      await expectError(() => send(stakePagePda(other.address, 0)[0]), "WrongEconomy")
      // The program's own address stands for none.
      await expectError(() => send(right.programId), "StakeDoesNotVote")
      chain.send(right, [key])
      expect(tally()).to.deep.equal([7_000n, 0n])
    })
  })

  it("refuses pages, proposals and ballots of others", async () => {
    const other = newEconomy()
    propose(chain, economy)
    propose(chain, other)
    propose(chain, economy)
    const key = payingMember(chain, economy, 0)
    const right = voteOf(chain, economy, 0)
    const send = (name: string, address: Parameters<typeof withAccount>[2]) =>
      chain.send(withAccount(right, name, address), [key])
    const page = readPage(chain, other).header
    expect(page.economy.equals(other.address)).to.equal(true)
    await expectError(() => send("proposal", proposalPda(other.address, 0)[0]), "InvalidSeeds")
    await expectError(
      () => send("ballots", ballotsPda(proposalPda(economy.address, 1)[0], 0)[0]),
      "InvalidSeeds",
    )
    const abroad = voteOf(chain, other, 0)
    const foreignPage = withAccount(right, "page", abroad.keys[3]?.pubkey ?? key.publicKey)
    await expectError(() => chain.send(foreignPage, [key]), "WrongEconomy")
    expect(() => decodeBallots(new Uint8Array(728))).to.throw()
    chain.send(right, [key])
  })
})
