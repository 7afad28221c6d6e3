import { ReserveKind, reservePda, SECONDS_PER_WEEK, setReserveLimitInstruction, weekOf } from "@stk/sdk"
import type { Keypair, PublicKey } from "@solana/web3.js"
import { createTransferInstruction } from "@solana/spl-token"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, type TestEconomy } from "../../utils/economy"
import { eventOf, expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant, tokenBalance } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { createMint, mintTo } from "../../utils/mints"
import {
  addAsset,
  createReserve,
  depositToReserve,
  expectReserveInvariant,
  readAsset,
  reserveWithdrawalOf,
  setReserveLimit,
} from "../../utils/reserve"
import { Chain, START_UNIX_TIME } from "../../utils/svm"

const BOOKED = 500n
const LIMIT = 100n

describe("withdrawals from the reserve", () => {
  let chain: Chain
  let economy: TestEconomy
  let usdc: PublicKey
  let payer: Keypair
  let destination: PublicKey
  let surplus: bigint

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    createReserve(chain, economy)
    usdc = createMint(chain, 6)
    addAsset(chain, economy, usdc, ReserveKind.Usdc)
    payer = chain.newSigner()
    const source = mintTo(chain, usdc, payer.publicKey, BOOKED + 50n)
    depositToReserve(chain, economy, payer, source, { gross: 2n * BOOKED })
    destination = mintTo(chain, usdc, chain.newSigner().publicKey, 0n)
    surplus = 0n
  })

  afterEach(() => {
    expectLedgerInvariant(chain, economy)
    expectReserveInvariant(chain, economy, { surplus })
  })

  const withdraw = (amount: bigint, reason = "exchange for gold") =>
    chain.send(reserveWithdrawalOf(chain, economy, destination, amount, { reason }), [
      economy.actors.treasurer,
    ])

  describe("withdraw_reserve", () => {
    it("pays out what the treasurer gives a reason for", () => {
      setReserveLimit(chain, economy, 0, LIMIT)

      const sent = withdraw(60n)

      expect(tokenBalance(chain, destination)).to.equal(60n)
      const asset = readAsset(chain, economy)
      expect(asset).to.include({ booked: BOOKED - 60n, withdrawn: 60n, spent: 60n })
      expect(asset.spentWeek).to.equal(weekOf(chain.unixTime))
      expect(tokenBalance(chain, asset.vault)).to.equal(BOOKED - 60n)
      expectEvents(sent, {
        name: "ReserveWithdrawn",
        data: {
          economy: economy.address,
          asset: 0,
          destination,
          amount: 60n,
          reason: "exchange for gold",
          booked: BOOKED - 60n,
          spentThisWeek: 60n,
          week: weekOf(chain.unixTime) ?? 0,
        },
      })
    })

    it("lets nothing leave until the admin has set a limit", async () => {
      await expectError(() => withdraw(1n), "WeeklyLimitReached")
      setReserveLimit(chain, economy, 0, 1n)
      await expectError(() => withdraw(2n), "WeeklyLimitReached")
      withdraw(1n)
      await expectError(() => withdraw(1n), "WeeklyLimitReached")
    })

    it("counts anew with the first second of the next calendar week", async () => {
      setReserveLimit(chain, economy, 0, LIMIT)
      chain.unixTime = START_UNIX_TIME + SECONDS_PER_WEEK - 1
      withdraw(LIMIT - 1n)
      await expectError(() => withdraw(2n), "WeeklyLimitReached")
      withdraw(1n)

      chain.unixTime = START_UNIX_TIME + SECONDS_PER_WEEK
      await expectError(() => withdraw(LIMIT + 1n), "WeeklyLimitReached")
      expect(eventOf(withdraw(LIMIT), "ReserveWithdrawn").spentThisWeek).to.equal(LIMIT)
    })

    it("pays what is booked, not what was sent past the books", async () => {
      setReserveLimit(chain, economy, 0, 2n ** 64n - 1n)
      const source = mintTo(chain, usdc, payer.publicKey, 0n)
      const { vault } = readAsset(chain, economy)
      chain.send(createTransferInstruction(source, vault, payer.publicKey, 50n), [payer])
      surplus = 50n
      await expectError(() => withdraw(BOOKED + 1n), "ReserveTooSmall")
      withdraw(BOOKED)
      await expectError(() => withdraw(1n), "ReserveTooSmall")
    })

    it("needs an amount and a reason of 1 to 64 bytes", async () => {
      setReserveLimit(chain, economy, 0, LIMIT)
      await expectError(() => withdraw(0n), "AmountIsZero")
      await expectError(() => withdraw(1n, ""), "BadReason")
      await expectError(() => withdraw(1n, "a".repeat(65)), "BadReason")
      withdraw(1n, "a".repeat(64))
    })

    it("takes nothing out of the economy's own vault or another asset's", async () => {
      setReserveLimit(chain, economy, 0, LIMIT)
      const { treasurer } = economy.actors
      const gold = createMint(chain, 4)
      addAsset(chain, economy, gold, ReserveKind.Gold)
      const valid = reserveWithdrawalOf(chain, economy, destination, 1n)
      const elsewhere = (name: string, address: PublicKey) => () =>
        chain.send(withAccount(valid, name, address), [treasurer])
      await expectError(elsewhere("vault", economy.vault), "WrongReserveVault")
      await expectError(elsewhere("vault", readAsset(chain, economy, 1).vault), "WrongReserveVault")
      await expectError(
        elsewhere("destination", mintTo(chain, gold, payer.publicKey, 0n)),
        "TokenMintMismatch",
      )
      const other = createEconomy(chain)
      createReserve(chain, other)
      await expectError(elsewhere("reserve", reservePda(other.address)[0]), "WrongEconomy")
    })

    it("refuses everybody but the treasurer, an asset that does not exist, and a paused economy", async () => {
      setReserveLimit(chain, economy, 0, LIMIT)
      const { admin, treasurer } = economy.actors
      const valid = reserveWithdrawalOf(chain, economy, destination, 1n)
      await expectError(
        () => chain.send(withAccount(valid, "treasurer", admin.publicKey), [admin]),
        "NotTreasurer",
      )
      const beyond = Buffer.from(valid.data)
      beyond.writeUInt8(1, 8)
      await expectError(
        () =>
          chain.send(Object.assign(withAccount(valid, "economy", economy.address), { data: beyond }), [
            treasurer,
          ]),
        "UnknownAsset",
      )
      pause(chain, economy)
      await expectError(() => withdraw(1n), "Paused")
    })
  })

  describe("set_reserve_limit", () => {
    it("sets the limit of one asset, also while the economy is paused", () => {
      addAsset(chain, economy, createMint(chain, 4), ReserveKind.Gold)
      pause(chain, economy)

      const sent = setReserveLimit(chain, economy, 1, 77n)

      expect(readAsset(chain, economy, 0).weeklyLimit).to.equal(0n)
      expect(readAsset(chain, economy, 1).weeklyLimit).to.equal(77n)
      expectEvents(sent, {
        name: "ReserveLimitSet",
        data: { economy: economy.address, asset: 1, weeklyLimit: 77n },
      })
    })

    it("refuses everybody but the admin, another economy's reserve and an asset that does not exist", async () => {
      const { admin, treasurer } = economy.actors
      const other = createEconomy(chain)
      createReserve(chain, other)
      const at = { admin: admin.publicKey, economy: economy.address }
      const valid = setReserveLimitInstruction({ ...at, asset: 0, weeklyLimit: 1n })
      await expectError(
        () => chain.send(withAccount(valid, "admin", treasurer.publicKey), [treasurer]),
        "NotAdmin",
      )
      await expectError(
        () => chain.send(withAccount(valid, "reserve", reservePda(other.address)[0]), [admin]),
        "WrongEconomy",
      )
      await expectError(() => setReserveLimit(chain, economy, 1, 1n), "UnknownAsset")
    })
  })
})
