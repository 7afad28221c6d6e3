import { pagePda } from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { donate, memberKey, pause, withdrawalOf } from "../../utils/actions"
import {
  addMembers,
  createEconomy,
  openWeek,
  readEconomy,
  readMember,
  releaseDays,
  runWeek,
  seal,
  submitAll,
  tokenAccountOf,
  type TestEconomy,
} from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance, tokenSupply } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { PLAIN_PRESET } from "../../utils/presets"
import { Chain, type Sent } from "../../utils/svm"

describe("withdraw", () => {
  let chain: Chain
  let economy: TestEconomy
  let destination: PublicKey
  let surplus: bigint

  beforeEach(() => {
    chain = new Chain()
    surplus = 0n
    economy = createEconomy(chain, { preset: PLAIN_PRESET })
    addMembers(chain, economy, 2)
    releaseDays(chain, economy, 7)
    runWeek(chain, economy, [[100], [50]])
    destination = tokenAccountOf(chain, economy, memberKey(economy, 0).publicKey)
  })

  afterEach(() => expectLedgerInvariant(chain, economy, { surplus }))

  const withdraw = (amount: bigint, index = 0): Sent =>
    chain.send(withdrawalOf(economy, index, destination, amount), [memberKey(economy, index)])

  it("[STK-02] moves part of a balance to an ordinary token account of the member", () => {
    const vault = tokenBalance(chain, economy.vault)
    const supply = tokenSupply(chain, economy.mint)

    const sent = withdraw(30n)

    expect(readMember(chain, economy, 0).balance).to.equal(70n)
    expect(tokenBalance(chain, destination)).to.equal(30n)
    expect(tokenBalance(chain, economy.vault)).to.equal(vault - 30n)
    expect(tokenSupply(chain, economy.mint)).to.equal(supply)
    expect(readEconomy(chain, economy)).to.include({ withdrawn: 30n, deposited: 0n, memberBalances: 120n })
    const { publicKey: wallet } = memberKey(economy, 0)
    expectEvents(sent, {
      name: "Withdrawn",
      data: { economy: economy.address, wallet, amount: 30n, balance: 70n },
    })
  })

  it("takes any part of the balance, not more", async () => {
    await expectError(() => withdraw(101n), "BalanceTooSmall")
    await expectError(() => withdraw(2n ** 64n - 1n), "BalanceTooSmall")
    withdraw(99n)
    withdraw(1n)
    await expectError(() => withdraw(1n), "BalanceTooSmall")
    expect(tokenBalance(chain, destination)).to.equal(100n)
  })

  it("refuses an amount of zero", async () => {
    await expectError(() => withdraw(0n), "AmountIsZero")
  })

  it("pays nothing of what is due and not settled", async () => {
    openWeek(chain, economy)
    submitAll(chain, economy, [[1_000], null])
    seal(chain, economy)
    await expectError(() => withdraw(101n), "BalanceTooSmall")
    withdraw(100n)
  })

  it("pays a member although strangers sent tokens to the vault: counters decide", async () => {
    donate(chain, economy, 1, 20n)
    surplus = 20n

    await expectError(() => withdraw(101n), "BalanceTooSmall")
    withdraw(100n)

    expect(tokenBalance(chain, destination)).to.equal(100n)
  })

  it("pays only to accounts that the member owns", async () => {
    destination = tokenAccountOf(chain, economy, memberKey(economy, 1).publicKey)
    await expectError(() => withdraw(1n), "WrongDestination")
    destination = economy.vault
    await expectError(() => withdraw(1n), "ConstraintDuplicateMutableAccount")
  })

  it("refuses an account of another mint", async () => {
    const other = createEconomy(chain, { preset: PLAIN_PRESET })
    destination = tokenAccountOf(chain, other, memberKey(economy, 0).publicKey)
    await expectError(() => withdraw(1n), "WrongMint")
  })

  it("refuses a slot that holds another wallet, and one without a member", async () => {
    const stranger = memberKey(economy, 1)
    const own = tokenAccountOf(chain, economy, stranger.publicKey)
    const wrong = withAccount(withdrawalOf(economy, 0, own, 1n), "wallet", stranger.publicKey)
    await expectError(() => chain.send(wrong, [stranger]), "WrongMember")
    const beyond: TestEconomy = { ...economy, members: [...economy.members, economy.actors.stranger] }
    const theirs = tokenAccountOf(chain, economy, economy.actors.stranger.publicKey)
    await expectError(
      () => chain.send(withdrawalOf(beyond, 2, theirs, 1n), [economy.actors.stranger]),
      "UnknownSlot",
    )
  })

  it("refuses another account as the vault", async () => {
    const own = tokenAccountOf(chain, economy, memberKey(economy, 1).publicKey)
    const wrong = withAccount(withdrawalOf(economy, 0, destination, 1n), "vault", own)
    await expectError(() => chain.send(wrong, [memberKey(economy, 0)]), "WrongVault")
  })

  it("refuses another economy's page", async () => {
    const other = createEconomy(chain)
    addMembers(chain, other, [memberKey(economy, 0)])
    const wrong = withAccount(withdrawalOf(economy, 0, destination, 1n), "page", pagePda(other.address, 0)[0])
    await expectError(() => chain.send(wrong, [memberKey(economy, 0)]), "WrongEconomy")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => withdraw(1n), "Paused")
  })
})
