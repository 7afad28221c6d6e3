use {
    crate::{error::StkError, event::ReserveWithdrawn, state::*, token},
    anchor_lang::prelude::*,
    anchor_spl::token::TokenAccount,
};

#[derive(Accounts)]
pub struct WithdrawReserve {
    /// The economy's treasurer.
    #[account(address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    /// Signs for the vault.
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = reserve.economy == *economy.address() @ StkError::WrongEconomy)]
    pub reserve: Account<Reserve>,
    /// The vault of the asset.
    #[account(mut)]
    pub vault: Account<TokenAccount>,
    /// Any token account of the asset's mint: the treasurer answers for it by the reason.
    #[account(mut)]
    pub destination: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl WithdrawReserve {
    pub fn handler(ctx: &mut Context<Self>, asset: u8, amount: u64, reason: String) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let destination = *ctx.accounts.destination.address();
        let vault = *ctx.accounts.vault.address();
        let (mint, bump) = (ctx.accounts.economy.mint, [ctx.accounts.economy.bump]);
        let place = ctx.accounts.reserve.asset_mut(asset)?;

        check_reason(&reason)?;
        require!(vault == place.vault, StkError::WrongReserveVault);

        let week = place.withdraw(amount, now)?;
        let (booked, spent_this_week) = (place.booked, place.spent);

        token::transfer(
            &ctx.accounts.token_program,
            &mut ctx.accounts.vault,
            &mut ctx.accounts.destination,
            &ctx.accounts.economy,
            &[&[Economy::SEED, mint.as_ref(), &bump]],
            amount,
        )?;

        ctx.accounts.reserve.check_invariant()?;
        emit!(ReserveWithdrawn {
            economy: address,
            asset,
            destination,
            amount,
            reason,
            booked,
            spent_this_week,
            week,
        });
        Ok(())
    }
}
