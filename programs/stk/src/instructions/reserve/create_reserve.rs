use {
    crate::{error::StkError, event::ReserveCreated, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CreateReserve {
    /// The economy's treasurer, who pays the rent.
    #[account(mut, address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(init, payer = treasurer, seeds = [Reserve::SEED, economy.address().as_ref()], bump)]
    pub reserve: Account<Reserve>,
    pub system_program: Program<System>,
}

impl CreateReserve {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let economy = *ctx.accounts.economy.address();
        let address = *ctx.accounts.reserve.address();
        let reserve = &mut ctx.accounts.reserve;

        reserve.economy = economy;
        reserve.bump = ctx.bumps.reserve;

        emit!(ReserveCreated { economy, reserve: address });
        Ok(())
    }
}
