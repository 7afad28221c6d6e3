use {
    crate::{error::StkError, event::EmissionReleased, state::*, token},
    anchor_lang::prelude::*,
    anchor_spl::{mint::Mint, token::TokenAccount},
    stk_math::{
        emission::days_ended,
        split::{share_floor, split},
    },
};

#[derive(Accounts)]
pub struct ReleaseEmission {
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, address = economy.mint @ StkError::WrongMint)]
    pub mint: Account<Mint>,
    #[account(mut, address = economy.vault @ StkError::WrongVault)]
    pub vault: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl ReleaseEmission {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let mint = *ctx.accounts.mint.address();
        let economy = &mut ctx.accounts.economy;

        let days = days_ended(economy.genesis, now);
        require!(days > economy.released_days, StkError::NothingDue);

        let curve = economy.curve();
        let scheduled = curve
            .cumulative(days)
            .checked_sub(curve.cumulative(economy.released_days))
            .ok_or(StkError::Overflow)?;
        // What a factor below the whole leaves is never minted (STK-96).
        let amount = share_floor(scheduled, economy.emission_factor_bps);
        let shares = split(amount, &economy.fund_bps).ok_or(StkError::FundSharesDoNotAddUp)?;
        let minted = economy.minted.checked_add(amount).ok_or(StkError::Overflow)?;

        for (fund, share) in economy.funds.iter_mut().zip(shares) {
            *fund = fund.checked_add(share).ok_or(StkError::Overflow)?;
        }
        economy.released_days = days;
        economy.minted = minted;
        let bump = [economy.bump];

        token::mint_to(
            &ctx.accounts.token_program,
            &mut ctx.accounts.mint,
            &mut ctx.accounts.vault,
            &ctx.accounts.economy,
            &[&[Economy::SEED, mint.as_ref(), &bump]],
            amount,
        )?;

        ctx.accounts.economy.check_invariant()?;
        emit!(EmissionReleased { economy: address, amount, shares, released_days: days, minted });
        Ok(())
    }
}
