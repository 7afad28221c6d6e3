import { createMintToInstruction } from "@solana/spl-token"
import {
  burnInstruction,
  createStabilisationInstruction,
  decodeStabilisation,
  fillBuybackInstruction,
  Fund,
  fundBuybackInstruction,
  openBuybackInstruction,
  postPriceInstruction,
  quoteVaultPda,
  setEmissionFactorInstruction,
  stabilisationPda,
  unixDay,
  withdrawQuoteInstruction,
  type BurnParameters,
  type Stabilisation,
} from "@stk/sdk"
import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js"
import { addMembers, createEconomy, releaseDays, runWeek, withdraw, type TestEconomy } from "./economy"
import { createMint, mintTo } from "./mints"
import { stkPreset } from "./presets"
import type { Chain, Sent } from "./svm"

/** One whole quote token, in billionths. */
export const ONE = 1_000_000_000n
/** Base units of a whole USDC. */
export const USDC = 1_000_000n
/** Base units of a whole STK. */
export const STK = 1_000_000n

/** Sends `amount` base units to a token account, past every program but the token's. */
export function mintInto(chain: Chain, mint: PublicKey, account: PublicKey, amount: bigint): Sent {
  return chain.send(createMintToInstruction(mint, account, chain.payer.publicKey, amount))
}

/** An economy with prices in a quote token. */
export interface Stabilised {
  readonly economy: TestEconomy
  readonly quote: PublicKey
  readonly stabilisation: PublicKey
  readonly quoteVault: PublicKey
}

export interface StabiliseOptions {
  readonly quoteDecimals?: number
  readonly buybackLimit?: bigint
  readonly cooldownSeconds?: number
}

/** Gives an economy prices in a new quote token. */
export function stabilise(chain: Chain, economy: TestEconomy, options: StabiliseOptions = {}): Stabilised {
  const quote = createMint(chain, options.quoteDecimals ?? 6)
  const { treasurer } = economy.actors
  const instruction = createStabilisationInstruction({
    treasurer: treasurer.publicKey,
    economy: economy.address,
    quoteMint: quote,
    buybackLimit: options.buybackLimit ?? 1_000n * USDC,
    cooldownSeconds: options.cooldownSeconds ?? 0,
  })
  chain.send(instruction, [treasurer])
  const [stabilisation] = stabilisationPda(economy.address)
  return { economy, quote, stabilisation, quoteVault: quoteVaultPda(economy.address)[0] }
}

/** The prices and buybacks as they stand. */
export function readStabilisation(chain: Chain, { stabilisation }: Stabilised): Stabilisation {
  const account = chain.getAccount(stabilisation)
  if (account === null) throw new Error("the economy has no prices")
  return decodeStabilisation(account.data)
}

/** Today, as a unix day. */
export function today(chain: Chain): number {
  return unixDay(chain.unixTime) ?? 0
}

/** Posts the price of a day. */
export function postPrice(chain: Chain, economy: TestEconomy, day: number, price: bigint): Sent {
  const { oracle } = economy.actors
  const at = { oracle: oracle.publicKey, economy: economy.address }
  return chain.send(postPriceInstruction({ ...at, day, price }), [oracle])
}

/** Posts `price` for each of the `days` days before today, and today's when it is given. */
export function postDays(
  chain: Chain,
  economy: TestEconomy,
  { days = 30, price = ONE, last }: { days?: number; price?: bigint; last?: bigint } = {},
): void {
  const now = today(chain)
  for (let day = now - days; day < now; day++) postPrice(chain, economy, day, price)
  if (last !== undefined) postPrice(chain, economy, now, last)
}

/** Pays `amount` base units of the quote token in for buybacks, out of nowhere. */
export function fundBuyback(chain: Chain, { economy, quote }: Stabilised, amount: bigint): Sent {
  const payer = chain.newSigner()
  const source = mintTo(chain, quote, payer.publicKey, amount)
  const at = { payer: payer.publicKey, economy: economy.address, source }
  return chain.send(fundBuybackInstruction({ ...at, amount }), [payer])
}

/** Opens a buyback. */
export function openBuyback(
  chain: Chain,
  { economy }: Stabilised,
  quoteAmount: bigint,
  maxPrice: bigint,
): Sent {
  const { treasurer } = economy.actors
  const at = { treasurer: treasurer.publicKey, economy: economy.address }
  return chain.send(openBuybackInstruction({ ...at, quoteAmount, maxPrice }), [treasurer])
}

/** The instruction by which the treasurer withdraws quote tokens. */
export function quoteWithdrawalOf(
  { economy }: Stabilised,
  destination: PublicKey,
  amount: bigint,
  reason = "seeds the pool",
): TransactionInstruction {
  const treasurer = economy.actors.treasurer.publicKey
  return withdrawQuoteInstruction({ treasurer, economy: economy.address, destination, amount, reason })
}

/** The instruction by which the treasurer burns. */
export function burnOf(
  economy: TestEconomy,
  amount: bigint,
  { fund = Fund.Treasury, reason = "too much of it" }: Partial<Pick<BurnParameters, "fund" | "reason">> = {},
): TransactionInstruction {
  const treasurer = economy.actors.treasurer.publicKey
  const { address, mint } = economy
  return burnInstruction({ treasurer, economy: address, mint, fund, amount, reason })
}

/** Sets the emission factor. */
export function setEmissionFactor(chain: Chain, economy: TestEconomy, emissionFactorBps: number): Sent {
  const { treasurer } = economy.actors
  const at = { treasurer: treasurer.publicKey, economy: economy.address }
  return chain.send(setEmissionFactorInstruction({ ...at, emissionFactorBps }), [treasurer])
}

/** An economy whose first member has sold nothing yet: 1,000 STK in an SPL account, and an empty account for USDC. */
export interface Market extends Stabilised {
  readonly seller: Keypair
  /** The seller's STK. */
  readonly source: PublicKey
  /** The seller's quote tokens. */
  readonly destination: PublicKey
}

/** Thirty days of prices at 1.00 behind a day with `price`, 1,000 USDC for buybacks, and somebody who has tokens to sell. */
export function createMarket(
  chain: Chain,
  { price = 700_000_000n, ...options }: StabiliseOptions & { price?: bigint } = {},
): Market {
  const economy = createEconomy(chain, { preset: stkPreset() })
  addMembers(chain, economy, 2)
  releaseDays(chain, economy, 7)
  // 2,000 points at level 1 in the first week.
  runWeek(chain, economy, [[0, 20, 0, 0, 0, 0, 0]])
  const source = withdraw(chain, economy, 0, 1_000n * STK)
  const stabilised = stabilise(chain, economy, options)
  fundBuyback(chain, stabilised, 1_000n * USDC)
  postDays(chain, economy, { last: price })
  const [seller] = economy.members
  if (seller === undefined) throw new Error("an economy without members")
  return { ...stabilised, seller, source, destination: mintTo(chain, stabilised.quote, seller.publicKey, 0n) }
}

/** The instruction by which the seller fills the open buyback. */
export function saleOf(market: Market, amount: bigint, minQuote = 0n): TransactionInstruction {
  const { economy, seller, source, destination } = market
  const at = { seller: seller.publicKey, economy: economy.address, source, destination }
  return fillBuybackInstruction({ ...at, amount, minQuote })
}

/** Sells to the open buyback. */
export function sell(chain: Chain, market: Market, amount: bigint, minQuote = 0n): Sent {
  return chain.send(saleOf(market, amount, minQuote), [market.seller])
}
