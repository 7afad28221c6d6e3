use {
    crate::{error::StkError, event::WeekSealed, state::*},
    anchor_lang::prelude::*,
    stk_math::pro_rata::ProRata,
};

#[derive(Accounts)]
pub struct SealWeek {
    /// The economy's oracle.
    #[account(address = economy.roles.oracle @ StkError::NotOracle)]
    pub oracle: Signer,
    #[account(
        mut,
        constraint = !economy.is_paused() @ StkError::Paused,
        constraint = economy.week_status == week_status::OPEN @ StkError::WeekNotOpen,
    )]
    pub economy: Account<Economy>,
    #[account(
        mut,
        constraint = week.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = week.index == economy.week @ StkError::WrongWeek,
    )]
    pub week: Account<Week>,
}

impl SealWeek {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = *ctx.accounts.economy.address();
        let economy = &mut ctx.accounts.economy;
        let week = &mut ctx.accounts.week;

        require!(economy.week_pages == economy.week_pages_due(), StkError::ScoresMissing);

        let due = economy.week_due;
        let payable = due.min(economy.fund(Fund::RewardsPool));
        // Refuses a total that settling could not scale.
        ProRata::new(payable, due).ok_or(StkError::Overflow)?;
        let earliest = now.saturating_add(i64::from(economy.settle_delay_seconds));

        economy.take_from_fund(Fund::RewardsPool, payable)?;
        economy.unsettled = payable;
        // Without members there is no page whose settling would end the week.
        let is_empty = economy.week_members == 0;
        economy.week_status = if is_empty { week_status::SETTLED } else { week_status::SEALED };
        week.due = due;
        week.payable = payable;
        week.active = economy.week_active;
        week.sealed_at = now;
        // Held while it was open: the hold counts from here.
        let hold = if week.held == 1 { i64::from(economy.hold_seconds) } else { 0 };
        week.settle_from = earliest.saturating_add(hold);

        economy.check_invariant()?;
        emit!(WeekSealed {
            economy: address,
            week: week.index,
            due,
            payable,
            active: week.active,
            rewards_pool: economy.fund(Fund::RewardsPool),
            settle_from: week.settle_from,
            sealed_at: now,
        });
        Ok(())
    }
}
