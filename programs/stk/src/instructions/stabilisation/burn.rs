use {
    crate::{error::StkError, event::TokensBurnt, state::*, token},
    anchor_lang::prelude::*,
    anchor_spl::{mint::Mint, token::TokenAccount},
    stk_math::week::unix_day,
};

#[derive(Accounts)]
pub struct Burn {
    /// The economy's treasurer.
    #[account(address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    /// Tells whether the price has fallen, or hardly anything is traded.
    #[account(constraint = stabilisation.economy == *economy.address() @ StkError::WrongEconomy)]
    pub stabilisation: Account<Stabilisation>,
    #[account(mut, address = economy.mint @ StkError::WrongMint)]
    pub mint: Account<Mint>,
    #[account(mut, address = economy.vault @ StkError::WrongVault)]
    pub vault: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl Burn {
    pub fn handler(ctx: &mut Context<Self>, fund: u8, amount: u64, reason: String) -> Result<()> {
        let today = unix_day(Clock::get()?.unix_timestamp).ok_or(StkError::Overflow)?;
        let address = *ctx.accounts.economy.address();
        let economy = &mut ctx.accounts.economy;
        let source = Fund::try_from(fund)?;

        require!(matches!(source, Fund::Treasury | Fund::Liquidity), StkError::FundNotBurnable);
        require!(amount > 0, StkError::AmountIsZero);
        check_reason(&reason)?;
        let by_price = ctx.accounts.stabilisation.has_fallen(today);
        let by_velocity = ctx.accounts.stabilisation.activity(today).is_slow();
        require!(by_price || by_velocity, StkError::NoBurnTrigger);

        let burnt = economy.burnt.checked_add(amount).ok_or(StkError::Overflow)?;

        economy.take_from_fund(source, amount)?;
        economy.burnt = burnt;
        let (mint, bump) = (economy.mint, [economy.bump]);

        token::burn(
            &ctx.accounts.token_program,
            &mut ctx.accounts.vault,
            &mut ctx.accounts.mint,
            &ctx.accounts.economy,
            &[&[Economy::SEED, mint.as_ref(), &bump]],
            amount,
        )?;

        let economy = &ctx.accounts.economy;
        economy.check_invariant()?;
        let fund_balance = economy.fund(source);
        emit!(TokensBurnt {
            economy: address,
            fund,
            amount,
            reason,
            by_velocity,
            by_price,
            fund_balance,
            burnt,
        });
        Ok(())
    }
}
