import { acceptRoleInstruction, ROLE_NAMES } from "@stk/sdk"
import { expect } from "chai"
import { accept, pause, propose, resume, roleIndex } from "../../utils/actions"
import { addMembers, createEconomy, readEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { Chain } from "../../utils/svm"

describe("accept_role", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  for (const role of ROLE_NAMES) {
    it(`[STK-143] hands the role of the ${role} to the proposed address alone, and the offer is used up`, async () => {
      const { stranger } = economy.actors
      propose(chain, economy, role, stranger.publicKey)
      for (const name of ROLE_NAMES) {
        await expectError(() => accept(chain, economy, role, economy.actors[name]), "NotProposed")
      }

      const sent = accept(chain, economy, role, stranger)

      const { roles, proposed } = readEconomy(chain, economy)
      expect(roles[role].equals(stranger.publicKey)).to.equal(true)
      expect(proposed[role]).to.equal(null)
      for (const other of ROLE_NAMES.filter((name) => name !== role)) {
        expect(roles[other].equals(economy.actors[other].publicKey)).to.equal(true)
      }
      expectEvents(sent, {
        name: "RoleAccepted",
        data: { economy: economy.address, role: roleIndex(role), holder: stranger.publicKey },
      })
      await expectError(() => accept(chain, economy, role, stranger), "NotProposed")
    })

    it(`refuses the role of the ${role} when it was not offered, or another was`, async () => {
      const { stranger } = economy.actors
      await expectError(() => accept(chain, economy, role, stranger), "NotProposed")
      const other = ROLE_NAMES[(roleIndex(role) + 1) % ROLE_NAMES.length] ?? role
      propose(chain, economy, other, stranger.publicKey)
      await expectError(() => accept(chain, economy, role, stranger), "NotProposed")
    })
  }

  it("[STK-143] takes the powers of a role from its former holder and gives them to the new one", async () => {
    const { guardian, stranger, registrar } = economy.actors
    propose(chain, economy, "guardian", stranger.publicKey, guardian)
    accept(chain, economy, "guardian", stranger)
    propose(chain, economy, "registrar", stranger.publicKey, registrar)
    accept(chain, economy, "registrar", stranger)

    await expectError(() => pause(chain, economy), "NotGuardian")
    await expectError(() => {
      addMembers(chain, economy, 1)
    }, "NotRegistrar")
    await expectError(
      () => propose(chain, economy, "guardian", guardian.publicKey, guardian),
      "NotRoleHolder",
    )
    const heir: TestEconomy = { ...economy, actors: { ...economy.actors, guardian: stranger } }
    pause(chain, heir)
    resume(chain, heir)
  })

  it("hands the admin's role over for good: the former admin offers no role any more", async () => {
    const { admin, stranger } = economy.actors
    propose(chain, economy, "admin", stranger.publicKey)
    accept(chain, economy, "admin", stranger)

    await expectError(() => propose(chain, economy, "oracle", admin.publicKey, admin), "NotRoleHolder")
    propose(chain, economy, "oracle", admin.publicKey, stranger)
    accept(chain, economy, "oracle", admin)
  })

  it("refuses roles that do not exist", async () => {
    const { stranger } = economy.actors
    for (const role of [6, 255]) {
      const parameters = { holder: stranger.publicKey, economy: economy.address, role }
      await expectError(() => chain.send(acceptRoleInstruction(parameters), [stranger]), "UnknownRole")
    }
  })

  it("refuses an offer of another economy", async () => {
    const { stranger } = economy.actors
    const other = createEconomy(chain)
    propose(chain, other, "oracle", stranger.publicKey)
    await expectError(() => accept(chain, economy, "oracle", stranger), "NotProposed")
  })
})
