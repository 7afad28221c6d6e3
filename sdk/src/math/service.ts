import { Fund, type FundIndex } from "../enumerations.js"
import { InvalidArgumentError } from "../errors/base.js"
import { bpsShareFloor, WHOLE_BPS } from "./split.js"

/** Who gets a part of a price: a member by its global index, or a fund. */
export type Recipient = { readonly member: number } | { readonly fund: FundIndex }
/** A recipient and its share of every price, in basis points. */
export type Share = Recipient & { readonly bps: number }
/** What one recipient gets of one price, in base units. */
export type PricePart = Recipient & { readonly amount: bigint }

/** `activeTo` of what was bought for good. */
export const FOR_GOOD = Number.MAX_SAFE_INTEGER

const isTreasury = (recipient: Recipient): boolean => "fund" in recipient && recipient.fund === Fund.Treasury

/**
 * Splits a price as a purchase does: every share is floored and the Treasury takes the rest, also when the rule does not
 * name it.
 * @throws {InvalidArgumentError} unless the shares sum to 10,000
 */
export function splitPrice(price: bigint, shares: readonly Share[]): PricePart[] {
  const sum = shares.reduce((total, { bps }) => total + bps, 0)
  if (sum !== WHOLE_BPS)
    throw new InvalidArgumentError("split", "of sum 10,000", { details: [`it is ${sum}`] })
  const floored = shares.map((share) => (isTreasury(share) ? 0n : bpsShareFloor(price, share.bps)))
  const rest = floored.reduce((left, amount) => left - amount, price)
  const parts = shares.map(({ bps: _bps, ...recipient }, index): PricePart => {
    return { ...recipient, amount: isTreasury(recipient) ? rest : (floored[index] ?? 0n) }
  })
  return rest === 0n || shares.some(isTreasury) ? parts : [...parts, { fund: Fund.Treasury, amount: rest }]
}

/** What a service gives for its price. */
export interface ServiceTerms {
  /** 0 for good. */
  readonly termSeconds: number
  /** Sessions in a purchase; 0 when none are counted. */
  readonly sessions: number
}

/** How long and how often a buyer may use a service. */
export interface ActivationState {
  /** Unix second since which it is active without a break; 0 before the first purchase. */
  readonly activeFrom: number
  /** Unix second at which it ends; {@link FOR_GOOD} for never, 0 before the first purchase. */
  readonly activeTo: number
  /** Sessions that were paid and not used. */
  readonly sessionsLeft: number
  /** Whether the service counts sessions, so that nothing is active without one. */
  readonly countsSessions: boolean
}

/** Whether a buyer may use a service at `now`. */
export function isActive(activation: ActivationState, now: number): boolean {
  const { activeFrom, activeTo, sessionsLeft, countsSessions } = activation
  return activeFrom <= now && now < activeTo && (!countsSessions || sessionsLeft > 0)
}

/** An activation before the first purchase. */
export function newActivation(terms: ServiceTerms): ActivationState {
  return { activeFrom: 0, activeTo: 0, sessionsLeft: 0, countsSessions: terms.sessions > 0 }
}

/**
 * An activation after one more purchase: a renewal goes on from the end of the term before it.
 * @throws {InvalidArgumentError} for what was bought for good already
 */
export function renewedActivation(
  before: ActivationState,
  { termSeconds, sessions }: ServiceTerms,
  now: number,
): ActivationState {
  const { activeFrom, activeTo, sessionsLeft, countsSessions } = before
  if (termSeconds === 0 && sessions === 0 && activeTo === FOR_GOOD) {
    throw new InvalidArgumentError("activation", "one that a purchase would extend")
  }
  return {
    activeFrom: activeTo <= now ? now : activeFrom,
    activeTo: termSeconds === 0 ? FOR_GOOD : Math.max(activeTo, now) + termSeconds,
    sessionsLeft: sessionsLeft + sessions,
    countsSessions,
  }
}
