use {
    crate::{error::StkError, event::TeamScheduleSet, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetTeamSchedule {
    /// The economy's admin.
    #[account(address = economy.roles.admin @ StkError::NotAdmin)]
    pub admin: Signer,
    // Afterwards another schedule could make less vested than is spent, or release at once what was promised for later.
    #[account(mut, constraint = economy.team_spent == 0 @ StkError::TeamAlreadySpent)]
    pub economy: Account<Economy>,
}

impl SetTeamSchedule {
    pub fn handler(ctx: &mut Context<Self>, cliff_seconds: u32, vesting_seconds: u32) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let economy = &mut ctx.accounts.economy;

        economy.team_cliff_seconds = cliff_seconds;
        economy.team_vesting_seconds = vesting_seconds;

        emit!(TeamScheduleSet { economy: address, cliff_seconds, vesting_seconds });
        Ok(())
    }
}
