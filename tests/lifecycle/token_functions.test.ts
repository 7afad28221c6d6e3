import { createTransferInstruction, getAssociatedTokenAddressSync } from "@solana/spl-token"
import { type Keypair } from "@solana/web3.js"
import { Fund, isActive, STK_PRESET, parseAmount, pointsOf, ServiceKind } from "@stk/sdk"
import { expect } from "chai"
import { depositOf, memberKey, withdrawalOf } from "../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  readMember,
  releaseDays,
  runWeek,
  tokenAccountOf,
  type TestEconomy,
} from "../utils/economy"
import { expectError, expectLedgerInvariant, tokenBalance } from "../utils/expect"
import { buy, offerService, openActivation, readActivation, useSession } from "../utils/marketplace"
import { Chain } from "../utils/svm"
import { transfer } from "../utils/transfers"

const AUTHOR = 1
const BUYER = 0

const stk = (text: string) => parseAmount(text, STK_PRESET.decimals)
/** One section, one task and one post of members 0 and 1: 350 points each. */
const WEEK = [1, 1, 1, 0, 0, 0, 0]

describe("[STK-03] the four functions of the token, through the two doors", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [WEEK, WEEK])
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  /** Withdraws from a member's balance and pays it on, in one transaction. */
  const pay = (from: number, to: Keypair, amount: bigint, deposit?: number) => {
    const wallet = memberKey(economy, from)
    const source = tokenAccountOf(chain, economy, wallet.publicKey)
    const destination = tokenAccountOf(chain, economy, to.publicKey)
    const instructions = [
      withdrawalOf(economy, from, source, amount),
      createTransferInstruction(source, destination, wallet.publicKey, amount),
      ...(deposit === undefined ? [] : [depositOf(economy, deposit, destination, amount)]),
    ]
    chain.send(instructions, deposit === undefined ? [wallet] : [wallet, to])
    return destination
  }

  it("is the unit in which a contribution is measured: one point at level 1 is one STK", () => {
    const points = pointsOf(STK_PRESET, WEEK)

    expect(points).to.equal(350)
    expect(readMember(chain, economy, 0).balance).to.equal(stk(`${points}`))
  })

  it("pays for a learning programme from a balance, all or nothing", async () => {
    const school = chain.newSigner()

    const account = pay(0, school, stk("300"))

    expect(tokenBalance(chain, account)).to.equal(stk("300"))
    expect(readMember(chain, economy, 0).balance).to.equal(stk("50"))
    await expectError(() => pay(0, school, stk("51")), "BalanceTooSmall")
    expect(tokenBalance(chain, account)).to.equal(stk("300"))
  })

  it("moves from member to member for a service, balance to balance in one transaction", () => {
    pay(0, memberKey(economy, 1), stk("120"), 1)

    expect([0, 1].map((index) => readMember(chain, economy, index).balance)).to.deep.equal([
      stk("230"),
      stk("470"),
    ])
  })

  it("moves from member to member inside the ledger, where nobody needs a token account", () => {
    transfer(chain, economy, 0, 1, stk("120"))

    expect([0, 1].map((index) => readMember(chain, economy, index).balance)).to.deep.equal([
      stk("230"),
      stk("470"),
    ])
    for (const index of [0, 1]) {
      const account = getAssociatedTokenAddressSync(economy.mint, memberKey(economy, index).publicKey)
      expect(chain.getAccount(account)).to.equal(null)
    }
  })

  it("opens access to an agent once its price has arrived, not before", async () => {
    const agent = chain.newSigner()
    const price = stk("200")
    const till = tokenAccountOf(chain, economy, agent.publicKey)
    const isOpen = () => tokenBalance(chain, till) >= price

    await expectError(() => pay(0, agent, stk("351")), "BalanceTooSmall")
    expect(isOpen()).to.equal(false)

    pay(0, agent, price)
    expect(isOpen()).to.equal(true)
  })
})

describe("[STK-03] the four functions of the token, on the marketplace", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [WEEK, WEEK])
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const held = () => [BUYER, AUTHOR].map((index) => readMember(chain, economy, index).balance)
  const isUsable = (id: number) => isActive(readActivation(chain, economy, id, BUYER), chain.unixTime)

  it("prices a service in the unit in which a contribution is measured: 350 points buy 350 STK of it", () => {
    const price = stk(String(pointsOf(STK_PRESET, WEEK)))
    const id = offerService(chain, economy, AUTHOR, { price })

    buy(chain, economy, id, BUYER)

    expect(held()).to.deep.equal([0n, stk("595")])
  })

  it("pays for a learning programme, which is then open for good", async () => {
    const id = offerService(chain, economy, AUTHOR, { kind: ServiceKind.Programme, price: stk("300") })
    const dear = offerService(chain, economy, AUTHOR, { kind: ServiceKind.Programme, price: stk("51") })
    const treasury = readEconomy(chain, economy).funds[Fund.Treasury]

    buy(chain, economy, id, BUYER)
    await expectError(() => buy(chain, economy, dear, BUYER), "BalanceTooSmall")

    expect(held()).to.deep.equal([stk("50"), stk("560")])
    expect(readEconomy(chain, economy).funds[Fund.Treasury] - treasury).to.equal(stk("90"))
    chain.unixTime += 10 * 365 * 86_400
    expect([id, dear].map(isUsable)).to.deep.equal([true, false])
  })

  it("pays from member to member for a service between them, the whole price to the other", () => {
    const split = [{ member: AUTHOR, bps: 10_000 }]
    const id = offerService(chain, economy, AUTHOR, {
      kind: ServiceKind.Peer,
      price: stk("120"),
      sessions: 1,
      split,
    })

    buy(chain, economy, id, BUYER)
    useSession(chain, economy, id, BUYER, AUTHOR)

    expect(held()).to.deep.equal([stk("230"), stk("470")])
    expect(isUsable(id)).to.equal(false)
  })

  it("opens access to an agent for its term, and to a premium function, once they are paid", async () => {
    const month = 30 * 86_400
    const agent = { kind: ServiceKind.Agent, price: stk("200"), termSeconds: month }
    const premium = { kind: ServiceKind.Premium, price: stk("100"), termSeconds: month }
    const ids = [agent, premium].map((service) => offerService(chain, economy, AUTHOR, service))
    ids.forEach((id) => openActivation(chain, economy, id, BUYER))
    expect(ids.map(isUsable)).to.deep.equal([false, false])

    ids.forEach((id) => buy(chain, economy, id, BUYER))

    expect(ids.map(isUsable)).to.deep.equal([true, true])
    await expectError(() => buy(chain, economy, ids[0] ?? 0, BUYER), "BalanceTooSmall")
    chain.unixTime += month
    expect(ids.map(isUsable)).to.deep.equal([false, false])
  })
})
