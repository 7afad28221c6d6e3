import { AccountLayout } from "@solana/spl-token"
import { createStabilisationInstruction, quoteVaultPda, stabilisationPda } from "@stk/sdk"
import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { createMint } from "../../utils/mints"
import { readStabilisation, stabilise } from "../../utils/stabilisation"
import { Chain, type Sent } from "../../utils/svm"

const THIRTY_DAYS = 2_592_000

describe("create_stabilisation", () => {
  let chain: Chain
  let economy: TestEconomy
  let quote: PublicKey
  let treasurer: Keypair

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    quote = createMint(chain, 6)
    treasurer = economy.actors.treasurer
  })

  afterEach(() => expectLedgerInvariant(chain, economy))

  const creationOf = (quoteMint: PublicKey, cooldownSeconds = 3_600): TransactionInstruction =>
    createStabilisationInstruction({
      treasurer: treasurer.publicKey,
      economy: economy.address,
      quoteMint,
      buybackLimit: 5n,
      cooldownSeconds,
    })
  const create = (quoteMint = quote, cooldownSeconds?: number): Sent =>
    chain.send(creationOf(quoteMint, cooldownSeconds), [treasurer])

  it("creates prices without a sample, and a vault of the quote token that the economy owns", () => {
    const sent = create()

    const [stabilisation, bump] = stabilisationPda(economy.address)
    const [quoteVault] = quoteVaultPda(economy.address)
    const stabilised = { economy, quote, stabilisation, quoteVault }
    expect(readStabilisation(chain, stabilised)).to.deep.equal({
      economy: economy.address,
      quoteMint: quote,
      quoteVault,
      quoteDecimals: 6,
      quoteBalance: 0n,
      buybackLimit: 5n,
      cooldownSeconds: 3_600,
      buyback: null,
      feedAccount: null,
      feedId: new Uint8Array(32),
      samples: [],
      bump,
    })
    const vault = AccountLayout.decode(chain.getAccount(quoteVault)?.data ?? new Uint8Array())
    expect(vault.mint.toBase58()).to.equal(quote.toBase58())
    expect(vault.owner.toBase58()).to.equal(economy.address.toBase58())
    expect(chain.getAccount(stabilisation)?.data.length).to.be.lessThan(10_240)
    expectEvents(sent, {
      name: "StabilisationCreated",
      data: {
        economy: economy.address,
        quoteMint: quote,
        quoteVault,
        quoteDecimals: 6,
        buybackLimit: 5n,
        cooldownSeconds: 3_600,
      },
    })
  })

  it("is not stopped by lamports that somebody sent ahead", () => {
    chain.airdrop(stabilisationPda(economy.address)[0], BigInt(chain.rentFor(0)))
    chain.airdrop(quoteVaultPda(economy.address)[0], 1_000_000_000n)
    create()
  })

  it("happens once for an economy", async () => {
    const stabilised = stabilise(chain, economy)
    const before = chain.snapshot([stabilised.stabilisation, stabilised.quoteVault])
    await expectError(() => create(), "SystemAccountAlreadyInUse")
    expect(chain.snapshot([stabilised.stabilisation, stabilised.quoteVault])).to.deep.equal(before)
  })

  it("refuses the economy's own token and one of over nine decimals as the quote token", async () => {
    await expectError(() => create(economy.mint), "BadQuoteMint")
    await expectError(() => create(createMint(chain, 10)), "BadQuoteMint")
    create(createMint(chain, 9))
  })

  it("refuses an account that is no mint", async () => {
    await expectError(() => create(economy.vault), "InvalidAccountData")
  })

  it("refuses a cooldown of more than 30 days", async () => {
    await expectError(() => create(quote, THIRTY_DAYS + 1), "DelayTooLong")
    create(quote, THIRTY_DAYS)
  })

  it("refuses everybody but the treasurer", async () => {
    const { admin } = economy.actors
    const wrong = withAccount(creationOf(quote), "treasurer", admin.publicKey)
    await expectError(() => chain.send(wrong, [admin]), "NotTreasurer")
  })

  it("refuses while the economy is paused", async () => {
    pause(chain, economy)
    await expectError(() => create(), "Paused")
  })
})
