use {
    crate::{error::StkError, event::BuybackFunded, state::*, token},
    anchor_lang::prelude::*,
    anchor_spl::token::TokenAccount,
};

#[derive(Accounts)]
pub struct FundBuyback {
    /// Who pays.
    pub payer: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = stabilisation.economy == *economy.address() @ StkError::WrongEconomy)]
    pub stabilisation: Account<Stabilisation>,
    #[account(mut, address = stabilisation.quote_vault @ StkError::WrongVault)]
    pub quote_vault: Account<TokenAccount>,
    /// Where the quote tokens come from; the token program checks mint, owner and balance.
    #[account(mut)]
    pub source: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl FundBuyback {
    pub fn handler(ctx: &mut Context<Self>, amount: u64) -> Result<()> {
        let economy = *ctx.accounts.economy.address();
        let payer = *ctx.accounts.payer.address();

        require!(amount > 0, StkError::AmountIsZero);

        let balance = ctx.accounts.stabilisation.quote_balance.checked_add(amount);
        let quote_balance = balance.ok_or(StkError::Overflow)?;

        ctx.accounts.stabilisation.quote_balance = quote_balance;

        token::transfer(
            &ctx.accounts.token_program,
            &mut ctx.accounts.source,
            &mut ctx.accounts.quote_vault,
            &ctx.accounts.payer,
            &[],
            amount,
        )?;

        emit!(BuybackFunded { economy, payer, amount, quote_balance });
        Ok(())
    }
}
