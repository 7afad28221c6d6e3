use {
    crate::{error::StkError, event::WeekHeld, state::*},
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct HoldWeek {
    /// The economy's guardian.
    #[account(address = economy.roles.guardian @ StkError::NotGuardian)]
    pub guardian: Signer,
    #[account(constraint = economy.week_status != week_status::SETTLED @ StkError::WeekNotOpen)]
    pub economy: Account<Economy>,
    #[account(
        mut,
        constraint = week.economy == *economy.address() @ StkError::WrongEconomy,
        constraint = week.index == economy.week @ StkError::WrongWeek,
    )]
    pub week: Account<Week>,
}

impl HoldWeek {
    pub fn handler(ctx: &mut Context<Self>) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let hold = i64::from(ctx.accounts.economy.hold_seconds);
        let is_sealed = ctx.accounts.economy.week_status == week_status::SEALED;
        let week = &mut ctx.accounts.week;

        require!(hold > 0 && week.held == 0, StkError::NoHoldLeft);

        week.held = 1;
        // An open week is held from its sealing on.
        if is_sealed {
            week.settle_from = week.settle_from.saturating_add(hold);
        }

        emit!(WeekHeld { economy: address, week: week.index, settle_from: week.settle_from });
        Ok(())
    }
}
