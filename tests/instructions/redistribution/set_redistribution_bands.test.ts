import { setRedistributionBandsInstruction, STK_POLICY, type PolicyPreset } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, readEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount, withMeta } from "../../utils/instructions"
import { Chain } from "../../utils/svm"
import { setBands } from "../../utils/transfers"

type Bands = PolicyPreset["bands"]

/** Three bands from pairs of days and basis points. */
function bandsOf(first: [number, number], second: [number, number], third: [number, number]): Bands {
  const of = ([days, bps]: [number, number]) => ({ days, bps })
  return [of(first), of(second), of(third)]
}

const OFF = bandsOf([0, 0], [0, 0], [0, 0])

describe("set_redistribution_bands", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const bands = () => readEconomy(chain, economy).bands

  it("sets the bands of a new economy, which has none", () => {
    expect(bands()).to.deep.equal(OFF)

    const sent = setBands(chain, economy, STK_POLICY.bands)

    expect(bands()).to.deep.equal(bandsOf([90, 500], [180, 1_000], [365, 1_500]))
    expectEvents(sent, {
      name: "RedistributionBandsSet",
      data: { economy: economy.address, bands: STK_POLICY.bands },
    })
  })

  it("replaces them, and switches them off", () => {
    setBands(chain, economy)
    const other = bandsOf([30, 1], [60, 1], [61, 2_500])
    setBands(chain, economy, other)
    expect(bands()).to.deep.equal(other)
    setBands(chain, economy, OFF)
    expect(bands()).to.deep.equal(OFF)
  })

  it("takes days from 30 on that rise", async () => {
    await expectError(() => setBands(chain, economy, bandsOf([29, 1], [60, 2], [90, 3])), "BadBands")
    await expectError(() => setBands(chain, economy, bandsOf([30, 1], [30, 2], [90, 3])), "BadBands")
    await expectError(() => setBands(chain, economy, bandsOf([30, 1], [60, 2], [60, 3])), "BadBands")
    await expectError(() => setBands(chain, economy, bandsOf([60, 1], [30, 2], [90, 3])), "BadBands")
    setBands(chain, economy, bandsOf([30, 1], [31, 2], [32, 3]))
    setBands(chain, economy, bandsOf([65_533, 1], [65_534, 2], [65_535, 3]))
  })

  it("takes shares that never fall, up to a quarter", async () => {
    await expectError(() => setBands(chain, economy, bandsOf([30, 2], [60, 1], [90, 3])), "BadBands")
    await expectError(() => setBands(chain, economy, bandsOf([30, 1], [60, 3], [90, 2])), "BadBands")
    await expectError(() => setBands(chain, economy, bandsOf([30, 1], [60, 2], [90, 2_501])), "BadBands")
    setBands(chain, economy, bandsOf([30, 2_500], [60, 2_500], [90, 2_500]))
    setBands(chain, economy, bandsOf([30, 0], [60, 0], [90, 0]))
  })

  it("takes all zero or none of the days", async () => {
    await expectError(() => setBands(chain, economy, bandsOf([90, 500], [0, 0], [0, 0])), "BadBands")
    await expectError(() => setBands(chain, economy, bandsOf([0, 0], [180, 1_000], [365, 1_500])), "BadBands")
    await expectError(() => setBands(chain, economy, bandsOf([0, 1], [0, 1], [0, 1])), "BadBands")
    expect(bands()).to.deep.equal(OFF)
  })

  it("is for the economy's admin, who signs, also during a pause", async () => {
    const at = { admin: economy.actors.admin.publicKey, economy: economy.address }
    const instruction = setRedistributionBandsInstruction({ ...at, bands: STK_POLICY.bands })
    const other = createEconomy(chain)
    for (const signer of [economy.actors.treasurer, other.actors.admin]) {
      const wrong = withAccount(instruction, "admin", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotAdmin")
    }
    const unsigned = withMeta(instruction, 0, { isSigner: false })
    await expectError(() => chain.send(unsigned), "MissingRequiredSignature")
    pause(chain, economy)
    setBands(chain, economy)
    expect(bands()).to.deep.equal(STK_POLICY.bands)
  })
})
