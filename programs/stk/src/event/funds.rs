use anchor_lang::prelude::*;

/// A fund paid a member: an entry of the public journal of spending.
#[event]
pub struct FundSpent {
    pub economy: Address,
    /// 1 Treasury, 2 Startup, 3 Team, 4 Liquidity.
    pub fund: u8,
    /// The member's wallet.
    pub recipient: Address,
    pub page: u32,
    pub slot: u16,
    pub amount: u64,
    /// Why, in the treasurer's words.
    pub reason: String,
    /// The member's balance after it.
    pub balance: u64,
    /// What is left in the fund.
    pub fund_balance: u64,
    /// Spent from the fund in `week`, this included.
    pub spent_this_week: u64,
    /// The calendar week.
    pub week: u32,
}

/// A fund paid a token account: an entry of the public journal of spending.
#[event]
pub struct FundWithdrawn {
    pub economy: Address,
    /// 1 Treasury, 2 Startup, 3 Team, 4 Liquidity.
    pub fund: u8,
    /// The token account.
    pub destination: Address,
    pub amount: u64,
    /// Why, in the treasurer's words.
    pub reason: String,
    /// What is left in the fund.
    pub fund_balance: u64,
    /// Spent from the fund in `week`, this included.
    pub spent_this_week: u64,
    /// The calendar week.
    pub week: u32,
}

#[event]
pub struct SpendingLimitsSet {
    pub economy: Address,
    /// Most base units of each fund in a calendar week.
    pub limits: [u64; 5],
}

#[event]
pub struct TeamScheduleSet {
    pub economy: Address,
    pub cliff_seconds: u32,
    pub vesting_seconds: u32,
}
