use {
    crate::{error::StkError, event::RoleProposed, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct ProposeRole {
    /// The admin, or the present holder of the role.
    pub authority: Signer,
    #[account(mut)]
    pub economy: Account<Economy>,
}

impl ProposeRole {
    pub fn handler(ctx: &mut Context<Self>, role: u8, proposed: Address) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let authority = *ctx.accounts.authority.address();
        let economy = &mut ctx.accounts.economy;

        let named = Role::try_from(role)?;
        let may_hand_over = authority == economy.roles.admin || authority == *economy.roles.holder(named);
        require!(may_hand_over, StkError::NotRoleHolder);

        *economy.proposed.holder_mut(named) = proposed;

        emit!(RoleProposed { economy: address, role, proposed });
        Ok(())
    }
}
