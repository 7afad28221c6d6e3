use {
    crate::{error::StkError, event::ActivityChecked, state::*},
    anchor_lang::prelude::*,
    stk_math::freeze::{activity_verdict, Verdict},
};

#[derive(Accounts)]
pub struct ConfirmActivity {
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = escrow.economy == *economy.address() @ StkError::WrongEconomy)]
    pub escrow: EscrowPage,
    /// The counterparty's page.
    #[account(constraint = page.economy == *economy.address() @ StkError::WrongEconomy)]
    pub page: MemberPage,
}

impl ConfirmActivity {
    pub fn handler(ctx: &mut Context<Self>, place: u8, id: u32) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let scored_week = ctx.accounts.economy.scored_week();
        let page = &ctx.accounts.page;
        let escrow = &mut ctx.accounts.escrow;
        let escrow_page = escrow.index;
        let reward = reward_mut(escrow.as_mut_slice(), place, id)?;

        require!(reward.verdict_by == verdict_by::ACTIVITY, StkError::NotDecidedSo);
        require!(reward.by_validator == 0, StkError::ValidatorHasDecided);
        let slot = page.slot_of(reward.counterparty).ok_or(StkError::NotCounterparty)?;
        let last_active_week = page.get(slot).ok_or(StkError::NotCounterparty)?.last_active_week;
        let verdict = activity_verdict(reward.created_at, reward.ends_at, last_active_week, scored_week)
            .ok_or(StkError::Undecided)?;

        reward.set_verdict(verdict);

        let confirmed = verdict == Verdict::Confirmed;
        emit!(ActivityChecked { economy: address, escrow_page, place, id, last_active_week, confirmed });
        Ok(())
    }
}
