use anchor_lang::prelude::*;

#[event]
pub struct StakePageCreated {
    pub economy: Address,
    pub page: u32,
    /// Stakes that fit.
    pub capacity: u32,
}

#[event]
pub struct StakePageGrown {
    pub economy: Address,
    pub page: u32,
    /// Stakes that fit.
    pub capacity: u32,
}

#[event]
pub struct Staked {
    pub economy: Address,
    pub wallet: Address,
    pub page: u32,
    pub slot: u16,
    /// Place of the stake in the stake page.
    pub place: u16,
    pub id: u32,
    pub amount: u64,
    pub term_days: u16,
    pub unlock_at: i64,
    /// The latest snapshot, in which the tokens were still part of the balance.
    pub snapshot: u32,
    /// The member's balance after it.
    pub balance: u64,
    /// All stakes of the page after it.
    pub total: u64,
}

#[event]
pub struct Unstaked {
    pub economy: Address,
    pub wallet: Address,
    pub page: u32,
    pub slot: u16,
    /// Place that the stake had in the stake page.
    pub place: u16,
    pub id: u32,
    pub amount: u64,
    /// The member's balance after it.
    pub balance: u64,
    /// All stakes of the page after it.
    pub total: u64,
}

#[event]
pub struct PageSnapshotted {
    pub economy: Address,
    pub page: u32,
    /// Number of the snapshot for which the page's balances were kept.
    pub snapshot: u32,
}
