import { Fund, PAGE_SLOTS, pagePda, type TransferParameters } from "@stk/sdk"
import { expect } from "chai"
import { memberKey, pause } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  readMember,
  releaseDays,
  runWeek,
  type TestEconomy,
} from "../../utils/economy"
import { eventOf, expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance, tokenSupply } from "../../utils/expect"
import { withAccount, withMeta } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import { snapshotPage, takeSnapshot } from "../../utils/staking"
import { Chain, type Sent } from "../../utils/svm"
import { putVolume, setTransferFee, transfer, transferOf } from "../../utils/transfers"

/** What the design allows a transfer. */
const MOST_COMPUTE_UNITS = 1_500
const MAX = 2n ** 64n - 1n

describe("transfer", () => {
  let chain: Chain
  let economy: TestEconomy

  /** An economy whose first members have these balances; their number decides how many pages there are. */
  function founded(members: number, ...rewards: readonly number[]): void {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, members)
    releaseDays(chain, economy, 7)
    runWeek(
      chain,
      economy,
      rewards.map((reward) => (reward === 0 ? null : [reward])),
    )
  }

  beforeEach(() => founded(3, 1_000, 50))

  afterEach(() => expectLedgerInvariant(chain, economy))

  const state = () => readEconomy(chain, economy)
  const balance = (index: number) => readMember(chain, economy, index).balance
  const treasury = () => state().funds[Fund.Treasury]
  const send = (
    amount: bigint,
    changes: Partial<TransferParameters> = {},
    [from, to]: [number, number] = [0, 1],
  ): Sent => chain.send(transferOf(economy, from, to, amount, changes), [memberKey(economy, from)])

  it("[STK-76] moves part of a balance to another member, without splitting it", () => {
    const vault = tokenBalance(chain, economy.vault)
    const supply = tokenSupply(chain, economy.mint)
    const before = state()

    const sent = transfer(chain, economy, 0, 1, 300n)

    expect([0, 1, 2].map(balance)).to.deep.equal([700n, 350n, 0n])
    expect(state()).to.deep.equal({ ...before, volume: 300n })
    expect(tokenBalance(chain, economy.vault)).to.equal(vault)
    expect(tokenSupply(chain, economy.mint)).to.equal(supply)
    expectEvents(sent, {
      name: "Transferred",
      data: {
        economy: economy.address,
        wallet: memberKey(economy, 0).publicKey,
        recipient: memberKey(economy, 1).publicKey,
        amount: 300n,
        fee: 0n,
        balance: 700n,
        recipientBalance: 350n,
        treasury: 0n,
      },
    })
  })

  it("changes nothing else about the two members", () => {
    const before = [0, 1].map((index) => readMember(chain, economy, index))

    transfer(chain, economy, 0, 1, 1n)

    const after = [0, 1].map((index) => readMember(chain, economy, index))
    expect(after).to.deep.equal(
      before.map((member, index) => ({ ...member, balance: member.balance + (index === 0 ? -1n : 1n) })),
    )
  })

  it("[STK-76] moves between pages, in both directions", () => {
    founded(PAGE_SLOTS + 2, 1_000)
    setTransferFee(chain, economy, 50)
    const far = PAGE_SLOTS + 1

    const there = transfer(chain, economy, 0, far, 600n)
    const back = transfer(chain, economy, far, 0, 200n)

    // Fees of 50 basis points: 3 and 1.
    expect([0, far].map(balance)).to.deep.equal([599n, 397n])
    expect(eventOf(there, "Transferred")).to.include({ balance: 400n, recipientBalance: 597n, treasury: 3n })
    expect(eventOf(back, "Transferred")).to.include({ balance: 397n, recipientBalance: 599n, treasury: 4n })
    expect(state()).to.include({ volume: 800n, memberBalances: 996n })
  })

  it("uses at most 1,500 compute units, in a page and between pages", () => {
    founded(PAGE_SLOTS + 1, 1_000)
    setTransferFee(chain, economy, 50)
    expect(transfer(chain, economy, 0, 1, 200n).computeUnits).to.be.at.most(MOST_COMPUTE_UNITS)
    expect(transfer(chain, economy, 0, PAGE_SLOTS, 200n).computeUnits).to.be.at.most(MOST_COMPUTE_UNITS)
  })

  it("moves again when it is called again", () => {
    transfer(chain, economy, 0, 1, 300n)
    transfer(chain, economy, 0, 1, 300n)
    transfer(chain, economy, 1, 2, 650n)
    expect([0, 1, 2].map(balance)).to.deep.equal([400n, 0n, 650n])
    expect(state().volume).to.equal(1_250n)
  })

  it("[STK-76] takes any positive amount up to the balance", async () => {
    await expectError(() => send(0n), "AmountIsZero")
    await expectError(() => send(1_001n), "BalanceTooSmall")
    await expectError(() => send(MAX), "BalanceTooSmall")
    send(999n)
    send(1n)
    await expectError(() => send(1n), "BalanceTooSmall")
    expect([0, 1].map(balance)).to.deep.equal([0n, 1_050n])
  })

  it("[STK-76] refuses a payment to oneself", async () => {
    await expectError(() => send(1n, {}, [0, 0]), "SameMember")
    const { publicKey: recipient } = memberKey(economy, 0)
    await expectError(() => send(1n, { recipient }), "SameMember")
  })

  it("refuses a recipient slot that holds somebody else, or nobody", async () => {
    await expectError(() => send(1n, { recipientSlot: 2 }), "WrongRecipient")
    await expectError(() => send(1n, { recipientSlot: 0 }), "WrongRecipient")
    await expectError(() => send(1n, { recipientSlot: 3 }), "WrongRecipient")
    await expectError(() => send(1n, { recipientSlot: 65_535 }), "WrongRecipient")
    const { publicKey: recipient } = economy.actors.stranger
    await expectError(() => send(1n, { recipient }), "WrongRecipient")
  })

  it("refuses a sender slot that holds somebody else, or nobody", async () => {
    await expectError(() => send(1n, { slot: 1 }), "WrongMember")
    await expectError(() => send(1n, { slot: 2 }), "WrongMember")
    await expectError(() => send(1n, { slot: 3 }), "UnknownSlot")
  })

  it("[STK-97] takes the floor of the fee out of the amount, for the Treasury", () => {
    setTransferFee(chain, economy, 500)

    const sent = transfer(chain, economy, 0, 1, 399n)

    // 399 × 500 / 10,000 = 19.95
    expect([0, 1].map(balance)).to.deep.equal([601n, 430n])
    expect(treasury()).to.equal(19n)
    expect(state()).to.include({ memberBalances: 1_031n, volume: 399n })
    expect(eventOf(sent, "Transferred")).to.include({ amount: 399n, fee: 19n, treasury: 19n })
  })

  it("[STK-97] takes no fee of which not one base unit is whole", () => {
    setTransferFee(chain, economy, 50)
    transfer(chain, economy, 0, 1, 199n)
    expect(treasury()).to.equal(0n)
    transfer(chain, economy, 0, 1, 200n)
    expect(treasury()).to.equal(1n)
    expect([0, 1].map(balance)).to.deep.equal([601n, 448n])
  })

  it("[STK-97] takes no more than the sender accepts", async () => {
    setTransferFee(chain, economy, 100)
    await expectError(() => send(300n, { maxFee: 2n }), "FeeTooHigh")
    await expectError(() => send(300n, { maxFee: 0n }), "FeeTooHigh")
    send(300n, { maxFee: 3n })
    send(300n, { maxFee: 4n })
    send(99n, { maxFee: 0n })
    expect(treasury()).to.equal(6n)
  })

  it("counts the volume modulo 2^64", () => {
    putVolume(chain, economy, MAX)
    transfer(chain, economy, 0, 1, 3n)
    expect(state().volume).to.equal(2n)
  })

  it("needs the sender's signature", async () => {
    const unsigned = withMeta(transferOf(economy, 0, 1, 1n), 0, { isSigner: false })
    await expectError(() => chain.send(unsigned), "MissingRequiredSignature")
    const recipient = memberKey(economy, 1)
    const instead = withAccount(transferOf(economy, 0, 2, 1n), "wallet", recipient.publicKey)
    await expectError(() => chain.send(instead, [recipient]), "WrongMember")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => transfer(chain, economy, 0, 1, 1n), "Paused")
  })
})

