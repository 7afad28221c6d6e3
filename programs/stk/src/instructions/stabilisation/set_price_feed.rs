use {
    crate::{error::StkError, event::PriceFeedSet, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetPriceFeed {
    /// The economy's admin.
    #[account(address = economy.roles.admin @ StkError::NotAdmin)]
    pub admin: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = stabilisation.economy == *economy.address() @ StkError::WrongEconomy)]
    pub stabilisation: Account<Stabilisation>,
}

impl SetPriceFeed {
    pub fn handler(ctx: &mut Context<Self>, feed_account: Address, feed_id: [u8; 32]) -> Result<()> {
        let economy = *ctx.accounts.economy.address();

        ctx.accounts.stabilisation.feed_account = feed_account;
        ctx.accounts.stabilisation.feed_id = feed_id;

        emit!(PriceFeedSet { economy, feed_account, feed_id });
        Ok(())
    }
}
