import {
  AccountNotFoundError,
  decodeActivation,
  decodeService,
  ESTIMATED_COMPUTE_UNITS,
  fetchActivation,
  fetchAllActivations,
  fetchAllServices,
  fetchService,
  findServices,
  FOR_GOOD,
  Fund,
  InvalidAccountError,
  InvalidArgumentError,
  isActive,
  newActivation,
  otherPagesOf,
  PAGE_SLOTS,
  PlanError,
  planPurchase,
  renewedActivation,
  SAMPLE_SERVICES,
  serviceParameters,
  ServiceKind,
  servicePda,
  ServiceStatus,
  splitPrice,
  transactionsOf,
  type ServiceQuery,
} from "@stk/sdk"
import { getAssociatedTokenAddressSync } from "@solana/spl-token"
import { Keypair } from "@solana/web3.js"
import { expect } from "chai"
import { memberKey } from "../utils/actions"
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
import { expectError, expectLedgerInvariant, tokenBalance } from "../utils/expect"
import {
  activationOf,
  buy,
  offerService,
  openActivation,
  placeOf,
  readActivation,
  readService,
  serviceCreation,
  serviceOf,
  updateService,
} from "../utils/marketplace"
import { PLAIN_PRESET } from "../utils/presets"
import { Chain } from "../utils/svm"
import { clientOf } from "./support"

const DAY = 86_400

/** An economy of three members with 1,000 base units each. */
function market(): { chain: Chain; economy: TestEconomy } {
  const chain = new Chain()
  const economy = createEconomy(chain, { preset: PLAIN_PRESET })
  addMembers(chain, economy, 3)
  releaseDays(chain, economy, 7)
  runWeek(chain, economy, [[1_000], [1_000], [1_000]])
  return { chain, economy }
}

async function expectRefusal(
  promise: Promise<unknown>,
  type: typeof InvalidAccountError | typeof AccountNotFoundError,
): Promise<void> {
  const thrown: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  )
  expect(thrown).to.be.instanceOf(type)
}

