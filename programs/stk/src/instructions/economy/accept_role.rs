use {
    crate::{error::StkError, event::RoleAccepted, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct AcceptRole {
    /// The address that the role was offered to.
    pub holder: Signer,
    #[account(mut)]
    pub economy: Account<Economy>,
}

impl AcceptRole {
    pub fn handler(ctx: &mut Context<Self>, role: u8) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let holder = *ctx.accounts.holder.address();
        let economy = &mut ctx.accounts.economy;

        let named = Role::try_from(role)?;
        require!(*economy.proposed.holder(named) == holder, StkError::NotProposed);

        *economy.roles.holder_mut(named) = holder;
        *economy.proposed.holder_mut(named) = Address::default();

        emit!(RoleAccepted { economy: address, role, holder });
        Ok(())
    }
}
