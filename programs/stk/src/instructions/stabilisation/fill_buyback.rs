use {
    crate::{error::StkError, event::BuybackFilled, state::*, token},
    anchor_lang::prelude::*,
    anchor_spl::token::TokenAccount,
    stk_math::stabilisation::quote_floor,
};

#[derive(Accounts)]
pub struct FillBuyback {
    /// Who sells: anybody with the economy's tokens in an SPL account.
    pub seller: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, constraint = stabilisation.economy == *economy.address() @ StkError::WrongEconomy)]
    pub stabilisation: Account<Stabilisation>,
    #[account(mut, address = economy.vault @ StkError::WrongVault)]
    pub vault: Account<TokenAccount>,
    #[account(mut, address = stabilisation.quote_vault @ StkError::WrongVault)]
    pub quote_vault: Account<TokenAccount>,
    /// Where the seller's tokens come from; the token program checks mint, owner and balance.
    #[account(mut)]
    pub source: Account<TokenAccount>,
    /// The seller's account of the quote token.
    #[account(
        mut,
        constraint = *destination.owner() == *seller.address() @ StkError::WrongDestination,
        constraint = *destination.mint() == stabilisation.quote_mint @ StkError::WrongMint,
    )]
    pub destination: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl FillBuyback {
    pub fn handler(ctx: &mut Context<Self>, amount: u64, min_quote: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let seller = *ctx.accounts.seller.address();
        let economy = &mut ctx.accounts.economy;
        let stabilisation = &mut ctx.accounts.stabilisation;
        let open = stabilisation.open_quote(now);

        require!(open > 0, StkError::NoOpenBuyback);
        require!(amount > 0, StkError::AmountIsZero);

        // Floored in favour of the treasury, which pays: a fraction of the smallest quote unit stays in the quote vault.
        let price = stabilisation.order_price;
        let quote = quote_floor(amount, price, economy.decimals, stabilisation.quote_decimals);
        let quote = quote.ok_or(StkError::Overflow)?;
        require!(quote > 0, StkError::AmountIsZero);
        require!(quote >= min_quote, StkError::QuoteBelowMinimum);
        let quote_left = open.checked_sub(quote).ok_or(StkError::BuybackTooSmall)?;
        let quote_balance = stabilisation.quote_balance.checked_sub(quote).ok_or(StkError::QuoteTooSmall)?;
        let deposited = economy.deposited.checked_add(amount).ok_or(StkError::Overflow)?;

        stabilisation.order_quote_left = quote_left;
        stabilisation.quote_balance = quote_balance;
        economy.deposited = deposited;
        economy.add_to_fund(Fund::Treasury, amount)?;
        let (mint, bump) = (economy.mint, [economy.bump]);

        let accounts = &mut ctx.accounts;
        token::transfer(
            &accounts.token_program,
            &mut accounts.source,
            &mut accounts.vault,
            &accounts.seller,
            &[],
            amount,
        )?;
        token::transfer(
            &accounts.token_program,
            &mut accounts.quote_vault,
            &mut accounts.destination,
            &accounts.economy,
            &[&[Economy::SEED, mint.as_ref(), &bump]],
            quote,
        )?;

        let economy = &ctx.accounts.economy;
        economy.check_invariant()?;
        emit!(BuybackFilled {
            economy: address,
            seller,
            amount,
            quote,
            treasury: economy.fund(Fund::Treasury),
            deposited,
            quote_left,
            quote_balance,
        });
        Ok(())
    }
}
