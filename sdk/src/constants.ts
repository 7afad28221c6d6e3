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
/** Places of a stake page at its creation. */
export const FIRST_STAKE_PLACES = 317
/** Places that one `grow_stake_page` adds. */
export const STAKE_GROWTH_PLACES = 320
/** Places of a full stake page. */
export const STAKE_PLACES = 4_096
/** Most stakes of a member at a time. */
export const MOST_STAKES = 4
/** Bytes before the first stake of a stake page. */
export const STAKE_PAGE_HEAD_BYTES = 80
/** Bytes of a stake in a stake page. */
export const STAKE_BYTES = 32
/** Places of an escrow page. */
export const ESCROW_PLACES = 211
/** Bytes before the first place of an escrow page. */
export const ESCROW_HEAD_BYTES = 80
/** Bytes of a frozen reward in an escrow page. */
export const FROZEN_REWARD_BYTES = 48
/** Counterparty of a frozen reward that has none. */
export const NO_COUNTERPARTY = 4_294_967_295
/** Kinds of explicit rewards that an economy can have. */
export const REWARD_KINDS = 8
/** Longest freeze of a reward, in days. */
export const LONGEST_FREEZE_DAYS = 365
/** The freeze of a grant that leaves it to the kind. */
export const DEFAULT_FREEZE = 65_535
/** Bytes before the instruction of a proposal. */
export const PROPOSAL_HEAD_BYTES = 268
/** Bytes of an account in the instruction of a proposal. */
export const PROPOSED_ACCOUNT_BYTES = 33
/** How long a proposal may be executed once its time lock has passed, in seconds: 30 days. */
export const EXECUTION_SECONDS = 2_592_000
/** Shortest vote, in seconds: a day. */
export const SHORTEST_VOTING_SECONDS = 86_400
/** Most wallets in one registration. */
export const MOST_WALLETS = 32
/** Longest delay before settling, and longest hold, in seconds: 30 days. */
export const LONGEST_DELAY_SECONDS = 2_592_000
/** Latest genesis, seconds after the economy is created: a year. */
export const LATEST_GENESIS_SECONDS = 31_536_000
/** Longest reason of a spending or reference of a deposit, in bytes of UTF-8. */
export const LONGEST_REASON = 64
/** Most assets of a reserve. */
export const RESERVE_ASSETS = 8
/** The last week that can be posted. */
export const LAST_WEEK = 32_767

/** Highest fee on transfers, in basis points. */
export const HIGHEST_TRANSFER_FEE_BPS = 500
/** Most basis points by which the transfer fee changes at a time. */
export const TRANSFER_FEE_STEP_BPS = 50
/** A redistribution needs the scores of a week that lies at most so many weeks back. */
export const MOST_WEEKS_BEHIND = 1

/** Most recipients of a service's price. */
export const SPLIT_ENTRIES = 8
/** Longest term of a service, in seconds: ten years of 365 days. */
export const LONGEST_TERM_SECONDS = 315_360_000

/** Bytes that a transaction may have on the wire, by its version. */
export const TRANSACTION_BYTES = { legacy: 1_232, 0: 1_232, 1: 4_096 } as const
/** Most compute units that a transaction may request. */
export const MOST_COMPUTE_UNITS = 1_400_000

export * from "./enumerations.js"
