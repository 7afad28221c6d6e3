//! Spending from funds within their limits, the same for members and for token accounts as recipients.

use {
    super::{Economy, Fund, FUNDS},
    crate::{constants::LONGEST_REASON, error::StkError},
    anchor_lang::prelude::*,
    stk_math::{vesting::vested_floor, week::week_of},
};

/// What a spending leaves behind, for its event.
pub struct Spending {
    /// The calendar week that it counts for.
    pub week: u32,
    /// Base units spent from the fund in that week, this spending included.
    pub spent_this_week: u64,
    /// Base units left in the fund.
    pub fund_balance: u64,
}

impl Economy {
    /// Takes `amount` from `fund` at `now`, if the week's limit, the schedule of the Team fund and the fund allow it.
    /// Where it goes is the caller's to book.
    pub fn spend(&mut self, fund: Fund, amount: u64, now: i64) -> Result<Spending> {
        let week = week_of(now).ok_or(StkError::Overflow)?;
        let limit = *place(&mut self.spending_limits, fund)?;
        // Another week starts from nothing for every fund.
        let mut spent = if self.spent_week == week { self.spent } else { [0; FUNDS] };

        require!(fund != Fund::RewardsPool, StkError::FundNotSpendable);
        require!(amount > 0, StkError::AmountIsZero);
        let spent_of_fund = place(&mut spent, fund)?;
        let spent_this_week = spent_of_fund.checked_add(amount).ok_or(StkError::Overflow)?;
        require!(spent_this_week <= limit, StkError::WeeklyLimitReached);
        if fund == Fund::Team {
            let team_spent = self.team_spent.checked_add(amount).ok_or(StkError::Overflow)?;
            require!(team_spent <= self.team_vested(now)?, StkError::TeamNotVested);
            self.team_spent = team_spent;
        }

        *spent_of_fund = spent_this_week;
        self.spent = spent;
        self.spent_week = week;
        self.take_from_fund(fund, amount)?;
        Ok(Spending { week, spent_this_week, fund_balance: self.fund(fund) })
    }

    /// Base units of all that the Team fund ever received that may have been spent by `now`.
    fn team_vested(&self, now: i64) -> Result<u64> {
        let received = self.fund(Fund::Team).checked_add(self.team_spent).ok_or(StkError::Overflow)?;
        let elapsed = now.checked_sub(self.genesis).ok_or(StkError::Overflow)?;
        Ok(vested_floor(received, elapsed, self.team_cliff_seconds, self.team_vesting_seconds))
    }
}

fn place(values: &mut [u64; FUNDS], fund: Fund) -> Result<&mut u64> {
    values.get_mut(fund as usize).ok_or_else(|| StkError::UnknownFund.into())
}

/// Refuses a reason that is empty or longer than the journal takes.
pub fn check_reason(reason: &str) -> Result<()> {
    let fits = !reason.is_empty() && reason.len() <= usize::from(LONGEST_REASON);
    require!(fits, StkError::BadReason);
    Ok(())
}
