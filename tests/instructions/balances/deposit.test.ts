import { createTransferInstruction } from "@solana/spl-token"
import { pagePda } from "@stk/sdk"
import type { Keypair, PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { depositOf, memberKey, pause } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  readEconomy,
  readMember,
  releaseDays,
  runWeek,
  tokenAccountOf,
  withdraw,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain, type Sent } from "../../utils/svm"

describe("deposit", () => {
  let chain: Chain
  let economy: TestEconomy
  /** Token account of member 0, which holds 60 of the 100 that it earned. */
  let source: PublicKey

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[100], [50]])
    source = withdraw(chain, economy, 0, 60n)
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const deposit = (amount: bigint, index = 0): Sent =>
    chain.send(depositOf(economy, index, source, amount), [memberKey(economy, index)])

  it("moves tokens of the member into the vault and the balance", () => {
    const vault = tokenBalance(chain, economy.vault)

    const sent = deposit(25n)

    expect(readMember(chain, economy, 0).balance).to.equal(65n)
    expect(tokenBalance(chain, source)).to.equal(35n)
    expect(tokenBalance(chain, economy.vault)).to.equal(vault + 25n)
    expect(readEconomy(chain, economy)).to.include({ deposited: 25n, withdrawn: 60n, memberBalances: 115n })
    const { publicKey: wallet } = memberKey(economy, 0)
    expectEvents(sent, {
      name: "Deposited",
      data: { economy: economy.address, wallet, amount: 25n, balance: 65n },
    })
  })

  it("takes any part of what the account holds, not more", async () => {
    await expectError(() => deposit(61n), "TokenInsufficientFunds")
    await expectError(() => deposit(2n ** 64n - 1n), "Overflow")
    deposit(59n)
    deposit(1n)
    expect(tokenBalance(chain, source)).to.equal(0n)
    await expectError(() => deposit(1n), "TokenInsufficientFunds")
  })

  it("refuses an amount of zero", async () => {
    await expectError(() => deposit(0n), "AmountIsZero")
  })

  it("takes tokens that somebody else sent to the member, and credits only the member", () => {
    const receiver = memberKey(economy, 1)
    const account = tokenAccountOf(chain, economy, receiver.publicKey)
    const owner = memberKey(economy, 0)
    chain.send(createTransferInstruction(source, account, owner.publicKey, 60n), [owner])

    chain.send(depositOf(economy, 1, account, 60n), [receiver])

    expect(readMember(chain, economy, 1).balance).to.equal(110n)
    expect(readMember(chain, economy, 0).balance).to.equal(40n)
  })

  it("refuses another member's token account", async () => {
    await expectError(() => deposit(1n, 1), "TokenOwnerMismatch")
  })

  it("refuses tokens of another mint", async () => {
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, other, [memberKey(economy, 0)])
    releaseDays(chain, other, 7)
    runWeek(chain, other, [[9]])
    const foreign = withdraw(chain, other, 0, 9n)

    await expectError(
      () => chain.send(depositOf(economy, 0, foreign, 5n), [memberKey(economy, 0)]),
      "TokenMintMismatch",
    )
  })

  it("refuses a slot that holds another wallet, and one without a member", async () => {
    const stranger = memberKey(economy, 1)
    const instruction = depositOf(economy, 0, source, 1n)
    await expectError(
      () => chain.send(withAccount(instruction, "wallet", stranger.publicKey), [stranger]),
      "WrongMember",
    )
    const beyond: TestEconomy = { ...economy, members: [...economy.members, economy.actors.stranger] }
    await expectError(
      () => chain.send(depositOf(beyond, 2, source, 1n), [economy.actors.stranger]),
      "UnknownSlot",
    )
  })

  it("refuses another account as the vault", async () => {
    const key: Keypair = memberKey(economy, 0)
    const own = tokenAccountOf(chain, economy, memberKey(economy, 1).publicKey)
    const wrong = withAccount(depositOf(economy, 0, source, 1n), "vault", own)
    await expectError(() => chain.send(wrong, [key]), "WrongVault")
  })

  it("refuses another economy's page", async () => {
    const other = createEconomy(chain)
    addMembers(chain, other, [memberKey(economy, 0)])
    const wrong = withAccount(depositOf(economy, 0, source, 1n), "page", pagePda(other.address, 0)[0])
    await expectError(() => chain.send(wrong, [memberKey(economy, 0)]), "WrongEconomy")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => deposit(1n), "Paused")
  })
})
