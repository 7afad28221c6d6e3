use {
    crate::{event::GovernanceSet, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetGovernance {
    /// Signs by its own address: only `execute_proposal` can make it.
    #[account(mut, signer)]
    pub governance: Account<Governance>,
}

impl SetGovernance {
    pub fn handler(ctx: &mut Context<Self>, parameters: GovernanceParameters) -> Result<()> {
        let address = *ctx.accounts.governance.address();
        let governance = &mut ctx.accounts.governance;

        governance.set(&parameters)?;

        emit!(GovernanceSet { economy: governance.economy, governance: address, parameters });
        Ok(())
    }
}