describe("transfer between pages", () => {
  let chain: Chain
  let economy: TestEconomy

  /** The first member of the second page. */
  const FAR = PAGE_SLOTS

  before(() => {
    // One chain for all: a page has to be full before there is another, and refusals change nothing.
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, PAGE_SLOTS + 1)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[1_000]])
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const sender = () => memberKey(economy, 0)

  it("looks for the recipient in the page that is named", async () => {
    const send = (changes: Partial<TransferParameters>) => () =>
      chain.send(transferOf(economy, 0, FAR, 1n, changes), [sender()])
    // Slot 0 of both pages holds a member.
    await expectError(send({ recipientPage: 0 }), "WrongRecipient")
    await expectError(send({ recipient: memberKey(economy, 1).publicKey }), "WrongRecipient")
    await expectError(send({ recipientSlot: 1 }), "WrongRecipient")
    send({})()
    expect(readMember(chain, economy, FAR).balance).to.equal(1n)
  })

  it("refuses the sender's page as the recipient's other page", async () => {
    const wrong = withAccount(
      transferOf(economy, 0, FAR, 1n),
      "recipientPage",
      pagePda(economy.address, 0)[0],
    )
    await expectError(() => chain.send(wrong, [sender()]), "ConstraintDuplicateMutableAccount")
  })

  it("refuses pages of another economy", async () => {
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, other, [sender(), memberKey(economy, FAR)])
    const [foreign] = pagePda(other.address, 0)
    const within = withAccount(transferOf(economy, 0, 1, 1n), "page", foreign)
    await expectError(() => chain.send(within, [sender()]), "WrongEconomy")
    const across = transferOf(economy, 0, FAR, 1n, { recipientSlot: 1 })
    await expectError(
      () => chain.send(withAccount(across, "recipientPage", foreign), [sender()]),
      "WrongEconomy",
    )
  })

  it("waits until both pages are kept for the snapshot that votes weigh", async () => {
    takeSnapshot(chain, economy)
    await expectError(() => transfer(chain, economy, 0, 1, 1n), "SnapshotDue")
    snapshotPage(chain, economy, 1)
    await expectError(() => transfer(chain, economy, 0, FAR, 1n), "SnapshotDue")
    takeSnapshot(chain, economy)
    snapshotPage(chain, economy, 0)
    transfer(chain, economy, 0, 1, 1n)
    await expectError(() => transfer(chain, economy, 0, FAR, 1n), "SnapshotDue")
    snapshotPage(chain, economy, 1)
    transfer(chain, economy, 0, FAR, 1n)
  })
})
