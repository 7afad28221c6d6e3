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
    /// The address that decisions act as; it holds no data, so that it can pay rents.
    #[account(seeds = [Governance::AUTHORITY_SEED, economy.address().as_ref()], bump)]
    pub authority: UncheckedAccount,
    pub system_program: Program<System>,
}

impl CreateGovernance {
    pub fn handler(ctx: &mut Context<Self>, parameters: GovernanceParameters) -> Result<()> {
        let economy = *ctx.accounts.economy.address();
        let authority = *ctx.accounts.authority.address();
        let governance = &mut ctx.accounts.governance;

        governance.economy = economy;
        governance.bump = ctx.bumps.governance;
        governance.authority = authority;
        governance.authority_bump = ctx.bumps.authority;
        governance.set(&parameters)?;

        emit!(GovernanceSet { economy, authority, parameters });
        Ok(())
    }
}
