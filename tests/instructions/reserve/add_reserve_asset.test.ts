import { AccountLayout, NATIVE_MINT, TOKEN_PROGRAM_ID } from "@solana/spl-token"
import { addReserveAssetInstruction, ReserveKind, reservePda, reserveVaultPda } from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { pause } from "../../utils/actions"
import { createEconomy, type TestEconomy } from "../../utils/economy"
import { expectEvents } from "../../utils/events"
import { expectError, expectLedgerInvariant } from "../../utils/expect"
import { withAccount } from "../../utils/instructions"
import { createMint } from "../../utils/mints"
import { addAsset, createReserve, expectReserveInvariant, readAsset, readReserve } from "../../utils/reserve"
import { Chain } from "../../utils/svm"

describe("add_reserve_asset", () => {
  let chain: Chain
  let economy: TestEconomy
  let mint: PublicKey

  beforeEach(() => {
    chain = new Chain()
    economy = createEconomy(chain)
    createReserve(chain, economy)
    mint = createMint(chain, 8)
  })

  afterEach(() => {
    expectLedgerInvariant(chain, economy)
    expectReserveInvariant(chain, economy)
  })

  it("[STK-21] tracks BTC, SOL, USDC and gold each on its own, in a vault that only the economy can open", () => {
    const mints = [mint, NATIVE_MINT, createMint(chain, 6), createMint(chain, 4)] as const
    const kinds = [ReserveKind.Btc, ReserveKind.Sol, ReserveKind.Usdc, ReserveKind.Gold] as const
    const decimals = [8, 9, 6, 4]

    const sent = kinds.map((kind, index) => addAsset(chain, economy, mints[index] ?? mint, kind))

    const { assets } = readReserve(chain, economy)
    expect(assets.map((asset) => asset.kind)).to.deep.equal([0, 1, 2, 3])
    expect(assets.map((asset) => asset.decimals)).to.deep.equal(decimals)
    expect(assets.map((asset) => asset.mint)).to.deep.equal(mints)
    for (const asset of assets) {
      expect(asset).to.include({
        booked: 0n,
        withdrawn: 0n,
        weeklyLimit: 0n,
        spent: 0n,
        price: 0n,
        priceDay: 0,
      })
      const account = chain.getAccount(asset.vault)
      if (account === null) return expect.fail("the vault exists")
      expect(account.owner).to.deep.equal(TOKEN_PROGRAM_ID)
      const vault = AccountLayout.decode(account.data)
      expect(vault.owner).to.deep.equal(economy.address)
      expect(vault.mint).to.deep.equal(asset.mint)
      expect(vault.delegateOption).to.equal(0)
      expect(vault.closeAuthorityOption).to.equal(0)
    }
    sent.forEach((each, asset) => {
      const known = mints[asset] ?? mint
      expectEvents(each, {
        name: "ReserveAssetAdded",
        data: {
          economy: economy.address,
          asset,
          mint: known,
          vault: reserveVaultPda(economy.address, known)[0],
          kind: asset,
          decimals: decimals[asset] ?? 0,
        },
      })
    })
  })

  it("adds a mint once, even as another kind", async () => {
    addAsset(chain, economy, mint, ReserveKind.Btc)
    await expectError(() => addAsset(chain, economy, mint, ReserveKind.Btc), "AssetAlreadyAdded")
    await expectError(() => addAsset(chain, economy, mint, ReserveKind.Gold), "AssetAlreadyAdded")
    addAsset(chain, economy, createMint(chain, 8), ReserveKind.Btc)
    expect(readReserve(chain, economy).assets.length).to.equal(2)
  })

  it("works at an address that somebody sent lamports to before", () => {
    chain.airdrop(reserveVaultPda(economy.address, mint)[0], BigInt(chain.rentFor(0)))
    addAsset(chain, economy, mint, ReserveKind.Btc)
    expect(readAsset(chain, economy).mint).to.deep.equal(mint)
  })

  it("has eight places", async () => {
    for (let added = 0; added < 8; added++) {
      addAsset(chain, economy, createMint(chain, 6), ReserveKind.Usdc)
    }
    await expectError(() => addAsset(chain, economy, mint, ReserveKind.Btc), "ReserveIsFull")
  })

  it("refuses a kind that does not exist, and the economy's own token", async () => {
    await expectError(() => addAsset(chain, economy, mint, 4 as 3), "UnknownAssetKind")
    await expectError(() => addAsset(chain, economy, economy.mint, ReserveKind.Gold), "OwnToken")
  })

  it("refuses another economy's reserve and vault, everybody but the treasurer, and a paused economy", async () => {
    const { admin, treasurer } = economy.actors
    const other = createEconomy(chain)
    createReserve(chain, other)
    const at = { treasurer: treasurer.publicKey, economy: economy.address }
    const valid = addReserveAssetInstruction({ ...at, mint, kind: ReserveKind.Btc })
    await expectError(
      () => chain.send(withAccount(valid, "reserve", reservePda(other.address)[0]), [treasurer]),
      "WrongEconomy",
    )
    await expectError(
      () => chain.send(withAccount(valid, "vault", reserveVaultPda(other.address, mint)[0]), [treasurer]),
      "InvalidSeeds",
    )
    await expectError(
      () => chain.send(withAccount(valid, "treasurer", admin.publicKey), [admin]),
      "NotTreasurer",
    )
    pause(chain, economy)
    await expectError(() => chain.send(valid, [treasurer]), "Paused")
  })
})
