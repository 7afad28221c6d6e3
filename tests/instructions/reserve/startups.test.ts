import { createStartupInstruction, reservePda, setStartupShareInstruction, startupPda } from "@stk/sdk"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { addStartup, createReserve, readReserve, readStartup, setShare } from "../../utils/reserve"
import { Chain } from "../../utils/svm"

describe("startups", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    createReserve(chain, economy)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const creation = (startup: number, name: string) =>
    createStartupInstruction({
      treasurer: economy.actors.treasurer.publicKey,
      economy: economy.address,
      startup,
      name,
    })

  describe("create_startup", () => {
    it("[STK-20] records a startup with the next id and no share", () => {
      const { treasurer } = economy.actors
      addStartup(chain, economy)

      const sent = chain.send(creation(1, "Вторая компания"), [treasurer])

      expect(readStartup(chain, economy, 1)).to.deep.equal({
        economy: economy.address,
        id: 1,
        name: "Вторая компания",
        shareBps: 0,
        bump: startupPda(economy.address, 1)[1],
      })
      expect(readReserve(chain, economy).startups).to.equal(2)
      expectEvents(sent, {
        name: "StartupCreated",
        data: { economy: economy.address, startup: 1, name: "Вторая компания" },
      })
    })

    it("takes ids in their order, each once", async () => {
      const { treasurer } = economy.actors
      await expectError(() => chain.send(creation(1, "Second"), [treasurer]), "InvalidSeeds")
      chain.send(creation(0, "First"), [treasurer])
      await expectError(() => chain.send(creation(0, "First"), [treasurer]), "InvalidSeeds")
    })

    it("needs a name of 1 to 32 bytes without zeros", async () => {
      const { treasurer } = economy.actors
      for (const name of ["", "a".repeat(33), "я".repeat(17), "a\0b"]) {
        await expectError(() => chain.send(creation(0, name), [treasurer]), "BadName")
      }
      chain.send(creation(0, "я".repeat(16)), [treasurer])
      expect(readStartup(chain, economy).name).to.equal("я".repeat(16))
    })

    it("refuses another economy's reserve, everybody but the treasurer, and a paused economy", async () => {
      const { admin, treasurer } = economy.actors
      const other = createEconomy(chain)
      createReserve(chain, other)
      const valid = creation(0, "First")
      await expectError(
        () => chain.send(withAccount(valid, "reserve", reservePda(other.address)[0]), [treasurer]),
        "WrongEconomy",
      )
      await expectError(
        () => chain.send(withAccount(valid, "treasurer", admin.publicKey), [admin]),
        "NotTreasurer",
      )
      pause(chain, economy)
      await expectError(() => chain.send(valid, [treasurer]), "Paused")
    })
  })

  describe("set_startup_share", () => {
    beforeEach(() => addStartup(chain, economy))

    it("sets any share up to the whole, and takes it back", async () => {
      const sent = setShare(chain, economy, 0, 10_000)

      expect(readStartup(chain, economy).shareBps).to.equal(10_000)
      expectEvents(sent, {
        name: "StartupShareSet",
        data: { economy: economy.address, startup: 0, shareBps: 10_000 },
      })
      await expectError(() => setShare(chain, economy, 0, 10_001), "ShareTooLarge")
      setShare(chain, economy, 0, 0)
      expect(readStartup(chain, economy).shareBps).to.equal(0)
    })

    it("refuses another economy's startup, everybody but the treasurer, and a paused economy", async () => {
      const { admin, treasurer } = economy.actors
      const other = createEconomy(chain)
      createReserve(chain, other)
      addStartup(chain, other)
      const at = { treasurer: treasurer.publicKey, economy: economy.address }
      const valid = setStartupShareInstruction({ ...at, startup: 0, shareBps: 1 })
      await expectError(
        () => chain.send(withAccount(valid, "startup", startupPda(other.address, 0)[0]), [treasurer]),
        "WrongEconomy",
      )
      await expectError(
        () => chain.send(withAccount(valid, "treasurer", admin.publicKey), [admin]),
        "NotTreasurer",
      )
      pause(chain, economy)
      await expectError(() => chain.send(valid, [treasurer]), "Paused")
    })
  })
})
