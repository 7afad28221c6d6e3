import {
  createAssociatedTokenAccountInstruction,
  createSyncNativeInstruction,
  createTransferInstruction,
  getAssociatedTokenAddressSync,
  NATIVE_MINT,
} from "@solana/spl-token"
import { Inflow, reservePda, ReserveKind, startupPda, type InflowValue } from "@stk/sdk"
import { SystemProgram, type Keypair, type PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, type TestEconomy } from "../../utils/economy"
import { eventOf, expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { createMint, mintTo } from "../../utils/mints"
import {
  addAsset,
  addStartup,
  createReserve,
  depositToReserve,
  expectReserveInvariant,
  readAsset,
  reserveDepositOf,
  setShare,
  type Inflowing,
} from "../../utils/reserve"
import { Chain } from "../../utils/svm"

const HELD = 1_000n

describe("deposit_reserve", () => {
  let chain: Chain
  let economy: TestEconomy
  let usdc: PublicKey
  let payer: Keypair
  /** The payer's dollars. */
  let source: PublicKey
  let surplus: bigint

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    createReserve(chain, economy)
    usdc = createMint(chain, 6)
    addAsset(chain, economy, usdc, ReserveKind.Usdc)
    payer = chain.newSigner()
    source = mintTo(chain, usdc, payer.publicKey, HELD)
    surplus = 0n
  })

  afterEach(() => {
    expectLedgerInvariant(chain, economy)
    expectReserveInvariant(chain, economy, { surplus })
  })

  const deposit = (inflowing: Inflowing) => depositToReserve(chain, economy, payer, source, inflowing)

  for (const [row, name, inflow] of [
    ["STK-18", "subscription", Inflow.Subscription],
    ["STK-19", "donation", Inflow.Donation],
  ] as const) {
    it(`[${row}] books half of a ${name}, rounded down: 50 of 101`, () => {
      const sent = deposit({ inflow, gross: 101n, reference: "2026-11" })

      const asset = readAsset(chain, economy)
      expect(asset.booked).to.equal(50n)
      expect(asset.inflows[inflow]).to.equal(50n)
      expect(tokenBalance(chain, asset.vault)).to.equal(50n)
      expect(tokenBalance(chain, source)).to.equal(HELD - 50n)
      expectEvents(sent, {
        name: "ReserveDeposited",
        data: {
          economy: economy.address,
          asset: 0,
          inflow,
          startup: null,
          depositor: payer.publicKey,
          gross: 101n,
          amount: 50n,
          reference: "2026-11",
          booked: 50n,
        },
      })
    })

    it(`refuses a ${name} of 1, whose half is nothing, and takes one of 2`, async () => {
      await expectError(() => deposit({ inflow, gross: 1n }), "AmountIsZero")
      await expectError(() => deposit({ inflow, gross: 0n }), "AmountIsZero")
      expect(eventOf(deposit({ inflow, gross: 2n }), "ReserveDeposited").amount).to.equal(1n)
    })
  }

  it("[STK-20] books a startup's own share, and nothing until it is set", async () => {
    const startup = addStartup(chain, economy)
    const inflow = Inflow.Startup
    await expectError(() => deposit({ inflow, startup, gross: 1_000n }), "ShareNotSet")

    setShare(chain, economy, startup, 333)
    const sent = deposit({ inflow, startup, gross: 1_000n })

    // 1,000 × 3.33% = 33.3
    expect(eventOf(sent, "ReserveDeposited")).to.include({ amount: 33n, startup, inflow })
    expect(readAsset(chain, economy).inflows).to.deep.equal([0n, 0n, 33n])
    await expectError(() => deposit({ inflow, startup, gross: 30n }), "AmountIsZero")
    deposit({ inflow, startup, gross: 31n })
    setShare(chain, economy, startup, 10_000)
    deposit({ inflow, startup, gross: 7n })
    expect(readAsset(chain, economy).inflows).to.deep.equal([0n, 0n, 41n])
    setShare(chain, economy, startup, 0)
    await expectError(() => deposit({ inflow, startup, gross: 1_000n }), "ShareNotSet")
  })

  it("keeps each startup to its own share", () => {
    const [first, second] = [addStartup(chain, economy, 1_000), addStartup(chain, economy, 2_000)]
    const inflow = Inflow.Startup
    const amounts = [first, second].map(
      (startup) => eventOf(deposit({ inflow, startup, gross: 100n }), "ReserveDeposited").amount,
    )
    expect(amounts).to.deep.equal([10n, 20n])
  })

  it("names a startup for its inflow and for no other", async () => {
    const startup = addStartup(chain, economy, 1_000)
    await expectError(() => deposit({ inflow: Inflow.Subscription, startup, gross: 100n }), "StartupMismatch")
    await expectError(() => deposit({ inflow: Inflow.Donation, startup, gross: 100n }), "StartupMismatch")
    await expectError(() => deposit({ inflow: Inflow.Startup, gross: 100n }), "StartupMismatch")
    await expectError(() => deposit({ inflow: 3 as InflowValue, gross: 100n }), "UnknownInflow")
  })

  it("[STK-21] books each asset on its own, wrapped SOL too", () => {
    const gold = createMint(chain, 4)
    addAsset(chain, economy, NATIVE_MINT, ReserveKind.Sol)
    addAsset(chain, economy, gold, ReserveKind.Gold)
    const sol = getAssociatedTokenAddressSync(NATIVE_MINT, payer.publicKey)
    chain.send(
      [
        createAssociatedTokenAccountInstruction(payer.publicKey, sol, payer.publicKey, NATIVE_MINT),
        SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: sol, lamports: 5_000_000_000 }),
        createSyncNativeInstruction(sol),
      ],
      [payer],
    )
    const ounces = mintTo(chain, gold, payer.publicKey, 90n)
    const before = chain.getAccount(readAsset(chain, economy, 1).vault)?.lamports ?? 0

    deposit({ gross: 300n })
    depositToReserve(chain, economy, payer, sol, { asset: 1, gross: 3_000_000_001n })
    depositToReserve(chain, economy, payer, ounces, { asset: 2, inflow: Inflow.Donation, gross: 41n })

    expect([0, 1, 2].map((asset) => readAsset(chain, economy, asset).booked)).to.deep.equal([
      150n,
      1_500_000_000n,
      20n,
    ])
    const after = chain.getAccount(readAsset(chain, economy, 1).vault)?.lamports ?? 0
    expect(after - before, "lamports follow wrapped SOL").to.equal(1_500_000_000)
  })

  it("books no tokens that were sent past it", () => {
    chain.send(createTransferInstruction(source, readAsset(chain, economy).vault, payer.publicKey, 9n), [
      payer,
    ])
    surplus = 9n
    expect(readAsset(chain, economy).booked).to.equal(0n)
    deposit({ gross: 4n })
    expect(readAsset(chain, economy).booked).to.equal(2n)
  })

  it("takes what the source holds, not more", async () => {
    await expectError(() => deposit({ gross: 2n * HELD + 2n }), "TokenInsufficientFunds")
    deposit({ gross: 2n * HELD + 1n })
    expect(tokenBalance(chain, source)).to.equal(0n)
    await expectError(() => deposit({ gross: 2n ** 64n - 1n }), "TokenInsufficientFunds")
  })

  it("needs a reference of 1 to 64 bytes", async () => {
    await expectError(() => deposit({ gross: 10n, reference: "" }), "BadReason")
    await expectError(() => deposit({ gross: 10n, reference: "a".repeat(65) }), "BadReason")
    deposit({ gross: 10n, reference: "a".repeat(64) })
  })

  it("refuses assets that do not exist and accounts that do not belong to the asset", async () => {
    const gold = createMint(chain, 4)
    addAsset(chain, economy, gold, ReserveKind.Gold)
    const valid = reserveDepositOf(chain, economy, payer.publicKey, source, { gross: 10n })
    const beyond = Buffer.from(valid.data)
    beyond.writeUInt8(2, 8)
    await expectError(
      () => chain.send(Object.assign(withAccount(valid, "source", source), { data: beyond }), [payer]),
      "UnknownAsset",
    )
    const other = Buffer.from(valid.data)
    other.writeUInt8(1, 8)
    await expectError(
      () => chain.send(Object.assign(withAccount(valid, "source", source), { data: other }), [payer]),
      "WrongReserveVault",
    )
    await expectError(
      () => chain.send(withAccount(valid, "vault", economy.vault), [payer]),
      "WrongReserveVault",
    )
    const ounces = mintTo(chain, gold, payer.publicKey, 5n)
    await expectError(() => chain.send(withAccount(valid, "source", ounces), [payer]), "TokenMintMismatch")
    const stranger = mintTo(chain, usdc, economy.actors.stranger.publicKey, 5n)
    await expectError(() => chain.send(withAccount(valid, "source", stranger), [payer]), "TokenOwnerMismatch")
  })

  it("refuses another economy's reserve and startup, and a paused economy", async () => {
    const other = createEconomy(chain)
    createReserve(chain, other)
    addStartup(chain, other, 9_000)
    const startup = addStartup(chain, economy, 1_000)
    const inflow = { inflow: Inflow.Startup, startup, gross: 100n } as const
    const valid = reserveDepositOf(chain, economy, payer.publicKey, source, inflow)
    await expectError(
      () => chain.send(withAccount(valid, "reserve", reservePda(other.address)[0]), [payer]),
      "WrongEconomy",
    )
    await expectError(
      () => chain.send(withAccount(valid, "startup", startupPda(other.address, 0)[0]), [payer]),
      "WrongEconomy",
    )
    pause(chain, economy)
    await expectError(() => chain.send(valid, [payer]), "Paused")
  })
})
