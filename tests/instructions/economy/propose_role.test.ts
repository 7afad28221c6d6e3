import { proposeRoleInstruction, ROLE_NAMES } from "@stk/sdk"
import { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { accept, propose, roleIndex } from "../../utils/actions"
import { createEconomy, readEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { Chain } from "../../utils/svm"

describe("propose_role", () => {
  let chain: Chain
  let economy: TestEconomy

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const offered = (role: (typeof ROLE_NAMES)[number]) =>
    readEconomy(chain, economy).proposed[role]?.toBase58() ?? null

  for (const role of ROLE_NAMES) {
    it(`offers the role of the ${role}, by the admin or its holder, without changing who holds it`, () => {
      const { stranger, admin } = economy.actors
      const { roles } = readEconomy(chain, economy)
      const proposed = stranger.publicKey

      const sent = propose(chain, economy, role, proposed, admin)

      expect(offered(role)).to.equal(proposed.toBase58())
      expectEvents(sent, {
        name: "RoleProposed",
        data: { economy: economy.address, role: roleIndex(role), proposed },
      })
      propose(chain, economy, role, economy.actors.validator.publicKey, economy.actors[role])
      expect(offered(role)).to.equal(economy.actors.validator.publicKey.toBase58())
      const after = readEconomy(chain, economy).roles
      expect(Object.values(after).map(String)).to.deep.equal(Object.values(roles).map(String))
    })

    it(`[STK-143] refuses to offer the role of the ${role} to everybody but the admin and its holder`, async () => {
      const others = [...ROLE_NAMES, "stranger" as const].filter((name) => name !== "admin" && name !== role)
      for (const name of others) {
        await expectError(
          () => propose(chain, economy, role, economy.actors.stranger.publicKey, economy.actors[name]),
          "NotRoleHolder",
        )
      }
      expect(offered(role)).to.equal(null)
    })
  }

  it("withdraws an offer with the zero address", async () => {
    const { stranger } = economy.actors
    propose(chain, economy, "oracle", stranger.publicKey)

    propose(chain, economy, "oracle", PublicKey.default)

    expect(offered("oracle")).to.equal(null)
    await expectError(() => accept(chain, economy, "oracle", stranger), "NotProposed")
  })

  it("replaces an offer: only the last address can accept", async () => {
    const { stranger, validator } = economy.actors
    propose(chain, economy, "oracle", stranger.publicKey)
    propose(chain, economy, "oracle", validator.publicKey)

    await expectError(() => accept(chain, economy, "oracle", stranger), "NotProposed")
    accept(chain, economy, "oracle", validator)
  })

  it("refuses roles that do not exist", async () => {
    const { admin, stranger } = economy.actors
    for (const role of [6, 7, 255]) {
      const instruction = proposeRoleInstruction({
        authority: admin.publicKey,
        economy: economy.address,
        role,
        proposed: stranger.publicKey,
      })
      await expectError(() => chain.send(instruction, [admin]), "UnknownRole")
    }
  })

  it("[STK-143] refuses the admin of another economy", async () => {
    const other = createEconomy(chain)
    await expectError(
      () => propose(chain, economy, "oracle", other.actors.admin.publicKey, other.actors.admin),
      "NotRoleHolder",
    )
  })
})
