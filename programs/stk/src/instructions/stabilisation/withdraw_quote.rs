use {
    crate::{error::StkError, event::QuoteWithdrawn, state::*, token},
    anchor_lang::prelude::*,
    anchor_spl::token::TokenAccount,
};

#[derive(Accounts)]
pub struct WithdrawQuote {
    /// The economy's treasurer.
    #[account(address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = stabilisation.economy == *economy.address() @ StkError::WrongEconomy)]
    pub stabilisation: Account<Stabilisation>,
    #[account(mut, address = stabilisation.quote_vault @ StkError::WrongVault)]
    pub quote_vault: Account<TokenAccount>,
    /// Any account of the quote token.
    #[account(mut, constraint = *destination.mint() == stabilisation.quote_mint @ StkError::WrongMint)]
    pub destination: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl WithdrawQuote {
    pub fn handler(ctx: &mut Context<Self>, amount: u64, reason: String) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let destination = *ctx.accounts.destination.address();
        let stabilisation = &mut ctx.accounts.stabilisation;

        require!(amount > 0, StkError::AmountIsZero);
        check_reason(&reason)?;

        let balance = stabilisation.quote_balance.checked_sub(amount).ok_or(StkError::QuoteTooSmall)?;
        // Whoever sells relies on what an open buyback has promised to spend.
        require!(balance >= stabilisation.open_quote(now), StkError::QuoteTooSmall);

        stabilisation.quote_balance = balance;
        let (mint, bump) = (ctx.accounts.economy.mint, [ctx.accounts.economy.bump]);

        token::transfer(
            &ctx.accounts.token_program,
            &mut ctx.accounts.quote_vault,
            &mut ctx.accounts.destination,
            &ctx.accounts.economy,
            &[&[Economy::SEED, mint.as_ref(), &bump]],
            amount,
        )?;

        emit!(QuoteWithdrawn { economy: address, destination, amount, reason, quote_balance: balance });
        Ok(())
    }
}
