import {
  Fund,
  otherPagesOf,
  PAGE_SLOTS,
  planExecution,
  planPurchase,
  SECONDS_PER_DAY,
  snapshotPda,
  SPLIT_ENTRIES,
  STK_POLICY,
  transactionsOf,
  type SentTransaction,
  type Service,
  type StkClient,
} from "@stk/sdk"
import { Keypair, TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { memberKey } from "../utils/actions"
import {
  addMembers,
  balances,
  createEconomy,
  openWeek,
  readPage,
  readEconomy,
  releaseDays,
  runWeek,
  seal,
  submitAll,
  type TestEconomy,
  withdraw,
} from "../utils/economy"
import { expectLedgerInvariant } from "../utils/expect"
import { FUNDED_PRESET, spendingOf } from "../utils/funds"
import {
  createGovernance,
  handToGovernance,
  keptBalance,
  pass,
  payingMember,
  propose,
} from "../utils/governance"
import { withAccount } from "../utils/instructions"
import { offerService } from "../utils/marketplace"
import { KIND, REASON } from "../utils/rewards"
import { addStakePage, stake } from "../utils/staking"
import { Chain } from "../utils/svm"
import { postUntil } from "../utils/transfers"
import { clientOf } from "./support"

/** The first member of each page: both have earned tokens. */
const FIRST = 0
const SECOND = PAGE_SLOTS
const EARNED = 50_000n

type Step = (world: World) => Promise<unknown> | unknown

/** An economy with members in two pages, STK's policy and a governance. */
class World {
  readonly chain = new Chain()
  readonly economy: TestEconomy

  constructor() {
    const { chain } = this
    this.economy = createEconomy(chain, { preset: FUNDED_PRESET })
    addMembers(chain, this.economy, PAGE_SLOTS + 1)
    releaseDays(chain, this.economy, 7)
    const scores = Array.from({ length: PAGE_SLOTS + 1 }, (_, index) =>
      index === FIRST || index === SECOND ? [Number(EARNED)] : null,
    )
    runWeek(chain, this.economy, scores)
    createGovernance(chain, this.economy)
  }

  as(key: Keypair): StkClient {
    return clientOf(this.chain, this.economy, key).client
  }

  member(index: number): StkClient {
    return this.as(payingMember(this.chain, this.economy, index))
  }

  address(index: number) {
    return memberKey(this.economy, index).publicKey
  }
}

interface Case {
  /** What must be there before the proposal. */
  prepare?: Step
  act: Step
  /** Pages whose balances it may change. */
  pages: readonly number[]
}

const treasurySpending = (world: World) =>
  spendingOf(world.economy, { fund: Fund.Treasury, amount: 5n, index: SECOND })

/** Every method of the client that changes balances of members. */
const CASES: Readonly<Record<string, Case>> = {
  deposit: {
    prepare: ({ chain, economy }) => withdraw(chain, economy, SECOND, 100n),
    act: (world) => world.member(SECOND).deposit(40n),
    pages: [1],
  },
  withdraw: { act: (world) => world.member(SECOND).withdraw(40n), pages: [1] },
  transfer: { act: (world) => world.member(FIRST).transfer(world.address(SECOND), 7n), pages: [0, 1] },
  stake: { act: (world) => world.member(SECOND).stake(2_000n, 30), pages: [1] },
  unstake: {
    prepare: ({ chain, economy }) => {
      addStakePage(chain, economy, 1)
      stake(chain, economy, SECOND, 2_000n)
      chain.unixTime += 30 * SECONDS_PER_DAY
    },
    act: (world) => world.member(SECOND).unstake(0),
    pages: [1],
  },
  purchase: {
    prepare: ({ chain, economy }) => offerService(chain, economy, SECOND),
    act: (world) => world.member(FIRST).purchase(0),
    pages: [0, 1],
  },
  payRewards: {
    act: (world) =>
      world.as(world.economy.actors.validator).payRewards(KIND.learning, REASON, [
        { member: FIRST, amount: 3n },
        { member: SECOND, amount: 4n },
      ]),
    pages: [0, 1],
  },
  resolveRewards: {
    prepare: async (world) => {
      const validator = world.as(world.economy.actors.validator)
      const grants = [FIRST, SECOND].map((member) => ({ member, amount: 9n }))
      await validator.grantRewards({ kind: KIND.grant, freezeDays: 1, reason: REASON, grants })
      world.chain.unixTime += SECONDS_PER_DAY
      const [page] = await validator.fetchEscrowPages()
      const rewards = page?.rewards ?? []
      await validator.giveVerdicts(
        rewards.map(({ place, id }) => ({ escrowPage: 0, place, id, confirmed: true })),
      )
    },
    act: (world) => world.as(world.chain.payer).resolveRewards(world.chain.unixTime),
    pages: [0, 1],
  },
  redistribute: {
    prepare: ({ chain, economy }) => postUntil(chain, economy, chain.unixTime + 120 * SECONDS_PER_DAY),
    act: (world) => world.as(world.chain.payer).redistribute(world.chain.unixTime),
    pages: [0, 1],
  },
  spendFund: {
    act: (world) =>
      world.as(world.economy.actors.treasurer).spendFund(Fund.Treasury, world.address(SECOND), 5n, "a prize"),
    pages: [1],
  },
  settleWeek: {
    prepare: ({ chain, economy }) => {
      openWeek(chain, economy)
      submitAll(chain, economy, [[10], [20]])
      seal(chain, economy)
    },
    act: (world) => world.as(world.chain.payer).settleWeek(),
    pages: [0, 1],
  },
  executeProposal: {
    prepare: (world) => {
      handToGovernance(world.chain, world.economy, "treasurer")
      const governance = readGovernanceAddress(world)
      pass(world.chain, world.economy, withAccount(treasurySpending(world), "treasurer", governance), [
        FIRST,
        SECOND,
      ])
    },
    act: (world) =>
      world.member(FIRST).executeProposal(readEconomy(world.chain, world.economy).proposals - 2),
    pages: [1],
  },
}

function readGovernanceAddress({ chain, economy }: World) {
  return readEconomy(chain, economy).roles.treasurer
}

describe("StkClient while a vote needs the balances before it", function () {
  this.timeout(60_000)

  for (const [name, { prepare, act, pages }] of Object.entries(CASES)) {
    it(`${name} keeps each page that it changes first, in one call [STK-136]`, async () => {
      const world = new World()
      const { chain, economy } = world
      await world.as(economy.actors.admin).setPolicy(STK_POLICY)
      await prepare?.(world)
      propose(chain, economy, { withoutSnapshots: true })
      // Nothing is withdrawn in the second of a snapshot.
      chain.unixTime += 1
      const { snapshot } = readEconomy(chain, economy)
      for (const page of pages) expect(readPage(chain, economy, page).header.snapshot).to.be.below(snapshot)
      const before = balances(chain, economy)

      await act(world)

      expect(balances(chain, economy)).to.not.deep.equal(before)
      for (const page of [0, 1]) {
        const isKept = readPage(chain, economy, page).header.snapshot === snapshot
        expect(isKept, `page ${page}`).to.equal(pages.includes(page))
        if (!isKept) continue
        const first = page * PAGE_SLOTS
        expect(keptBalance(chain, economy, first, snapshot)).to.equal(before[first])
      }
      expectLedgerInvariant(chain, economy)
    })
  }

  it("keeps a page once, and reads no page before the first proposal", async () => {
    const world = new World()
    const { chain, economy } = world
    const { client, connection } = clientOf(chain, economy, payingMember(chain, economy, FIRST))
    let pages = 0
    const { getMultipleAccountsInfo } = connection
    connection.getMultipleAccountsInfo = async (addresses, ...rest) => {
      pages += addresses.length
      return getMultipleAccountsInfo(addresses, ...rest)
    }
    await client.transfer(world.address(SECOND), 1n)
    expect(pages).to.equal(0)

    propose(chain, economy, { withoutSnapshots: true })
    const sent: SentTransaction[] = []
    for (const amount of [2n, 3n]) sent.push(await client.transfer(world.address(SECOND), amount))

    const events = await Promise.all(sent.map(({ signature }) => client.fetchEvents(signature)))
    expect(events.map((each) => each.map(({ name }) => name))).to.deep.equal([
      ["PageSnapshotted", "PageSnapshotted", "Transferred"],
      ["Transferred"],
    ])
    expect(balances(chain, economy)[SECOND]).to.equal(EARNED + 6n)
  })

  it("keeps all pages of the largest purchase in its transaction, or before it where they do not fit", () => {
    const [wallet, economy, source] = Array.from({ length: 3 }, () => Keypair.generate().publicKey)
    if (!wallet || !economy || !source) return expect.fail("no keys")
    const split: Service["split"] = Array.from({ length: SPLIT_ENTRIES }, (_, page) => ({
      member: page * PAGE_SLOTS,
      bps: 1_250,
    }))
    const service = { economy, id: 0, price: 100n, split }
    const deposit = { source, amount: 100n }
    const pages = [...otherPagesOf(split, 9), 9]
    const bought = { wallet, service, page: 9, slot: 0, hasActivation: false, deposit }
    const snapshotDue = { snapshot: 3, pages: [...pages, 77] }

    const [planned, ...more] = transactionsOf(planPurchase({ ...bought, snapshotDue }))
    const apart = transactionsOf(planPurchase({ ...bought, snapshotDue, microLamportsPerUnit: 1n }))

    expect(more).to.deep.equal([])
    const kept = planned?.instructions.slice(0, -3).map(({ keys }) => keys.map(({ pubkey }) => pubkey))
    expect(kept).to.have.length(pages.length)
    for (const page of pages) {
      const [address] = snapshotPda(economy, page, 3)
      expect(kept?.flat().some((each) => each.equals(address))).to.equal(true)
    }
    // A priority fee takes the bytes that were left.
    expect(apart.map(({ instructions }) => instructions.length)).to.deep.equal([pages.length, 3])
  })

  it("keeps pages before a proposal is executed whose transaction has no room for that", () => {
    const [payer, economy] = [Keypair.generate().publicKey, Keypair.generate().publicKey]
    const execution = (accounts: number) => {
      const keys = Array.from({ length: accounts }, () => ({
        pubkey: Keypair.generate().publicKey,
        isSigner: false,
        isWritable: true,
      }))
      const instruction = new TransactionInstruction({ programId: payer, keys, data: Buffer.alloc(8) })
      const proposal = { index: 0, executed: false, instruction }
      const snapshotDue = { snapshot: 3, pages: [0, 1, 2, 3, 4] }
      return transactionsOf(planExecution({ payer, economy, proposal, snapshotDue })).map((planned) => {
        expect(planned.bytes).to.be.at.most(1_232)
        return planned.instructions.length
      })
    }

    expect(execution(5)).to.deep.equal([6])
    expect(execution(20)).to.deep.equal([5, 1])
  })
})
