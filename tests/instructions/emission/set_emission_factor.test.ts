import { setEmissionFactorInstruction } from "@stk/sdk"
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
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { setEmissionFactor } from "../../utils/stabilisation"
import { Chain, START_UNIX_TIME } from "../../utils/svm"

const DAY = 86_400
/** Base units of the first day: floor(10^15 / 365). */
const FIRST_DAY = 2_739_726_027_397n
/** Base units of the first two days: floor(2 × 10^15 / 365). */
const TWO_DAYS = 5_479_452_054_794n

describe("set_emission_factor", () => {
  let chain: Chain
  let economy: TestEconomy
  /** What factors have left of the schedule. */
  let lost: bigint

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    lost = 0n
  })

  afterEach(() => expectLedgerInvariant(chain, economy, { lost }))

  const set = (bps: number) => setEmissionFactor(chain, economy, bps)
  const minted = () => readEconomy(chain, economy).minted

  it("[STK-96] releases that part of future days, and loses the rest for good", () => {
    releaseDays(chain, economy, 1)

    const sent = set(2_500)

    expect(readEconomy(chain, economy).emissionFactorBps).to.equal(2_500)
    expectEvents(sent, {
      name: "EmissionFactorSet",
      data: { economy: economy.address, emissionFactorBps: 2_500 },
    })
    expect(minted()).to.equal(FIRST_DAY)

    const slowed = eventOf(releaseDays(chain, economy, 1), "EmissionReleased")
    // floor(2,739,726,027,397 / 4)
    expect(slowed.amount).to.equal(684_931_506_849n)
    lost = FIRST_DAY - slowed.amount

    // The whole factor again does not bring back what was lost.
    set(10_000)
    const whole = eventOf(releaseDays(chain, economy, 1), "EmissionReleased")
    expect(whole.amount).to.equal(FIRST_DAY)
    expect(minted()).to.equal(FIRST_DAY + 684_931_506_849n + FIRST_DAY)
  })

  it("[STK-96] applies to days that are released together as to each of them", () => {
    set(5_000)
    const { amount, shares, releasedDays } = eventOf(releaseDays(chain, economy, 2), "EmissionReleased")
    expect(amount).to.equal(TWO_DAYS / 2n)
    expect(shares.reduce((sum, share) => sum + share, 0n)).to.equal(amount)
    expect(releasedDays).to.equal(2n)
    lost = TWO_DAYS - amount
  })

  it("[STK-96] never releases more than the schedule: 1 to 10,000 basis points", async () => {
    await expectError(() => set(0), "BadEmissionFactor")
    await expectError(() => set(10_001), "BadEmissionFactor")
    await expectError(() => set(65_535), "BadEmissionFactor")
    set(1)
    const { amount } = eventOf(releaseDays(chain, economy, 1), "EmissionReleased")
    expect(amount).to.equal(FIRST_DAY / 10_000n)
    lost = FIRST_DAY - amount
    set(10_000)
    releaseDays(chain, economy, 1)
    expect(minted()).to.equal(TWO_DAYS - lost)
  })

  it("[STK-96] changes nothing about days that have ended: they are released first", async () => {
    chain.unixTime = START_UNIX_TIME + DAY - 1
    set(9_000)
    set(10_000)
    chain.unixTime += 1
    await expectError(() => set(9_000), "ReleaseFirst")
    releaseEmission(chain, economy)
    set(9_000)
    expect(minted()).to.equal(FIRST_DAY)
  })

  it("can be set before genesis", () => {
    economy = createEconomy(chain, { genesis: START_UNIX_TIME + 10 * DAY })
    set(9_999)
    expect(readEconomy(chain, economy).emissionFactorBps).to.equal(9_999)
  })

  it("refuses everybody but the treasurer", async () => {
    const { admin, treasurer } = economy.actors
    const instruction = setEmissionFactorInstruction({
      treasurer: treasurer.publicKey,
      economy: economy.address,
      emissionFactorBps: 5_000,
    })
    const wrong = withAccount(instruction, "treasurer", admin.publicKey)
    await expectError(() => chain.send(wrong, [admin]), "NotTreasurer")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => set(5_000), "Paused")
  })
})
