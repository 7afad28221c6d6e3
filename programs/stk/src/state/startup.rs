use anchor_lang::prelude::*;

/// A startup of the ecosystem that pays a share of its successes into the reserve (STK-20).
///
/// Created by `create_startup`, changed by `set_startup_share`, never closed.
#[account]
pub struct Startup {
    pub economy: Address,
    /// UTF-8, zero-padded.
    pub name: [u8; 32],
    pub id: u32,
    /// Share of its payments that is booked to the reserve, in basis points; 0 until it is set.
    pub share_bps: u16,
    pub bump: u8,
    pub _reserved: [u8; 25],
}

impl Startup {
    pub const SEED: &'static [u8] = b"startup";
}
