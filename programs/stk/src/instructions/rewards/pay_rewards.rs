use {
    crate::{error::StkError, event::RewardsPaid, state::*},
    anchor_lang::prelude::*,
    stk_math::week::unix_day,
};

/// What one member of a page is paid at once.
#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct RewardPayment {
    pub slot: u16,
    /// Base units.
    pub amount: u64,
}

#[derive(Accounts)]
pub struct PayRewards {
    /// The economy's validator.
    #[account(address = economy.roles.validator @ StkError::NotValidator)]
    pub validator: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    #[account(
        mut,
        constraint = page.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = page.snapshot == economy.snapshot @ StkError::SnapshotDue,
    )]
    pub page: MemberPage,
}

impl PayRewards {
    pub fn handler(
        ctx: &mut Context<Self>,
        kind: u8,
        reason: [u8; 32],
        payments: Vec<RewardPayment>,
    ) -> Result<()> {
        let day = unix_day(Clock::get()?.unix_timestamp).ok_or(StkError::Overflow)?;
        let address = *ctx.accounts.economy.address();
        let economy = &mut ctx.accounts.economy;
        let page = &mut ctx.accounts.page;

        let RewardKind { min_freeze_days, fund: fund_index, .. } = *economy.reward_kind(kind)?;
        let fund = Fund::try_from(fund_index)?;
        require!(min_freeze_days == 0, StkError::RewardNeedsFreeze);
        require!(!payments.is_empty(), StkError::NoRewards);

        let paid = pay(page.as_mut_slice(), &payments, day)?;
        economy.take_from_fund(fund, paid)?;
        economy.member_balances = economy.member_balances.checked_add(paid).ok_or(StkError::Overflow)?;

        economy.check_invariant()?;
        emit!(RewardsPaid {
            economy: address,
            kind,
            reason,
            page: page.index,
            payments,
            fund: fund_index,
            fund_balance: economy.fund(fund),
            day,
        });
        Ok(())
    }
}

/// Adds each amount to its slot; gives their sum. Never inlined: within the handler the sum would live on the stack.
#[inline(never)]
fn pay(members: &mut [Member], payments: &[RewardPayment], day: u32) -> Result<u64> {
    let mut paid = 0u64;
    for RewardPayment { slot, amount } in payments {
        let member = members.get_mut(usize::from(*slot)).ok_or(StkError::UnknownSlot)?;
        require!(*amount > 0, StkError::AmountIsZero);
        let balance = member.balance.wrapping_add(*amount);
        paid = paid.wrapping_add(*amount);
        // Each the same as `checked_add`, of which the compiler makes a product of 128 bits.
        require!(balance >= *amount && paid >= *amount, StkError::Overflow);
        member.balance = balance;
        member.last_reward_day = day;
    }
    Ok(paid)
}
