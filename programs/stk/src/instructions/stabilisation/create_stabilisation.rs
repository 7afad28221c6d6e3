use {
    crate::{constants::*, error::StkError, event::StabilisationCreated, state::*, token},
    anchor_lang::{prelude::*, Id},
    anchor_spl::{mint::Mint, token::TokenAccount},
    stk_math::stabilisation::PRICE_DECIMALS,
};

#[derive(Accounts)]
pub struct CreateStabilisation {
    /// The economy's treasurer; pays the rent.
    #[account(mut, address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    #[account(constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(
        init,
        payer = treasurer,
        seeds = [Stabilisation::SEED, economy.address().as_ref()],
        bump,
    )]
    pub stabilisation: Account<Stabilisation>,
    /// The token that prices are quoted in, such as USDC.
    #[account(
        constraint = *quote_mint.address() != economy.mint @ StkError::BadQuoteMint,
        constraint = quote_mint.decimals() <= PRICE_DECIMALS @ StkError::BadQuoteMint,
    )]
    pub quote_mint: Account<Mint>,
    /// Becomes the token account that buybacks pay from; its address alone makes it the quote vault.
    #[account(mut, seeds = [Stabilisation::QUOTE_VAULT_SEED, economy.address().as_ref()], bump)]
    pub quote_vault: UncheckedAccount,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl CreateStabilisation {
    pub fn handler(ctx: &mut Context<Self>, buyback_limit: u64, cooldown_seconds: u32) -> Result<()> {
        let economy = *ctx.accounts.economy.address();
        let quote_mint = *ctx.accounts.quote_mint.address();
        let quote_vault = *ctx.accounts.quote_vault.address();
        let quote_decimals = ctx.accounts.quote_mint.decimals();

        require!(cooldown_seconds <= LONGEST_DELAY_SECONDS, StkError::DelayTooLong);

        let stabilisation = &mut ctx.accounts.stabilisation;
        stabilisation.buyback_limit = buyback_limit;
        stabilisation.cooldown_seconds = cooldown_seconds;
        stabilisation.economy = economy;
        stabilisation.quote_mint = quote_mint;
        stabilisation.quote_vault = quote_vault;
        stabilisation.quote_decimals = quote_decimals;
        stabilisation.bump = ctx.bumps.stabilisation;

        let bump = [ctx.bumps.quote_vault];
        let seeds = [Stabilisation::QUOTE_VAULT_SEED, economy.as_ref(), &bump];
        let accounts = &mut ctx.accounts;
        create_account_signed(
            accounts.treasurer.account(),
            accounts.quote_vault.account(),
            TokenAccount::LEN,
            &Token::id(),
            &seeds,
        )?;
        token::initialize_account(
            &accounts.token_program,
            &mut accounts.quote_vault,
            &accounts.quote_mint,
            &economy,
        )?;

        emit!(StabilisationCreated {
            economy,
            quote_mint,
            quote_vault,
            quote_decimals,
            buyback_limit,
            cooldown_seconds,
        });
        Ok(())
    }
}
