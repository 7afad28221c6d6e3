//! One event for each change of state, with the values after it: the ledger can be rebuilt from these alone.
//! Amounts are base units, times unix seconds.

use anchor_lang::prelude::*;

#[event]
pub struct EconomyCreated {
    pub economy: Address,
    pub mint: Address,
    pub vault: Address,
    pub admin: Address,
    pub genesis: i64,
}

#[event]
pub struct EmissionReleased {
    pub economy: Address,
    pub amount: u64,
    /// What each fund received.
    pub shares: [u64; 5],
    /// Days since genesis released so far.
    pub released_days: u64,
    pub minted: u64,
}

#[event]
pub struct PageCreated {
    pub economy: Address,
    pub page: u32,
}

#[event]
pub struct PageGrown {
    pub economy: Address,
    pub page: u32,
    /// Slots that fit.
    pub capacity: u32,
}

#[event]
pub struct MembersRegistered {
    pub economy: Address,
    pub page: u32,
    pub first_slot: u16,
    pub wallets: Vec<Address>,
    /// Unix day of the registration.
    pub day: u32,
}

#[event]
pub struct LevelsSet {
    pub economy: Address,
    pub page: u32,
    /// Hash of the evidence for all changes of the batch.
    pub evidence: [u8; 32],
    pub slots: Vec<u16>,
    pub levels: Vec<u8>,
}

#[event]
pub struct WeekOpened {
    pub economy: Address,
    pub week: u32,
    pub members: u32,
    pub detail_root: [u8; 32],
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

#[event]
pub struct Deposited {
    pub economy: Address,
    pub wallet: Address,
    pub amount: u64,
    pub balance: u64,
}

#[event]
pub struct Withdrawn {
    pub economy: Address,
    pub wallet: Address,
    pub amount: u64,
    pub balance: u64,
}

#[event]
pub struct SurplusAbsorbed {
    pub economy: Address,
    pub amount: u64,
    pub rewards_pool: u64,
}

#[event]
pub struct PauseChanged {
    pub economy: Address,
    pub paused: bool,
}

#[event]
pub struct RoleProposed {
    pub economy: Address,
    pub role: u8,
    pub proposed: Address,
}

#[event]
pub struct RoleAccepted {
    pub economy: Address,
    pub role: u8,
    pub holder: Address,
}
