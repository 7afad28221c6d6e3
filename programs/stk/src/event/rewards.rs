use {
    crate::instructions::{ResolvedReward, RewardGrant, RewardKindParameters, RewardPayment, RewardVerdict},
    anchor_lang::prelude::*,
};

#[event]
pub struct RewardKindsSet {
    pub economy: Address,
    /// All kinds from now on, by their indexes.
    pub kinds: Vec<RewardKindParameters>,
}

#[event]
pub struct EscrowPageCreated {
    pub economy: Address,
    pub escrow_page: u32,
    /// Rewards that fit.
    pub places: u32,
}

#[event]
pub struct RewardsPaid {
    pub economy: Address,
    pub kind: u8,
    /// Hash of the reason for all payments.
    pub reason: [u8; 32],
    pub page: u32,
    pub payments: Vec<RewardPayment>,
    /// The fund that paid, and what it holds after it.
    pub fund: u8,
    pub fund_balance: u64,
    /// Unix day: the members' last explicit reward.
    pub day: u32,
}

#[event]
pub struct RewardsGranted {
    pub economy: Address,
    pub escrow_page: u32,
    pub kind: u8,
    /// Hash of the reason for all grants.
    pub reason: [u8; 32],
    /// Id of the first grant; the next ones follow it.
    pub first_id: u32,
    pub grants: Vec<RewardGrant>,
    /// Who decides, as the kind said at the time.
    pub verdict_by: u8,
    /// The fund that paid, and what it holds after it.
    pub fund: u8,
    pub fund_balance: u64,
    /// All frozen rewards of the economy.
    pub frozen: u64,
    pub created_at: i64,
    pub ends_at: i64,
}

#[event]
pub struct VerdictsGiven {
    pub economy: Address,
    pub escrow_page: u32,
    pub verdicts: Vec<RewardVerdict>,
}

#[event]
pub struct RewardRated {
    pub economy: Address,
    pub escrow_page: u32,
    pub place: u8,
    pub id: u32,
    /// The counterparty.
    pub wallet: Address,
    /// 1 to 5.
    pub rating: u8,
    pub confirmed: bool,
}

#[event]
pub struct ActivityChecked {
    pub economy: Address,
    pub escrow_page: u32,
    pub place: u8,
    pub id: u32,
    /// The counterparty's last active week; 0 for none.
    pub last_active_week: u32,
    pub confirmed: bool,
}

#[event]
pub struct RewardsResolved {
    pub economy: Address,
    pub escrow_page: u32,
    /// The page of all members who got something.
    pub page: u32,
    pub rewards: Vec<ResolvedReward>,
    /// All frozen rewards of the economy.
    pub frozen: u64,
    /// Every fund: cancelled rewards are back in theirs.
    pub funds: [u64; 5],
    pub member_balances: u64,
    /// Unix day: the last explicit reward of members whose reward is active.
    pub day: u32,
}
