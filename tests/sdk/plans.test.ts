import {
  compileTransaction,
  ESTIMATED_COMPUTE_UNITS,
  PAGE_SLOTS,
  pagesBehindSnapshot,
  PlanError,
  planLevels,
  planRegistration,
  planSettlement,
  planSnapshots,
  planStake,
  planTransaction,
  planUnstake,
  planWithdrawal,
  signersOf,
  snapshotInstructionsIfDue,
  snapshotPda,
  transactionBytes,
  transactionsOf,
  withComputeUnits,
  type Plan,
  type PlannedTransaction,
  type PlannedVersion,
} from "@stk/sdk"
import { Keypair, SystemProgram, TransactionInstruction, type PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import {
  addMembers,
  balances,
  createEconomy,
  openWeek,
  readEconomy,
  readMember,
  readPage,
  readPages,
  releaseDays,
  runWeek,
  seal,
  sealedWeek,
  submitAll,
  tokenAccountOf,
} from "../utils/economy"
import { expectLedgerInvariant, tokenBalance } from "../utils/expect"
import { PLAIN_PRESET } from "../utils/presets"
import { readSnapshot, readStakePage, snapshotPage, stakeOf, takeSnapshot } from "../utils/staking"
import { Chain, type Sent } from "../utils/svm"

/** Sends as planned, with the estimated limit: it must suffice. */
function send(chain: Chain, planned: PlannedTransaction, signers: readonly Keypair[]): Sent {
  chain.svm.expireBlockhash()
  const transaction = compileTransaction(planned, chain.svm.latestBlockhash())
  const needed = signersOf(planned)
  transaction.sign(signers.filter(({ publicKey }) => needed.some((address) => address.equals(publicKey))))
  const bytes = transaction.serialize()
  expect(bytes.length, planned.description).to.equal(planned.bytes)
  const sent = chain.sendBytes(bytes)
  expect(sent.computeUnits, planned.description).to.be.at.most(planned.computeUnitLimit)
  return sent
}

function sendAll(chain: Chain, plan: Plan<unknown>, ...signers: readonly Keypair[]): Sent[] {
  return transactionsOf(plan).map((planned) => send(chain, planned, signers))
}

const wallets = (count: number): PublicKey[] =>
  Array.from({ length: count }, () => Keypair.generate().publicKey)

describe("Plans", function () {
  this.timeout(120_000)

  it("register members over two pages, creating and growing what they need", () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    const { registrar } = economy.actors
    const all = wallets(1_100)
    const at = { registrar: registrar.publicKey, economy: economy.address }
    const first = planRegistration({
      ...at,
      wallets: all.slice(0, 70),
      state: { members: 0, pages: 0, capacity: 0 },
    })
    sendAll(chain, first, registrar)
    expect(readPage(chain, economy).capacity).to.equal(64 + 160)

    const { members, pages } = readEconomy(chain, economy)
    const state = { members, pages, capacity: readPage(chain, economy).capacity }
    const repeated = [...all, ...all.slice(70, 80)]
    const rest = planRegistration({ ...at, wallets: repeated, state, registered: all.slice(0, 70) })
    expect(rest.alreadyDone.wallets).to.have.length(70)
    sendAll(chain, rest, registrar)

    const filled = readPages(chain, economy)
    expect(filled.map((page) => page.members.length)).to.deep.equal([PAGE_SLOTS, 76])
    expect(filled.map((page) => page.capacity)).to.deep.equal([PAGE_SLOTS, 224])
    const registered = filled.flatMap((page) => page.members.map(({ wallet }) => wallet.toBase58()))
    expect(registered).to.deep.equal(all.map((wallet) => wallet.toBase58()))
    expect(planRegistration({ ...at, wallets: all, state, registered: all }).lanes).to.have.length(0)
  })

  it("register as many wallets in a transaction as its bytes allow", () => {
    const registrar = Keypair.generate().publicKey
    const state = { members: 0, pages: 1, capacity: 64 }
    const of = (version: PlannedVersion): number[] =>
      transactionsOf(
        planRegistration({ registrar, economy: registrar, wallets: wallets(40), state, version }),
      ).map(({ instructions }) => (instructions[0]?.keys.length ?? 0) - 4)
    expect(of("legacy")).to.deep.equal([14, 14, 12])
    expect(of(1)).to.deep.equal([32, 8])
  })

  it("set levels page by page and leave out who has theirs [STK-42]", () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    addMembers(chain, economy, 600)
    const { registrar } = economy.actors
    const levels = Array.from({ length: 600 }, (_, index) => ({ index, level: 1 + (index % 8) }))
    const plan = planLevels({
      registrar: registrar.publicKey,
      economy: economy.address,
      levels: [{ index: 1, level: 7 }, ...levels],
      evidence: new Uint8Array(32),
      levelOf: (index) => readMember(chain, economy, index).level,
    })
    expect(plan.alreadyDone.members).to.have.length(75)
    expect(transactionsOf(plan).map(({ bytes }) => bytes <= 1_232)).to.deep.equal([true, true])
    sendAll(chain, plan, registrar)
    expect(readPage(chain, economy).members.map(({ level }) => level)).to.deep.equal(
      levels.map(({ level }) => level),
    )
  })

  it("settle a full and a short week, leaving out settled pages [STK-46]", () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    addMembers(chain, economy, 1_030)
    releaseDays(chain, economy, 7)
    const week = openWeek(chain, economy)
    submitAll(chain, economy, Array<number[]>(1_030).fill([1, 0, 0, 0, 0, 0, 0]))
    seal(chain, economy)
    const at = {
      payer: chain.payer.publicKey,
      economy: economy.address,
      week,
      members: 1_030,
      isShort: false,
    }
    const later = planSettlement({ ...at, settled: [0] })
    expect(later.alreadyDone.pages).to.deep.equal([0])
    const both = planSettlement(at)
    expect(transactionsOf(both).map(({ instructions }) => instructions.length)).to.deep.equal([2])
    sendAll(chain, both, chain.payer)
    expectLedgerInvariant(chain, economy)

    const short = sealedWeek(chain, { pool: 100n, rewards: [60n, 60n, 1n] })
    const settlement = { ...at, economy: short.economy.address, week: short.week, members: 3, isShort: true }
    sendAll(chain, planSettlement(settlement), chain.payer)
    expect(balances(chain, short.economy)).to.deep.equal([49n, 49n, 0n])
  })

  it("settle many pages in transactions that keep to bytes and compute units", () => {
    const payer = Keypair.generate().publicKey
    const at = { payer, economy: payer, week: 1, members: 1_000_000 }
    const full = transactionsOf(planSettlement({ ...at, isShort: false }))
    const short = transactionsOf(planSettlement({ ...at, isShort: true }))
    for (const planned of [...full, ...short]) {
      expect(planned.bytes).to.be.at.most(1_232)
      expect(planned.computeUnitLimit).to.be.at.most(1_400_000)
    }
    const pages = (plan: readonly PlannedTransaction[]): number =>
      plan.reduce((sum, { instructions }) => sum + instructions.length, 0)
    expect([pages(full), pages(short)]).to.deep.equal([977, 977])
    expect(full.length).to.be.lessThan(short.length)
  })

  it("settle pages that a vote needs as they were, keeping them first", () => {
    const chain = new Chain()
    const { economy, week } = sealedWeek(chain, { pool: 100n, rewards: [60n, 7n] })
    takeSnapshot(chain, economy)
    const at = { payer: chain.payer.publicKey, economy: economy.address, week, members: 2, isShort: false }
    const snapshotDue = {
      snapshot: 1,
      pages: pagesBehindSnapshot([readPage(chain, economy).header], readEconomy(chain, economy)),
    }
    expect(snapshotDue.pages).to.deep.equal([0])

    sendAll(chain, planSettlement({ ...at, snapshotDue }), chain.payer)

    expect(balances(chain, economy)).to.deep.equal([60n, 7n])
    expect(readSnapshot(chain, economy, 0, 1).balances.slice(0, 2)).to.deep.equal([0n, 0n])
    expectLedgerInvariant(chain, economy)
    const many = Array.from({ length: 977 }, (_, page) => page)
    const large = { ...at, members: 1_000_000, snapshotDue: { snapshot: 1, pages: many } }
    const transactions = transactionsOf(planSettlement(large))
    for (const planned of transactions) expect(planned.bytes).to.be.at.most(1_232)
    const instructions = transactions.flatMap((planned) => planned.instructions)
    expect(instructions).to.have.length(2 * 977)
  })

  it("keep all pages that are behind a snapshot, and leave out the others", () => {
    const chain = new Chain()
    const economy = createEconomy(chain)
    addMembers(chain, economy, 1_025)
    takeSnapshot(chain, economy)
    snapshotPage(chain, economy, 1)
    const payer = chain.payer.publicKey
    const state = () => readPages(chain, economy).map(({ header }) => header)
    const plan = planSnapshots({ payer, economy: economy.address, snapshot: 1, pages: state() })
    expect(plan.alreadyDone).to.deep.equal({ pages: [1] })
    sendAll(chain, plan, chain.payer)
    expect(state().map(({ snapshot }) => snapshot)).to.deep.equal([1, 1])
    const again = planSnapshots({ payer, economy: economy.address, snapshot: 1, pages: state() })
    expect(again.lanes).to.deep.equal([])

    const pages = Array.from({ length: 977 }, (_, index) => ({ index, snapshot: 0 }))
    const many = transactionsOf(planSnapshots({ payer, economy: payer, snapshot: 5, pages }))
    for (const { bytes, computeUnitLimit } of many) {
      expect(bytes).to.be.at.most(1_232)
      expect(computeUnitLimit).to.be.at.most(1_400_000)
    }
    expect(many.flatMap(({ instructions }) => instructions)).to.have.length(977)

    const [header] = state()
    if (!header) return expect.fail("no page")
    expect(snapshotInstructionsIfDue(header, { snapshot: 1 }, payer)).to.deep.equal([])
    const [due, ...more] = snapshotInstructionsIfDue(header, { snapshot: 2 }, payer)
    expect(more).to.deep.equal([])
    const { address } = economy
    const [snapshot] = snapshotPda(address, 0, 2)
    expect(due?.keys.map(({ pubkey }) => pubkey.toBase58())).to.include(snapshot.toBase58())
  })

  it("stake with what must exist first, and take stakes back [STK-136]", () => {
    const chain = new Chain()
    const economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 80)
    releaseDays(chain, economy, 7)
    runWeek(
      chain,
      economy,
      economy.members.map(() => [8_000]),
    )
    const [member] = economy.members
    if (!member) return expect.fail("no members")
    chain.airdrop(member.publicKey)
    const at = { wallet: member.publicKey, economy: economy.address, page: 0, slot: 0 }
    const order = { ...at, amount: 1_000n, termDays: 30 }
    takeSnapshot(chain, economy)

    const first = planStake({ ...order, stakePage: null, snapshotDue: { snapshot: 1, pages: [0] } })
    expect(first.alreadyDone).to.deep.equal({ place: false, snapshot: false })
    sendAll(chain, first, member)
    // Somebody else pays for the next one.
    const second = planStake({
      ...order,
      payer: chain.payer.publicKey,
      stakePage: readStakePage(chain, economy),
    })
    expect(second.alreadyDone).to.deep.equal({ place: true, snapshot: true })
    const lamports = chain.getAccount(member.publicKey)?.lamports
    sendAll(chain, second, chain.payer, member)
    expect(chain.getAccount(member.publicKey)?.lamports).to.equal(lamports)
    const others = economy.members.slice(1)
    others.forEach((key, index) => {
      const count = index < others.length - 1 ? 4 : 3
      chain.send(
        Array.from({ length: count }, () => stakeOf(economy, index + 1, 1_000n)),
        [key],
      )
    })
    expect(readStakePage(chain, economy)).to.include({ places: 317, capacity: 317 })
    const grown = planStake({ ...order, stakePage: readStakePage(chain, economy) })
    expect(grown.alreadyDone).to.deep.equal({ place: false, snapshot: true })
    sendAll(chain, grown, member)
    expect(readStakePage(chain, economy)).to.include({ places: 318, capacity: 637 })

    chain.unixTime += 30 * 86_400
    takeSnapshot(chain, economy)
    const back = planUnstake({ ...at, place: 317, id: 317, snapshotDue: { snapshot: 2, pages: [0] } })
    expect(back.alreadyDone).to.deep.equal({ snapshot: false })
    sendAll(chain, back, member)
    expect(planUnstake({ ...at, place: 0, id: 0 }).alreadyDone).to.deep.equal({ snapshot: true })
    sendAll(chain, planUnstake({ ...at, place: 0, id: 0 }), member)
    expect(readMember(chain, economy, 0).balance).to.equal(7_000n)
    // The place is free again: nothing has to be made.
    const reused = planStake({ ...order, stakePage: readStakePage(chain, economy) })
    expect(reused.alreadyDone.place).to.equal(true)
    sendAll(chain, reused, member)
    expectLedgerInvariant(chain, economy)

    const { stakes } = readStakePage(chain, economy)
    const [one] = stakes
    if (!one) return expect.fail("no stakes")
    const full = { stakes: new Array<typeof one>(4_096).fill(one), places: 4_096, capacity: 4_096 }
    expect(() => planStake({ ...order, stakePage: full })).to.throw(PlanError, "no free place")
  })

  it("withdraw to a token account that is created where it is missing", () => {
    const chain = new Chain()
    const { economy } = sealedWeek(chain, { pool: 100n, rewards: [60n] })
    const { week } = readEconomy(chain, economy)
    const at = { payer: chain.payer.publicKey, economy: economy.address, week, members: 1, isShort: false }
    sendAll(chain, planSettlement(at), chain.payer)
    const [member] = economy.members
    if (!member) return expect.fail("no members")
    chain.airdrop(member.publicKey)
    const withdrawal = {
      wallet: member.publicKey,
      economy: economy.address,
      mint: economy.mint,
      page: 0,
      slot: 0,
    }
    sendAll(chain, planWithdrawal({ ...withdrawal, amount: 10n, hasTokenAccount: false }), member)
    sendAll(chain, planWithdrawal({ ...withdrawal, amount: 7n, hasTokenAccount: true }), member)
    expect(tokenBalance(chain, tokenAccountOf(chain, economy, member.publicKey))).to.equal(17n)
    expectLedgerInvariant(chain, economy)
  })

  it("measure a transaction exactly, whatever its version and signers", () => {
    const keys = Array.from({ length: 3 }, () => Keypair.generate())
    const [payer, other, third] = keys.map(({ publicKey }) => publicKey) as [PublicKey, PublicKey, PublicKey]
    for (const length of [0, 127, 128, 600]) {
      const instruction = new TransactionInstruction({
        programId: SystemProgram.programId,
        keys: [
          { pubkey: other, isSigner: true, isWritable: false },
          { pubkey: third, isSigner: false, isWritable: true },
          { pubkey: payer, isSigner: false, isWritable: false },
        ],
        data: Buffer.alloc(length),
      })
      for (const version of ["legacy", 0, 1] as const) {
        for (const microLamportsPerUnit of [0n, 7n]) {
          const options = { version, microLamportsPerUnit }
          const planned = planTransaction("a test", payer, [instruction], 5_000, options)
          expect(compileTransaction(planned).serialize()).to.have.length(planned.bytes)
          expect(transactionBytes(payer, [instruction], options)).to.equal(planned.bytes)
          expect(signersOf(planned).map(String)).to.deep.equal([payer, other].map(String))
        }
      }
    }
  })

  it("refuse a transaction that is too large", () => {
    const { publicKey: payer } = Keypair.generate()
    const instruction = new TransactionInstruction({ programId: payer, keys: [], data: Buffer.alloc(2_000) })
    expect(() => planTransaction("large", payer, [instruction], 1)).to.throw(PlanError)
    expect(planTransaction("large", payer, [instruction], 1, { version: 1 }).bytes).to.be.at.most(4_096)
  })

  it("set a measured limit one percent above what was used", () => {
    const { publicKey: payer } = Keypair.generate()
    const planned = planTransaction("any", payer, [], ESTIMATED_COMPUTE_UNITS.openWeek)
    expect(withComputeUnits(planned, 10_000).computeUnitLimit).to.equal(10_100)
    expect(withComputeUnits(planned, 50).computeUnitLimit).to.equal(51)
    expect(withComputeUnits(planned, 1_400_000).computeUnitLimit).to.equal(1_400_000)
  })
})
