use {
    crate::error::StkError,
    anchor_lang::{accounts::Slab, prelude::*},
    stk_math::freeze::Verdict,
};

/// Rewards that fit into an escrow page: what an account of 10,240 bytes holds, the most that one instruction creates.
#[constant]
pub const ESCROW_PLACES: u32 = 211;

/// [`FrozenReward::counterparty`] when there is none.
#[constant]
pub const NO_COUNTERPARTY: u32 = u32::MAX;

/// Head of a page of frozen rewards.
///
/// Created by `create_escrow_page` with all of its places, never closed. A place is taken by `grant_rewards` and freed by
/// `resolve_rewards`.
#[account]
pub struct EscrowHeader {
    /// Base units in all rewards of the page.
    pub total: u64,
    /// Place of this page in the economy.
    pub index: u32,
    /// Id of the next reward; ids are never used twice, so an old one cannot touch another reward in the same place.
    pub next_id: u32,
    /// The economy that the page belongs to.
    pub economy: Address,
    pub bump: u8,
    pub _reserved: [u8; 15],
}

/// A reward that is frozen until its end; a place whose amount is 0 is free.
///
/// It keeps the terms of its kind as they were when it was granted: a later change of the kind does not touch it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct FrozenReward {
    /// Base units.
    pub amount: u64,
    /// Unix second of the grant.
    pub created_at: i64,
    /// Unix second from which on it may be resolved.
    pub ends_at: i64,
    pub id: u32,
    /// Global index of the member who gets it.
    pub member: u32,
    /// Global index of the member who confirms it, or whose activity does; [`NO_COUNTERPARTY`] for none.
    pub counterparty: u32,
    /// Index of the kind when it was granted.
    pub kind: u8,
    /// The fund that paid and that a cancelled reward goes back to.
    pub fund: u8,
    /// One of [`super::verdict_by`].
    pub verdict_by: u8,
    /// One of [`verdict`].
    pub verdict: u8,
    /// The counterparty's rating, 1 to 5; 0 for none.
    pub rating: u8,
    /// 1 once the validator has given a verdict: nobody else changes it then.
    pub by_validator: u8,
    pub _reserved: [u8; 6],
}

/// A page of frozen rewards.
pub type EscrowPage = Slab<EscrowHeader, FrozenReward>;

/// What was said about a frozen reward.
pub mod verdict {
    /// Nothing.
    pub const NONE: u8 = 0;
    pub const CONFIRMED: u8 = 1;
    pub const REJECTED: u8 = 2;
}

impl EscrowHeader {
    pub const SEED: &'static [u8] = b"escrow";
}

impl FrozenReward {
    /// What was said about it.
    #[inline(always)]
    pub fn verdict(&self) -> Option<Verdict> {
        match self.verdict {
            verdict::NONE => None,
            verdict::CONFIRMED => Some(Verdict::Confirmed),
            _ => Some(Verdict::Rejected),
        }
    }

    pub fn set_verdict(&mut self, verdict: Verdict) {
        self.verdict = match verdict {
            Verdict::Confirmed => verdict::CONFIRMED,
            Verdict::Rejected => verdict::REJECTED,
        };
    }
}

/// The reward with this id in this place; refused once it was resolved, whatever took the place since (STK-77).
#[inline(always)]
pub fn reward_mut(
    rewards: &mut [FrozenReward],
    place: u8,
    id: u32,
) -> core::result::Result<&mut FrozenReward, StkError> {
    match rewards.get_mut(usize::from(place)) {
        Some(reward) if reward.amount != 0 && reward.id == id => Ok(reward),
        _ => Err(StkError::StaleReward),
    }
}
