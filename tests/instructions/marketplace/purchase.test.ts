import {
  activationPda,
  Fund,
  PAGE_SLOTS,
  pagePda,
  RecipientKind,
  serviceParameters,
  servicePda,
  SAMPLE_SERVICES,
  ServiceKind,
  ServiceStatus,
  type Share,
} from "@stk/sdk"
import { type PublicKey } from "@solana/web3.js"
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
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount, withMeta } from "../../utils/instructions"
import {
  activationOf,
  buy,
  offerService,
  openActivation,
  purchaseOf,
  readActivation,
  readService,
  updateService,
} from "../../utils/marketplace"
import { PLAIN_PRESET } from "../../utils/presets"
import { takeSnapshot, snapshotPage } from "../../utils/staking"
import { Chain } from "../../utils/svm"

const DAY = 86_400
const AUTHOR = 0
const BUYER = 1
const PARTNER = 2
const POOR = 3
const STK = 1_000_000n

describe("purchase", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 4)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[1_000], [1_000], [1_000], [99]])
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const balance = (index: number): bigint => readMember(chain, economy, index).balance
  const service = (id = 0): PublicKey => servicePda(economy.address, id)[0]

  it("[STK-71] [STK-72] pays every recipient its share and records who got what", () => {
    offerService(chain, economy, AUTHOR, {
      price: 333n,
      split: [
        { member: AUTHOR, bps: 5_000 },
        { fund: Fund.Treasury, bps: 2_000 },
        { member: PARTNER, bps: 2_000 },
        { fund: Fund.Startup, bps: 1_000 },
      ],
    })

    const sent = buy(chain, economy, 0, BUYER)

    expect([AUTHOR, BUYER, PARTNER].map(balance)).to.deep.equal([1_166n, 667n, 1_066n])
    const { funds, memberBalances, volume } = readEconomy(chain, economy)
    expect([funds[Fund.Treasury], funds[Fund.Startup]]).to.deep.equal([68n, 33n])
    expect(memberBalances).to.equal(3_099n - 101n)
    expect(volume).to.equal(333n)
    expect(readService(chain, economy, 0).sold).to.equal(1n)
    const member = { recipientKind: RecipientKind.Member, fund: 0 }
    const fund = { recipientKind: RecipientKind.Fund, member: 0 }
    expectEvents(sent, {
      name: "ServicePurchased",
      data: {
        economy: economy.address,
        service: service(),
        id: 0,
        wallet: memberKey(economy, BUYER).publicKey,
        page: 0,
        slot: BUYER,
        price: 333n,
        payments: [
          { ...member, member: AUTHOR, amount: 166n, balance: 1_166n },
          { ...fund, fund: Fund.Treasury, amount: 68n, balance: 68n },
          { ...member, member: PARTNER, amount: 66n, balance: 1_066n },
          { ...fund, fund: Fund.Startup, amount: 33n, balance: 33n },
        ],
        balance: 667n,
        activeFrom: chain.unixTime,
        activeTo: Number.MAX_SAFE_INTEGER,
        sessionsLeft: 0,
      },
    })
  })

  it("[STK-71] gives the Treasury what the floors leave, all of a price of one base unit", () => {
    offerService(chain, economy, AUTHOR, { price: 1n })

    const { payments } = eventOf(buy(chain, economy, 0, BUYER), "ServicePurchased")

    expect(payments.map(({ amount }) => amount)).to.deep.equal([0n, 1n])
    expect([AUTHOR, BUYER].map(balance)).to.deep.equal([1_000n, 999n])
    expect(readEconomy(chain, economy).funds[Fund.Treasury]).to.equal(1n)
  })

  it("[STK-71] gives the Treasury the rest although the rule does not name it, and nothing where there is none", () => {
    const thirds: Share[] = [
      { member: AUTHOR, bps: 3_333 },
      { member: PARTNER, bps: 3_333 },
      { fund: Fund.Liquidity, bps: 3_334 },
    ]
    offerService(chain, economy, AUTHOR, { price: 101n, split: thirds })
    offerService(chain, economy, AUTHOR, { price: 101n, split: [{ member: AUTHOR, bps: 10_000 }] })

    const first = eventOf(buy(chain, economy, 0, BUYER), "ServicePurchased")
    const second = eventOf(buy(chain, economy, 1, BUYER), "ServicePurchased")

    expect(first.payments.map(({ amount }) => amount)).to.deep.equal([33n, 33n, 33n, 2n])
    expect(first.payments[3]).to.include({ recipientKind: RecipientKind.Fund, fund: Fund.Treasury })
    expect(second.payments.map(({ amount }) => amount)).to.deep.equal([101n])
    expect(readEconomy(chain, economy).funds[Fund.Treasury]).to.equal(2n)
  })

  it("pays eight recipients, the buyer among them", () => {
    const split: Share[] = [
      { member: AUTHOR, bps: 4_000 },
      { member: BUYER, bps: 1_000 },
      { member: PARTNER, bps: 1_000 },
      ...Object.values(Fund).map((fund) => ({ fund, bps: 800 })),
    ]
    offerService(chain, economy, AUTHOR, { price: 1_000n, split })

    const { payments, balance: after } = eventOf(buy(chain, economy, 0, BUYER), "ServicePurchased")

    expect(payments.map(({ amount }) => amount)).to.deep.equal([400n, 100n, 100n, ...Array(5).fill(80n)])
    expect(after).to.equal(100n)
    expect(payments[1]?.balance).to.equal(100n)
    expect([AUTHOR, BUYER, PARTNER].map(balance)).to.deep.equal([1_400n, 100n, 1_100n])
  })

  it("[STK-73] activates after payment only: a refused purchase changes neither balance nor activation", async () => {
    offerService(chain, economy, AUTHOR)
    openActivation(chain, economy, 0, POOR)
    const inactive = { activeFrom: 0, activeTo: 0, sessionsLeft: 0, purchases: 0 }
    expect(readActivation(chain, economy, 0, POOR)).to.include(inactive)

    await expectError(() => buy(chain, economy, 0, POOR), "BalanceTooSmall")

    expect(readActivation(chain, economy, 0, POOR)).to.include(inactive)
    expect(balance(POOR)).to.equal(99n)

    updateService(chain, economy, 0, { price: 99n })
    buy(chain, economy, 0, POOR)
    expect(readActivation(chain, economy, 0, POOR)).to.include({
      activeFrom: chain.unixTime,
      activeTo: Number.MAX_SAFE_INTEGER,
      purchases: 1,
    })
    expect(balance(POOR)).to.equal(0n)
  })

  it("[STK-70] renews from the end of a term that runs, and from now on after one that has ended", () => {
    offerService(chain, economy, AUTHOR, { kind: ServiceKind.Agent, termSeconds: 30 * DAY })
    const start = chain.unixTime
    const active = () => {
      const { activeFrom, activeTo } = readActivation(chain, economy, 0, BUYER)
      return [activeFrom - start, activeTo - start]
    }

    buy(chain, economy, 0, BUYER)
    expect(active()).to.deep.equal([0, 30 * DAY])
    chain.unixTime = start + 30 * DAY - 1
    buy(chain, economy, 0, BUYER)
    expect(active()).to.deep.equal([0, 60 * DAY])
    buy(chain, economy, 0, BUYER)
    expect(active()).to.deep.equal([0, 90 * DAY])
    chain.unixTime = start + 90 * DAY
    buy(chain, economy, 0, BUYER)
    expect(active()).to.deep.equal([90 * DAY, 120 * DAY])
    expect(readActivation(chain, economy, 0, BUYER).purchases).to.equal(4)
  })

  it("adds the sessions of every purchase, also of one for good", () => {
    offerService(chain, economy, AUTHOR, { kind: ServiceKind.Mentoring, sessions: 3 })
    buy(chain, economy, 0, BUYER)
    const { sessionsLeft, activeTo } = eventOf(buy(chain, economy, 0, BUYER), "ServicePurchased")
    expect([sessionsLeft, activeTo]).to.deep.equal([6, Number.MAX_SAFE_INTEGER])
  })

  it("[STK-74] sells an agent for good and rents one for a term", async () => {
    const agent = { kind: ServiceKind.Agent, name: "Research agent" }
    const bought = offerService(chain, economy, AUTHOR, { ...agent, price: 300n })
    const rented = offerService(chain, economy, AUTHOR, { ...agent, termSeconds: 7 * DAY })
    for (const id of [bought, rented]) buy(chain, economy, id, BUYER)
    chain.unixTime += 7 * DAY

    const ends = [bought, rented].map((id) => readActivation(chain, economy, id, BUYER).activeTo)
    expect(ends).to.deep.equal([Number.MAX_SAFE_INTEGER, chain.unixTime])
    // The rent can be renewed, what is owned needs no second purchase.
    buy(chain, economy, rented, BUYER)
    await expectError(() => buy(chain, economy, bought, BUYER), "AlreadyOwned")
    expect(balance(BUYER)).to.equal(500n)
  })

  it("[STK-75] reads the price from the record and refuses one above the buyer's maximum", async () => {
    offerService(chain, economy, AUTHOR)
    openActivation(chain, economy, 0, BUYER)
    updateService(chain, economy, 0, { price: 101n })

    await expectError(() => buy(chain, economy, 0, BUYER, { maxPrice: 100n }), "PriceAboveMaximum")
    expect(balance(BUYER)).to.equal(1_000n)
    buy(chain, economy, 0, BUYER, { maxPrice: 101n })
    updateService(chain, economy, 0, { price: 5n })
    buy(chain, economy, offerService(chain, economy, AUTHOR), BUYER, { maxPrice: 2n ** 64n - 1n })
    expect(balance(BUYER)).to.equal(799n)
  })

  it("pays recipients in other pages, each page once and by rising index", async () => {
    addMembers(chain, economy, 2 * PAGE_SLOTS - 3)
    const [second, third] = [PAGE_SLOTS, 2 * PAGE_SLOTS]
    const split: Share[] = [
      { member: third, bps: 2_000 },
      { member: AUTHOR, bps: 5_000 },
      { member: second, bps: 3_000 },
    ]
    offerService(chain, economy, AUTHOR, { split })
    openActivation(chain, economy, 0, BUYER)
    const send = (otherPages: number[]) => buy(chain, economy, 0, BUYER, { otherPages })

    for (const missing of [[], [1], [2]]) await expectError(() => send(missing), "RecipientPageMissing")
    for (const wrong of [
      [1, 1],
      [2, 1],
      [2, 2],
      [1, 2, 2],
      [1, 1, 2],
    ]) {
      await expectError(() => send(wrong), "PageNotNeeded")
    }
    await expectError(() => send([0, 1, 2]), "ConstraintDuplicateMutableAccount")
    expect([AUTHOR, BUYER, second, third].map(balance)).to.deep.equal([1_000n, 1_000n, 0n, 0n])

    const { computeUnits } = send([1, 2])
    expect([AUTHOR, BUYER, second, third].map(balance)).to.deep.equal([1_050n, 900n, 30n, 20n])
    expect(computeUnits, "three recipients in three pages").to.be.at.most(3_000)
  })

  it("refuses a page of another economy, and a page without a recipient", async () => {
    addMembers(chain, economy, PAGE_SLOTS - 3)
    offerService(chain, economy, AUTHOR, {
      split: [
        { member: AUTHOR, bps: 5_000 },
        { member: PAGE_SLOTS, bps: 5_000 },
      ],
    })
    offerService(chain, economy, AUTHOR)
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, other, 1)
    for (const id of [0, 1]) openActivation(chain, economy, id, BUYER)
    const signers = [memberKey(economy, BUYER)]

    const instruction = purchaseOf(chain, economy, 0, BUYER)
    const foreign = withMeta(instruction, instruction.keys.length - 1, {
      pubkey: pagePda(other.address, 0)[0],
    })
    await expectError(() => chain.send(foreign, signers), "WrongEconomy")
    const needless = purchaseOf(chain, economy, 1, BUYER, { otherPages: [1] })
    await expectError(() => chain.send(needless, signers), "PageNotNeeded")
  })

  it("buys from a page other than the author's", () => {
    addMembers(chain, economy, PAGE_SLOTS - 3)
    runWeek(chain, economy, [...Array<null>(PAGE_SLOTS).fill(null), [500]])
    const buyer = PAGE_SLOTS
    offerService(chain, economy, AUTHOR, { price: 500n })

    const { page, slot, payments } = eventOf(buy(chain, economy, 0, buyer), "ServicePurchased")

    expect([page, slot]).to.deep.equal([1, 0])
    expect(payments.map(({ amount }) => amount)).to.deep.equal([350n, 150n])
    expect([AUTHOR, buyer].map(balance)).to.deep.equal([1_350n, 0n])
  })

  it("refuses authors their own service", async () => {
    offerService(chain, economy, AUTHOR)
    await expectError(() => buy(chain, economy, 0, AUTHOR), "OwnService")
  })

  it("[STK-135] refuses a paused service until it is on offer again", async () => {
    offerService(chain, economy, AUTHOR)
    openActivation(chain, economy, 0, BUYER)
    updateService(chain, economy, 0, { status: ServiceStatus.Paused })
    await expectError(() => buy(chain, economy, 0, BUYER), "ServiceIsPaused")
    updateService(chain, economy, 0, { status: ServiceStatus.OnOffer })
    buy(chain, economy, 0, BUYER)
  })

  it("refuses while the economy is paused", async () => {
    offerService(chain, economy, AUTHOR)
    openActivation(chain, economy, 0, BUYER)
    pause(chain, economy)
    await expectError(() => buy(chain, economy, 0, BUYER), "Paused")
  })

  it("refuses another wallet's activation, another service's, and a slot of somebody else", async () => {
    for (const changes of [{}, { name: "Another" }]) offerService(chain, economy, AUTHOR, changes)
    for (const id of [0, 1]) openActivation(chain, economy, id, BUYER)
    openActivation(chain, economy, 0, PARTNER)
    const signers = [memberKey(economy, BUYER)]
    const instruction = purchaseOf(chain, economy, 0, BUYER)
    for (const wrong of [activationOf(economy, 0, PARTNER), activationOf(economy, 1, BUYER)]) {
      const exchanged = withAccount(instruction, "activation", wrong)
      await expectError(() => chain.send(exchanged, signers), "WrongActivation")
    }
    await expectError(() => buy(chain, economy, 0, BUYER, { slot: PARTNER }), "WrongMember")
    await expectError(() => buy(chain, economy, 0, BUYER, { slot: 4 }), "UnknownSlot")
  })

  it("refuses a wallet that is no member although it has an activation", async () => {
    offerService(chain, economy, AUTHOR)
    const stranger = economy.actors.stranger
    const outside: TestEconomy = { ...economy, members: [...economy.members, stranger] }
    openActivation(chain, outside, 0, 4)
    await expectError(() => buy(chain, outside, 0, 4, { slot: BUYER }), "WrongMember")
  })

  it("refuses a service and a page of another economy", async () => {
    offerService(chain, economy, AUTHOR)
    openActivation(chain, economy, 0, BUYER)
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, other, [memberKey(economy, AUTHOR), memberKey(economy, BUYER)])
    const id = offerService(chain, other, AUTHOR)
    openActivation(chain, other, id, BUYER)
    const signers = [memberKey(economy, BUYER)]
    const instruction = purchaseOf(chain, economy, 0, BUYER)

    const [service] = servicePda(other.address, id)
    const [activation] = activationPda(service, memberKey(economy, BUYER).publicKey)
    const foreign = withAccount(withAccount(instruction, "service", service), "activation", activation)
    await expectError(() => chain.send(foreign, signers), "WrongEconomy")
    const page = withAccount(instruction, "page", pagePda(other.address, 0)[0])
    await expectError(() => chain.send(page, signers), "WrongEconomy")
  })

  it("refuses while the balances of a page must be kept for a vote", async () => {
    addMembers(chain, economy, PAGE_SLOTS - 3)
    offerService(chain, economy, AUTHOR)
    offerService(chain, economy, AUTHOR, { split: [{ member: PAGE_SLOTS, bps: 10_000 }] })
    for (const id of [0, 1]) openActivation(chain, economy, id, BUYER)

    takeSnapshot(chain, economy)
    await expectError(() => buy(chain, economy, 0, BUYER), "SnapshotDue")
    snapshotPage(chain, economy, 0)
    buy(chain, economy, 0, BUYER)
    await expectError(() => buy(chain, economy, 1, BUYER), "SnapshotDue")
    snapshotPage(chain, economy, 1)
    buy(chain, economy, 1, BUYER)
  })

  it("counts volume and sales up over many purchases", () => {
    offerService(chain, economy, AUTHOR, { termSeconds: 1 })
    for (let bought = 0; bought < 5; bought++) buy(chain, economy, 0, BUYER)
    expect(readService(chain, economy, 0).sold).to.equal(5n)
    expect(readEconomy(chain, economy).volume).to.equal(500n)
  })
})

