use {
    crate::{error::StkError, event::PauseChanged, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct Resume {
    /// The economy's admin: a stolen guardian key can stop an economy, not start it.
    #[account(address = economy.roles.admin @ StkError::NotAdmin)]
    pub admin: Signer,
    #[account(mut, constraint = economy.is_paused() @ StkError::NotPaused)]
    pub economy: Account<Economy>,
}

impl Resume {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        ctx.accounts.economy.paused = 0;
        emit!(PauseChanged { economy: *ctx.accounts.economy.address(), paused: false });
        Ok(())
    }
}
