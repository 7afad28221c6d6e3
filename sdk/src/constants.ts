import { PublicKey } from "@solana/web3.js"
import { STK_IDL } from "./idl/constant.js"

/** Address of the program. */
export const STK_PROGRAM_ID: PublicKey = /* @__PURE__ */ new PublicKey(STK_IDL.address)

/** Members of a full page. */
export const PAGE_SLOTS = 1_024
/** Slots of a page at its creation. */
export const FIRST_PAGE_SLOTS = 64
/** Slots that one `grow_page` adds. */
export const GROWTH_SLOTS = 160
/** Bytes before the first member of a page. */
export const PAGE_HEAD_BYTES = 208
/** Bytes of a member in a page. */
export const MEMBER_BYTES = 64
/** Most wallets in one registration. */
export const MOST_WALLETS = 32
/** Longest delay before settling, and longest hold, in seconds: 30 days. */
export const LONGEST_DELAY_SECONDS = 2_592_000
/** Latest genesis, seconds after the economy is created: a year. */
export const LATEST_GENESIS_SECONDS = 31_536_000
/** The last week that can be posted. */
export const LAST_WEEK = 32_767

/** Bytes that a transaction may have on the wire, by its version. */
export const TRANSACTION_BYTES = { legacy: 1_232, 0: 1_232, 1: 4_096 } as const
/** Most compute units that a transaction may request. */
export const MOST_COMPUTE_UNITS = 1_400_000

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

/** Where an economy's current week stands. */
export const WeekStatus = { Settled: 0, Open: 1, Sealed: 2 } as const
/** A value of {@link WeekStatus}. */
export type WeekStatusValue = (typeof WeekStatus)[keyof typeof WeekStatus]
