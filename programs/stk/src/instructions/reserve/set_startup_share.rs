use {
    crate::{constants::WHOLE_BPS, error::StkError, event::StartupShareSet, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetStartupShare {
    /// The economy's treasurer.
    #[account(address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = startup.economy == *economy.address() @ StkError::WrongEconomy)]
    pub startup: Account<Startup>,
}

impl SetStartupShare {
    pub fn handler(ctx: &mut Context<Self>, share_bps: u16) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let startup = &mut ctx.accounts.startup;

        require!(share_bps <= WHOLE_BPS, StkError::ShareTooLarge);

        startup.share_bps = share_bps;

        emit!(StartupShareSet { economy: address, startup: startup.id, share_bps });
        Ok(())
    }
}
