use {
    crate::{error::StkError, event::SurplusAbsorbed, state::*},
    anchor_lang::prelude::*,
    anchor_spl::token::TokenAccount,
};

#[derive(Accounts)]
pub struct AbsorbSurplus {
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(address = economy.vault @ StkError::WrongVault)]
    pub vault: Account<TokenAccount>,
}

impl AbsorbSurplus {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let held = ctx.accounts.vault.amount();
        let economy = &mut ctx.accounts.economy;

        let amount = held.checked_sub(economy.owed()?).ok_or(StkError::LedgerDoesNotAddUp)?;
        require!(amount > 0, StkError::NoSurplus);

        economy.deposited = economy.deposited.checked_add(amount).ok_or(StkError::Overflow)?;
        economy.add_to_fund(Fund::RewardsPool, amount)?;

        economy.check_invariant()?;
        emit!(SurplusAbsorbed { economy: address, amount, rewards_pool: economy.fund(Fund::RewardsPool) });
        Ok(())
    }
}
