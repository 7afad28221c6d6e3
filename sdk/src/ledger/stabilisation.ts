import { PublicKey } from "@solana/web3.js"
import type { Stabilisation } from "../accounts/stabilisation.js"
import { Fund } from "../constants.js"
import { LedgerContradictionError } from "../errors/base.js"
import type { StkEvents } from "../events.js"
import { stabilisationPda } from "../pdas.js"
import { agree, bookFund, fundAt, type LedgerState } from "./state.js"

/** Daily samples that are kept. */
const SAMPLES = 366
const FEED_ID_BYTES = 32

function stabilisationOf(state: LedgerState, event: string): Stabilisation {
  if (state.stabilisation) return state.stabilisation
  throw new LedgerContradictionError(event, "economy", state.address, "no stabilisation")
}

export function stabilisationCreated(state: LedgerState, event: StkEvents["StabilisationCreated"]): void {
  state.stabilisation = {
    economy: state.address,
    quoteMint: event.quoteMint,
    quoteVault: event.quoteVault,
    quoteDecimals: event.quoteDecimals,
    quoteBalance: 0n,
    buybackLimit: event.buybackLimit,
    cooldownSeconds: event.cooldownSeconds,
    buyback: null,
    feedAccount: null,
    feedId: new Uint8Array(FEED_ID_BYTES),
    samples: [],
    bump: stabilisationPda(state.address, state.programId)[1],
  }
}

export function buybackLimitsSet(state: LedgerState, event: StkEvents["BuybackLimitsSet"]): void {
  const stabilisation = stabilisationOf(state, "BuybackLimitsSet")
  stabilisation.buybackLimit = event.buybackLimit
  stabilisation.cooldownSeconds = event.cooldownSeconds
}

export function priceFeedSet(state: LedgerState, event: StkEvents["PriceFeedSet"]): void {
  const stabilisation = stabilisationOf(state, "PriceFeedSet")
  stabilisation.feedAccount = event.feedAccount.equals(PublicKey.default) ? null : event.feedAccount
  stabilisation.feedId = event.feedId
}

export function pricePosted(state: LedgerState, event: StkEvents["PricePosted"]): void {
  const stabilisation = stabilisationOf(state, "PricePosted")
  const { day, price, volume, circulating } = event
  agree("PricePosted", "volume", volume, state.economy.volume)
  const kept = stabilisation.samples.filter((sample) => sample.day > day - SAMPLES)
  stabilisation.samples = [...kept, { day, price, volume, circulating }]
}

export function buybackFunded(state: LedgerState, event: StkEvents["BuybackFunded"]): void {
  const stabilisation = stabilisationOf(state, "BuybackFunded")
  stabilisation.quoteBalance += event.amount
  agree("BuybackFunded", "quoteBalance", event.quoteBalance, stabilisation.quoteBalance)
}

export function buybackOpened(state: LedgerState, event: StkEvents["BuybackOpened"]): void {
  const { maxPrice, quoteAmount, openedAt, expiresAt } = event
  stabilisationOf(state, "BuybackOpened").buyback = { maxPrice, quoteLeft: quoteAmount, openedAt, expiresAt }
}

export function buybackFilled(state: LedgerState, event: StkEvents["BuybackFilled"]): void {
  const { economy } = state
  const stabilisation = stabilisationOf(state, "BuybackFilled")
  if (stabilisation.buyback) stabilisation.buyback.quoteLeft -= event.quote
  stabilisation.quoteBalance -= event.quote
  bookFund(economy, Fund.Treasury, event.amount)
  economy.deposited += event.amount
  agree("BuybackFilled", "quoteLeft", event.quoteLeft, stabilisation.buyback?.quoteLeft)
  agree("BuybackFilled", "quoteBalance", event.quoteBalance, stabilisation.quoteBalance)
  agree("BuybackFilled", "treasury", event.treasury, economy.funds[Fund.Treasury])
}

export function quoteWithdrawn(state: LedgerState, event: StkEvents["QuoteWithdrawn"]): void {
  const stabilisation = stabilisationOf(state, "QuoteWithdrawn")
  stabilisation.quoteBalance -= event.amount
  agree("QuoteWithdrawn", "quoteBalance", event.quoteBalance, stabilisation.quoteBalance)
}

export function tokensBurnt({ economy }: LedgerState, event: StkEvents["TokensBurnt"]): void {
  const fund = fundAt("TokensBurnt", event.fund)
  bookFund(economy, fund, -event.amount)
  economy.burnt += event.amount
  agree("TokensBurnt", "fundBalance", event.fundBalance, economy.funds[fund])
  agree("TokensBurnt", "burnt", event.burnt, economy.burnt)
}

export function emissionFactorSet({ economy }: LedgerState, event: StkEvents["EmissionFactorSet"]): void {
  economy.emissionFactorBps = event.emissionFactorBps
}
