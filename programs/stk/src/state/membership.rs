use anchor_lang::prelude::*;

/// Where a wallet's slot is. Its existence makes a wallet a member of an economy once and for all.
///
/// Created by `register_members`, never changed or closed. It holds no economy and no wallet: both are in its address,
/// and no instruction reads one without deriving it.
#[account]
pub struct Membership {
    /// Index of the member page.
    pub page: u32,
    /// Slot in that page.
    pub slot: u16,
    pub bump: u8,
    pub _reserved: u8,
}

impl Membership {
    pub const SEED: &'static [u8] = b"member";
}
