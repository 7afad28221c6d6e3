import { Fund, releaseEmissionInstruction } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import {
  createEconomy,
  readEconomy,
  releaseDays,
  releaseEmission,
  type TestEconomy,
} from "../../utils/economy"
import { eventOf, expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance, tokenSupply } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { FORGE_PRESET, PLAIN_PRESET } from "../../utils/presets"
import { Chain, START_UNIX_TIME } from "../../utils/svm"

const DAY = 86_400
const YEAR = 31_536_000
/** Base units of one STK. */
const STK = 1_000_000n

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n)

/** Whole STK, rounded to the nearest as the specification's table displays them. */
const displayed = (baseUnits: bigint) => (baseUnits + STK / 2n) / STK

describe("release_emission", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const state = () => readEconomy(chain, economy)
  const minted = () => state().minted

  /** Moves the clock to so many seconds after genesis. */
  function at(seconds: number): void {
    chain.unixTime = START_UNIX_TIME + seconds
  }

  /** Base units of the whole emission year `year`. */
  function releasedIn(year: number): bigint {
    at(year * YEAR)
    if (state().releasedDays < BigInt(year * 365)) releaseEmission(chain, economy)
    const before = minted()
    at((year + 1) * YEAR)
    releaseEmission(chain, economy)
    return minted() - before
  }

  it("mints what a day emits into the vault and books it to the funds", () => {
    at(DAY)

    const sent = releaseEmission(chain, economy)

    // floor(10^15 / 365) = 2,739,726,027,397; 20, 15, 10 and 5% of it floored, and what is left to the Rewards Pool.
    const amount = 2_739_726_027_397n
    const shares: [bigint, bigint, bigint, bigint, bigint] = [
      1_369_863_013_701n,
      547_945_205_479n,
      410_958_904_109n,
      273_972_602_739n,
      136_986_301_369n,
    ]
    expect(state()).to.deep.include({ minted: amount, releasedDays: 1n, funds: shares })
    expect(tokenBalance(chain, economy.vault)).to.equal(amount)
    expect(tokenSupply(chain, economy.mint)).to.equal(amount)
    expectEvents(sent, {
      name: "EmissionReleased",
      data: { economy: economy.address, amount, shares, releasedDays: 1n, minted: amount },
    })
  })

  it("[STK-05] emits 10^9 / 2^floor(y / 4) STK in year y", () => {
    const years = [0, 3, 4, 7, 8, 11, 12, 15, 16, 20]
    const expected = [
      1_000_000_000n,
      1_000_000_000n,
      500_000_000n,
      500_000_000n,
      250_000_000n,
      250_000_000n,
      125_000_000n,
      125_000_000n,
      62_500_000n,
      31_250_000n,
    ]
    expect(years.map(releasedIn)).to.deep.equal(expected.map((whole) => whole * STK))
  })

  it("[STK-06] halves in the first second of year 4: the day that ends then is the last in full", async () => {
    at(4 * YEAR - DAY)
    releaseEmission(chain, economy)
    at(4 * YEAR - 1)
    await expectError(() => releaseEmission(chain, economy), "NothingDue")
    at(4 * YEAR)
    const full = eventOf(releaseEmission(chain, economy), "EmissionReleased")
    at(4 * YEAR + DAY)
    const half = eventOf(releaseEmission(chain, economy), "EmissionReleased")

    expect(displayed(full.amount)).to.equal(2_739_726n)
    expect(full.minted).to.equal(4_000_000_000n * STK)
    // floor(5 × 10^14 / 365)
    expect(half.amount).to.equal(1_369_863_013_698n)
  })

  it("[STK-07] emits by the day what the table displays, and over a year exactly the yearly amount", () => {
    for (const [year, shown, whole] of [
      [0, 2_739_726n, 1_000_000_000n],
      [4, 1_369_863n, 500_000_000n],
      [8, 684_932n, 250_000_000n],
      [12, 342_466n, 125_000_000n],
    ] as const) {
      at(year * YEAR)
      if (year > 0) releaseEmission(chain, economy)
      const before = minted()
      const days = new Set<bigint>()
      let last = before
      for (let day = 1; day <= 365; day++) {
        at(year * YEAR + day * DAY)
        releaseEmission(chain, economy)
        days.add(displayed(minted() - last))
        last = minted()
      }
      expect([...days]).to.deep.equal([shown])
      expect(last - before).to.equal(whole * STK)
    }
  })

  it("[STK-08] counts years of 31,536,000 s from genesis: the second before belongs to year 0", () => {
    at(31_535_999)
    releaseEmission(chain, economy)
    expect(state().releasedDays).to.equal(364n)
    // floor(10^15 × 364 / 365)
    expect(minted()).to.equal(997_260_273_972_602n)

    at(31_536_000)
    releaseEmission(chain, economy)

    expect(state().releasedDays).to.equal(365n)
    expect(minted()).to.equal(1_000_000_000n * STK)
  })

  it("[STK-09] has minted 4, 6, 7 and 7.5 × 10^9 STK after years 3, 7, 11 and 15", () => {
    const totals = [3, 7, 11, 15].map((year) => {
      at((year + 1) * YEAR)
      releaseEmission(chain, economy)
      return tokenSupply(chain, economy.mint) / STK
    })

    expect(totals).to.deep.equal([4_000_000_000n, 6_000_000_000n, 7_000_000_000n, 7_500_000_000n])
  })

  it("[STK-09, STK-11] never mints more than the cap: nothing from year 200 on, and no overflow", () => {
    const most = 7_999_999_999_999_920n
    at(200 * YEAR - DAY)
    releaseEmission(chain, economy)
    expect(minted() < most).to.equal(true)
    at(200 * YEAR)
    releaseEmission(chain, economy)
    expect(minted()).to.equal(most)

    for (const years of [201, 250, 1_000, 100_000, 2_000_000]) {
      at(years * YEAR)
      const sent = releaseEmission(chain, economy)
      expect(eventOf(sent, "EmissionReleased").amount).to.equal(0n)
    }

    expect(tokenSupply(chain, economy.mint)).to.equal(most)
    expect(most < 8_000_000_000n * STK).to.equal(true)
  })

  it("[STK-11] emits 10^15 >> floor(y / 4) base units in every year up to 200", () => {
    for (let year = 0; year <= 201; year++) {
      at((year + 1) * YEAR)
      const { amount } = eventOf(releaseEmission(chain, economy), "EmissionReleased")
      expect(amount).to.equal(year < 200 ? 1_000_000_000_000_000n >> BigInt(Math.floor(year / 4)) : 0n)
    }
  })

  it("[STK-10] releases three missed days together as the sum of three single days", () => {
    const other = createEconomy(chain)
    at(DAY)
    releaseEmission(chain, economy)
    const singles = [1, 2, 3, 4].map((day) => {
      at(day * DAY)
      return eventOf(releaseEmission(chain, other), "EmissionReleased").amount
    })

    const together = eventOf(releaseEmission(chain, economy), "EmissionReleased").amount

    // floor(d × 10^15 / 365) grows by these.
    expect(singles.slice(1)).to.deep.equal([2_739_726_027_397n, 2_739_726_027_397n, 2_739_726_027_398n])
    expect(together).to.equal(8_219_178_082_192n)
  })

  it("[STK-10] refuses a second release before the next day has ended", async () => {
    at(DAY - 1)
    await expectError(() => releaseEmission(chain, economy), "NothingDue")
    at(DAY)
    releaseEmission(chain, economy)
    await expectError(() => releaseEmission(chain, economy), "NothingDue")
    at(2 * DAY - 1)
    await expectError(() => releaseEmission(chain, economy), "NothingDue")

    at(2 * DAY)
    releaseEmission(chain, economy)

    expect(state().releasedDays).to.equal(2n)
  })

  it("releases nothing twice when the clock steps back", async () => {
    releaseDays(chain, economy, 5)
    const before = minted()

    at(3 * DAY)
    await expectError(() => releaseEmission(chain, economy), "NothingDue")
    at(-DAY)
    await expectError(() => releaseEmission(chain, economy), "NothingDue")

    expect(minted()).to.equal(before)
  })

  for (const [row, name, fund, whole] of [
    ["STK-12", "Rewards Pool", Fund.RewardsPool, 500_000_000n],
    ["STK-13", "Treasury", Fund.Treasury, 200_000_000n],
    ["STK-14", "Startup Fund", Fund.Startup, 150_000_000n],
    ["STK-15", "Team", Fund.Team, 100_000_000n],
    ["STK-16", "Liquidity", Fund.Liquidity, 50_000_000n],
  ] as const) {
    it(`[${row}] gives the ${name} ${whole} STK of year 0`, () => {
      at(YEAR)

      const sent = releaseEmission(chain, economy)

      expect(state().funds[fund]).to.equal(whole * STK)
      expect(eventOf(sent, "EmissionReleased").shares[fund]).to.equal(whole * STK)
    })
  }

  it("[STK-17] splits every release whole: floors for all funds, the remainder to the Rewards Pool", () => {
    for (let day = 1; day <= 40; day++) {
      at(day * DAY)
      const sent = releaseEmission(chain, economy)
      const { amount, shares } = eventOf(sent, "EmissionReleased")
      const floors = [2_000n, 1_500n, 1_000n, 500n].map((bps) => (amount * bps) / 10_000n)
      expect(shares.slice(1)).to.deep.equal(floors)
      expect(shares[Fund.RewardsPool]).to.equal(amount - sum(floors))
      expect(sum(state().funds)).to.equal(tokenBalance(chain, economy.vault))
    }
  })

  it("[STK-17] gives the Rewards Pool the remainder even of economies that give it no share", () => {
    const emissionFirstYear = 365n * 999_999n
    const fundBps: [number, number, number, number, number] = [0, 3_333, 3_333, 3_333, 1]
    economy = createEconomy(chain, { preset: { ...PLAIN_PRESET, emissionFirstYear, fundBps } })

    const sent = releaseDays(chain, economy, 1)

    // 999,999 × 0.3333 = 333,299.67 three times and 99.9999: floors that leave 3.
    expect(eventOf(sent, "EmissionReleased").shares).to.deep.equal([3n, 333_299n, 333_299n, 333_299n, 99n])
  })

  it("follows another economy's curve: halving every two years, nine decimals, other shares", () => {
    economy = createEconomy(chain, { preset: FORGE_PRESET })
    const first = eventOf(releaseDays(chain, economy, 730), "EmissionReleased")
    const second = eventOf(releaseDays(chain, economy, 365), "EmissionReleased")

    expect(first.amount).to.equal(42_000_000_000_000_000n)
    expect(second.amount).to.equal(10_500_000_000_000_000n)
    expect(second.shares).to.deep.equal([
      6_300_000_000_000_000n,
      1_050_000_000_000_000n,
      0n,
      3_148_950_000_000_000n,
      1_050_000_000_000n,
    ])
  })

  it("starts at a genesis that lies in the future", async () => {
    economy = createEconomy(chain, { genesis: START_UNIX_TIME + 10 * DAY })
    at(11 * DAY - 1)
    await expectError(() => releaseEmission(chain, economy), "NothingDue")

    at(11 * DAY)
    releaseEmission(chain, economy)

    expect(state().releasedDays).to.equal(1n)
  })

  it("refuses while the economy is paused", async () => {
    at(DAY)
    pause(chain, economy)
    await expectError(() => releaseEmission(chain, economy), "Paused")
  })

  it("refuses another economy's mint and vault", async () => {
    const other = createEconomy(chain)
    at(DAY)
    const instruction = releaseEmissionInstruction({ economy: economy.address, mint: economy.mint })

    await expectError(() => chain.send(withAccount(instruction, "mint", other.mint)), "WrongMint")
    await expectError(() => chain.send(withAccount(instruction, "vault", other.vault)), "WrongVault")

    expectLedgerInvariant(chain, other)
  })
})
