use {
    crate::{error::StkError, event::PauseChanged, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct Pause {
    /// The economy's guardian.
    #[account(address = economy.roles.guardian @ StkError::NotGuardian)]
    pub guardian: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
}

impl Pause {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        ctx.accounts.economy.paused = 1;
        emit!(PauseChanged { economy: *ctx.accounts.economy.address(), paused: true });
        Ok(())
    }
}
