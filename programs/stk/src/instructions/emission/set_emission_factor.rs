use {
    crate::{constants::*, error::StkError, event::EmissionFactorSet, state::*},
    anchor_lang::prelude::*,
    stk_math::emission::days_ended,
};

#[derive(Accounts)]
pub struct SetEmissionFactor {
    /// The economy's treasurer.
    #[account(address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
}

impl SetEmissionFactor {
    pub fn handler(ctx: &mut Context<Self>, emission_factor_bps: u16) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let economy = &mut ctx.accounts.economy;

        require!((1..=WHOLE_BPS).contains(&emission_factor_bps), StkError::BadEmissionFactor);
        // The factor is for future days: those that have ended are released by the one they ended under (STK-96).
        require!(days_ended(economy.genesis, now) <= economy.released_days, StkError::ReleaseFirst);

        economy.emission_factor_bps = emission_factor_bps;

        economy.check_invariant()?;
        emit!(EmissionFactorSet { economy: address, emission_factor_bps });
        Ok(())
    }
}
