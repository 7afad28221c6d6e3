use {
    crate::{error::StkError, event::SpendingLimitsSet, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetSpendingLimits {
    /// The economy's admin: who may spend does not say how much.
    #[account(address = economy.roles.admin @ StkError::NotAdmin)]
    pub admin: Signer,
    #[account(mut)]
    pub economy: Account<Economy>,
}

impl SetSpendingLimits {
    pub fn handler(ctx: &mut Context<Self>, limits: [u64; FUNDS]) -> Result<()> {
        let address = *ctx.accounts.economy.address();

        let [rewards_pool, ..] = limits;
        require!(rewards_pool == 0, StkError::FundNotSpendable);

        ctx.accounts.economy.spending_limits = limits;

        emit!(SpendingLimitsSet { economy: address, limits });
        Ok(())
    }
}
