use {
    crate::{constants::*, error::StkError},
    anchor_lang::{accounts::Slab, prelude::*},
};

/// Bytes of a bit for every slot of a page.
pub const SLOT_BITS: usize = 128;

/// Head of a member page.
///
/// Created by `create_page`, grown by `grow_page`, never closed. Members fill pages in order: the member with global
/// index `i` has slot `i mod 1,024` of page `i / 1,024`.
#[account]
pub struct PageHeader {
    /// Base units due in `week` and not settled: Σ of the slots' `pending`.
    pub due: u64,
    /// Place of this page in the economy.
    pub index: u32,
    /// The week of the scores submitted last; 0 before the first.
    pub week: u32,
    /// Next slot of that week: a batch must start here, so each slot is scored exactly once (STK-47).
    pub cursor: u32,
    /// The week settled last.
    pub settled_week: u32,
    /// The economy that the page belongs to.
    pub economy: Address,
    /// A bit for each slot whose score in `week` an audit found wrong.
    pub mismatched: [u8; SLOT_BITS],
    pub bump: u8,
    /// 1 once the page has a stake page, which a redistribution then needs.
    pub has_stakes: u8,
    /// The calendar quarter, counted from 1970, in which the page was redistributed last; 0 for none (STK-91).
    pub redistributed_quarter: u16,
    /// The snapshot for which the page's balances were kept last. While the economy is ahead of it, no balance of the
    /// page may change: `snapshot_page` first.
    pub snapshot: u32,
}

/// One member: 64 bytes of a page.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Member {
    pub wallet: Address,
    /// Spendable base units.
    pub balance: u64,
    /// Base units due from a sealed or open week, credited by `settle_page`.
    pub pending: u64,
    /// Points of `last_active_week` before coefficients.
    pub points: u32,
    /// The last week with a counted event; 0 for none.
    pub last_active_week: u32,
    /// Unix day of the last explicit reward; the registration day before any.
    pub last_reward_day: u32,
    /// Quarters since 1970 of the last redistribution; 0 for none.
    pub last_redistribution_quarter: u16,
    /// Weeks in a row up to `last_active_week`, counted up to 5.
    pub streak: u8,
    /// Qualification level, from 1.
    pub level: u8,
}

/// A page of members.
pub type MemberPage = Slab<PageHeader, Member>;

impl PageHeader {
    pub const SEED: &'static [u8] = b"page";

    /// How many slots of this page belong to a week of `members` members.
    pub fn slots_of(&self, members: u32) -> u32 {
        let first = self.index.saturating_mul(PAGE_SLOTS);
        members.saturating_sub(first).min(PAGE_SLOTS)
    }

    /// Global index of the member in `slot`.
    pub fn global_index(&self, slot: u16) -> Option<u32> {
        self.index.checked_mul(PAGE_SLOTS)?.checked_add(u32::from(slot))
    }

    /// Slot of the member with this global index; `None` when it is in another page.
    #[inline(always)]
    pub fn slot_of(&self, global_index: u32) -> Option<usize> {
        (global_index / PAGE_SLOTS == self.index).then_some((global_index % PAGE_SLOTS) as usize)
    }

    /// Notes that an audit found the score of `slot` wrong; false when that was known.
    pub fn mark_mismatched(&mut self, slot: u16) -> Result<bool> {
        let bit = 1u8.wrapping_shl(u32::from(slot & 7));
        let byte = self.mismatched.get_mut(usize::from(slot >> 3)).ok_or(StkError::UnknownSlot)?;
        let is_new = *byte & bit == 0;
        *byte |= bit;
        Ok(is_new)
    }
}

/// The slot of `wallet`, to which somebody else pays: it must be there, so that a payment cannot reach another member.
pub fn recipient_mut<'a>(page: &'a mut MemberPage, slot: u16, wallet: &Address) -> Result<&'a mut Member> {
    let member = page.get_mut(usize::from(slot)).ok_or(StkError::UnknownSlot)?;
    require!(member.wallet == *wallet, StkError::WrongRecipient);
    Ok(member)
}

/// The slot of `wallet`, which must be there, to be read.
pub fn member<'a>(page: &'a MemberPage, slot: u16, wallet: &Address) -> Result<&'a Member> {
    let member = page.get(usize::from(slot)).ok_or(StkError::UnknownSlot)?;
    require!(member.wallet == *wallet, StkError::WrongMember);
    Ok(member)
}

/// The slot of `wallet`, which must be there.
pub fn member_mut<'a>(page: &'a mut MemberPage, slot: u16, wallet: &Address) -> Result<&'a mut Member> {
    let member = page.get_mut(usize::from(slot)).ok_or(StkError::UnknownSlot)?;
    require!(member.wallet == *wallet, StkError::WrongMember);
    Ok(member)
}

/// What the member in `slot` has, when it is `wallet`.
pub fn balance_of(page: &MemberPage, slot: u16, wallet: &Address) -> Option<u64> {
    page.get(usize::from(slot)).filter(|member| member.wallet == *wallet).map(|member| member.balance)
}
