use {
    crate::{error::StkError, event::FundSpent, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SpendFund {
    /// The economy's treasurer.
    #[account(address = economy.roles.treasurer @ StkError::NotTreasurer)]
    pub treasurer: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    /// The recipient's page.
    #[account(
        mut,
        constraint = page.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = page.snapshot == economy.snapshot @ StkError::SnapshotDue,
    )]
    pub page: MemberPage,
}

impl SpendFund {
    pub fn handler(
        ctx: &mut Context<Self>,
        fund: u8,
        slot: u16,
        recipient: Address,
        amount: u64,
        reason: String,
    ) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let page = ctx.accounts.page.index;
        let economy = &mut ctx.accounts.economy;
        let member = recipient_mut(&mut ctx.accounts.page, slot, &recipient)?;

        check_reason(&reason)?;

        let balance = member.balance.checked_add(amount).ok_or(StkError::Overflow)?;
        let member_balances = economy.member_balances.checked_add(amount).ok_or(StkError::Overflow)?;

        let Spending { week, spent_this_week, fund_balance } =
            economy.spend(Fund::try_from(fund)?, amount, now)?;
        economy.member_balances = member_balances;
        member.balance = balance;

        economy.check_invariant()?;
        emit!(FundSpent {
            economy: address,
            fund,
            recipient,
            page,
            slot,
            amount,
            reason,
            balance,
            fund_balance,
            spent_this_week,
            week,
        });
        Ok(())
    }
}
