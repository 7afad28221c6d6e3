import { getAssociatedTokenAddressSync } from "@solana/spl-token"
import type { PublicKey } from "@solana/web3.js"
import { fetchReserve, type Reserve, type ReserveAsset } from "../accounts/reserve.js"
import { fetchAllStartups, type Startup } from "../accounts/startup.js"
import { type InflowValue, type ReserveKindValue } from "../constants.js"
import { AccountNotFoundError, InvalidArgumentError } from "../errors/base.js"
import { addReserveAssetInstruction } from "../instructions/reserve/add_reserve_asset.js"
import { createReserveInstruction } from "../instructions/reserve/create_reserve.js"
import { createStartupInstruction } from "../instructions/reserve/create_startup.js"
import { postAssetPriceInstruction } from "../instructions/reserve/post_asset_price.js"
import { setReserveLimitInstruction } from "../instructions/reserve/set_reserve_limit.js"
import { setStartupShareInstruction } from "../instructions/reserve/set_startup_share.js"
import { withdrawReserveInstruction } from "../instructions/reserve/withdraw_reserve.js"
import { reservePda, startupPda } from "../pdas.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import { planReserveDeposit } from "../plan/reserve_deposit.js"
import { FundsClient } from "./funds.js"
import type { SentTransaction } from "./send.js"

/** A payment of which the reserve has a share. */
export interface ReserveDeposit {
  /** Index of the asset in the reserve. */
  asset: number
  inflow: InflowValue
  /** Id of the startup whose share it is; none for a subscription or donation. */
  startup?: number | undefined
  /** Base units of the whole payment. */
  gross: bigint
  /** Public; 1 to 64 bytes of UTF-8. */
  reference: string
}

/** What backs the economy. */
export abstract class ReserveClient extends FundsClient {
  /** What backs the economy; null when it has no reserve. */
  fetchReserve(): Promise<Reserve | null> {
    const [address] = reservePda(this.economy, this.programId)
    return fetchReserve(this.connection, address, this.programId)
  }

  /** All startups, by their ids. */
  async fetchStartups(): Promise<Startup[]> {
    const { startups } = await this.reserve()
    const ids = Array.from({ length: startups }, (_, id) => startupPda(this.economy, id, this.programId)[0])
    const found = await fetchAllStartups(this.connection, ids, this.programId)
    return found.filter((startup) => startup !== null)
  }

  /** Creates the economy's reserve, as the treasurer. */
  createReserve(): Promise<SentTransaction> {
    const instruction = createReserveInstruction({ ...this.at, treasurer: this.signer.publicKey })
    return this.sendEstimated("creation of the reserve", [instruction], ESTIMATED_COMPUTE_UNITS.createReserve)
  }

  /** Adds a mint to the reserve, as the treasurer. @throws {AssetAlreadyAdded} @throws {ReserveIsFull} */
  addReserveAsset(mint: PublicKey, kind: ReserveKindValue): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const instruction = addReserveAssetInstruction({ ...this.at, treasurer, mint, kind })
    return this.sendEstimated("asset of the reserve", [instruction], ESTIMATED_COMPUTE_UNITS.addReserveAsset)
  }

  /** Records a startup with the next id, as the treasurer. @throws {BadName} */
  async createStartup(name: string): Promise<SentTransaction> {
    const { startups: startup } = await this.reserve()
    const treasurer = this.signer.publicKey
    const instruction = createStartupInstruction({ ...this.at, treasurer, startup, name })
    return this.sendEstimated(`startup ${startup}`, [instruction], ESTIMATED_COMPUTE_UNITS.createStartup)
  }

  /** Sets the share of a startup, as the treasurer. @throws {ShareTooLarge} */
  setStartupShare(startup: number, shareBps: number): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const instruction = setStartupShareInstruction({ ...this.at, treasurer, startup, shareBps })
    return this.sendEstimated(
      `share of startup ${startup}`,
      [instruction],
      ESTIMATED_COMPUTE_UNITS.setStartupShare,
    )
  }

  /** Pays the reserve's share of a payment from the signer's token account; SOL is wrapped on the way. */
  async depositReserve(deposit: ReserveDeposit): Promise<SentTransaction[]> {
    const depositor = this.signer.publicKey
    const { mint } = await this.reserveAsset(deposit.asset)
    const account = getAssociatedTokenAddressSync(mint, depositor, true)
    const hasTokenAccount = (await this.connection.getAccountInfo(account)) !== null
    const startup = deposit.startup === undefined ? null : await this.startup(deposit.startup)
    const place = { depositor, mint, startup, hasTokenAccount }
    return this.execute(planReserveDeposit({ ...this.planned, ...deposit, ...place }))
  }

  /** Posts the price of an asset on a UTC day, as the oracle. @throws {PriceOutOfOrder} */
  postAssetPrice(asset: number, price: bigint, day: number): Promise<SentTransaction> {
    const oracle = this.signer.publicKey
    const instruction = postAssetPriceInstruction({ ...this.at, oracle, asset, price, day })
    return this.sendEstimated(
      `price of asset ${asset}`,
      [instruction],
      ESTIMATED_COMPUTE_UNITS.postAssetPrice,
    )
  }

  /** Sets the most that may leave the reserve of an asset in a calendar week, as the admin. */
  setReserveLimit(asset: number, weeklyLimit: bigint): Promise<SentTransaction> {
    const admin = this.signer.publicKey
    const instruction = setReserveLimitInstruction({ ...this.at, admin, asset, weeklyLimit })
    return this.sendEstimated(
      `limit of asset ${asset}`,
      [instruction],
      ESTIMATED_COMPUTE_UNITS.setReserveLimit,
    )
  }

  /** Pays an asset out of the reserve, as the treasurer. @throws {WeeklyLimitReached} @throws {ReserveTooSmall} */
  async withdrawReserve(
    asset: number,
    destination: PublicKey,
    amount: bigint,
    reason: string,
  ): Promise<SentTransaction> {
    const { mint } = await this.reserveAsset(asset)
    const withdrawal = { treasurer: this.signer.publicKey, asset, mint, destination, amount, reason }
    const instruction = withdrawReserveInstruction({ ...this.at, ...withdrawal })
    return this.sendEstimated(
      "withdrawal from the reserve",
      [instruction],
      ESTIMATED_COMPUTE_UNITS.withdrawReserve,
    )
  }

  private async reserve(): Promise<Reserve> {
    const reserve = await this.fetchReserve()
    if (reserve) return reserve
    throw new AccountNotFoundError("Reserve", reservePda(this.economy, this.programId)[0].toBase58())
  }

  private async reserveAsset(asset: number): Promise<ReserveAsset> {
    const { assets } = await this.reserve()
    const found = assets[asset]
    if (found) return found
    throw new InvalidArgumentError("asset", `below ${assets.length}, the number of the reserve's assets`)
  }

  private async startup(id: number): Promise<Startup> {
    const [address] = startupPda(this.economy, id, this.programId)
    const [startup] = await fetchAllStartups(this.connection, [address], this.programId)
    if (startup) return startup
    throw new AccountNotFoundError("Startup", address.toBase58())
  }
}
