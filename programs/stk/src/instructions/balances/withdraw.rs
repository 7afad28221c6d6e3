use {
    crate::{error::StkError, event::Withdrawn, state::*, token},
    anchor_lang::prelude::*,
    anchor_spl::token::TokenAccount,
};

#[derive(Accounts)]
pub struct Withdraw {
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
    /// A token account of the wallet.
    #[account(
        mut,
        constraint = *destination.owner() == *wallet.address() @ StkError::WrongDestination,
        constraint = *destination.mint() == economy.mint @ StkError::WrongMint,
    )]
    pub destination: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl Withdraw {
    pub fn handler(ctx: &mut Context<Self>, slot: u16, amount: u64) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let wallet = *ctx.accounts.wallet.address();
        let economy = &mut ctx.accounts.economy;
        let member = member_mut(&mut ctx.accounts.page, slot, &wallet)?;

        require!(amount > 0, StkError::AmountIsZero);
        // What is borrowed, deposited and given back in one transaction must not have a vote.
        require!(now > economy.snapshot_taken_at, StkError::SnapshotJustTaken);

        let balance = member.balance.checked_sub(amount).ok_or(StkError::BalanceTooSmall)?;
        let withdrawn = economy.withdrawn.checked_add(amount).ok_or(StkError::Overflow)?;
        let member_balances =
            economy.member_balances.checked_sub(amount).ok_or(StkError::LedgerDoesNotAddUp)?;

        member.balance = balance;
        economy.withdrawn = withdrawn;
        economy.member_balances = member_balances;
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
        emit!(Withdrawn { economy: address, wallet, amount, balance });
        Ok(())
    }
}
