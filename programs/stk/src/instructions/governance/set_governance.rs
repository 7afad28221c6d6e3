use {
    crate::{error::StkError, event::GovernanceSet, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetGovernance {
    /// The address that decisions act as: only `execute_proposal` signs for it.
    #[account(address = governance.authority @ StkError::NotGovernance)]
    pub authority: Signer,
    #[account(mut)]
    pub governance: Account<Governance>,
}

impl SetGovernance {
    pub fn handler(ctx: &mut Context<Self>, parameters: GovernanceParameters) -> Result<()> {
        let authority = *ctx.accounts.authority.address();
        let governance = &mut ctx.accounts.governance;

        governance.set(&parameters)?;

        emit!(GovernanceSet { economy: governance.economy, authority, parameters });
        Ok(())
    }
}
