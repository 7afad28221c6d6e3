import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { createMint, mintTo } from "../../utils/mints"
import {
  fundBuyback,
  mintInto,
  openBuyback,
  postDays,
  quoteWithdrawalOf,
  readStabilisation,
  stabilise,
  today,
  type Stabilised,
} from "../../utils/stabilisation"
import { Chain, type Sent } from "../../utils/svm"

const DAY = 86_400

describe("withdraw_quote", () => {
  let chain: Chain
  let stabilised: Stabilised
  let destination: PublicKey

  beforeEach(() => {
    chain = new Chain()
    stabilised = stabilise(chain, createEconomy(chain))
    fundBuyback(chain, stabilised, 100n)
    destination = mintTo(chain, stabilised.quote, chain.newSigner().publicKey, 0n)
  })

  afterEach(() => expectLedgerInvariant(chain, stabilised.economy))

  const withdraw = (amount: bigint, reason?: string, to = destination): Sent =>
    chain.send(quoteWithdrawalOf(stabilised, to, amount, reason), [stabilised.economy.actors.treasurer])

  it("moves quote tokens to any account of theirs, with a reason", () => {
    const sent = withdraw(40n, "seeds the pool")

    expect(readStabilisation(chain, stabilised).quoteBalance).to.equal(60n)
    expect(tokenBalance(chain, stabilised.quoteVault)).to.equal(60n)
    expect(tokenBalance(chain, destination)).to.equal(40n)
    expectEvents(sent, {
      name: "QuoteWithdrawn",
      data: {
        economy: stabilised.economy.address,
        destination,
        amount: 40n,
        reason: "seeds the pool",
        quoteBalance: 60n,
      },
    })
  })

  it("moves at most what is booked, also when the vault holds more", async () => {
    mintInto(chain, stabilised.quote, stabilised.quoteVault, 5n)
    await expectError(() => withdraw(101n), "QuoteTooSmall")
    withdraw(100n)
    await expectError(() => withdraw(1n), "QuoteTooSmall")
  })

  it("leaves what an open buyback has promised, until it has expired", async () => {
    postDays(chain, stabilised.economy, { last: 1n })
    openBuyback(chain, stabilised, 30n, 1n)
    await expectError(() => withdraw(71n), "QuoteTooSmall")
    withdraw(70n)
    chain.unixTime = (today(chain) + 1) * DAY - 1
    await expectError(() => withdraw(1n), "QuoteTooSmall")
    chain.unixTime += 1
    withdraw(30n)
  })

  it("refuses an amount of zero", async () => {
    await expectError(() => withdraw(0n), "AmountIsZero")
  })

  it("refuses a reason that is empty or has more than 64 bytes", async () => {
    await expectError(() => withdraw(1n, ""), "BadReason")
    await expectError(() => withdraw(1n, "ж".repeat(32) + "a"), "BadReason")
    withdraw(1n, "ж".repeat(32))
  })

  it("refuses an account of another mint", async () => {
    const foreign = mintTo(chain, createMint(chain, 6), chain.payer.publicKey, 0n)
    await expectError(() => withdraw(1n, "wrong", foreign), "WrongMint")
  })

  it("refuses another account as the quote vault", async () => {
    const { economy } = stabilised
    const wrong = withAccount(quoteWithdrawalOf(stabilised, destination, 1n), "quoteVault", economy.vault)
    await expectError(() => chain.send(wrong, [economy.actors.treasurer]), "WrongVault")
  })

  it("refuses everybody but the treasurer", async () => {
    const { admin } = stabilised.economy.actors
    const wrong = withAccount(quoteWithdrawalOf(stabilised, destination, 1n), "treasurer", admin.publicKey)
    await expectError(() => chain.send(wrong, [admin]), "NotTreasurer")
  })

  it("refuses another economy's account", async () => {
    const other = stabilise(chain, createEconomy(chain))
    const instruction = quoteWithdrawalOf(stabilised, destination, 1n)
    const wrong = withAccount(instruction, "stabilisation", other.stabilisation)
    await expectError(() => chain.send(wrong, [stabilised.economy.actors.treasurer]), "WrongEconomy")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, stabilised.economy)
    await expectError(() => withdraw(1n), "Paused")
  })
})
