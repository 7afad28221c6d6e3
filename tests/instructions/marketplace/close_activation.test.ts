import { closeActivationInstruction, servicePda } from "@stk/sdk"
import { expect } from "chai"
import { memberKey } from "../../utils/actions"
import { addMembers, createEconomy, releaseDays, runWeek, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import {
  activationOf,
  buy,
  closeActivation,
  closeService,
  offerService,
  openActivation,
  rate,
  readActivation,
  useSession,
} from "../../utils/marketplace"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain } from "../../utils/svm"

const DAY = 86_400
const ACTIVATION_BYTES = 104

describe("close_activation", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[1_000], [1_000]])
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("gives the buyer the whole rent back once the term has ended, not a second before", async () => {
    offerService(chain, economy, 0, { termSeconds: 30 * DAY })
    buy(chain, economy, 0, 1)
    const { publicKey: wallet } = memberKey(economy, 1)
    const before = chain.getAccount(wallet)?.lamports ?? 0

    chain.unixTime += 30 * DAY - 1
    await expectError(() => closeActivation(chain, economy, 0, 1), "NotOver")
    chain.unixTime += 1
    const sent = closeActivation(chain, economy, 0, 1)

    expect(chain.getAccount(activationOf(economy, 0, 1))).to.equal(null)
    expect((chain.getAccount(wallet)?.lamports ?? 0) - before).to.equal(chain.rentFor(ACTIVATION_BYTES))
    const [service] = servicePda(economy.address, 0)
    expectEvents(sent, { name: "ActivationClosed", data: { service, wallet } })
  })

  it("closes what is active when the buyer gives it up", async () => {
    offerService(chain, economy, 0)
    buy(chain, economy, 0, 1)
    await expectError(() => closeActivation(chain, economy, 0, 1), "NotOver")
    closeActivation(chain, economy, 0, 1, true)
    expect(chain.getAccount(activationOf(economy, 0, 1))).to.equal(null)
  })

  it("closes one that nothing was bought for, and one without a session left", async () => {
    offerService(chain, economy, 0)
    openActivation(chain, economy, 0, 1)
    closeActivation(chain, economy, 0, 1)

    offerService(chain, economy, 0, { sessions: 1 })
    buy(chain, economy, 1, 1)
    await expectError(() => closeActivation(chain, economy, 1, 1), "NotOver")
    useSession(chain, economy, 1, 1)
    closeActivation(chain, economy, 1, 1)
  })

  it("works after the service was closed", () => {
    offerService(chain, economy, 0)
    buy(chain, economy, 0, 1)
    closeService(chain, economy, 0)
    closeActivation(chain, economy, 0, 1, true)
    expect(chain.getAccount(activationOf(economy, 0, 1))).to.equal(null)
  })

  it("starts again from nothing, without ratings left from before", async () => {
    offerService(chain, economy, 0, { termSeconds: DAY })
    buy(chain, economy, 0, 1)
    closeActivation(chain, economy, 0, 1, true)
    openActivation(chain, economy, 0, 1)
    expect(readActivation(chain, economy, 0, 1)).to.include({ activeTo: 0, purchases: 0 })
    await expectError(() => rate(chain, economy, 0, 1, 5), "AlreadyRated")
  })

  it("refuses a second time, and anybody but the buyer", async () => {
    offerService(chain, economy, 0)
    openActivation(chain, economy, 0, 1)
    const [service] = servicePda(economy.address, 0)
    const wallet = memberKey(economy, 1).publicKey
    const instruction = closeActivationInstruction({ wallet, service, giveUp: true })
    const author = memberKey(economy, 0)
    await expectError(
      () => chain.send(withAccount(instruction, "wallet", author.publicKey), [author]),
      "WrongActivation",
    )
    closeActivation(chain, economy, 0, 1)
    await expectError(() => closeActivation(chain, economy, 0, 1), "AccountDataTooSmall")
  })
})
