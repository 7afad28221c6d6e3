use {
    crate::{error::StkError, event::RedistributionBandsSet, state::*},
    anchor_lang::prelude::*,
    stk_math::band::is_accepted,
};

#[derive(Accounts)]
pub struct SetRedistributionBands {
    /// The economy's admin.
    #[account(address = economy.roles.admin @ StkError::NotAdmin)]
    pub admin: Signer,
    #[account(mut)]
    pub economy: Account<Economy>,
}

impl SetRedistributionBands {
    pub fn handler(ctx: &mut Context<Self>, bands: [Band; 3]) -> Result<()> {
        let economy = &mut ctx.accounts.economy;

        economy.bands = bands;
        require!(is_accepted(&economy.redistribution_bands()), StkError::BadBands);

        emit!(RedistributionBandsSet { economy: *economy.address(), bands });
        Ok(())
    }
}
