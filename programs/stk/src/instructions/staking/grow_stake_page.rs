use {
    crate::{constants::*, error::StkError, event::StakePageGrown, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct GrowStakePage {
    /// Pays the rent of the new places; anyone may.
    #[account(mut)]
    pub payer: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(
        mut,
        constraint = stakes.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = stakes.current_space() < StakePage::space_for(STAKE_PLACES) @ StkError::StakePageIsFullSize,
        realloc = stakes.current_space().saturating_add(GROWTH_BYTES).min(StakePage::space_for(STAKE_PLACES)),
        realloc_payer = payer,
        realloc_zero = false,
    )]
    pub stakes: StakePage,
    pub system_program: Program<System>,
}

impl GrowStakePage {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let stakes = &ctx.accounts.stakes;
        let capacity = u32::try_from(stakes.capacity()).map_err(|_| StkError::Overflow)?;

        emit!(StakePageGrown { economy: stakes.economy, page: stakes.index, capacity });
        Ok(())
    }
}