describe("Marketplace of the SDK", () => {
  it("decodes services and activations, and refuses what is none", async () => {
    const { chain, economy } = market()
    offerService(chain, economy, 0)
    openActivation(chain, economy, 0, 1)
    const { connection } = chain
    const [address] = servicePda(economy.address, 0)
    const activation = activationOf(economy, 0, 1)
    const nobody = Keypair.generate().publicKey

    expect((await fetchService(connection, address))?.name).to.equal("Systems thinking")
    expect((await fetchActivation(connection, activation))?.purchases).to.equal(0)
    expect(await fetchService(connection, nobody)).to.equal(null)
    expect(await fetchActivation(connection, nobody)).to.equal(null)
    const services = await fetchAllServices(connection, [nobody, address])
    expect(services.map((service) => service?.id)).to.deep.equal([undefined, 0])
    const activations = await fetchAllActivations(connection, [activation, nobody])
    expect(activations.map((each) => each?.ratings)).to.deep.equal([0, undefined])
    await expectRefusal(fetchService(connection, activation), InvalidAccountError)

    const bytes = Buffer.from(chain.getAccount(address)?.data ?? [])
    const forged = (offset: number, value: number): Buffer => {
      const copy = Buffer.from(bytes)
      copy.writeUInt8(value, offset)
      return copy
    }
    // Kind, status, kind of the first recipient, fund of the second.
    for (const wrong of [forged(274, 6), forged(275, 2), forged(214, 2), forged(223, 5), bytes.subarray(1)])
      expect(() => decodeService(wrong)).to.throw(InvalidAccountError)
    expect(() => decodeService(Buffer.concat([bytes, Buffer.alloc(1)]))).to.throw(InvalidAccountError)
    expect(() => decodeActivation(bytes)).to.throw(InvalidAccountError)
  })

  it("[STK-135] finds services by kind, author, words, price and offer", async () => {
    const { chain, economy } = market()
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, other, 1)
    offerService(chain, other, 0, { name: "Elsewhere" })
    offerService(chain, economy, 0, { name: "Systems thinking", price: 500n })
    offerService(chain, economy, 1, { name: "Research Agent", kind: ServiceKind.Agent, price: 300n })
    offerService(chain, economy, 1, { name: "Agent of systems", kind: ServiceKind.Agent, price: 100n })
    offerService(chain, economy, 2, { name: "Гитара, 1 час", kind: ServiceKind.Peer, price: 50n })
    updateService(chain, economy, 2, { status: ServiceStatus.Paused })

    const found = async (query?: ServiceQuery): Promise<number[]> =>
      (await findServices(chain.connection, economy.address, query)).map(({ id }) => id)

    expect(await found()).to.deep.equal([0, 1, 2, 3])
    expect(await found({ kind: ServiceKind.Agent })).to.deep.equal([1, 2])
    expect(await found({ author: memberKey(economy, 1).publicKey })).to.deep.equal([1, 2])
    expect(await found({ text: "SYSTEMS" })).to.deep.equal([0, 2])
    expect(await found({ text: "  systems  agent " })).to.deep.equal([2])
    expect(await found({ text: "гитара" })).to.deep.equal([3])
    expect(await found({ text: "guitar" })).to.deep.equal([])
    expect(await found({ maxPrice: 299n })).to.deep.equal([2, 3])
    expect(await found({ maxPrice: 300n })).to.deep.equal([1, 2, 3])
    expect(await found({ onOffer: true })).to.deep.equal([0, 1, 3])
    expect(await found({ onOffer: false })).to.deep.equal([2])
    expect(await found({ kind: ServiceKind.Agent, onOffer: true, text: "agent" })).to.deep.equal([1])
    const [first] = await findServices(chain.connection, economy.address, { text: "systems thinking" })
    expect(first?.address.equals(servicePda(economy.address, 0)[0])).to.equal(true)
  })

  it("splits prices and refuses rules that do not add up", () => {
    const { split } = serviceParameters(SAMPLE_SERVICES[0] ?? expect.fail("no sample"), 7)
    expect(splitPrice(1n, split)).to.deep.equal([
      { member: 7, amount: 0n },
      { fund: Fund.Treasury, amount: 1n },
    ])
    expect(
      splitPrice(3n, [
        { fund: Fund.Team, bps: 5_000 },
        { member: 0, bps: 5_000 },
      ]),
    ).to.deep.equal([
      { fund: Fund.Team, amount: 1n },
      { member: 0, amount: 1n },
      { fund: Fund.Treasury, amount: 1n },
    ])
    expect(() => splitPrice(1n, [{ member: 0, bps: 9_999 }])).to.throw(InvalidArgumentError)
  })

  it("[STK-70] extends activations as the program does, and knows what is active", () => {
    const { chain, economy } = market()
    const terms = { termSeconds: 30 * DAY, sessions: 2 }
    offerService(chain, economy, 0, { ...terms, price: 1n })
    let state = newActivation(terms)
    for (const wait of [0, DAY, 29 * DAY, 31 * DAY, 60 * DAY - 1]) {
      chain.unixTime += wait
      buy(chain, economy, 0, 1)
      state = renewedActivation(state, terms, chain.unixTime)
      expect(readActivation(chain, economy, 0, 1)).to.include(state)
    }
    const { activeFrom, activeTo } = state
    const at = (now: number) => isActive(state, now)
    expect([activeFrom - 1, activeFrom, activeTo - 1, activeTo].map(at)).to.deep.equal([
      false,
      true,
      true,
      false,
    ])
    expect(isActive({ ...state, sessionsLeft: 0 }, activeFrom)).to.equal(false)
    const forGood = { termSeconds: 0, sessions: 0 }
    const owned = renewedActivation(newActivation(forGood), forGood, 5)
    expect(owned).to.include({ activeFrom: 5, activeTo: FOR_GOOD })
    expect(isActive(owned, FOR_GOOD - 1)).to.equal(true)
    expect(isActive(newActivation(forGood), 0)).to.equal(false)
    expect(() => renewedActivation(owned, forGood, 6)).to.throw(InvalidArgumentError)
  })

  it("names the pages of recipients once, by rising index, without the buyer's", () => {
    const member = (index: number) => ({ member: index, bps: 2_000 })
    const split = [member(5_000), member(1), member(PAGE_SLOTS), member(PAGE_SLOTS + 1)]
    expect(otherPagesOf([...split, { fund: Fund.Treasury, bps: 2_000 }], 0)).to.deep.equal([1, 4])
    expect(otherPagesOf(split, 4)).to.deep.equal([0, 1])
  })

  it("plans deposit, activation and payment as one transaction, and later the payment alone", () => {
    const { chain, economy } = market()
    offerService(chain, economy, 0, { price: 1_200n, sessions: 1 })
    const buyer = memberKey(economy, 1)
    withdraw(chain, economy, 2, 1_000n)
    const source = withdraw(chain, economy, 1, 900n)
    const service = readService(chain, economy, 0)
    chain.airdrop(buyer.publicKey)
    const place = { wallet: buyer.publicKey, service, ...placeOf(1) }
    const send = (plan: ReturnType<typeof planPurchase>) => {
      const [planned, ...others] = transactionsOf(plan)
      if (planned === undefined || others.length > 0) return expect.fail("not one transaction")
      const sent = chain.send([...planned.instructions], [buyer], { payer: buyer })
      expect(sent.computeUnits + ESTIMATED_COMPUTE_UNITS.transaction).to.be.at.most(planned.computeUnitLimit)
      return planned.instructions.length
    }

    const short = planPurchase({ ...place, hasActivation: false, deposit: { source, amount: 900n } })
    // 1,000 base units are too few: nothing of it happens, the deposit neither.
    expect(() => send(short)).to.throw()
    expect(tokenBalance(chain, source)).to.equal(900n)
    expect(chain.getAccount(activationOf(economy, 0, 1))).to.equal(null)

    updateService(chain, economy, 0, { price: 300n })
    const changed = { ...place, service: readService(chain, economy, 0) }
    expect(
      send(planPurchase({ ...changed, hasActivation: false, deposit: { source, amount: 500n } })),
    ).to.equal(3)
    expect(readMember(chain, economy, 1).balance).to.equal(300n)
    expect(send(planPurchase({ ...changed, hasActivation: true }))).to.equal(1)
    expect(readActivation(chain, economy, 0, 1)).to.include({ purchases: 2, sessionsLeft: 2 })
    expect(planPurchase({ ...changed, hasActivation: true }).alreadyDone.activation).to.equal(true)
    expectLedgerInvariant(chain, economy)
  })

  it("refuses to plan what no transaction holds", () => {
    const key = () => Keypair.generate().publicKey
    const split = Array.from({ length: 40 }, (_, page) => ({ member: page * PAGE_SLOTS, bps: 250 }))
    const service = { economy: key(), id: 0, price: 1n, split }
    const plan = () => planPurchase({ wallet: key(), service, page: 0, slot: 0, hasActivation: true })
    expect(plan).to.throw(PlanError)
  })

  it("has estimates above what the program uses", () => {
    const { chain, economy } = market()
    const shares = Object.values(Fund).map((fund) => ({ fund, bps: 1_000 }))
    const split = [0, 1, 2].map((member) => ({ member, bps: member === 0 ? 3_000 : 1_000 }))
    const parameters = serviceOf(0, { name: "x".repeat(64), split: [...split, ...shares] })
    chain.airdrop(memberKey(economy, 0).publicKey)
    const creation = chain.send(serviceCreation(chain, economy, 0, parameters), [memberKey(economy, 0)])
    expect(creation.computeUnits).to.be.at.most(ESTIMATED_COMPUTE_UNITS.createService)
    const opening = openActivation(chain, economy, 0, 1)
    expect(opening.computeUnits).to.be.at.most(ESTIMATED_COMPUTE_UNITS.openActivation)
    const purchase = buy(chain, economy, 0, 1)
    expect(purchase.computeUnits).to.be.at.most(ESTIMATED_COMPUTE_UNITS.purchase.base)
  })

  it("takes a service through its life by the client", async () => {
    const { chain, economy } = market()
    const [authorKey, buyerKey] = [memberKey(economy, 0), memberKey(economy, 1)]
    for (const { publicKey } of [authorKey, buyerKey]) chain.airdrop(publicKey)
    const author = clientOf(chain, economy, authorKey).client
    const buyer = clientOf(chain, economy, buyerKey).client

    const { id } = await author.createService(serviceOf(0, { name: "Mentor", sessions: 2, price: 100n }))
    expect(await buyer.fetchActivation(id, buyerKey.publicKey)).to.equal(null)
    const [offered] = await buyer.findServices({ text: "mentor", onOffer: true })
    expect(offered).to.include({ id, price: 100n })

    await buyer.withdraw(950n)
    await expectError(() => buyer.purchase(id), "BalanceTooSmall")
    await buyer.purchase(id, { deposit: 200n })
    await author.updateService(id, 120n, ServiceStatus.OnOffer)
    await expectError(() => buyer.purchase(id, { maxPrice: 119n }), "PriceAboveMaximum")
    await buyer.purchase(id)
    expect(readMember(chain, economy, 1).balance).to.equal(30n)
    const account = getAssociatedTokenAddressSync(economy.mint, buyerKey.publicKey)
    expect(tokenBalance(chain, account)).to.equal(750n)

    await buyer.useSession(id)
    await author.useSession(id, buyerKey.publicKey)
    expect((await buyer.fetchActivation(id, buyerKey.publicKey))?.sessionsLeft).to.equal(2)
    await buyer.rateService(id, 4)
    expect(await buyer.fetchService(id)).to.include({ sold: 2n, ratingSum: 4n, ratingCount: 1 })

    await author.updateService(id, 120n, ServiceStatus.Paused)
    await expectError(() => buyer.purchase(id), "ServiceIsPaused")
    await author.closeService(id)
    expect(await buyer.fetchService(id)).to.equal(null)
    await expectRefusal(buyer.purchase(id), AccountNotFoundError)
    await expectError(() => buyer.closeActivation(id), "NotOver")
    await buyer.closeActivation(id, true)
    expect(await buyer.fetchActivation(id, buyerKey.publicKey)).to.equal(null)
    expect(readEconomy(chain, economy).volume).to.equal(220n)
    expectLedgerInvariant(chain, economy)
  })
})
