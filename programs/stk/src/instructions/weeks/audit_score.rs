use {
    crate::{error::StkError, event::ScoreAudited, state::*},
    anchor_lang::prelude::*,
    solana_sha256_hasher::hashv,
    stk_math::{
        merkle::{is_included, leaf_hash, Hash},
        score::points_of_days,
    },
};

#[derive(Accounts)]
pub struct AuditScore {
    pub economy: Account<Economy>,
    #[account(
        mut,
        constraint = week.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = week.index == economy.week @ StkError::AuditIsOver,
    )]
    pub week: Account<Week>,
    #[account(mut, constraint = page.economy == *economy.address() @ StkError::WrongEconomy)]
    pub page: MemberPage,
}

impl AuditScore {
    pub fn handler(
        ctx: &mut Context<Self>,
        slot: u16,
        daily_counts: &[u8],
        proof: Vec<[u8; 32]>,
    ) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let economy = &ctx.accounts.economy;
        let week = &mut ctx.accounts.week;
        let page = &mut ctx.accounts.page;
        let member = page.get(usize::from(slot)).ok_or(StkError::UnknownSlot)?;

        // Before that the member's score may still be that of the week before.
        require!(page.week == week.index && u32::from(slot) < page.cursor, StkError::ScoresMissing);
        let recomputed =
            points_of_days(&economy.event_weights(), daily_counts).ok_or(StkError::DailyCountsLength)?;
        let leaf = leaf_hash([member.wallet.as_ref(), &week.index.to_le_bytes(), daily_counts], sha256_of);
        let place = page.index.saturating_mul(crate::constants::PAGE_SLOTS).saturating_add(u32::from(slot));
        let is_published =
            is_included(leaf, place, week.members, proof.into_iter(), &week.detail_root, sha256_of);
        require!(is_published, StkError::ProofDoesNotMatch);

        let submitted = if member.last_active_week == week.index { member.points } else { 0 };
        let recomputed = u32::try_from(recomputed).map_err(|_| StkError::Overflow)?;
        if submitted != recomputed && page.mark_mismatched(slot)? {
            week.mismatches = week.mismatches.checked_add(1).ok_or(StkError::Overflow)?;
        }

        emit!(ScoreAudited {
            economy: address,
            week: week.index,
            page: page.index,
            slot,
            submitted,
            recomputed,
            mismatches: week.mismatches,
        });
        Ok(())
    }
}

fn sha256_of(parts: &[&[u8]]) -> Hash {
    hashv(parts).to_bytes()
}
