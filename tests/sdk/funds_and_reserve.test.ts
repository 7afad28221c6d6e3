import { createSyncNativeInstruction, getAssociatedTokenAddressSync, NATIVE_MINT } from "@solana/spl-token"
import {
  AccountNotFoundError,
  coverage,
  decodeReserve,
  decodeStartup,
  fetchAllStartups,
  fetchReserve,
  fetchStartup,
  Fund,
  Inflow,
  InvalidAccountError,
  InvalidArgumentError,
  planReserveDeposit,
  ReserveKind,
  reservePda,
  startupPda,
  STK_POLICY,
  transactionsOf,
  unixDay,
  type SentTransaction,
} from "@stk/sdk"
import { SystemProgram, type Keypair, type PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import {
  addMembers,
  createEconomy,
  readEconomy,
  readMember,
  releaseDays,
  tokenAccountOf,
  type TestEconomy,
} from "../utils/economy"
import { memberKey } from "../utils/actions"
import { expectError, expectLedgerInvariant, tokenBalance } from "../utils/expect"
import { FUNDED_PRESET } from "../utils/funds"
import { createMint, mintTo } from "../utils/mints"
import { addAsset, addStartup, createReserve, expectReserveInvariant, readAsset } from "../utils/reserve"
import { Chain } from "../utils/svm"
import { clientOf } from "./support"

describe("StkClient for the funds", () => {
  it("lets the admin set the policy, and the treasurer spend within it", async () => {
    const chain = new Chain()
    const economy = createEconomy(chain, { preset: FUNDED_PRESET })
    addMembers(chain, economy, 3)
    releaseDays(chain, economy, 7)
    const { client: admin } = clientOf(chain, economy, economy.actors.admin)
    const { client: treasurer } = clientOf(chain, economy, economy.actors.treasurer)
    const recipient = memberKey(economy, 2).publicKey
    const pool = tokenAccountOf(chain, economy, economy.actors.stranger.publicKey)

    await admin.setSpendingLimits([0n, 100n, 100n, 100n, 100n])
    await admin.setTeamSchedule(STK_POLICY.teamCliffSeconds, STK_POLICY.teamVestingSeconds)
    const paid = await treasurer.spendFund(Fund.Treasury, recipient, 70n, "translation")
    await treasurer.withdrawFund(Fund.Liquidity, pool, 30n, "seed the pool")

    expect(readMember(chain, economy, 2).balance).to.equal(70n)
    expect(tokenBalance(chain, pool)).to.equal(30n)
    expect(await treasurer.fetchEconomy()).to.include({
      teamCliffSeconds: STK_POLICY.teamCliffSeconds,
      teamVestingSeconds: STK_POLICY.teamVestingSeconds,
    })
    const [event] = await treasurer.fetchEvents(paid.signature)
    expect(event).to.deep.include({ name: "FundSpent" })
    await expectError(() => treasurer.spendFund(Fund.Treasury, recipient, 31n, "more"), "WeeklyLimitReached")
    await expectError(() => treasurer.spendFund(Fund.Team, recipient, 1n, "early"), "TeamNotVested")
    const nobody = economy.actors.stranger.publicKey
    await treasurer.spendFund(Fund.Treasury, nobody, 1n, "nobody").then(
      () => expect.fail("a stranger has no slot"),
      (error: unknown) => expect(error).to.be.instanceOf(AccountNotFoundError),
    )
    expect(readEconomy(chain, economy).spent).to.deep.equal([0n, 70n, 0n, 0n, 30n])
    expectLedgerInvariant(chain, economy)
  })
})

describe("StkClient for the reserve", () => {
  let chain: Chain
  let economy: TestEconomy
  let payer: Keypair
  let usdc: PublicKey

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    payer = chain.newSigner()
    usdc = createMint(chain, 6)
  })

  it("[STK-21] builds a reserve up, prices it, reports its coverage and pays out of it", async () => {
    const { client: treasurer } = clientOf(chain, economy, economy.actors.treasurer)
    const { client: admin } = clientOf(chain, economy, economy.actors.admin)
    const { client: oracle } = clientOf(chain, economy, economy.actors.oracle)
    const { client: depositor } = clientOf(chain, economy, payer)
    mintTo(chain, usdc, payer.publicKey, 1_000_000_000n)
    expect(await treasurer.fetchReserve()).to.equal(null)

    await treasurer.createReserve()
    await treasurer.addReserveAsset(usdc, ReserveKind.Usdc)
    await treasurer.addReserveAsset(NATIVE_MINT, ReserveKind.Sol)
    await treasurer.createStartup("First")
    await treasurer.createStartup("Second")
    await treasurer.setStartupShare(1, 1_000)
    await depositor.depositReserve({
      asset: 0,
      inflow: Inflow.Subscription,
      gross: 1_000_000_000n,
      reference: "2026",
    })
    await depositor.depositReserve({
      asset: 0,
      inflow: Inflow.Startup,
      startup: 1,
      gross: 10_000_000n,
      reference: "Q3",
    })
    await depositor.depositReserve({
      asset: 1,
      inflow: Inflow.Donation,
      gross: 4_000_000_000n,
      reference: "gift",
    })
    const today = unixDay(chain.unixTime) ?? 0
    await oracle.postAssetPrice(0, 1_000_000_000n, today)
    await oracle.postAssetPrice(1, 150_000_000_000n, today)

    const reserve = await depositor.fetchReserve()
    if (reserve === null) return expect.fail("the reserve exists")
    expect(reserve.assets.map(({ booked }) => booked)).to.deep.equal([501_000_000n, 2_000_000_000n])
    expect(reserve.assets[0]?.inflows).to.deep.equal([500_000_000n, 0n, 1_000_000n])
    const report = { circulating: 4_000_000_000n, decimals: 6, today, oldestDays: 0 }
    // 501 dollars and 2 SOL of 150 behind 4,000 tokens.
    expect(coverage({ ...report, assets: reserve.assets }).perToken).to.equal(200_250_000n)
    expect((await depositor.fetchStartups()).map(({ name, shareBps }) => [name, shareBps])).to.deep.equal([
      ["First", 0],
      ["Second", 1_000],
    ])

    await admin.setReserveLimit(0, 1_000_000n)
    const destination = mintTo(chain, usdc, economy.actors.treasurer.publicKey, 0n)
    await treasurer.withdrawReserve(0, destination, 1_000_000n, "exchange")
    expect(tokenBalance(chain, destination)).to.equal(1_000_000n)
    await expectError(() => treasurer.withdrawReserve(0, destination, 1n, "exchange"), "WeeklyLimitReached")
    expectReserveInvariant(chain, economy)
  })

  const lamportsOf = (address: PublicKey): number => chain.getAccount(address)?.lamports ?? 0

  it("wraps just the SOL that is booked, and closes an account made for it", async () => {
    createReserve(chain, economy)
    addAsset(chain, economy, NATIVE_MINT, ReserveKind.Sol)
    const { client } = clientOf(chain, economy, payer)
    const before = lamportsOf(payer.publicKey)

    const [sent] = await client.depositReserve({
      asset: 0,
      inflow: Inflow.Donation,
      gross: 3_000_000_001n,
      reference: "gift",
    })

    const fee = 5_000
    expect((sent as SentTransaction).signature).to.be.a("string")
    expect(before - lamportsOf(payer.publicKey)).to.equal(1_500_000_000 + fee)
    expect(readAsset(chain, economy).booked).to.equal(1_500_000_000n)
    const account = getAssociatedTokenAddressSync(NATIVE_MINT, payer.publicKey)
    expect(chain.getAccount(account)?.lamports ?? 0).to.equal(0)
  })

  it("keeps an account of wrapped SOL that was there, with what was in it", async () => {
    createReserve(chain, economy)
    addAsset(chain, economy, NATIVE_MINT, ReserveKind.Sol)
    const account = mintTo(chain, NATIVE_MINT, payer.publicKey, 0n)
    const funding = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: account, lamports: 77 })
    chain.send([funding, createSyncNativeInstruction(account)], [payer])
    const { client } = clientOf(chain, economy, payer)

    await client.depositReserve({ asset: 0, inflow: Inflow.Donation, gross: 1_000n, reference: "gift" })

    expect(tokenBalance(chain, account)).to.equal(77n)
    expect(readAsset(chain, economy).booked).to.equal(500n)
  })

  it("names what is missing before anything is sent", async () => {
    const { client } = clientOf(chain, economy, payer)
    const donation = { asset: 0, inflow: Inflow.Donation, gross: 10n, reference: "gift" }
    const refusal = async (action: () => Promise<unknown>): Promise<unknown> => {
      try {
        await action()
      } catch (error) {
        return error
      }
      return expect.fail("it was accepted")
    }
    expect(await refusal(() => client.depositReserve(donation))).to.be.instanceOf(AccountNotFoundError)
    createReserve(chain, economy)
    expect(await refusal(() => client.depositReserve(donation))).to.include({ field: "asset" })
    addAsset(chain, economy, usdc, ReserveKind.Usdc)
    const ofStartup = { ...donation, inflow: Inflow.Startup }
    expect(await refusal(() => client.depositReserve({ ...ofStartup, startup: 0 }))).to.be.instanceOf(
      AccountNotFoundError,
    )
    expect(await refusal(() => client.depositReserve(ofStartup))).to.be.instanceOf(InvalidArgumentError)
    addStartup(chain, economy, 5_000)
    expect(await refusal(() => client.depositReserve({ ...donation, startup: 0 }))).to.include({
      field: "startup",
    })
  })

  it("plans one transaction, with a token account only for SOL", () => {
    const depositor = payer.publicKey
    const plan = (mint: PublicKey, hasTokenAccount: boolean) =>
      planReserveDeposit({
        depositor,
        economy: economy.address,
        asset: 0,
        mint,
        inflow: Inflow.Donation,
        startup: null,
        gross: 10n,
        reference: "gift",
        hasTokenAccount,
      })
    const lengths = [plan(usdc, true), plan(usdc, false), plan(NATIVE_MINT, true), plan(NATIVE_MINT, false)]
    expect(
      lengths.map((each) => transactionsOf(each).map(({ instructions }) => instructions.length)),
    ).to.deep.equal([[1], [1], [3], [5]])
  })

  it("reads reserves and startups, null where there is none and refused where it is something else", async () => {
    const { connection } = chain
    const [reserve] = reservePda(economy.address)
    const [startup] = startupPda(economy.address, 0)
    expect(await fetchReserve(connection, reserve)).to.equal(null)
    expect(await fetchStartup(connection, startup)).to.equal(null)
    createReserve(chain, economy)
    addAsset(chain, economy, usdc, ReserveKind.Gold)
    addStartup(chain, economy, 7)
    expect((await fetchReserve(connection, reserve))?.assets[0]?.kind).to.equal(ReserveKind.Gold)
    expect(await fetchStartup(connection, startup)).to.include({ id: 0, name: "Startup 0", shareBps: 7 })
    const both = await fetchAllStartups(connection, [startupPda(economy.address, 1)[0], startup])
    expect(both.map((found) => found?.name ?? null)).to.deep.equal([null, "Startup 0"])

    const data = chain.getAccount(reserve)?.data ?? Buffer.alloc(0)
    expect(data.length).to.equal(8 + 1_224)
    expect(() => decodeStartup(data)).to.throw(InvalidAccountError, "discriminator")
    expect(() => decodeReserve(Buffer.concat([data, Buffer.alloc(1)]))).to.throw(
      InvalidAccountError,
      "1 bytes follow",
    )
    expect(() => decodeReserve(data.subarray(0, data.length - 1))).to.throw(InvalidAccountError, "too few")
    const unknown = Buffer.from(data)
    unknown.writeUInt8(4, 8 + 136)
    expect(() => decodeReserve(unknown)).to.throw(InvalidAccountError, "asset kind 4")
  })
})
