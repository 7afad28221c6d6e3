import { getAssociatedTokenAddressSync } from "@solana/spl-token"
import type { PublicKey } from "@solana/web3.js"
import { fetchStabilisation, type Stabilisation } from "../accounts/stabilisation.js"
import { AccountNotFoundError } from "../errors/base.js"
import { setEmissionFactorInstruction } from "../instructions/emission/set_emission_factor.js"
import { burnInstruction, type BurnParameters } from "../instructions/stabilisation/burn.js"
import { createStabilisationInstruction } from "../instructions/stabilisation/create_stabilisation.js"
import { fundBuybackInstruction } from "../instructions/stabilisation/fund_buyback.js"
import { openBuybackInstruction } from "../instructions/stabilisation/open_buyback.js"
import { postPriceInstruction } from "../instructions/stabilisation/post_price.js"
import { readPriceInstruction } from "../instructions/stabilisation/read_price.js"
import { setBuybackLimitsInstruction } from "../instructions/stabilisation/set_buyback_limits.js"
import { setPriceFeedInstruction, type PriceFeed } from "../instructions/stabilisation/set_price_feed.js"
import { withdrawQuoteInstruction } from "../instructions/stabilisation/withdraw_quote.js"
import { stabilisationPda } from "../pdas.js"
import { planSale } from "../plan/buyback.js"
import { ESTIMATED_COMPUTE_UNITS } from "../plan/estimate.js"
import { MarketplaceClient } from "./marketplace.js"
import type { SentTransaction } from "./send.js"

/** Prices, buybacks and burning. */
export abstract class StabilisationClient extends MarketplaceClient {
  /** Daily prices, and what the treasury holds to buy back; null when the economy has none. */
  fetchStabilisation(): Promise<Stabilisation | null> {
    const [address] = stabilisationPda(this.economy, this.programId)
    return fetchStabilisation(this.connection, address, this.programId)
  }

