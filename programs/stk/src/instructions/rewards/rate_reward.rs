use {
    crate::{error::StkError, event::RewardRated, state::*},
    anchor_lang::prelude::*,
    stk_math::freeze::{rating_verdict, Verdict},
};

#[derive(Accounts)]
pub struct RateReward {
    /// The wallet of the reward's counterparty: a mentor's mentee.
    pub wallet: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = escrow.economy == *economy.address() @ StkError::WrongEconomy)]
    pub escrow: EscrowPage,
    /// The counterparty's page.
    #[account(constraint = page.economy == *economy.address() @ StkError::WrongEconomy)]
    pub page: MemberPage,
}

impl RateReward {
    pub fn handler(ctx: &mut Context<Self>, place: u8, id: u32, slot: u16, rating: u8) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let wallet = *ctx.accounts.wallet.address();
        let page = &ctx.accounts.page;
        let escrow = &mut ctx.accounts.escrow;
        let escrow_page = escrow.index;
        let reward = reward_mut(escrow.as_mut_slice(), place, id)?;

        let member = page.get(usize::from(slot)).ok_or(StkError::UnknownSlot)?;
        require!(member.wallet == wallet, StkError::WrongMember);
        require!(reward.verdict_by == verdict_by::COUNTERPARTY, StkError::NotDecidedSo);
        require!(page.global_index(slot) == Some(reward.counterparty), StkError::NotCounterparty);
        // Else a rating would undo what the validator has found out about mentor and mentee.
        require!(reward.by_validator == 0, StkError::ValidatorHasDecided);
        let verdict = rating_verdict(rating).ok_or(StkError::RatingOutOfRange)?;

        reward.rating = rating;
        reward.set_verdict(verdict);

        let confirmed = verdict == Verdict::Confirmed;
        emit!(RewardRated { economy: address, escrow_page, place, id, wallet, rating, confirmed });
        Ok(())
    }
}
