/** The five funds, as indexes of `funds` and `fundBps`. */
export const Fund = { RewardsPool: 0, Treasury: 1, Startup: 2, Team: 3, Liquidity: 4 } as const
/** An index of a fund. */
export type FundIndex = (typeof Fund)[keyof typeof Fund]

/** The roles, as `proposeRole` and `acceptRole` take them. */
export const Role = { Admin: 0, Registrar: 1, Oracle: 2, Validator: 3, Treasurer: 4, Guardian: 5 } as const
/** An index of a role. */
export type RoleIndex = (typeof Role)[keyof typeof Role]
/** Names of the roles, in the order of their indexes. */
export const ROLE_NAMES = ["admin", "registrar", "oracle", "validator", "treasurer", "guardian"] as const
/** Name of a role. */
export type RoleName = (typeof ROLE_NAMES)[number]

/** What decides whether a frozen reward becomes active. The validator may always. */
export const VerdictBy = { Validator: 0, Counterparty: 1, Activity: 2 } as const
/** A value of {@link VerdictBy}. */
export type VerdictByValue = (typeof VerdictBy)[keyof typeof VerdictBy]

/** The kinds of reserve assets. */
export const ReserveKind = { Btc: 0, Sol: 1, Usdc: 2, Gold: 3 } as const
/** A value of {@link ReserveKind}. */
export type ReserveKindValue = (typeof ReserveKind)[keyof typeof ReserveKind]

/** Where an inflow of the reserve comes from: half of a subscription or donation is booked, of a startup its share. */
export const Inflow = { Subscription: 0, Donation: 1, Startup: 2 } as const
/** A value of {@link Inflow}. */
export type InflowValue = (typeof Inflow)[keyof typeof Inflow]

/** Where an economy's current week stands. */
export const WeekStatus = { Settled: 0, Open: 1, Sealed: 2 } as const
/** A value of {@link WeekStatus}. */
export type WeekStatusValue = (typeof WeekStatus)[keyof typeof WeekStatus]

/** What a service is: the six uses of the token. An agent with a term is rented, one without is bought. */
export const ServiceKind = {
  Programme: 0,
  Assistant: 1,
  Mentoring: 2,
  Premium: 3,
  Peer: 4,
  Agent: 5,
} as const
/** A value of {@link ServiceKind}. */
export type ServiceKindValue = (typeof ServiceKind)[keyof typeof ServiceKind]

/** Whether a service can be bought. */
export const ServiceStatus = { OnOffer: 0, Paused: 1 } as const
/** A value of {@link ServiceStatus}. */
export type ServiceStatusValue = (typeof ServiceStatus)[keyof typeof ServiceStatus]

/** What the recipient of a part of a price is. */
export const RecipientKind = { Member: 0, Fund: 1 } as const
/** A value of {@link RecipientKind}. */
export type RecipientKindValue = (typeof RecipientKind)[keyof typeof RecipientKind]
