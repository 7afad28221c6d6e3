use {
    crate::{error::StkError, event::StartupCreated, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CreateStartup {
    /// The economy's treasurer, who pays the rent.
    #[account(mut, address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    /// Counts the startups: the address of each follows from its place, so that none is created twice by mistake.
    #[account(mut, constraint = reserve.economy == *economy.address() @ StkError::WrongEconomy)]
    pub reserve: Account<Reserve>,
    #[account(
        init,
        payer = treasurer,
        seeds = [Startup::SEED, economy.address().as_ref(), &reserve.startups.to_le_bytes()],
        bump,
    )]
    pub startup: Account<Startup>,
    pub system_program: Program<System>,
}

impl CreateStartup {
    pub fn handler(ctx: &mut Context<Self>, name: String) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let id = ctx.accounts.reserve.startups;
        let startup = &mut ctx.accounts.startup;

        startup.name = padded(&name).ok_or(StkError::BadName)?;
        startup.economy = address;
        startup.id = id;
        startup.bump = ctx.bumps.startup;
        ctx.accounts.reserve.startups = id.checked_add(1).ok_or(StkError::Overflow)?;

        emit!(StartupCreated { economy: address, startup: id, name });
        Ok(())
    }
}
