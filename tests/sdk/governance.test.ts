import {
  decodeBallots,
  decodeGovernance,
  decodeInstruction,
  decodeProposal,
  fetchAllBallots,
  fetchAllProposals,
  fetchBallots,
  fetchGovernance,
  fetchProposal,
  governancePda,
  ballotsPda,
  InvalidAccountError,
  pauseInstruction,
  PlanError,
  planExecution,
  planProposal,
  planVote,
  PROPOSAL_HEAD_BYTES,
  proposalPda,
  proposalState,
  snapshotPda,
  STK_PROGRAM_ID,
  submitScoresInstruction,
  buildScoreBatch,
  tallyShares,
  transactionsOf,
  type PlanVoteParameters,
} from "@stk/sdk"
import { Keypair, SystemProgram, TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { addMembers, createEconomy, readEconomy, readPages, releaseDays, runWeek } from "../utils/economy"
import {
  createGovernance,
  DESCRIPTION,
  harmless,
  payingMember,
  propose,
  readGovernance,
  readProposal,
  vote,
} from "../utils/governance"
import { PLAIN_PRESET } from "../utils/presets"
import { Chain } from "../utils/svm"

function governed(members = 2) {
  const chain = new Chain()
  const economy = createEconomy(chain, { preset: PLAIN_PRESET })
  addMembers(chain, economy, members)
  releaseDays(chain, economy, 7)
  runWeek(chain, economy, [[700], [80]])
  createGovernance(chain, economy)
  return { chain, economy }
}

describe("Accounts of votes", () => {
  it("are fetched where they are, and are null where they are not", async () => {
    const { chain, economy } = governed()
    const { connection } = chain
    const [governance] = governancePda(economy.address)
    const [proposal] = proposalPda(economy.address, 0)
    const [ballots] = ballotsPda(proposal, 0)
    expect(await fetchProposal(connection, proposal)).to.equal(null)
    expect(await fetchBallots(connection, ballots)).to.equal(null)
    expect(await fetchGovernance(connection, proposal)).to.equal(null)

    propose(chain, economy)
    vote(chain, economy, 0)

    expect(await fetchGovernance(connection, governance)).to.deep.equal(readGovernance(chain, economy))
    expect((await fetchProposal(connection, proposal))?.yes).to.equal(700n)
    const [none, one] = await fetchAllProposals(connection, [proposalPda(economy.address, 1)[0], proposal])
    expect([none, one?.yes]).to.deep.equal([null, 700n])
    const [page] = await fetchAllBallots(connection, [ballots])
    expect(page?.slots[0]).to.equal(1)
    expect(await fetchBallots(connection, ballots)).to.deep.equal(page)
  })

  it("are refused when they are cut off or others'", () => {
    const { chain, economy } = governed()
    propose(chain, economy)
    vote(chain, economy, 0)
    const [address] = proposalPda(economy.address, 0)
    const data = chain.getAccount(address)?.data ?? Buffer.alloc(0)
    const ballots = chain.getAccount(ballotsPda(address, 0)[0])?.data ?? Buffer.alloc(0)
    const governance = chain.getAccount(governancePda(economy.address)[0])?.data ?? Buffer.alloc(0)

    expect(() => decodeProposal(data.subarray(0, PROPOSAL_HEAD_BYTES - 1))).to.throw(InvalidAccountError)
    expect(() => decodeProposal(data.subarray(0, -1))).to.throw(InvalidAccountError, "cut off")
    expect(() => decodeProposal(data.subarray(0, PROPOSAL_HEAD_BYTES + 20))).to.throw(InvalidAccountError)
    expect(() => decodeProposal(governance)).to.throw(InvalidAccountError, "another type")
    for (const [decode, right] of [
      [decodeBallots, ballots],
      [decodeGovernance, governance],
    ] as const) {
      expect(() => decode(right.subarray(0, -1))).to.throw(InvalidAccountError)
      expect(() => decode(Buffer.concat([right, Buffer.alloc(1)]))).to.throw(InvalidAccountError)
      expect(() => decode(data)).to.throw(InvalidAccountError, "another type")
    }
  })
})

describe("decodeInstruction", () => {
  const economy = Keypair.generate().publicKey
  const guardian = Keypair.generate().publicKey

  it("reads accounts and arguments by the names of the IDL", () => {
    const instruction = pauseInstruction({ guardian, economy })
    const extra = { pubkey: guardian, isSigner: false, isWritable: false }
    const longer = new TransactionInstruction({ ...instruction, keys: [...instruction.keys, extra] })
    expect(decodeInstruction(longer)).to.deep.equal({
      name: "pause",
      accounts: { guardian, economy },
      remaining: [guardian],
      args: {},
    })
  })

  it("reads nothing of other programs, and no other bytes than the program has", () => {
    const instruction = pauseInstruction({ guardian, economy })
    const { keys, data, programId } = instruction
    const others = SystemProgram.transfer({ fromPubkey: guardian, toPubkey: economy, lamports: 1 })
    expect(decodeInstruction(others)).to.equal(null)
    expect(decodeInstruction(new TransactionInstruction({ keys, data, programId: economy }))).to.equal(null)
    const cut = new TransactionInstruction({ keys: keys.slice(1), data, programId })
    expect(decodeInstruction(cut)).to.equal(null)
    const more = new TransactionInstruction({ keys, data: Buffer.concat([data, Buffer.alloc(1)]), programId })
    expect(decodeInstruction(more)).to.equal(null)
  })

  it("reads the scores of a batch, and none that has more or fewer than its bitmap says", () => {
    const batch = buildScoreBatch(PLAIN_PRESET, 2_919, 8, [[1], null, [2]])
    const instruction = submitScoresInstruction({ oracle: guardian, economy, page: 0, batch })
    expect(decodeInstruction(instruction)?.args).to.deep.equal({ batch })
    const { keys, data, programId } = instruction
    for (const other of [data.subarray(0, -1), Buffer.concat([data, Buffer.alloc(1)]), data.subarray(0, 10)])
      expect(decodeInstruction(new TransactionInstruction({ keys, data: other, programId }))).to.equal(null)
  })
})

describe("Plans of votes", () => {
  it("propose and keep every page that is behind, in one lane", () => {
    const { chain, economy } = governed(1_025)
    const wallet = payingMember(chain, economy, 0)
    const { proposals, snapshot } = readEconomy(chain, economy)
    const parameters = {
      wallet: wallet.publicKey,
      economy: economy.address,
      page: 0,
      slot: 0,
      title: "A proposal",
      descriptionHash: DESCRIPTION,
      instruction: harmless(economy),
      proposals,
      snapshot,
      governance: readGovernance(chain, economy),
      pages: readPages(chain, economy).map(({ header }) => header),
      now: chain.unixTime,
    }
    const plan = planProposal(parameters)
    expect(plan.lanes).to.have.length(1)
    for (const { instructions, computeUnitLimit } of transactionsOf(plan)) {
      const sent = chain.send(instructions, [wallet], { computeUnits: computeUnitLimit })
      expect(sent.computeUnits).to.be.at.most(computeUnitLimit)
    }
    expect(readPages(chain, economy).map(({ header }) => header.snapshot)).to.deep.equal([1, 1])
    expect(chain.getAccount(snapshotPda(economy.address, 1, 1)[0])).to.not.equal(null)

    // A second one by the same snapshot has nothing to keep.
    const again = planProposal({
      ...parameters,
      proposals: 1,
      snapshot: 1,
      governance: readGovernance(chain, economy),
      pages: readPages(chain, economy).map(({ header }) => header),
    })
    expect(transactionsOf(again)).to.have.length(1)
    expect(again.alreadyDone.pages).to.deep.equal([0, 1])
  })

  it("vote by the balances that cover the proposal's snapshot, and with what has not voted", () => {
    const base: PlanVoteParameters = {
      wallet: Keypair.generate().publicKey,
      economy: Keypair.generate().publicKey,
      proposal: { index: 0, snapshot: 5 },
      page: { index: 2, snapshot: 6 },
      slot: 3,
      approve: true,
      snapshots: [
        { number: 4, since: 3 },
        { number: 6, since: 5 },
      ],
      stakes: [
        { place: 7, slot: 3, snapshot: 4 },
        { place: 8, slot: 3, snapshot: 5 },
        { place: 9, slot: 1, snapshot: 0 },
      ],
      ballots: null,
    }
    const accountsOf = (p: PlanVoteParameters): Readonly<Record<string, unknown>> => {
      const [planned] = transactionsOf(planVote(p))
      const [instruction] = planned?.instructions ?? []
      if (instruction === undefined) throw new Error("there is no vote")
      const decoded = decodeInstruction(instruction)
      return { ...decoded?.args, snapshot: decoded?.accounts["snapshot"]?.toBase58() }
    }
    const kept = (number: number) => snapshotPda(base.economy, 2, number)[0].toBase58()
    expect(accountsOf(base)).to.deep.equal({
      slot: 3,
      approve: true,
      stakePlaces: [7],
      snapshot: kept(6),
    })
    const behind = accountsOf({ ...base, page: { index: 2, snapshot: 4 } })
    expect(behind["snapshot"]).to.equal(STK_PROGRAM_ID.toBase58())
    expect(() => planVote({ ...base, snapshots: [{ number: 4, since: 3 }] })).to.throw(PlanError)

    const slots = new Uint8Array(128)
    slots[0] = 1 << 3
    const stakes = new Uint8Array(512)
    expect(planVote({ ...base, ballots: { slots, stakes } }).lanes).to.have.length(1)
    stakes[0] = 1 << 7
    const done = planVote({ ...base, ballots: { slots, stakes } })
    expect(done).to.deep.equal({ lanes: [], alreadyDone: { balance: true, stakePlaces: [7] } })
  })

  it("execute nothing twice, and nothing that takes a signature nobody agreed to", () => {
    const { chain, economy } = governed()
    const payer = Keypair.generate().publicKey
    const at = { payer, economy: economy.address }
    propose(chain, economy)
    const proposal = readProposal(chain, economy)
    expect(planExecution({ ...at, proposal: { ...proposal, executed: true } }).lanes).to.have.length(0)
    expect(planExecution({ ...at, proposal }).lanes).to.have.length(1)
    const instruction = SystemProgram.transfer({ fromPubkey: payer, toPubkey: economy.address, lamports: 1 })
    const trap = { ...proposal, instruction }
    expect(() => planExecution({ ...at, proposal: trap })).to.throw(PlanError, "was not agreed to")
    expect(planExecution({ ...at, proposal: trap, signers: [payer] }).lanes).to.have.length(1)
  })
})

describe("States of a proposal", () => {
  const proposal = {
    yes: 6n,
    no: 2n,
    quorum: 8n,
    votingEnds: 100,
    executableAt: 150,
    executed: false,
  }

  it("follow from its votes and the time", () => {
    const states = [99, 100, 149, 150, 2_592_149, 2_592_150].map((now) => proposalState(proposal, now))
    expect(states).to.deep.equal([
      "voting",
      "timeLocked",
      "timeLocked",
      "executable",
      "executable",
      "expired",
    ])
    expect(proposalState({ ...proposal, quorum: 9n }, 100)).to.equal("failed")
    expect(proposalState({ ...proposal, no: 6n }, 100)).to.equal("failed")
    expect(proposalState({ ...proposal, executed: true }, 9_999_999)).to.equal("executed")
  })

  it("are shown in shares", () => {
    expect(tallyShares(proposal)).to.deep.equal({ yesBps: 7_500, quorumBps: 10_000, missing: 0n })
    expect(tallyShares({ yes: 1n, no: 2n, quorum: 8n })).to.deep.equal({
      yesBps: 3_333,
      quorumBps: 3_750,
      missing: 5n,
    })
    expect(tallyShares({ yes: 0n, no: 0n, quorum: 0n })).to.deep.equal({
      yesBps: 0,
      quorumBps: 10_000,
      missing: 0n,
    })
  })
})
