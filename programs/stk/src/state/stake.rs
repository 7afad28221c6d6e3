use anchor_lang::{accounts::Slab, prelude::*};

/// Head of the stakes of one member page.
///
/// Created by `create_stake_page`, grown by `grow_stake_page`, never closed. Everybody whose slot is in member page `i`
/// stakes in stake page `i`, so that a redistribution of the page sees them all (STK-136).
#[account]
pub struct StakePageHeader {
    /// Base units in all stakes of the page.
    pub total: u64,
    /// Index of the member page.
    pub index: u32,
    /// Id of the next stake; ids are never used twice, so an old one cannot touch another stake in the same place.
    pub next_id: u32,
    /// The economy that the page belongs to.
    pub economy: Address,
    pub bump: u8,
    pub _reserved: [u8; 15],
}

/// Tokens that a member has locked for a term; a place whose amount is 0 is free.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Stake {
    /// Base units.
    pub amount: u64,
    /// Unix second from which on it may be taken back.
    pub unlock_at: i64,
    pub id: u32,
    /// The latest snapshot when the stake was made: it votes on proposals of later ones, because in this one and those
    /// before it the tokens were still part of a balance.
    pub snapshot: u32,
    /// Slot of the member in the member page.
    pub slot: u16,
    pub term_days: u16,
    pub _reserved: [u8; 4],
}

/// The stakes of a member page.
pub type StakePage = Slab<StakePageHeader, Stake>;

impl StakePageHeader {
    pub const SEED: &'static [u8] = b"stakes";
}
