//! Every number that is not a parameter of an economy.

use anchor_lang::prelude::*;

/// Members of a full page.
#[constant]
pub const PAGE_SLOTS: u32 = 1_024;
/// An account grows by at most this many bytes in one instruction; the runtime's limit.
pub const GROWTH_BYTES: usize = 10_240;
/// Longest delay before a sealed week may be settled, and longest hold of the guardian: 30 days, in seconds.
#[constant]
pub const LONGEST_DELAY_SECONDS: u32 = 2_592_000;
/// Latest genesis, seconds after the economy is created: a year.
#[constant]
pub const LATEST_GENESIS_SECONDS: i64 = 31_536_000;
/// Most wallets in one registration: each needs an account of its own in the transaction.
pub const MOST_WALLETS: usize = 32;
/// Most stakes of a member at a time.
#[constant]
pub const MOST_STAKES: u32 = 4;
/// Places of a full stake page: all that the members of a page can have.
#[constant]
pub const STAKE_PLACES: u32 = 4_096;
/// Longest freeze of a reward, in days.
#[constant]
pub const LONGEST_FREEZE_DAYS: u16 = 365;
/// The freeze of a grant that leaves it to the kind of reward.
#[constant]
pub const DEFAULT_FREEZE: u16 = u16::MAX;
/// Basis points of the whole.
#[constant]
pub const WHOLE_BPS: u16 = 10_000;
/// Longest reason of a spending or reference of a deposit, in bytes of UTF-8.
#[constant]
pub const LONGEST_REASON: u8 = 64;
/// Share of a subscription or donation that is booked to the reserve: half of it (STK-18, STK-19).
#[constant]
pub const BACKING_BPS: u16 = 5_000;
/// Weeks of a batch are given in 15 bits.
pub const LAST_WEEK: u32 = 32_767;
/// Highest fee on transfers between members, in basis points (STK-97).
#[constant]
pub const HIGHEST_TRANSFER_FEE_BPS: u16 = 500;
/// Most basis points by which the transfer fee changes at a time (STK-97).
#[constant]
pub const TRANSFER_FEE_STEP_BPS: u16 = 50;
/// A redistribution needs the scores of a week that lies at most so many weeks back.
#[constant]
pub const MOST_WEEKS_BEHIND: u32 = 1;
/// Longest term of a service: ten years of 365 days, in seconds.
#[constant]
pub const LONGEST_TERM_SECONDS: u32 = 315_360_000;
/// End of what is bought for good, in unix seconds: the last one that a client's number holds exactly.
#[constant]
pub const FOR_GOOD: i64 = 9_007_199_254_740_991i64;
/// Shortest vote: a day, in seconds.
#[constant]
pub const SHORTEST_VOTING_SECONDS: u32 = 86_400;
/// How long a proposal may be executed once its time lock has passed: 30 days.
#[constant]
pub const EXECUTION_SECONDS: i64 = 2_592_000;
/// Most accounts of a proposed instruction: with those of `execute_proposal` they must fit a transaction.
pub const MOST_PROPOSED_ACCOUNTS: usize = 60;
/// Most bytes of a proposed instruction: more than any transaction can bring.
pub const MOST_INSTRUCTION_BYTES: u32 = 8_192;
