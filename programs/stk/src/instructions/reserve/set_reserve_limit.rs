use {
    crate::{error::StkError, event::ReserveLimitSet, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetReserveLimit {
    /// The economy's admin: who may withdraw does not say how much.
    #[account(address = economy.roles.admin @ StkError::NotAdmin)]
    pub admin: Signer,
    pub economy: Account<Economy>,
    #[account(mut, constraint = reserve.economy == *economy.address() @ StkError::WrongEconomy)]
    pub reserve: Account<Reserve>,
}

impl SetReserveLimit {
    pub fn handler(ctx: &mut Context<Self>, asset: u8, weekly_limit: u64) -> Result<()> {
        let address = *ctx.accounts.economy.address();

        ctx.accounts.reserve.asset_mut(asset)?.weekly_limit = weekly_limit;

        emit!(ReserveLimitSet { economy: address, asset, weekly_limit });
        Ok(())
    }
}