  /** Creates the account of prices and buybacks; the signer is the treasurer. @throws {BadQuoteMint} */
  createStabilisation(
    quoteMint: PublicKey,
    buybackLimit: bigint,
    cooldownSeconds: number,
  ): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const parameters = { ...this.at, treasurer, quoteMint, buybackLimit, cooldownSeconds }
    return this.sendEstimated(
      "creation of prices",
      [createStabilisationInstruction(parameters)],
      ESTIMATED_COMPUTE_UNITS.createStabilisation,
    )
  }

  /** Sets the bounds of buybacks; the signer is the admin. @throws {NotAdmin} @throws {DelayTooLong} */
  setBuybackLimits(buybackLimit: bigint, cooldownSeconds: number): Promise<SentTransaction> {
    const admin = this.signer.publicKey
    const instruction = setBuybackLimitsInstruction({ ...this.at, admin, buybackLimit, cooldownSeconds })
    return this.sendEstimated("limits of buybacks", [instruction], ESTIMATED_COMPUTE_UNITS.setBuybackLimits)
  }

  /** Names the price feed; the signer is the admin. @throws {NotAdmin} */
  setPriceFeed(feed: PriceFeed | null): Promise<SentTransaction> {
    const instruction = setPriceFeedInstruction({ ...this.at, admin: this.signer.publicKey, feed })
    return this.sendEstimated("price feed", [instruction], ESTIMATED_COMPUTE_UNITS.setPriceFeed)
  }

  /** Posts the price of a unix day, in billionths; the signer is the oracle. @throws {PriceDayOutOfOrder} */
  postPrice(day: number, price: bigint): Promise<SentTransaction> {
    const instruction = postPriceInstruction({ ...this.at, oracle: this.signer.publicKey, day, price })
    return this.sendEstimated(`price of day ${day}`, [instruction], ESTIMATED_COMPUTE_UNITS.postPrice)
  }

  /** Takes today's price from the economy's feed. @throws {PriceIsOld} @throws {PriceNotVerified} */
  async readPrice(): Promise<SentTransaction> {
    const { feedAccount } = await this.stabilisation()
    if (feedAccount === null) throw new AccountNotFoundError("PriceFeed", this.economy.toBase58())
    return this.sendEstimated(
      "price",
      [readPriceInstruction({ ...this.at, feed: feedAccount })],
      ESTIMATED_COMPUTE_UNITS.readPrice,
    )
  }

  /** Pays quote tokens of the signer's token account in for buybacks. @throws {AmountIsZero} */
  async fundBuyback(amount: bigint): Promise<SentTransaction> {
    const payer = this.signer.publicKey
    const source = getAssociatedTokenAddressSync((await this.stabilisation()).quoteMint, payer, true)
    const instruction = fundBuybackInstruction({ ...this.at, payer, source, amount })
    return this.sendEstimated("funding of buybacks", [instruction], ESTIMATED_COMPUTE_UNITS.fundBuyback)
  }

  /** Offers to buy tokens until the end of the UTC day; the signer is the treasurer. @throws {NoBuybackTrigger} */
  openBuyback(quoteAmount: bigint, maxPrice: bigint): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const instruction = openBuybackInstruction({ ...this.at, treasurer, quoteAmount, maxPrice })
    return this.sendEstimated("opening of a buyback", [instruction], ESTIMATED_COMPUTE_UNITS.openBuyback)
  }

  /** Sells tokens of the signer's token account to the open buyback. @throws {NoOpenBuyback} @throws {BuybackTooSmall} */
  async fillBuyback(amount: bigint, minQuote: bigint): Promise<SentTransaction[]> {
    const seller = this.signer.publicKey
    const [{ mint }, { quoteMint }] = await Promise.all([this.fetchEconomy(), this.stabilisation()])
    const quoteAccount = getAssociatedTokenAddressSync(quoteMint, seller, true)
    const hasQuoteAccount = (await this.connection.getAccountInfo(quoteAccount)) !== null
    return this.execute(
      planSale({ ...this.planned, seller, mint, quoteMint, amount, minQuote, hasQuoteAccount }),
    )
  }

  /** Pays quote tokens out to any token account; the signer is the treasurer. @throws {QuoteTooSmall} */
  withdrawQuote(destination: PublicKey, amount: bigint, reason: string): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const instruction = withdrawQuoteInstruction({ ...this.at, treasurer, destination, amount, reason })
    return this.sendEstimated(
      "withdrawal of quote tokens",
      [instruction],
      ESTIMATED_COMPUTE_UNITS.withdrawQuote,
    )
  }

  /** Burns tokens of the Treasury or the Liquidity fund; the signer is the treasurer. @throws {NoBurnTrigger} */
  async burn(fund: BurnParameters["fund"], amount: bigint, reason: string): Promise<SentTransaction> {
    const { mint } = await this.fetchEconomy()
    const treasurer = this.signer.publicKey
    const instruction = burnInstruction({ ...this.at, treasurer, mint, fund, amount, reason })
    return this.sendEstimated("burning", [instruction], ESTIMATED_COMPUTE_UNITS.burn)
  }

  /** Slows the emission of future days; the signer is the treasurer. @throws {ReleaseFirst} */
  setEmissionFactor(emissionFactorBps: number): Promise<SentTransaction> {
    const treasurer = this.signer.publicKey
    const instruction = setEmissionFactorInstruction({ ...this.at, treasurer, emissionFactorBps })
    return this.sendEstimated("emission factor", [instruction], ESTIMATED_COMPUTE_UNITS.setEmissionFactor)
  }

  private async stabilisation(): Promise<Stabilisation> {
    const found = await this.fetchStabilisation()
    if (found) return found
    const [address] = stabilisationPda(this.economy, this.programId)
    throw new AccountNotFoundError("Stabilisation", address.toBase58())
  }
}
