import {
  assetValue,
  bookedShare,
  coverage,
  Inflow,
  InvalidArgumentError,
  QUOTE_BILLIONTHS,
  teamAvailable,
  type CoverageParameters,
  type ValuedAsset,
} from "@stk/sdk"
import { expect } from "chai"

const TODAY = 20_500
/** 2 BTC of 8 decimals at 97,000.50 each. */
const BTC: ValuedAsset = { booked: 200_000_000n, decimals: 8, price: 97_000_500_000_000n, priceDay: TODAY }
/** 1,000 USDC at 0.9998. */
const USDC: ValuedAsset = { booked: 1_000_000_000n, decimals: 6, price: 999_800_000n, priceDay: TODAY - 7 }
/** 1,000,000 tokens of 6 decimals circulate. */
const REPORT: CoverageParameters = {
  assets: [BTC, USDC],
  circulating: 1_000_000_000_000n,
  decimals: 6,
  today: TODAY,
  oldestDays: 7,
}

describe("Coverage", () => {
  it("[STK-18] [STK-19] [STK-20] books half of subscriptions and donations and a startup's own share", () => {
    expect(bookedShare(Inflow.Subscription, 101n)).to.equal(50n)
    expect(bookedShare(Inflow.Donation, 101n)).to.equal(50n)
    expect(bookedShare(Inflow.Subscription, 101n, 10_000)).to.equal(50n)
    expect(bookedShare(Inflow.Startup, 101n)).to.equal(0n)
    expect(bookedShare(Inflow.Startup, 1_000n, 333)).to.equal(33n)
  })

  it("[STK-21] is the reserve's value over the circulating tokens", () => {
    // 2 × 97,000.50 + 1,000 × 0.9998 = 195,000.80, of which 0.1950008 are behind each of a million tokens.
    expect(coverage(REPORT)).to.deep.equal({
      value: 195_000_800_000_000n,
      perToken: 195_000_800n,
      bps: 1_950n,
    })
  })

  it("[STK-21] is measured by the token's own price where one is given", () => {
    // At 0.25 a million tokens are worth 250,000, of which 195,000.80 are 78.0003%.
    expect(coverage({ ...REPORT, tokenPrice: QUOTE_BILLIONTHS / 4n }).bps).to.equal(7_800n)
    expect(coverage({ ...REPORT, tokenPrice: 195_000_800n }).bps).to.equal(10_000n)
    expect(coverage({ ...REPORT, tokenPrice: 195_000_801n }).bps).to.equal(9_999n)
  })

  it("is nothing of an empty reserve and has no ratio where nothing circulates", () => {
    expect(coverage({ ...REPORT, assets: [] })).to.deep.equal({ value: 0n, perToken: 0n, bps: 0n })
    const { value, perToken, bps } = coverage({ ...REPORT, circulating: 0n })
    expect([value, perToken, bps]).to.deep.equal([195_000_800_000_000n, null, null])
    expect(coverage({ ...REPORT, tokenPrice: 0n }).bps).to.equal(null)
  })

  it("needs a recent price of every asset that the reserve has", () => {
    const refused = (asset: Partial<ValuedAsset>) => {
      const assets = [BTC, { ...USDC, ...asset }]
      expect(() => coverage({ ...REPORT, assets }))
        .to.throw(InvalidArgumentError)
        .that.includes({ field: "assets[1].price" })
    }
    refused({ priceDay: TODAY - 8 })
    refused({ priceDay: TODAY + 1 })
    refused({ price: 0n })
    refused({ priceDay: 0, price: 0n })
    const empty = { ...USDC, booked: 0n, price: 0n, priceDay: 0 }
    expect(coverage({ ...REPORT, assets: [BTC, empty] }).value).to.equal(194_001_000_000_000n)
  })

  it("values what is less than a billionth of a quote unit as nothing", () => {
    expect(assetValue({ booked: 1n, decimals: 9, price: 999_999_999n, priceDay: TODAY })).to.equal(0n)
    expect(assetValue({ booked: 1n, decimals: 9, price: 1_000_000_000n, priceDay: TODAY })).to.equal(1n)
  })
})

describe("The Team fund", () => {
  const team = {
    genesis: 1_000,
    funds: [0n, 0n, 0n, 600n, 0n] as const,
    teamSpent: 100n,
    teamCliffSeconds: 10,
    teamVestingSeconds: 70,
  }

  it("has available what is vested of all that it received, and not spent", () => {
    const at = (elapsed: number) => teamAvailable(team, team.genesis + elapsed)
    expect([-5, 9, 10, 11, 69, 70, 1_000].map(at)).to.deep.equal([0n, 0n, 0n, 10n, 590n, 600n, 600n])
  })
})
