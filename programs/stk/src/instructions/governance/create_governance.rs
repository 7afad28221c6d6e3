use {
    crate::{error::StkError, event::GovernanceSet, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CreateGovernance {
    /// The economy's admin, who pays the rent.
    #[account(mut, address = economy.roles.admin @ StkError::NotAdmin)]
    pub admin: Signer,
    pub economy: Account<Economy>,
    #[account(
        init,
        payer = admin,
        seeds = [Governance::SEED, economy.address().as_ref()],
        bump,
    )]
    pub governance: Account<Governance>,
    pub system_program: Program<System>,
}

impl CreateGovernance {
    pub fn handler(ctx: &mut Context<Self>, parameters: GovernanceParameters) -> Result<()> {
        let economy = *ctx.accounts.economy.address();
        let address = *ctx.accounts.governance.address();
        let governance = &mut ctx.accounts.governance;

        governance.economy = economy;
        governance.bump = ctx.bumps.governance;
        governance.set(&parameters)?;

        emit!(GovernanceSet { economy, governance: address, parameters });
        Ok(())
    }
}
