use {
    crate::{error::StkError, event::Deposited, state::*, token},
    anchor_lang::prelude::*,
    anchor_spl::token::TokenAccount,
};

#[derive(Accounts)]
pub struct Deposit {
    /// The member's wallet.
    pub wallet: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(
        mut,
        constraint = page.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = page.snapshot == economy.snapshot @ StkError::SnapshotDue,
    )]
    pub page: MemberPage,
    #[account(mut, address = economy.vault @ StkError::WrongVault)]
    pub vault: Account<TokenAccount>,
    /// Where the tokens come from; the token program checks mint, owner and balance.
    #[account(mut)]
    pub source: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl Deposit {
    pub fn handler(ctx: &mut Context<Self>, slot: u16, amount: u64) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let wallet = *ctx.accounts.wallet.address();
        let economy = &mut ctx.accounts.economy;
        let member = member_mut(&mut ctx.accounts.page, slot, &wallet)?;

        require!(amount > 0, StkError::AmountIsZero);

        let balance = member.balance.checked_add(amount).ok_or(StkError::Overflow)?;
        let deposited = economy.deposited.checked_add(amount).ok_or(StkError::Overflow)?;
        let member_balances = economy.member_balances.checked_add(amount).ok_or(StkError::Overflow)?;

        member.balance = balance;
        economy.deposited = deposited;
        economy.member_balances = member_balances;

        token::transfer(
            &ctx.accounts.token_program,
            &mut ctx.accounts.source,
            &mut ctx.accounts.vault,
            &ctx.accounts.wallet,
            &[],
            amount,
        )?;

        ctx.accounts.economy.check_invariant()?;
        emit!(Deposited { economy: address, wallet, amount, balance });
        Ok(())
    }
}
