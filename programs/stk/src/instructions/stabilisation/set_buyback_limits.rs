use {
    crate::{constants::*, error::StkError, event::BuybackLimitsSet, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetBuybackLimits {
    /// The economy's admin: the treasurer, who opens buybacks, does not set their bounds.
    #[account(address = economy.roles.admin @ StkError::NotAdmin)]
    pub admin: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = stabilisation.economy == *economy.address() @ StkError::WrongEconomy)]
    pub stabilisation: Account<Stabilisation>,
}

impl SetBuybackLimits {
    pub fn handler(ctx: &mut Context<Self>, buyback_limit: u64, cooldown_seconds: u32) -> Result<()> {
        let economy = *ctx.accounts.economy.address();

        require!(cooldown_seconds <= LONGEST_DELAY_SECONDS, StkError::DelayTooLong);

        ctx.accounts.stabilisation.buyback_limit = buyback_limit;
        ctx.accounts.stabilisation.cooldown_seconds = cooldown_seconds;

        emit!(BuybackLimitsSet { economy, buyback_limit, cooldown_seconds });
        Ok(())
    }
}
