import { setTransferFeeInstruction } from "@stk/sdk"
import { expect } from "chai"
import { pause, resume } from "../../utils/actions"
import { createEconomy, readEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount, withMeta } from "../../utils/instructions"
import { Chain, type Sent } from "../../utils/svm"
import { setTransferFee } from "../../utils/transfers"

describe("set_transfer_fee", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const of = (bps: number) =>
    setTransferFeeInstruction({
      treasurer: economy.actors.treasurer.publicKey,
      economy: economy.address,
      bps,
    })
  const set = (bps: number): Sent => chain.send(of(bps), [economy.actors.treasurer])
  const fee = () => readEconomy(chain, economy).transferFeeBps

  it("[STK-97] is 0 at first, and what the treasurer sets afterwards", () => {
    expect(fee()).to.equal(0)

    const sent = set(37)

    expect(fee()).to.equal(37)
    expectEvents(sent, { name: "TransferFeeSet", data: { economy: economy.address, bps: 37 } })
  })

  it("[STK-97] rises and falls by at most 50 basis points at a time", async () => {
    await expectError(() => set(51), "FeeStepTooLarge")
    set(49)
    set(99)
    await expectError(() => set(150), "FeeStepTooLarge")
    await expectError(() => set(48), "FeeStepTooLarge")
    set(49)
    set(0)
    expect(fee()).to.equal(0)
  })

  it("[STK-97] is at most 500 basis points", async () => {
    setTransferFee(chain, economy, 499)
    await expectError(() => set(501), "FeeOutOfRange")
    set(500)
    await expectError(() => set(501), "FeeOutOfRange")
    await expectError(() => set(65_535), "FeeOutOfRange")
    expect(fee()).to.equal(500)
  })

  it("may be set to what it is", () => {
    set(50)
    set(50)
    expect(fee()).to.equal(50)
  })

  it("is for the economy's treasurer, who signs", async () => {
    const other = createEconomy(chain)
    for (const signer of [economy.actors.admin, other.actors.treasurer]) {
      const wrong = withAccount(of(10), "treasurer", signer.publicKey)
      await expectError(() => chain.send(wrong, [signer]), "NotTreasurer")
    }
    await expectError(() => chain.send(withMeta(of(10), 0, { isSigner: false })), "MissingRequiredSignature")
  })

  it("does not change while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => set(10), "Paused")
    resume(chain, economy)
    set(10)
  })
})
