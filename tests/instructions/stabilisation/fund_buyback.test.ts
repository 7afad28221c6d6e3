import { fundBuybackInstruction } from "@stk/sdk"
import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { createMint, mintTo } from "../../utils/mints"
import { mintInto, readStabilisation, stabilise, type Stabilised } from "../../utils/stabilisation"
import { Chain, type Sent } from "../../utils/svm"

describe("fund_buyback", () => {
  let chain: Chain
  let stabilised: Stabilised
  let payer: Keypair
  /** 60 base units of the quote token. */
  let source: PublicKey

  beforeEach(() => {
    chain = new Chain()
    stabilised = stabilise(chain, createEconomy(chain))
    payer = chain.newSigner()
    source = mintTo(chain, stabilised.quote, payer.publicKey, 60n)
  })

  afterEach(() => expectLedgerInvariant(chain, stabilised.economy))

  const fundingOf = (amount: bigint, from = source): TransactionInstruction =>
    fundBuybackInstruction({
      payer: payer.publicKey,
      economy: stabilised.economy.address,
      source: from,
      amount,
    })
  const fund = (amount: bigint, from?: PublicKey): Sent => chain.send(fundingOf(amount, from), [payer])

  it("moves quote tokens of anybody into the quote vault and books them", () => {
    fund(20n)
    const sent = fund(15n)

    expect(readStabilisation(chain, stabilised).quoteBalance).to.equal(35n)
    expect(tokenBalance(chain, stabilised.quoteVault)).to.equal(35n)
    expect(tokenBalance(chain, source)).to.equal(25n)
    expectEvents(sent, {
      name: "BuybackFunded",
      data: {
        economy: stabilised.economy.address,
        payer: payer.publicKey,
        amount: 15n,
        quoteBalance: 35n,
      },
    })
  })

  it("books nothing of what is sent to the vault past it", () => {
    mintInto(chain, stabilised.quote, stabilised.quoteVault, 5n)
    fund(1n)
    expect(tokenBalance(chain, stabilised.quoteVault)).to.equal(6n)
    expect(readStabilisation(chain, stabilised).quoteBalance).to.equal(1n)
  })

  it("takes any part of what the account holds, not more", async () => {
    await expectError(() => fund(61n), "TokenInsufficientFunds")
    fund(60n)
    await expectError(() => fund(1n), "TokenInsufficientFunds")
    await expectError(() => fund(2n ** 64n - 1n), "Overflow")
  })

  it("refuses an amount of zero", async () => {
    await expectError(() => fund(0n), "AmountIsZero")
  })

  it("refuses another's token account and tokens of another mint", async () => {
    const others = mintTo(chain, stabilised.quote, chain.newSigner().publicKey, 5n)
    await expectError(() => fund(1n, others), "TokenOwnerMismatch")
    const foreign = mintTo(chain, createMint(chain, 6), payer.publicKey, 5n)
    await expectError(() => fund(1n, foreign), "TokenMintMismatch")
  })

  it("refuses another account as the quote vault, also the economy's own vault", async () => {
    const wrong = withAccount(fundingOf(1n), "quoteVault", stabilised.economy.vault)
    await expectError(() => chain.send(wrong, [payer]), "WrongVault")
  })

  it("refuses another economy's account", async () => {
    const other = stabilise(chain, createEconomy(chain))
    const wrong = withAccount(fundingOf(1n), "stabilisation", other.stabilisation)
    await expectError(() => chain.send(wrong, [payer]), "WrongEconomy")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, stabilised.economy)
    await expectError(() => fund(1n), "Paused")
  })
})
