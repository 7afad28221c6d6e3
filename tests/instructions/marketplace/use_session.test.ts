import { isActive, servicePda, useSessionInstruction } from "@stk/sdk"
import { expect } from "chai"
import { memberKey } from "../../utils/actions"
import { addMembers, createEconomy, releaseDays, runWeek, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import {
  activationOf,
  buy,
  offerService,
  openActivation,
  readActivation,
  useSession,
} from "../../utils/marketplace"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain } from "../../utils/svm"

const DAY = 86_400

describe("use_session", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 3)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[1_000], [1_000], [1_000]])
    offerService(chain, economy, 0, { sessions: 2 })
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  it("[STK-69] counts down to the last session, by the buyer or by the author", async () => {
    buy(chain, economy, 0, 1)
    const active = () => isActive(readActivation(chain, economy, 0, 1), chain.unixTime)
    const event = {
      economy: economy.address,
      service: servicePda(economy.address, 0)[0],
      wallet: memberKey(economy, 1).publicKey,
    }

    const byBuyer = useSession(chain, economy, 0, 1)
    expect(active()).to.equal(true)
    const byAuthor = useSession(chain, economy, 0, 1, 0)

    expectEvents(byBuyer, { name: "SessionUsed", data: { ...event, byAuthor: false, sessionsLeft: 1 } })
    expectEvents(byAuthor, { name: "SessionUsed", data: { ...event, byAuthor: true, sessionsLeft: 0 } })
    expect(active()).to.equal(false)
    await expectError(() => useSession(chain, economy, 0, 1), "NoSessionLeft")
    buy(chain, economy, 0, 1)
    expect(readActivation(chain, economy, 0, 1).sessionsLeft).to.equal(2)
  })

  it("refuses anybody else, even another buyer", async () => {
    buy(chain, economy, 0, 1)
    buy(chain, economy, 0, 2)
    await expectError(() => useSession(chain, economy, 0, 1, 2), "NotBuyerOrAuthor")
  })

  it("refuses the author of another service", async () => {
    offerService(chain, economy, 2, { sessions: 1 })
    buy(chain, economy, 0, 1)
    const author = memberKey(economy, 2)
    const instruction = useSessionInstruction({
      signer: author.publicKey,
      economy: economy.address,
      id: 1,
      wallet: memberKey(economy, 1).publicKey,
    })
    const wrong = withAccount(instruction, "activation", activationOf(economy, 0, 1))
    await expectError(() => chain.send(wrong, [author]), "WrongActivation")
  })

  it("refuses before a purchase, and for a service that counts none", async () => {
    openActivation(chain, economy, 0, 1)
    await expectError(() => useSession(chain, economy, 0, 1), "NoSessionLeft")
    offerService(chain, economy, 0)
    buy(chain, economy, 1, 1)
    await expectError(() => useSession(chain, economy, 1, 1), "NoSessionLeft")
  })

  it("refuses once the term has ended, until it is renewed", async () => {
    offerService(chain, economy, 0, { sessions: 3, termSeconds: DAY })
    buy(chain, economy, 1, 1)
    chain.unixTime += DAY - 1
    useSession(chain, economy, 1, 1)
    chain.unixTime += 1
    await expectError(() => useSession(chain, economy, 1, 1), "TermIsOver")
    buy(chain, economy, 1, 1)
    useSession(chain, economy, 1, 1)
    expect(readActivation(chain, economy, 1, 1).sessionsLeft).to.equal(4)
  })
})
