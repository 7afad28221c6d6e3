use {
    crate::{error::StkError, event::FundWithdrawn, state::*, token},
    anchor_lang::prelude::*,
    anchor_spl::token::TokenAccount,
};

#[derive(Accounts)]
pub struct WithdrawFund {
    /// The economy's treasurer.
    #[account(address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(mut, address = economy.vault @ StkError::WrongVault)]
    pub vault: Account<TokenAccount>,
    /// Any token account of the economy's mint: the treasurer answers for it by the reason.
    #[account(mut, constraint = *destination.mint() == economy.mint @ StkError::WrongMint)]
    pub destination: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl WithdrawFund {
    pub fn handler(ctx: &mut Context<Self>, fund: u8, amount: u64, reason: String) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let destination = *ctx.accounts.destination.address();
        let economy = &mut ctx.accounts.economy;

        check_reason(&reason)?;

        let withdrawn = economy.withdrawn.checked_add(amount).ok_or(StkError::Overflow)?;

        let Spending { week, spent_this_week, fund_balance } =
            economy.spend(Fund::try_from(fund)?, amount, now)?;
        economy.withdrawn = withdrawn;
        let (mint, bump) = (economy.mint, [economy.bump]);

        token::transfer(
            &ctx.accounts.token_program,
            &mut ctx.accounts.vault,
            &mut ctx.accounts.destination,
            &ctx.accounts.economy,
            &[&[Economy::SEED, mint.as_ref(), &bump]],
            amount,
        )?;

        ctx.accounts.economy.check_invariant()?;
        emit!(FundWithdrawn {
            economy: address,
            fund,
            destination,
            amount,
            reason,
            fund_balance,
            spent_this_week,
            week,
        });
        Ok(())
    }
}
