use anchor_lang::prelude::*;

#[event]
pub struct WeekOpened {
    pub economy: Address,
    pub week: u32,
    pub members: u32,
    pub detail_root: [u8; 32],
    pub opened_at: i64,
}

#[event]
pub struct ScoresSubmitted {
    pub economy: Address,
    pub week: u32,
    pub page: u32,
    pub first_slot: u32,
    /// Base units due by this batch.
    pub due: u64,
    /// A bit for each slot from `first_slot` on, lowest first.
    pub bitmap: Vec<u8>,
    /// Packed counts of the slots with a bit.
    pub counts: Vec<u8>,
}

#[event]
pub struct WeekSealed {
    pub economy: Address,
    pub week: u32,
    pub due: u64,
    pub payable: u64,
    pub active: u32,
    /// Rewards Pool after the payable part left it.
    pub rewards_pool: u64,
    pub settle_from: i64,
    pub sealed_at: i64,
}

#[event]
pub struct WeekHeld {
    pub economy: Address,
    pub week: u32,
    pub settle_from: i64,
}

#[event]
pub struct PageSettled {
    pub economy: Address,
    pub week: u32,
    pub page: u32,
    /// Credited to the members of this page.
    pub paid: u64,
}

#[event]
pub struct WeekSettled {
    pub economy: Address,
    pub week: u32,
    pub paid: u64,
    /// What the floors left, back in the Rewards Pool.
    pub returned: u64,
}

#[event]
pub struct ScoreAudited {
    pub economy: Address,
    pub week: u32,
    pub page: u32,
    pub slot: u16,
    /// Points that were submitted.
    pub submitted: u32,
    /// Points that the published daily counts give.
    pub recomputed: u32,
    /// Mismatches of the week so far.
    pub mismatches: u32,
}
