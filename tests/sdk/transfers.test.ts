import {
  Fund,
  PAGE_SLOTS,
  planRedistribution,
  quarterOf,
  SECONDS_PER_DAY,
  STK_POLICY,
  transactionsOf,
  type PageToRedistribute,
  type PlanRedistributionParameters,
} from "@stk/sdk"
import { Keypair } from "@solana/web3.js"
import { expect } from "chai"
import { memberKey } from "../utils/actions"
import {
  addMembers,
  balances,
  createEconomy,
  readEconomy,
  readMember,
  readPages,
  releaseDays,
  runWeek,
  type TestEconomy,
} from "../utils/economy"
import { expectError, expectLedgerInvariant } from "../utils/expect"
import { PLAIN_PRESET } from "../utils/presets"
import { addStakePage, readStakePage, stake } from "../utils/staking"
import { Chain } from "../utils/svm"
import { postUntil, redistribute, setBands, setTransferFee } from "../utils/transfers"
import { clientOf } from "./support"

describe("Transfers and redistribution in the SDK", function () {
  this.timeout(60_000)

  let chain: Chain
  let economy: TestEconomy

  /** Members of whom the first ones earned these base units in the first week. */
  function founded(members: number, rewards: readonly number[]): void {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, members)
    releaseDays(chain, economy, 7)
    runWeek(
      chain,
      economy,
      rewards.map((reward) => [reward]),
    )
  }

  afterEach(() => expectLedgerInvariant(chain, economy))

  function memberClient(index: number) {
    const key = memberKey(economy, index)
    chain.airdrop(key.publicKey)
    return clientOf(chain, economy, key).client
  }

  const inactiveFor = (days: number) => postUntil(chain, economy, chain.unixTime + days * SECONDS_PER_DAY)

  const pages = (): PageToRedistribute[] =>
    readPages(chain, economy).map(({ header, members }) => ({ ...header, members: members.length }))

  describe("StkClient", () => {
    it("pays a member by its wallet, at the fee in force", async () => {
      founded(3, [1_000, 50])
      setTransferFee(chain, economy, 100)
      const client = memberClient(0)

      const sent = await client.transfer(memberKey(economy, 1).publicKey, 300n)

      expect(balances(chain, economy)).to.deep.equal([700n, 347n, 0n])
      const [event] = await client.fetchEvents(sent.signature)
      expect(event?.data).to.include({ amount: 300n, fee: 3n })
      await expectError(() => client.transfer(memberKey(economy, 2).publicKey, 300n, 2n), "FeeTooHigh")
      await client.transfer(memberKey(economy, 2).publicKey, 300n, 3n)
      expect(readEconomy(chain, economy).funds[Fund.Treasury]).to.equal(6n)
    })

    it("says who is no member", async () => {
      founded(2, [1_000])
      await expectError(
        () => memberClient(0).transfer(Keypair.generate().publicKey, 1n),
        "AccountNotFoundError",
      )
      const { client } = clientOf(chain, economy, economy.actors.stranger)
      await expectError(() => client.transfer(memberKey(economy, 0).publicKey, 1n), "AccountNotFoundError")
    })

    it("sets fee and bands, for who may", async () => {
      founded(1, [])
      const { treasurer, admin, stranger } = economy.actors
      await clientOf(chain, economy, treasurer).client.setTransferFee(25)
      await clientOf(chain, economy, admin).client.setRedistributionBands(STK_POLICY.bands)
      expect(readEconomy(chain, economy)).to.deep.include({ transferFeeBps: 25, bands: STK_POLICY.bands })
      const { client } = clientOf(chain, economy, stranger)
      await expectError(() => client.setTransferFee(0), "NotTreasurer")
      await expectError(() => client.setRedistributionBands(STK_POLICY.bands), "NotAdmin")
    })

    it("pays across pages and redistributes all of them, once a quarter", async () => {
      founded(PAGE_SLOTS + 1, [1_000, 1_000])
      await memberClient(0).transfer(memberKey(economy, PAGE_SLOTS).publicKey, 400n)
      setBands(chain, economy)
      inactiveFor(90)
      const { client } = clientOf(chain, economy, economy.actors.stranger)

      const sent = await client.redistribute(chain.unixTime)

      expect(sent).to.have.length(1)
      // 90 days after the first week, 96 after the registration: all are in the first band.
      const left = [0, 1, PAGE_SLOTS].map((index) => readMember(chain, economy, index).balance)
      expect(left).to.deep.equal([570n, 950n, 380n])
      expect(await client.redistribute(chain.unixTime)).to.have.length(0)
    })
  })

  describe("planRedistribution", () => {
    const payer = Keypair.generate().publicKey
    const at = { payer, economy: payer, quarter: 224 }
    const page = (index: number, changes: Partial<PageToRedistribute> = {}): PageToRedistribute => ({
      index,
      members: PAGE_SLOTS,
      hasStakes: false,
      redistributedQuarter: 223,
      ...changes,
    })
    const pagesOf = (p: PlanRedistributionParameters): number[] =>
      transactionsOf(planRedistribution(p)).map(({ instructions }) => instructions.length)

    beforeEach(() => founded(1, []))

    it("leaves out pages that were redistributed, and pages without members", () => {
      const all = [page(0), page(1, { redistributedQuarter: 224 }), page(2, { members: 0 }), page(3)]
      const plan = planRedistribution({ ...at, pages: all })
      expect(plan.alreadyDone.pages).to.deep.equal([1, 2])
      expect(plan.lanes.map(({ name }) => name)).to.deep.equal(["redistribution of 2026-Q1: pages 0, 3"])
      expect(planRedistribution({ ...at, quarter: 223, pages: all }).lanes).to.deep.equal([])
    })

    it("[STK-91] packs many pages by bytes and compute units", () => {
      const all = Array.from({ length: 100 }, (_, index) => page(index))
      for (const version of ["legacy", 1] as const) {
        const transactions = transactionsOf(planRedistribution({ ...at, version, pages: all }))
        expect(transactions.reduce((sum, { instructions }) => sum + instructions.length, 0)).to.equal(100)
        for (const planned of transactions) {
          expect(planned.bytes).to.be.at.most(version === 1 ? 4_096 : 1_232)
          expect(planned.computeUnitLimit).to.be.at.most(1_400_000)
        }
      }
      const staked = all.map((each) => ({ ...each, hasStakes: true }))
      expect(pagesOf({ ...at, pages: staked }).length).to.be.greaterThan(
        pagesOf({ ...at, pages: all }).length,
      )
    })

    for (const [what, stakes] of [
      ["nobody has stakes", 0],
      ["one of them has stakes", 1],
      ["everybody has stakes", 160],
    ] as const) {
      it(`asks for enough compute units when ${what}`, () => {
        founded(160, Array<number>(160).fill(2_000))
        if (stakes > 0) addStakePage(chain, economy)
        for (let index = 0; index < stakes; index++) stake(chain, economy, index, 1_000n)
        setBands(chain, economy)
        inactiveFor(370)
        const quarter = quarterOf(chain.unixTime)
        const stakePlaces = stakes === 0 ? undefined : readStakePage(chain, economy).places
        const due = pages().map((each) => ({ ...each, stakePlaces }))
        const [planned] = transactionsOf(
          planRedistribution({ ...at, economy: economy.address, quarter, pages: due }),
        )

        const { computeUnits } = redistribute(chain, economy)

        expect(readMember(chain, economy, 0).lastRedistributionQuarter).to.equal(quarter)
        expect(computeUnits).to.be.at.most(planned?.computeUnitLimit ?? 0)
        // What is asked for must not be far above what is used, or pages would be packed badly.
        expect(computeUnits * 2).to.be.at.least(planned?.computeUnitLimit ?? 0)
      })
    }
  })
})