describe("purchase of the sample services", () => {
  const cases: [string, string, bigint, bigint][] = [
    ["STK-68", "course_basic", 350n, 150n],
    ["STK-69", "mentor_session_1h", 160n, 40n],
    ["STK-70", "ai_agent_premium", 600n, 400n],
  ]

  for (const [row, name, toAuthor, toTreasury] of cases) {
    it(`[${row}] splits ${name} into ${toAuthor} and ${toTreasury} STK`, () => {
      const chain = new Chain()
      const economy = createEconomy(chain)
      addMembers(chain, economy, 2)
      releaseDays(chain, economy, 7)
      runWeek(chain, economy, [null, [20, 5, 1, 0, 0, 0, 0]])
      const sample = SAMPLE_SERVICES.find(({ id }) => id === name)
      if (sample === undefined) return expect.fail(`there is no sample ${name}`)
      const parameters = serviceParameters(sample, AUTHOR)
      offerService(chain, economy, AUTHOR, parameters)
      const before = readEconomy(chain, economy).funds[Fund.Treasury]
      const start = chain.unixTime

      const { price, activeTo, sessionsLeft } = eventOf(buy(chain, economy, 0, BUYER), "ServicePurchased")

      expect(price).to.equal((toAuthor + toTreasury) * STK)
      expect(readMember(chain, economy, AUTHOR).balance).to.equal(toAuthor * STK)
      expect(readEconomy(chain, economy).funds[Fund.Treasury] - before).to.equal(toTreasury * STK)
      const terms = { course_basic: [null, 0], mentor_session_1h: [null, 1], ai_agent_premium: [30 * DAY, 0] }
      const [seconds, sessions] = terms[name as keyof typeof terms]
      expect(activeTo).to.equal(seconds === null ? Number.MAX_SAFE_INTEGER : start + (seconds ?? 0))
      expect(sessionsLeft).to.equal(sessions)
      expectLedgerInvariant(chain, economy)
    })
  }
})
