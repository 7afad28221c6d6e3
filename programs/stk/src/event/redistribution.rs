use {crate::state::Band, anchor_lang::prelude::*};

#[event]
pub struct RedistributionBandsSet {
    pub economy: Address,
    pub bands: [Band; 3],
}

/// What was taken from whom follows from the bitmap, the day and the bands: `stk_math::band` has the functions.
#[event]
pub struct PageRedistributed {
    pub economy: Address,
    pub page: u32,
    /// The calendar quarter, counted from 1970.
    pub quarter: u16,
    /// The unix day to which inactivity was counted.
    pub day: u32,
    /// Taken from balances and stakes together.
    pub taken: u64,
    pub taken_from_stakes: u64,
    /// Rewards Pool with what was taken.
    pub rewards_pool: u64,
    /// A bit for each slot from which something was taken, lowest first.
    pub affected: Vec<u8>,
    /// A bit for each slot in the first band, lowest first: these members are warned, also those who have nothing.
    pub warned: Vec<u8>,
}
