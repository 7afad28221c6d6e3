import { createHash } from "node:crypto"
import { PAGE_SLOTS, proposalPda, snapshotPageInstruction, snapshotPda } from "@stk/sdk"
import { Keypair, TransactionInstruction, type AccountMeta } from "@solana/web3.js"
import { expect } from "chai"
import { depositOf, memberKey, pause, withdrawalOf } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  readMember,
  readPage,
  releaseDays,
  runWeek,
  tokenAccountOf,
  withdraw,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import {
  createGovernance,
  DAY,
  DESCRIPTION,
  harmless,
  keepBalances,
  payingMember,
  proposalOf,
  propose,
  readGovernance,
  readProposal,
} from "../../utils/governance"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain } from "../../utils/svm"

describe("create_proposal", () => {
  let chain: Chain
  let economy: TestEconomy
  let start: number

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 3)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[700], [81], null])
    createGovernance(chain, economy, { timeLockSeconds: DAY, threshold: 81n })
    for (const index of [0, 1, 2]) payingMember(chain, economy, index)
    start = chain.unixTime
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const send = (options: Parameters<typeof proposalOf>[2] = {}) =>
    chain.send(proposalOf(chain, economy, options), [memberKey(economy, options.by ?? 0)])

  it("[STK-137] opens a vote of 7 days with a quorum of 10% of the circulating tokens, by a snapshot of now", () => {
    const instruction = harmless(economy)

    const sent = send({ title: "Ünïcode", instruction })

    const proposal = readProposal(chain, economy)
    expect(proposal).to.deep.include({
      index: 0,
      title: "Ünïcode",
      descriptionHash: DESCRIPTION,
      snapshot: 1,
      quorum: 79n, // 781 × 10% = 78.1: rounded up
      yes: 0n,
      no: 0n,
      voters: 0,
      votingEnds: start + 7 * DAY,
      executableAt: start + 8 * DAY,
      executed: false,
    })
    const wallet = memberKey(economy, 0).publicKey
    expect(proposal.proposer.equals(wallet)).to.equal(true)
    expect(proposal.economy.equals(economy.address)).to.equal(true)
    expect(proposal.instruction.programId.equals(instruction.programId)).to.equal(true)
    expect(proposal.instruction.keys).to.deep.equal(instruction.keys)
    expect(proposal.instruction.data).to.deep.equal(instruction.data)
    expect(readEconomy(chain, economy)).to.include({ snapshot: 1, proposals: 1 })
    expect(readGovernance(chain, economy)).to.deep.include({
      snapshotTakenAt: start,
      votesEnd: [0, start + 7 * DAY],
    })
    expectEvents(sent, {
      name: "ProposalCreated",
      data: {
        economy: economy.address,
        proposal: 0,
        wallet,
        title: "Ünïcode",
        descriptionHash: DESCRIPTION,
        instruction: {
          programId: instruction.programId,
          accounts: instruction.keys.map(({ pubkey: address, ...flags }) => ({ address, ...flags })),
          data: instruction.data,
        },
        snapshot: 1,
        quorum: 79n,
        votingEnds: start + 7 * DAY,
        executableAt: start + 8 * DAY,
      },
    })
  })

  it("counts tokens that were withdrawn as circulating", () => {
    withdraw(chain, economy, 0, 500n)
    send({ by: 0 })
    expect(readProposal(chain, economy).quorum).to.equal(79n)
  })

  it("lets the balance of nobody change before it is kept for the vote", async () => {
    send()
    await expectError(() => withdraw(chain, economy, 0, 1n), "SnapshotDue")
    keepBalances(chain, economy)
    chain.unixTime = start + 1
    withdraw(chain, economy, 0, 1n)
  })

  it("gives no vote to tokens that are borrowed for the transaction that takes the snapshot", async () => {
    // As from a lending pool: it comes in and goes out within the transaction.
    const lender = memberKey(economy, 1)
    const borrowed = tokenAccountOf(chain, economy, lender.publicKey)
    withdraw(chain, economy, 1, 50n)
    const before = readMember(chain, economy, 1).balance
    chain.airdrop(lender.publicKey)
    const flash = [
      depositOf(economy, 1, borrowed, 50n),
      proposalOf(chain, economy, { by: 1 }),
      snapshotPageInstruction({ payer: lender.publicKey, economy: economy.address, page: 0, snapshot: 1 }),
      withdrawalOf(economy, 1, borrowed, 50n),
    ]

    await expectError(() => chain.send(flash, [lender]), "SnapshotJustTaken")

    expect(readMember(chain, economy, 1).balance).to.equal(before)
    expect(readEconomy(chain, economy)).to.include({ snapshot: 0, proposals: 0 })
  })

  it("uses the latest snapshot until it is as old as a vote, and takes the next one then", () => {
    expect(propose(chain, economy)).to.equal(0)
    chain.unixTime = start + 7 * DAY - 1
    expect(readProposal(chain, economy, propose(chain, economy)).snapshot).to.equal(1)
    expect(readGovernance(chain, economy)).to.deep.include({
      snapshotTakenAt: start,
      votesEnd: [0, start + 14 * DAY - 1],
    })
    chain.unixTime = start + 7 * DAY
    expect(readProposal(chain, economy, propose(chain, economy)).snapshot).to.equal(2)
    expect(readGovernance(chain, economy)).to.deep.include({
      snapshotTakenAt: start + 7 * DAY,
      votesEnd: [start + 14 * DAY, start + 14 * DAY - 1],
    })
  })

  it("keeps the snapshot before while a vote by the one that it would replace runs", () => {
    propose(chain, economy)
    chain.unixTime = start + 7 * DAY - 1
    propose(chain, economy) // By snapshot 1, until a second before 14 days.
    chain.unixTime = start + 7 * DAY
    propose(chain, economy)
    chain.unixTime = start + 14 * DAY - 2
    expect(readProposal(chain, economy, propose(chain, economy)).snapshot).to.equal(2)
    // Old enough now, but snapshot 3 takes the place of 1.
    chain.unixTime = start + 14 * DAY
    expect(readProposal(chain, economy, propose(chain, economy)).snapshot).to.equal(3)
    // A vote by snapshot 2 was begun two seconds before, so that 4 must wait for it.
    chain.unixTime = start + 21 * DAY - 3
    expect(readProposal(chain, economy, propose(chain, economy)).snapshot).to.equal(3)
    chain.unixTime = start + 21 * DAY
    expect(readProposal(chain, economy, propose(chain, economy)).snapshot).to.equal(4)
  })

  it("waits for a vote by the older snapshot although the latest is old", () => {
    propose(chain, economy) // 1, at day 0
    chain.unixTime = start + 7 * DAY
    propose(chain, economy) // 2, at day 7
    chain.unixTime = start + 14 * DAY - 1
    propose(chain, economy) // 2, until day 21
    chain.unixTime = start + 14 * DAY
    expect(readProposal(chain, economy, propose(chain, economy)).snapshot).to.equal(3)
    chain.unixTime = start + 21 * DAY - 2
    expect(readProposal(chain, economy, propose(chain, economy)).snapshot).to.equal(3)
    chain.unixTime = start + 21 * DAY - 1
    expect(readProposal(chain, economy, propose(chain, economy)).snapshot).to.equal(3)
    chain.unixTime = start + 21 * DAY
    expect(readProposal(chain, economy, propose(chain, economy)).snapshot).to.equal(4)
  })

  it("is open to members from the threshold on", async () => {
    send({ by: 1 })
    keepBalances(chain, economy)
    chain.unixTime += 1
    withdraw(chain, economy, 1, 1n)
    await expectError(() => send({ by: 1 }), "BelowThreshold")
    await expectError(() => send({ by: 2 }), "BelowThreshold")
  })

  it("is refused to others than the member in the slot", async () => {
    const stranger = memberKey(economy, 1)
    const wrong = withAccount(proposalOf(chain, economy), "wallet", stranger.publicKey)
    await expectError(() => chain.send(wrong, [stranger]), "WrongMember")
    const beyond: TestEconomy = { ...economy, members: [...economy.members, economy.actors.stranger] }
    const unknown = proposalOf(chain, beyond, { by: 3 })
    await expectError(() => chain.send(unknown, [economy.actors.stranger]), "UnknownSlot")
  })

  it("takes titles of 1 to 64 bytes", async () => {
    await expectError(() => send({ title: "" }), "BadTitle")
    await expectError(() => send({ title: "x".repeat(65) }), "BadTitle")
    await expectError(() => send({ title: "x\0" }), "BadTitle")
    await expectError(() => send({ title: "ü".repeat(33) }), "BadTitle")
    send({ title: "ü".repeat(32) })
    expect(readProposal(chain, economy).title).to.equal("ü".repeat(32))
  })

  it("holds instructions as large as a legacy transaction can bring", () => {
    const { programId } = harmless(economy)
    const account = (byte: number): AccountMeta => ({
      pubkey: Keypair.fromSeed(createHash("sha256").update(Uint8Array.of(byte)).digest()).publicKey,
      isSigner: byte % 2 === 1,
      isWritable: byte % 3 === 1,
    })
    const of = (accounts: number, bytes: number) =>
      new TransactionInstruction({
        programId,
        keys: Array.from({ length: accounts }, (_, index) => account(index)),
        data: Buffer.alloc(bytes, 5),
      })
    for (const instruction of [of(0, 0), of(0, 600), of(18, 40)]) {
      const proposal = readEconomy(chain, economy).proposals
      send({ instruction })
      keepBalances(chain, economy)
      const stored = readProposal(chain, economy, proposal).instruction
      expect(stored.keys).to.deep.equal(instruction.keys)
      expect(stored.data).to.deep.equal(instruction.data)
    }
  })

  it("works while the economy is paused: a vote may be what ends the pause", () => {
    pause(chain, economy)
    send()
    expect(readProposal(chain, economy).snapshot).to.equal(1)
  })

  it("refuses pages and governances of another economy", async () => {
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, other, [memberKey(economy, 0)])
    createGovernance(chain, other)
    const own = proposalOf(chain, economy)
    const foreign = proposalOf(chain, other)
    const by = memberKey(economy, 0)
    for (const [name, index] of [
      ["governance", 2],
      ["page", 4],
    ] as const) {
      const pubkey = foreign.keys[index]?.pubkey ?? by.publicKey
      await expectError(() => chain.send(withAccount(own, name, pubkey), [by]), "WrongEconomy")
    }
    const elsewhere = withAccount(own, "proposal", proposalPda(economy.address, 1)[0])
    await expectError(() => chain.send(elsewhere, [by]), "InvalidSeeds")
  })

  it("gives every proposal an index of its own", async () => {
    const first = proposalOf(chain, economy)
    chain.send(first, [memberKey(economy, 0)])
    await expectError(() => chain.send(first, [memberKey(economy, 0)]), "InvalidSeeds")
    expect(propose(chain, economy)).to.equal(1)
  })

  it("leaves a page created after the snapshot without kept balances", () => {
    addMembers(chain, economy, PAGE_SLOTS - 3)
    send()
    addMembers(chain, economy, 1)
    expect(readPage(chain, economy, 1).header.snapshot).to.equal(1)
    expect(chain.getAccount(snapshotPda(economy.address, 1, 1)[0])).to.equal(null)
  })
})
